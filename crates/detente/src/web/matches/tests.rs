use detente_accord::record::RecordId;
use detente_accord::{PartyId, Time};
use detente_indicators::Kind;
use detente_node::live::RunId;
use detente_psi::size::SizeClass;

use super::*;
use crate::cli::result_table::Place as RowPlace;
use crate::web::layout::Here;
use crate::web::samples::{HOSTILE, NOW, framed, place, refuse_hostile, same_as_before};

const DAY_MS: u64 = 86_400_000;

fn class(items: u64) -> SizeClass {
    SizeClass::for_count(items).unwrap()
}

pub(crate) fn run(n: u8, role: Role, outcome: Option<Outcome>) -> RunView {
    RunView {
        id: RunId([n; 32]),
        record: RecordId::from_bytes([3; 32]),
        peer: PartyId::parse("cert-b").unwrap(),
        role,
        reveal: Reveal::Ours,
        code: "qc",
        kinds: vec![Kind::Ipv4, Kind::Domain],
        cap: 1000,
        purpose: "odd logins since Tuesday".into(),
        asked: class(40_837),
        held: Some(class(5_000)),
        made: Time(NOW.0 - u64::from(n) * DAY_MS),
        until: Time(NOW.0 + DAY_MS),
        stage: if outcome.is_some() { Stage::Ended } else { Stage::Running },
        phase: outcome.is_none().then_some("decode"),
        progress: 0.42,
        outcome,
        run: Some([9; 16]),
        entries: Vec::new(),
        receipts: vec![PartyId::parse("cert-a").unwrap(), PartyId::parse("cert-b").unwrap()],
        charged_items: 8_192,
    }
}

fn asked() -> Asked {
    Asked {
        view: RunView { stage: Stage::Asked, ..run(7, Role::Answerer, None) },
        learns: "cert-b learns which of its own items cert-a also holds.".into(),
        charge_items: 40_960,
        budget_left_items: 8_000,
        list: Some("standing".into()),
    }
}

fn view() -> View {
    let aborted = Outcome::Aborted { reason: "connection-lost".into(), step: "decode".into() };
    View {
        place: place(),
        peers: vec!["cert-b".into()],
        runs: vec![
            run(1, Role::Proposer, None),
            run(2, Role::Proposer, Some(Outcome::Done(Some(25)))),
            run(3, Role::Answerer, Some(Outcome::Done(None))),
            run(4, Role::Proposer, Some(Outcome::Refused("policy".into()))),
            run(5, Role::Proposer, Some(aborted)),
            run(6, Role::Proposer, Some(Outcome::Lapsed)),
            run(30, Role::Proposer, Some(Outcome::Done(Some(3)))),
        ],
        asked: vec![asked()],
        waiting: vec![("17".into(), about(Reveal::Ours))],
        mark: Some("form-mark".into()),
    }
}

pub(crate) fn view_many() -> View {
    let mut view = view();
    for (n, common) in [(10, 5), (14, 25), (18, 12), (22, 7), (26, 40)] {
        let mut run = run(n, Role::Proposer, Some(Outcome::Done(Some(common))));
        run.asked = class(u64::from(n) * 1500);
        view.runs.push(run);
    }
    view
}

pub(crate) fn asked_view() -> One {
    let asked = asked();
    One { run: asked.view.clone(), asked: Some(asked), found: None, ..one_view() }
}

