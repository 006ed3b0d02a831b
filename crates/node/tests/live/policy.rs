//! Who may match what: allow, ask an officer, refuse; budget, profile, sizes.

use detente_node::Error;
use detente_node::live::{Choice, Decision, Outcome, Reveal, Stage};
use detente_store::MatchPolicy;

use crate::pair::{Pair, domains, listed};

fn refused(reason: &str) -> Option<Outcome> {
    Some(Outcome::Refused(reason.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_refused_learns_the_reason_and_nothing_is_charged() {
    let pair = Pair::new().await;
    pair.policy(MatchPolicy::Refuse).await;
    let (a, b) = pair.run(pair.order(&domains(0, 20), Reveal::Ours)).await;
    assert_eq!((a.outcome, b.outcome), (refused("policy"), refused("policy")));
    assert_eq!((b.charged_items, b.held, b.entries.len()), (0, None, 2));
    let left = pair.b.node.home(|home, _| Ok(home.charges(&crate::pair::party("a"))?)).await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_decides_where_nothing_was_said() {
    let pair = Pair::new().await;
    let run = pair.a.live.start(pair.order(&domains(0, 20), Reveal::Ours)).await.unwrap();
    pair.b.when(run, |view| view.stage == Stage::Asked).await;
    let asked = pair.b.live.asked().await.unwrap();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(asked.view.purpose, "a wave of last night");
    assert!(asked.learns.starts_with("a learns which of its own items b also holds"), "{}", asked.learns);
    assert!(asked.learns.contains("up to 436 items"), "{}", asked.learns);
    assert_eq!((asked.charge_items, asked.budget_left_items, &asked.list), (436, 2_097_152, &None));

    let choice = Choice::Given(listed(&domains(10, 30)));
    pair.b.live.decide(run, Decision::Accept(choice)).await.unwrap();
    let a = pair.a.ended(run).await;
    assert_eq!(a.outcome, Some(Outcome::Done(Some(10))));
    let again = pair.b.live.decide(run, Decision::Refuse("no".to_owned())).await;
    assert!(matches!(again, Err(Error::Unknown(_))), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_refuses_with_a_reason() {
    let pair = Pair::new().await;
    let run = pair.a.live.start(pair.order(&domains(0, 20), Reveal::Ours)).await.unwrap();
    pair.b.when(run, |view| view.stage == Stage::Asked).await;
    pair.b.live.decide(run, Decision::Refuse("not-this-week".to_owned())).await.unwrap();
    assert_eq!(pair.a.ended(run).await.outcome, refused("not-this-week"));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_budget_is_refused_by_name_and_counts_one_and_seven_tenths() {
    let pair = Pair::new().await;
    pair.allow(&domains(0, 20)).await;
    // 256 is the class of 20 items: twice 436 fits, a third time does not.
    set_budget(&pair, 900).await;
    for outcome in [Some(Outcome::Done(Some(20))), Some(Outcome::Done(Some(20))), refused("over-budget")] {
        let (a, _) = pair.run(pair.order(&domains(0, 20), Reveal::Ours)).await;
        assert_eq!(a.outcome, outcome);
    }
}

async fn set_budget(pair: &Pair, budget: u64) {
    let a = pair.a.us.clone();
    let set = pair.b.node.home(move |home, _| {
        let mut peer = home.peer(&a)?.unwrap();
        peer.budget = budget;
        Ok(home.put_peer(&peer)?)
    });
    set.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_canon_profile_is_refused_before_a_frame_leaves() {
    let pair = Pair::new().await;
    pair.allow(&domains(0, 20)).await;
    let mut order = pair.order(&domains(0, 20), Reveal::Ours);
    order.profile = [7; 32];
    let (a, b) = pair.run(order).await;
    assert_eq!((a.outcome, b.outcome), (refused("other-profile"), refused("other-profile")));
    assert_eq!(b.charged_items, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_accord_does_not_offer_is_refused_by_name() {
    let pair = Pair::under(|rules| rules.matching.forms = vec!["items".to_owned()]).await;
    pair.allow(&domains(0, 20)).await;
    let (a, _) = pair.run(pair.order(&domains(0, 20), Reveal::Both)).await;
    assert_eq!(a.outcome, refused("form-not-offered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_above_what_the_accord_says_does_not_start() {
    let pair = Pair::under(|rules| rules.matching.items_max = 256).await;
    let started = pair.a.live.start(pair.order(&domains(0, 300), Reveal::Ours)).await;
    let Err(Error::Rejected(rejection)) = started else { panic!("{:?}", started.map(drop)) };
    assert_eq!(rejection.name(), "ask-too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_list_that_is_gone_is_a_refusal() {
    let pair = Pair::new().await;
    pair.policy(MatchPolicy::Allow("gone".to_owned())).await;
    let (a, _) = pair.run(pair.order(&domains(0, 20), Reveal::Ours)).await;
    assert_eq!(a.outcome, refused("no-list"));
}
