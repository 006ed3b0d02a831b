use super::*;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, framed, place, refuse_hostile, same_as_before};

fn view(act: (&str, &str), given: &[(&str, &str)], faults: &[(&str, &str)]) -> View {
    let mut all = Given::default();
    for (name, text) in given {
        all.add(name, *text);
    }
    View {
        place: place(),
        act: Act::of(act.0, act.1).unwrap(),
        about: Vec::new(),
        choices: Choices { parties: vec!["cert-b".into(), "cert-c".into()], norms: vec!["E2".into()] },
        offices: vec!["desk".into(), "chief".into()],
        given: all,
        faults: faults.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        mark: "form-mark".into(),
    }
}

fn shown(view: &View) -> String {
    framed(&title(view.act), Here::Inquiries, &super::page(view))
}

#[test]
fn a_new_inquiry_asks_for_what_the_table_of_acts_says() {
    let page = shown(&view(("inquiry", "release"), &[("to", "cert-c"), ("ask", "stop")], &[]));
    same_as_before("form-inquiry", &page);
    assert!(page.contains("<h1>We ask: draft</h1>"));
    assert!(page.contains("<option value=\"cert-c\" selected>") && page.contains("Nothing leaves yet."));
    for name in ["kind", "prec", "answer-by", "norm", "text", "ask", "tlp", "pap", "aud", "as"] {
        assert!(page.contains(&format!("name=\"{name}\"")), "{name}");
    }
}

#[test]
fn what_is_wrong_stands_on_top_and_at_its_field() {
    let view = view(
        ("denial", "denial"),
        &[("levels", "ordered")],
        &[("quote", "it is wanted"), ("", "no such entry")],
    );
    let page = shown(&view);
    same_as_before("form-denial", &page);
    assert!(page.contains("<a href=\"#f-quote\">") && page.contains("id=\"e-quote\""));
    assert!(page.contains("aria-describedby=\"e-quote\""));
    assert!(page.contains("value=\"ordered\" checked"));
}

#[test]
fn every_act_has_a_form() {
    for act in Act::all() {
        let page = shown(&view((act.kind, act.name), &[], &[]));
        crate::web::look::refuse_inline(&page);
    }
}

#[test]
fn text_of_others_stays_text() {
    let mut view = view(("denial", "denial"), &[], &[("quote", HOSTILE), ("", HOSTILE)]);
    let written = Written::Readable(vec![("text".into(), vec![HOSTILE.into()])]);
    view.about = vec![About {
        entry: "cert-b/0/1".into(),
        name: "cert-b>cert-a 2026/001".into(),
        who: "cert-b".into(),
        written,
    }];
    refuse_hostile(&shown(&view));
}
