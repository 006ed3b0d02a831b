use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn view(text: &str) -> View {
    let written = || Written::Readable(vec![("text".into(), vec![text.into()])]);
    View {
        place: place(),
        pairs: vec!["cert-a–cert-b".into(), "cert-a–cert-c".into()],
        rows: vec![Row {
            code: "E3".into(),
            cells: vec![
                ("modified", "in force as modified (by cert-b, reciprocal)".into()),
                ("pending", "pending until 24 Nov 04:36Z (by cert-c)".into()),
            ],
        }],
        norms: vec![OneNorm {
            entry: "cert-a/0/5".into(),
            code: "E3".into(),
            number: "cert-a>* 2026/004".into(),
            kind: "prohibition",
            phase: "proposed".into(),
            who: "we".into(),
            written: written(),
            agreed: vec!["cert-b".into()],
            review: Some(NOW),
            brackets: vec![OneBracket {
                entry: "cert-b/0/6".into(),
                id: text.into(),
                who: "cert-b".into(),
                phase: "open",
                span: vec![text.into()],
                alternatives: vec![text.into(), "or this".into()],
                is_open: true,
            }],
            reservations: vec![OneReservation {
                entry: "cert-b/0/7".into(),
                number: "cert-b>* 2026/002".into(),
                who: "cert-b".into(),
                kind: "counter proposal, effect: modify, both ways".into(),
                written: written(),
                standing: vec![("cert-a".into(), "pending")],
                can_respond: true,
                can_withdraw: false,
            }],
            can_agree: false,
        }],
        former: vec![("E1".into(), "cert-a>* 2026/001".into(), "withdrawn".into())],
        left: (1, 0),
        may_act: true,
    }
}

fn shown(view: &View) -> String {
    framed("Norms", Here::Norms, &super::page(view))
}

#[test]
fn norms_stand_with_brackets_reservations_and_the_table_of_pairs() {
    let page = shown(&view("what is public"));
    same_as_before("norms", &page);
    assert!(page.contains("<td data-label=\"cert-a–cert-b\"><strong>modified</strong>"));
    assert!(page.contains("1 bracket left"));
    assert!(page.contains("/say/bracket/unbracket?entry=cert-b/0/6&amp;how=choose&amp;alt=1\">Choose 1</a>"));
    assert!(!page.contains("Agree to it"));
    assert!(!shown(&View { may_act: false, ..view("") }).contains("/say/"));
}

#[test]
fn text_of_others_stays_text() {
    refuse_hostile(&shown(&view(HOSTILE)));
}
