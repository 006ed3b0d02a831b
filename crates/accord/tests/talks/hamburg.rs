//! HAMBURG-1: the dialogue of the handbook, and what an observer computes from it.

use detente_accord::jcs::Value;
use detente_accord::record::{Position, Series};
use detente_accord::talks::desk::{Desk, Duty};
use detente_accord::talks::overview::{Overview, days};
use detente_accord::talks::{Owed, Thread};
use detente_accord::words::overview::overview;
use detente_accord::words::talks;
use detente_accord::{PartyId, Time};

use crate::screens::same;
use crate::world::{DAY, HOUR, SECOND, Saying, Shape, World, id, saying};

const MINUTE: u64 = 60 * SECOND;
/// 1 October 2026, 00:00Z.
const OCTOBER: u64 = 1_790_812_800_000;
/// How long a delivery takes.
const DELIVERY: u64 = 4 * SECOND;

/// A moment of the story: days from 1 October 2026, and the time of day.
fn on(day: u64, hour: u64, minute: u64) -> Time {
    Time(OCTOBER + (day - 1) * DAY + hour * HOUR + minute * MINUTE)
}

/// 1 November is day 32, 1 January day 93.
const NOVEMBER: u64 = 31;
const JANUARY: u64 = 92;

struct Story {
    world: World,
}

impl Story {
    fn begin() -> Story {
        let mut world = World::found(&Shape::of(&["a", "b"]).observed_by(&["oa"]));
        world.now = on(1, 8, 0);
        Story { world }
    }

    /// Says it at a time, and has it received four seconds later.
    #[track_caller]
    fn say(&mut self, at: Time, saying: &Saying) -> Position {
        self.world.now = at;
        let position = self.world.post(saying);
        self.world.now = Time(at.0 + DELIVERY);
        self.world.deliver(&position);
        assert_eq!(self.world.effect(&position), "took", "{position}");
        position
    }
}

/// The whole of it.
fn told() -> Story {
    let mut story = Story::begin();
    let s = &mut story;
    let terms = s.say(on(1, 8, 30), &saying("a", "terms", "terms").to("b"));
    let consent = s.say(on(1, 8, 32), &saying("b", "terms", "consent").about(&[&terms]));
    let ours = s.say(on(1, 8, 33), &saying("a", "list", "commit").to("b").about(&[&terms, &consent]));
    let theirs = s.say(on(1, 8, 33), &saying("b", "list", "commit").to("a").about(&[&terms, &consent]));
    for (party, to) in [("a", "b"), ("b", "a")] {
        let receipt = saying(party, "receipt", "receipt").to(to);
        s.say(on(1, 8, 35), &receipt.about(&[&terms, &consent, &ours, &theirs]));
    }
    let classes = ["log", "log", "log", "log", "log", "sealed"].map(Value::text).to_vec();
    let committed = saying("a", "exhibit", "commit").to("b").number("count", 6);
    let exhibit = s.say(on(1, 8, 50), &committed.with("classes", Value::Array(classes)));
    let inquiry = saying("a", "inquiry", "release").to("b").word("kind", "incident").word("prec", "priority");
    let inquiry = s.say(on(1, 9, 0), &inquiry.word("norm", "E2"));
    s.say(on(1, 9, 51), &saying("b", "reply", "acknowledge").about(&[&inquiry]));
    s.say(on(2, 8, 10), &saying("b", "reply", "more-information-wanted").about(&[&inquiry]));
    s.say(on(3, 9, 58), &saying("a", "exhibit", "open").to("b").number("opened", 2).about(&[&exhibit]));
    s.say(on(3, 10, 0), &saying("a", "inquiry", "supply").about(&[&inquiry]));
    let denial =
        s.say(on(5, 14, 50), &saying("b", "denial", "denial").about(&[&inquiry]).word("search", "yes"));
    s.say(on(6, 9, 0), &saying("a", "position", "contest").about(&[&denial]));
    let offer = saying("a", "undertaking", "offer").to("b").number("from", on(6, 11, 0).0);
    let offer = offer.number("until", on(NOVEMBER + 33, 0, 0).0).number("review", on(JANUARY + 15, 0, 0).0);
    let offer = s.say(on(6, 11, 0), &offer);
    s.say(on(9, 16, 0), &saying("b", "undertaking", "accept").about(&[&offer]));
    let close = saying("a", "inquiry", "close").word("outcome", "disagreement-recorded");
    s.say(on(9, 17, 0), &close.about(&[&inquiry]));
    let dinner = saying("a", "contact", "report").to("b").number("at", on(12, 19, 0).0).word("notes", "no");
    s.say(on(13, 7, 0), &dinner.word("channel", "in-person"));
    let disclosure = saying("a", "disclosure", "propose").to("b").about(&[&inquiry]);
    let disclosure = s.say(on(19, 10, 0), &disclosure);
    let answer = saying("b", "disclosure", "consult-answer").word("answer", "add").about(&[&disclosure]);
    let answer = s.say(on(23, 12, 0), &answer);
    let release = saying("a", "disclosure", "release").word("ground", "agreed");
    s.say(on(26, 9, 0), &release.about(&[&disclosure, &answer]));
    let ask = s.say(on(27, 10, 0), &saying("oa", "observer", "ask").to("a").about(&[&exhibit]));
    s.say(on(27, 15, 0), &saying("a", "observer", "grant").about(&[&ask]));
    s.say(on(27, 15, 0), &saying("a", "exhibit", "open").to("oa").number("opened", 1).about(&[&exhibit]));
    s.say(on(28, 9, 0), &saying("oa", "observer", "note").to("a").about(&[&exhibit]));
    let suspended = saying("b", "suspension", "suspend").to("a").number("days", 90);
    let suspended = s.say(on(NOVEMBER + 20, 12, 0), &suspended);
    s.say(on(JANUARY + 22, 12, 0), &saying("b", "suspension", "resume").about(&[&suspended]));
    s.world.now = on(JANUARY + 23, 9, 0);
    story
}