#[test]
fn matches_are_as_they_were_looked_at() {
    let text = framed("Matches", Here::Matches, &page(&view()));
    same_as_before("matches", &text);
    for words in [
        "25 in common",
        "what is in common was for cert-b to learn",
        "cert-b refuses: ",
        "it cost budget",
        "no answer by ",
        "a match is not attribution",
        "Read and decide",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn the_drawing_says_its_numbers_in_words_and_in_a_table() {
    let text = page(&view()).into_string();
    let svg = text.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(svg.contains("role=\"img\" aria-labelledby=\"overlap-cert-b-title overlap-cert-b-desc\""));
    assert!(svg.contains("<title id=\"overlap-cert-b-title\">Overlap with cert-b over time</title>"));
    assert!(svg.contains("2 matches. First: 3 in common"));
    assert_eq!(["<circle", "<rect", "<polyline"].map(|shape| svg.matches(shape).count()), [3, 3, 3]);
    let table = text.split("</svg>").nth(1).unwrap();
    for number in ["<td data-label=\"in common\" class=\"num\">25</td>", ">3</td>", "40 960"] {
        assert!(table.contains(number), "{number}");
    }
}

pub(crate) fn about(reveal: Reveal) -> About {
    About {
        record: RecordId::from_bytes([3; 32]),
        peer: PartyId::parse("cert-b").unwrap(),
        doing: Doing::Start { reveal, purpose: "odd logins since Tuesday".into() },
        file: "ours.csv".into(),
        format: "csv".into(),
        counts: "41 207 read, 312 dropped (warninglist 312), 58 held back by their marking, 40 837 items"
            .into(),
        held_back: 58,
        unmarked: 12,
        kinds: [(Kind::Ipv4, 30_000), (Kind::Domain, 10_837)].into(),
        class: Some(class(40_837)),
        digest: "0a".repeat(32),
        until: Time(NOW.0 + 7 * DAY_MS),
        kept_until: Time(NOW.0 + 900_000),
        by: "Desk 1".into(),
    }
}

pub(crate) fn prepared_view(about: About) -> Prepared {
    Prepared {
        place: place(),
        id: "17".into(),
        about,
        seen_by: vec!["cert-b".into(), "oversight-a".into()],
        may: May::Start { subject: "0b".repeat(32), by_touch: true },
        mark: "form-mark".into(),
    }
}

#[test]
fn what_will_leave_and_what_they_will_learn_stand_before_the_button() {
    let text = framed("Before the match", Here::Matches, &prepared(&prepared_view(about(Reveal::Ours))));
    same_as_before("match-before", &text);
    let button = text.find("<button disabled>Start a match with").unwrap();
    for words in [
        "Will leave: ",
        "They will learn: ",
        "Not which items are in common, nor how many",
        "We will learn: ",
        "58 items held back by their marking",
        "On the record: ",
        "oversight-a",
        "12 items carry no marking",
    ] {
        assert!(text.find(words).is_some_and(|at| at < button), "{words}");
    }
    let both = prepared(&prepared_view(about(Reveal::Both))).into_string();
    assert!(both.contains("Also which of their own items we hold too.") && !both.contains("nor how many"));
}

#[test]
fn whoever_put_a_list_here_does_not_start_it() {
    let own = Prepared { may: May::Wait, ..prepared_view(about(Reveal::Ours)) };
    let text = prepared(&own).into_string();
    assert!(text.contains("another officer has to start it") && !text.contains("/start\""));
    let reader = Prepared { may: May::Read, ..prepared_view(about(Reveal::Ours)) };
    assert!(!prepared(&reader).into_string().contains("<form"));
}

#[test]
fn an_answer_says_what_its_terms_say() {
    let doing =
        Doing::Answer { run: RunId([7; 32]), learns: "cert-b learns which of its own items we hold.".into() };
    let answer = About { doing, ..about(Reveal::Ours) };
    let text = framed("Before the match", Here::Matches, &prepared(&prepared_view(answer)));
    same_as_before("match-answer", &text);
    assert!(text.contains("By the terms that both sign: ") && text.contains("Answer a match of cert-b"));
}

pub(crate) fn one_view() -> One {
    let places = vec![RowPlace { source: "ours.csv".into(), line: 17 }];
    let rows = vec![Row { kind: "domain".into(), value: "mail.example.com".into(), places }];
    let found = Found {
        rows,
        total: Some(25),
        kinds: "1 domain, 24 ipv4".into(),
        over_cap: true,
        they_learned: "that we asked".into(),
        wall_ms: 4_250,
        bytes: 1_234_567,
        transcript: Some("0f".repeat(32)),
    };
    One {
        place: place(),
        run: run(2, Role::Proposer, Some(Outcome::Done(Some(25)))),
        asked: None,
        found: Some(found),
        mark: Some("form-mark".into()),
    }
}

#[test]
fn a_result_says_what_an_export_tells_before_it_is_taken() {
    let text = framed("Match with cert-b", Here::Matches, &one(&one_view()));
    same_as_before("match-result", &text);
    let (told, stix) = (text.find("neither names").unwrap(), text.find("STIX 2.1 sightings").unwrap());
    assert!(told < stix && text.contains("ours.csv, line 17") && text.contains("… and 24 more"));
    assert!(text.contains("More is in common than the terms"));
}

#[test]
fn what_a_peer_asks_is_said_before_an_officer_decides() {
    let asked = asked();
    let view = One { run: asked.view.clone(), asked: Some(asked), found: None, ..one_view() };
    let text = framed("Match with cert-b", Here::Matches, &one(&view));
    same_as_before("match-asked", &text);
    let accept = text.find("Put the answer before a second officer").unwrap();
    for words in
        ["In the terms that both sign: ", "It does not fit: accepting is refused", "cert-b wrote, purpose"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(text.find("What they ask, and what they would learn").unwrap() < accept);
    let reader = one(&One { mark: None, ..view }).into_string();
    assert!(!reader.contains("method=\"post\"") && reader.contains("this sign-in may read"));
}

#[test]
fn what_a_peer_wrote_is_text_and_nothing_else() {
    let hostile = |outcome| RunView { purpose: HOSTILE.into(), ..run(1, Role::Answerer, Some(outcome)) };
    let aborted = Outcome::Aborted { reason: HOSTILE.into(), step: HOSTILE.into() };
    let runs = vec![hostile(aborted.clone()), hostile(Outcome::Refused(HOSTILE.into()))];
    refuse_hostile(&framed("Matches", Here::Matches, &page(&View { runs, ..view() })));
    let mut one_view = One { run: hostile(aborted), ..one_view() };
    one_view.asked = Some(Asked { learns: HOSTILE.into(), ..asked() });
    if let Some(found) = &mut one_view.found {
        found.they_learned = HOSTILE.into();
        found.rows[0].value = HOSTILE.into();
        found.rows[0].places[0].source = HOSTILE.into();
    }
    refuse_hostile(&framed("Match", Here::Matches, &one(&one_view)));
    let hostile = |doing| About { file: HOSTILE.into(), by: HOSTILE.into(), doing, ..about(Reveal::Ours) };
    let asks = hostile(Doing::Start { reveal: Reveal::Both, purpose: HOSTILE.into() });
    let answers = hostile(Doing::Answer { run: RunId([1; 32]), learns: HOSTILE.into() });
    for about in [asks, answers] {
        refuse_hostile(&framed("Before the match", Here::Matches, &prepared(&prepared_view(about))));
    }
}
