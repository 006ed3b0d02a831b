//! Runs that do not come to their end: recorded, charged, and their seeds never used again.

use detente_node::live::{Outcome, Reveal, Stage};

use crate::pair::{Pair, domains};

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_vanishes_mid_run_ends_it_on_the_record() {
    let mut pair = Pair::new().await;
    pair.allow(&domains(0, 60_000)).await;
    let run = pair.a.live.start(pair.order(&domains(0, 60_000), Reveal::Ours)).await.unwrap();
    pair.a.when(run, |view| view.stage == Stage::Running && view.progress > 0.0).await;
    pair.b.stop().await;
    let a = pair.a.ended(run).await;
    let Some(Outcome::Aborted { .. }) = &a.outcome else { panic!("{a:?}") };
    // Our abort stands on our record, in the list of its entries.
    let a = pair.a.when(run, |view| view.entries.len() == 5).await;
    assert_eq!(a.receipts.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_stopped_in_the_middle_breaks_off_at_its_next_start() {
    let mut pair = Pair::new().await;
    pair.allow(&domains(0, 60_000)).await;
    let run = pair.a.live.start(pair.order(&domains(0, 60_000), Reveal::Ours)).await.unwrap();
    pair.b.when(run, |view| view.stage == Stage::Running && view.charged_items > 0).await;
    pair.b.restart().await;
    let b = pair.b.ended(run).await;
    assert!(matches!(b.outcome, Some(Outcome::Aborted { .. })), "{b:?}");
    assert_eq!(b.charged_items, 111_412, "an abort after the first frame costs budget");
    let is_fresh =
        pair.b.node.home(move |home, moment| Ok(home.begin_run(&run.0, moment.now, 0)?)).await.unwrap();
    assert!(!is_fresh, "the seed is used");
    let a = pair.a.ended(run).await;
    assert!(matches!(a.outcome, Some(Outcome::Aborted { .. })), "{a:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_did_not_begin_goes_on_after_a_restart() {
    let mut pair = Pair::new().await;
    pair.allow(&domains(0, 30)).await;
    // A's node goes as soon as its proposal stands, before anything could be compared.
    let run = pair.a.live.start(pair.order(&domains(0, 20), Reveal::Ours)).await.unwrap();
    pair.a.restart().await;
    let a = pair.a.ended(run).await;
    let is_fair = match &a.outcome {
        Some(Outcome::Done(Some(20))) => true,
        // It had begun already.
        Some(Outcome::Aborted { reason, .. }) => reason == "interrupted",
        _ => false,
    };
    assert!(is_fair, "{a:?}");
}
