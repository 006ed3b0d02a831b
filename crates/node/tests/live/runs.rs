//! What a match finds, what stands on the records, and that it equals plain sets.

use std::collections::BTreeSet;

use detente_node::live::{Outcome, Reveal, Role, Stage};

use crate::pair::{Pair, domains};

#[tokio::test(flavor = "multi_thread")]
async fn a_match_finds_what_both_list_and_both_sign_for_it() {
    let pair = Pair::new().await;
    let (ours, theirs) = (domains(0, 300), domains(290, 400));
    pair.allow(&theirs).await;
    let (a, b) = pair.run(pair.order(&ours, Reveal::Ours)).await;

    assert_eq!(pair.a.common(a.id).await.unwrap(), domains(290, 10));
    assert_eq!((a.outcome, b.outcome), (Some(Outcome::Done(Some(10))), Some(Outcome::Done(None))));
    assert!(pair.b.common(b.id).await.is_none(), "the answerer learns nothing");
    assert_eq!((a.role, b.role), (Role::Proposer, Role::Answerer));
    assert_eq!((a.asked.get(), a.held.unwrap().get()), (320, 448));
    assert_eq!((a.stage, a.progress, a.receipts.len()), (Stage::Ended, 1.0, 2));
    assert_eq!(a.run, b.run);
    // Terms, consent, two lists, two receipts: the same entries on both records.
    let entries: BTreeSet<_> = a.entries.iter().collect();
    assert_eq!((entries.len(), entries), (6, b.entries.iter().collect()));
    // 1.7 times the class that was asked.
    assert_eq!((a.charged_items, b.charged_items), (0, 544));
    let (found, answered) =
        (pair.a.live.result(a.id).await.unwrap().unwrap(), pair.b.live.result(b.id).await.unwrap().unwrap());
    assert_eq!(found.transcript, answered.transcript);
    assert!(found.transcript.is_some());
    assert_eq!(found.bytes, answered.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pairs_of_lists_give_what_plain_sets_give() {
    let pair = Pair::new().await;
    for (ours, theirs) in [
        (domains(0, 1), domains(0, 1)),
        (domains(0, 1), domains(5, 700)),
        (domains(100, 1500), domains(0, 1200)),
        (domains(0, 40), domains(40, 40)),
    ] {
        pair.allow(&theirs).await;
        let (a, _) = pair.run(pair.order(&ours, Reveal::Ours)).await;
        let due: Vec<String> = ours.iter().filter(|item| theirs.contains(item)).cloned().collect();
        assert_eq!(pair.a.common(a.id).await.unwrap(), due);
        assert_eq!(a.outcome, Some(Outcome::Done(Some(due.len() as u64))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_goes_with_the_end_of_the_run_and_the_seed_stays_used() {
    let pair = Pair::new().await;
    pair.allow(&domains(0, 10)).await;
    let (a, _) = pair.run(pair.order(&domains(0, 20), Reveal::Ours)).await;
    for side in [&pair.a, &pair.b] {
        let (list, began) = side
            .node
            .home(move |home, moment| {
                Ok((home.run_list(&a.id.0)?.is_some(), home.begin_run(&a.id.0, moment.now, 0)?))
            })
            .await
            .unwrap();
        assert_eq!((list, began), (false, false), "{}", side.us);
    }
}
