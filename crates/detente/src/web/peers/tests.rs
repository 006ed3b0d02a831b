use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, refuse_hostile, same_as_before};

const WORDS: [&str; 6] = ["abandon", "ability", "able", "about", "above", "absent"];

fn card(id: &str) -> Card {
    Card {
        id: id.into(),
        name: id.to_uppercase(),
        contact: "duty desk, +44 20 7946 0000".into(),
        revision: 2,
        words: WORDS,
        key: "5e".repeat(32),
        at: vec!["192.0.2.7:7470".into()],
        linked: true,
    }
}

fn view() -> View {
    let line = Line {
        state: Some((false, Time(NOW.0 - 1_800_000))),
        receipt: Some(Time(NOW.0 - 2_460_000)),
        person: Some(Time(NOW.0 - 6 * 86_400_000)),
        next: Some(Time(NOW.0 + 30_000)),
        error: Some("unreachable".into()),
    };
    let peer = |id: &str, compared, line, policy, here| Peer {
        card: card(id),
        compared,
        added: NOW,
        budget: (50_000, 41_808),
        line,
        policy,
        here,
    };
    View {
        now: NOW,
        ours: card("cert-a"),
        peers: vec![
            peer("cert-b", Some(("in person", NOW)), line, Policy::Allow("standing".into()), true),
            peer("cert-c", None, Line::default(), Policy::Ask(None), false),
        ],
    }
}

#[test]
fn the_peers_are_as_they_were_looked_at() {
    let text = framed("Peers", Here::Peers, &page(&view()));
    same_as_before("peers", &text);
    for words in [
        "abandon ability able about above absent",
        "compared in person",
        "not compared",
        "41 808 of 50 000 items left",
        "may learn at any time, within its budget",
        "never by mail",
        "its node: no receipt yet",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn what_a_peer_wrote_is_text_and_nothing_else() {
    let mut view = view();
    for peer in &mut view.peers {
        peer.card = Card {
            name: HOSTILE.into(),
            contact: HOSTILE.into(),
            at: vec![HOSTILE.into()],
            ..card("cert-b")
        };
        peer.line.error = Some(HOSTILE.into());
        peer.line.state = Some((false, NOW));
    }
    refuse_hostile(&framed("Peers", Here::Peers, &page(&view)));
}
