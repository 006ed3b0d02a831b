use detente_accord::PartyId;
use detente_accord::talks::Owed;

use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

fn matter(entry: &str, clock: Option<u64>) -> Matter {
    let party = |id| PartyId::parse(id).unwrap();
    let due =
        |hours| Due::new(Owed::Answer, &party("cert-a"), &party("cert-b"), Some(NOW), hours * 3_600_000);
    Matter {
        entry: entry.into(),
        number: "cert-b>cert-a 2026/010 INQ".into(),
        sides: "cert-b to cert-a".into(),
        stands: "asked, no answer yet".into(),
        clock: clock.map(|hours| (due(hours), due(hours).state(NOW, &[]))),
        opened: NOW,
        exercise: None,
    }
}

fn view(sought: &str) -> View {
    View {
        place: place(),
        now: NOW,
        open: vec![matter("cert-b/0/17", Some(72))],
        others: vec![matter("cert-b/0/11", None)],
        sought: sought.into(),
        may_act: true,
    }
}

#[test]
fn matters_stand_by_what_waits() {
    let page = framed("Inquiries", Here::Inquiries, &super::page(&view("cert-b")));
    same_as_before("inquiries", &page);
    assert!(page.contains("href=\"/a/3f9c21aa/thread/cert-b/0/17\""));
    assert!(page.contains("cert-a: answer by") && page.contains("3d 00h"));
    let reader = framed("Inquiries", Here::Inquiries, &super::page(&View { may_act: false, ..view("") }));
    assert!(!reader.contains("/say/"));
}

#[test]
fn text_of_others_stays_text() {
    let mut view = view("");
    view.open.iter_mut().for_each(|one| one.exercise = Some(HOSTILE.into()));
    refuse_hostile(&framed("Inquiries", Here::Inquiries, &super::page(&view)));
}
