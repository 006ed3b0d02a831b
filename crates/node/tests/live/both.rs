//! Both learn.

use detente_node::live::{Outcome, Reveal};

use crate::pair::{Pair, domains};

#[tokio::test(flavor = "multi_thread")]
async fn both_learn_the_same_and_both_are_charged() {
    let pair = Pair::new().await;
    pair.allow(&domains(290, 1400)).await;
    let (a, b) = pair.run(pair.order(&domains(0, 300), Reveal::Both)).await;
    assert_eq!(pair.a.common(a.id).await.unwrap(), domains(290, 10));
    assert_eq!(pair.b.common(b.id).await.unwrap(), domains(290, 10));
    assert_eq!((a.outcome, b.outcome), (Some(Outcome::Done(Some(10))), Some(Outcome::Done(Some(10)))));
    assert_eq!((a.reveal, a.run), (Reveal::Both, b.run));
    // 1.7 times 1536 for B's list against A, 1.7 times 320 the other way.
    assert_eq!((a.charged_items, b.charged_items), (2612, 544));
    let (ours, theirs) =
        (pair.a.live.result(a.id).await.unwrap().unwrap(), pair.b.live.result(b.id).await.unwrap().unwrap());
    assert_eq!(ours.transcript, theirs.transcript);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_several_chunks_are_told_by_turns() {
    let pair = Pair::new().await;
    pair.allow(&domains(10_000, 50_000)).await;
    let (a, b) = pair.run(pair.order(&domains(0, 20_000), Reveal::Both)).await;
    assert_eq!(a.outcome, Some(Outcome::Done(Some(10_000))));
    assert_eq!(b.outcome, Some(Outcome::Done(Some(10_000))));
    assert_eq!(pair.a.common(a.id).await, pair.b.common(b.id).await);
}
