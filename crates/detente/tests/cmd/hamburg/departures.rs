//! Where the dialogue goes another way: what is late, lapsed, crossed or not delivered, and the words for it.

use super::dialogue::later;
use super::story::{END, Stage, told};

#[test]
fn an_answer_that_crosses_the_closing_is_kept_and_moves_nothing() {
    let (d, e) = told(Stage::Answered);
    let close = ["inquire", "close", &e.inquiry, "--outcome", "disagreement-recorded"];
    d.keeps("2026-10-06T09:00:00Z", "a", "cert-a>cert-b 2026/008", &close);
    let answer = ["reply", "answer", &e.inquiry, "no-finding", "--scope", "mail gateways"];
    d.keeps("2026-10-06T09:00:00Z", "b", "cert-b>cert-a 2026/007", &answer);
    d.carry("2026-10-06T09:01:00Z", "a");
    d.carry("2026-10-06T09:02:00Z", "b");
    for home in ["a", "b", "oa"] {
        let thread = d.at("2026-10-06T09:05:00Z", home, &["thread", &e.inquiry]).out;
        assert!(thread.contains("after closure"), "{thread}");
        assert!(thread.lines().next().unwrap().ends_with("closed"), "{thread}");
    }
    // Who has seen the closing does not answer any more.
    d.at("2026-10-06T09:06:00Z", "b", &[&answer[..], &["--yes"]].concat()).fails(3, "the thread is closed");
}

#[test]
fn an_offer_lapses_and_is_not_declined() {
    let (d, _) = told(Stage::Answered);
    let offer = [
        "undertake",
        "offer",
        "--to",
        "cert-b",
        "--starts",
        "2026-10-06",
        "--until",
        "2026-12-03",
        "--review",
        "2027-01-15",
        "--text",
        "Just make sure you don't",
    ];
    let offer = d.says("2026-10-06T11:00:00Z", "a", "cert-a>cert-b 2026/008", &offer);
    let late = d.at("2026-11-06T11:00:00Z", "b", &["undertake", "accept", &offer, "--yes"]);
    late.fails(3, "its time is over");
    let thread = d.at("2026-11-06T11:00:00Z", "a", &["thread", &offer]).out;
    assert!(thread.contains("lapsed") && !thread.contains("declined"), "{thread}");
}

#[test]
fn what_is_not_delivered_is_said_to_be_so_and_starts_no_clock() {
    let (d, _) = told(Stage::Asked);
    let inquire = ["inquire", "--to", "cert-b", "--kind", "clarification", "--text", "Is this yours?"];
    let time = "2026-10-02T09:00:00Z";
    let asked = d.keeps(time, "a", "cert-a>cert-b 2026/006", &inquire);
    let soon = d.at(&later(time, 3600), "a", &["thread", &asked]).out;
    assert!(!soon.contains("not delivered"), "{soon}");
    for screen in [["thread", asked.as_str()].as_slice(), &["desk"]] {
        let shown = d.at(&later(time, 30 * 3600), "a", screen).out;
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("not delivered (their node has not answered since"), "{shown}");
        for word in ["overdue by 1 d 0", "no answer by", "ignored"] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
    }
}

#[test]
fn a_suspension_stops_no_clock_that_is_about_to_end() {
    let (d, e) = told(Stage::Asked);
    let suspend = ["accord", "suspend", "--to", "cert-a", "--days", "30"];
    d.says("2026-10-03T23:00:00Z", "b", "cert-b>cert-a 2026/004", &suspend);
    let before = d.at("2026-10-04T09:00:00Z", "a", &["thread", &e.inquiry]).out;
    assert!(before.contains("answer by 09:00Z"), "{before}");
    for time in ["2026-10-04T09:30:00Z", "2026-10-10T09:00:00Z"] {
        let after = d.at(time, "a", &["thread", &e.inquiry]).out;
        assert!(after.contains("answer overdue by"), "{time}: {after}");
    }
}

#[test]
fn a_late_report_of_a_contact_stands_beside_the_first() {
    let (d, _) = told(Stage::End);
    let first = "cert-a>cert-b 2026/011";
    let report = [
        "contact",
        "report",
        "--to",
        "cert-a",
        "--at",
        "2026-10-12T19:00Z",
        "--planned",
        "--notes",
        "yes",
        "--channel",
        "dinner",
        "--about",
        first,
    ];
    d.says("2027-01-23T09:00:00Z", "b", "cert-b>cert-a 2027/002", &report);
    for home in ["a", "b", "oa"] {
        let overview = d.json("2027-01-23T10:00:00Z", home, &["overview"]);
        let contacts = &overview["contacts"];
        assert_eq!(
            (&contacts["differing"], &contacts["one_sided"]),
            (&1.into(), &serde_json::json!([])),
            "{contacts}"
        );
        let thread = d.at("2027-01-23T10:00:00Z", home, &["thread", first]).out;
        assert!(thread.contains("filed late"), "{thread}");
        assert!(thread.contains("as far as they can be read here: differing in planned, notes"), "{thread}");
    }
}

#[test]
fn content_that_was_deleted_leaves_its_commitment() {
    let (d, e) = told(Stage::End);
    d.at(END, "a", &["record", "redact", &e.opened, "--ground", "period-over"]).ok();
    d.carry(END, "a");
    for home in ["a", "b", "oa"] {
        let time = &later(END, 60);
        d.at(time, home, &["record", "erase"]).ok();
        let shown = d.at(time, home, &["report", &e.opened]).out;
        assert!(shown.contains("content deleted, commitment kept"), "{home}: {shown}");
    }
    d.at(&later(END, 90), "a", &["record", "fsck"]).ok();
}