#[test]
fn an_observer_computes_the_end_of_the_story() {
    let story = told();
    let seen = Overview::of(&story.world.state(), &story.world.held(), story.world.now);
    let total = |from: &str, to: &str| {
        let is = |series: &&Series| {
            series.author == id(from) && series.to == Some(id(to)) && series.exercise.is_none()
        };
        seen.totals().into_iter().find(|(series, _)| is(series)).map(|(_, total)| total)
    };
    let totals = [total("a", "b"), total("b", "a"), total("oa", "a"), total("a", "oa")];
    assert_eq!(totals, [Some(13), Some(10), Some(2), Some(2)]);
    assert_eq!(seen.totals().len(), 4, "talks and norms aside, nobody said anything to everybody");
    assert!(!seen.has_gaps());
    let pair: (PartyId, PartyId) = (id("a"), id("b"));
    assert_eq!(seen.questions.len(), 1);
    let questions = &seen.questions[&pair];
    assert_eq!((questions.asked, questions.disagreement, questions.open, questions.answered), (1, 1, 0, 0));
    assert_eq!((questions.late, questions.never_answered), (1, 0));
    assert_eq!(seen.denials.len(), 1);
    let denials = &seen.denials[&id("b")];
    assert_eq!((denials.issued, denials.contested, denials.withdrawn), (1, 1, 0));
    assert_eq!(seen.claims.put, 0);
    assert_eq!(seen.contacts.all(), 1);
    let [(reporter, _, at)] = seen.contacts.one_sided.as_slice() else { panic!("{:?}", seen.contacts) };
    assert_eq!((reporter, *at), (&id("a"), Some(on(12, 19, 0))));
    let shared = &seen.shared;
    assert_eq!((shared.matches, shared.only_counts, shared.aborted), (1, 0, 0));
    assert_eq!((shared.sealed, shared.sealed_opened), (1, 1));
    assert_eq!((shared.handed_over, shared.files), (2, 5));
    assert_eq!(days(seen.suspended[&pair]), 60);
    assert_eq!(seen.exercise_entries, 0);
    for columns in [80, 100] {
        let shown = overview(&seen, "HAMBURG-1", columns);
        for line in shown.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        same(&format!("hamburg-{columns}"), &shown);
    }
}

#[test]
fn the_answer_was_four_hours_late() {
    let story = told();
    let seen = Overview::of(&story.world.state(), &story.world.held(), story.world.now);
    // Received 1 October 09:00:04, answered 5 October 14:50:04.
    assert_eq!(seen.questions[&(id("a"), id("b"))].median_ms(), Some(4 * DAY + 5 * HOUR + 50 * MINUTE));
    let inquiry = seen_inquiry(&story.world);
    let (due, state) = story.world.due(&inquiry, Owed::Answer);
    assert_eq!(talks::due(&due, state, on(5, 15, 0)), "answer 14:50Z, late 04:00:00");
    assert_eq!(due.at(&[]), Some(Time(on(5, 10, 50).0 + DELIVERY)));
}

/// The only inquiry.
fn seen_inquiry(world: &World) -> Position {
    let state = world.state();
    let mut threads = state.talks().threads().iter();
    let found = threads.find(|(_, thread)| matches!(thread, Thread::Inquiry(_))).unwrap();
    found.0.clone()
}

#[test]
fn the_desks_of_both_sides_at_moments_of_the_story() {
    let mut story = Story::begin();
    let inquiry = saying("a", "inquiry", "release").to("b").word("kind", "incident").word("prec", "priority");
    let inquiry = story.say(on(1, 9, 0), &inquiry);
    story.say(on(1, 9, 51), &saying("b", "reply", "acknowledge").about(&[&inquiry]));
    story.say(on(2, 8, 10), &saying("b", "reply", "more-information-wanted").about(&[&inquiry]));
    story.world.now = on(2, 9, 0);
    // While more is wanted the ball is with who asked.
    let words = |us: &str| {
        let desk = Desk::of(
            &story.world.state(),
            &story.world.held(),
            &story.world.charter,
            &id(us),
            story.world.now,
        );
        let of = |duties: &[Duty]| -> Vec<String> {
            duties.iter().map(|duty| talks::due(&duty.due, duty.state, desk.now)).collect()
        };
        (of(&desk.we_owe), of(&desk.they_owe))
    };
    assert_eq!(words("a").0, ["supply by 5 Oct 08:10Z"]);
    assert_eq!(words("b").1, ["supply by 5 Oct 08:10Z"]);
    assert_eq!(words("b").0, ["answer waits: with a since 08:10Z"]);
}
