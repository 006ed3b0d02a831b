//! Silence procedures: the second at which they end.

use detente_accord::record::{Adoption, Cosigner, Position, Rules, Witness};
use detente_accord::talks::room::Outcome;
use detente_accord::{SecretKey, Time};
use detente_tlog::KeyName;

use super::Table;
use crate::world::{DAY, SECOND, Saying, id, saying};

const THREE: &[&str] = &["a", "b", "c"];
const WITNESS: &str = "w.example";

fn by_silence(rules: &mut Rules) {
    rules.adoption = Adoption::Silence;
    let name = KeyName::parse(WITNESS).unwrap();
    let ed = SecretKey::from_seed(&[9; 32]).public();
    rules.chair = detente_accord::record::Chair::Party(id("a"));
    rules.witnesses = vec![Witness { name, ed, pq: None, by: id("b") }];
}

fn draft(by: &'static str, rev: u64) -> Saying {
    saying(by, "draft", "propose").number("rev", rev).word("aim", "text")
}

/// A clean text that a puts under silence for two days; the silence and its end.
fn under_silence(table: &mut Table) -> (Position, Position, Time) {
    let text = table.took(&draft("b", 1));
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    let until = Time(table.world.now.0 + 2 * DAY);
    let silence = table.took(&saying("a", "silence", "silence").about(&[&text]).number("until", until.0));
    (text, silence, until)
}

fn broken(silence: &Position) -> Saying {
    saying("c", "silence", "break").about(&[silence]).word("by", "objection")
}

fn confirm(by: &'static str, silence: &Position, outcome: &str) -> Saying {
    saying(by, "silence", "confirm").about(&[silence]).word("outcome", outcome)
}

fn outcome(table: &Table, silence: &Position) -> Outcome {
    table.room(|room| room.silences()[silence].outcome(table.world.now))
}

fn phase(table: &Table, text: &Position) -> &'static str {
    table.room(|room| {
        let text = &room.texts()[text];
        room.text_phase(text, table.world.now).word_of(text)
    })
}

/// Who shows when the break was there.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Shown {
    /// The chair's node received it at once.
    Received,
    /// The chair's node received it a day later; the witness cosigned it at once.
    Witnessed,
    /// The same, but another party cosigned it.
    Cosigned,
    /// The chair's node received it a day later, and nobody cosigned it before.
    Late,
}

#[test]
fn a_break_counts_to_the_second() {
    let adopted = Outcome::Adopted;
    let by_c = Outcome::Broken(vec![id("c")]);
    let cases = [
        (-1, Shown::Received, by_c.clone(), "broken"),
        (0, Shown::Received, adopted.clone(), "adopted"),
        (1, Shown::Received, adopted.clone(), "adopted"),
        (-1, Shown::Witnessed, by_c.clone(), "broken"),
        (0, Shown::Witnessed, adopted.clone(), "adopted"),
        (1, Shown::Witnessed, adopted.clone(), "adopted"),
        (-1, Shown::Cosigned, by_c, "broken"),
        (0, Shown::Cosigned, adopted.clone(), "adopted"),
        (-1, Shown::Late, adopted, "adopted"),
    ];
    for (seconds, shown, expected, confirmed) in cases {
        let mut table = Table::with(THREE, by_silence);
        let (text, silence, until) = under_silence(&mut table);
        table.world.now = Time(until.0.checked_add_signed(seconds * SECOND as i64).unwrap());
        let at = table.world.post(&broken(&silence));
        assert_eq!(table.world.effect(&at), "took", "a late one is kept");
        match shown {
            Shown::Received => table.world.ack("a", &at),
            Shown::Witnessed => table.world.anchor(Cosigner::Witness(WITNESS.into()), "c", "c"),
            Shown::Cosigned => table.world.anchor(Cosigner::Mirror(id("b")), "c", "c"),
            Shown::Late => {}
        }
        table.days(1);
        table.world.ack("a", &at);
        let case = format!("{seconds} s, {shown:?}");
        assert_eq!(outcome(&table, &silence), expected, "{case}");
        let rolling = if confirmed == "broken" { "rolling-text" } else { "adopted" };
        assert_eq!(phase(&table, &text), rolling, "{case}");
        let late = table.room(|room| room.silences()[&silence].late_breaks().count());
        assert_eq!(late, usize::from(confirmed == "adopted"), "{case}");
        // The confirmation is issued either way, by the chair or by any node, and says what every node computes.
        assert!(table.room(|room| room.silences()[&silence].wants_confirmation(table.world.now)));
        let other = if confirmed == "broken" { "adopted" } else { "broken" };
        assert_eq!(table.says(&confirm("a", &silence, other)).1, "wrong-outcome", "{case}");
        table.took(&confirm("a", &silence, confirmed));
        table.took(&confirm("b", &silence, confirmed));
        assert!(!table.room(|room| room.silences()[&silence].wants_confirmation(table.world.now)));
    }
}

#[test]
fn nothing_is_confirmed_before_the_end_unless_it_is_broken() {
    let mut table = Table::with(THREE, by_silence);
    let (text, silence, until) = under_silence(&mut table);
    assert_eq!(phase(&table, &text), "under-silence");
    for outcome in ["adopted", "broken"] {
        assert_eq!(table.says(&confirm("b", &silence, outcome)).1, "too-early");
    }
    assert_eq!(table.says(&saying("a", "draft", "open").about(&[&text])).1, "wrong-phase");
    table.took(&broken(&silence).word("by", "amendment"));
    table.took(&confirm("b", &silence, "broken"));
    assert_eq!(phase(&table, &text), "rolling-text");
    let is_amendment = table.room(|room| room.silences()[&silence].breaks[0].is_amendment);
    assert!(is_amendment && table.world.now < until);
    // The amendment is the next draft.
    table.took(&saying("c", "draft", "revise").about(&[&text, &text]).number("rev", 1));
}

#[test]
fn a_silence_is_as_long_as_the_charter_says_and_over_a_clean_text() {
    let mut table = Table::with(THREE, by_silence);
    let text = table.took(&draft("b", 1));
    let silence = |table: &Table, ms: u64| {
        saying("a", "silence", "silence").about(&[&text]).number("until", table.world.now.0 + ms)
    };
    let long = silence(&table, 3 * DAY);
    assert_eq!(table.says(&long).1, "wrong-phase");
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    // `says` lets a minute pass first.
    let minute = 60 * SECOND;
    let short = silence(&table, DAY + minute - 1);
    assert_eq!(table.says(&short).1, "out-of-bounds");
    let by_b = saying("b", "silence", "silence").about(&[&text]).number("until", table.world.now.0 + 3 * DAY);
    assert_eq!(table.says(&by_b).1, "not-in-chair");
    let right = silence(&table, DAY + minute);
    table.took(&right);
}

#[test]
fn where_the_charter_wants_everybodys_word_nothing_is_put_under_silence() {
    let mut table = Table::with(THREE, |rules| {
        by_silence(rules);
        rules.adoption = Adoption::Consensus;
    });
    let text = table.took(&draft("b", 1));
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    let until = table.world.now.0 + 3 * DAY;
    let silence = saying("a", "silence", "silence").about(&[&text]).number("until", until);
    assert_eq!(table.says(&silence).1, "not-permitted");
}

#[test]
fn a_norm_that_nobody_objects_to_is_agreed() {
    let mut table = Table::with(THREE, by_silence);
    let norm = table.norm("b", "E4");
    let until = table.world.now.0 + 2 * DAY;
    let silence = table.took(&saying("a", "silence", "silence").about(&[&norm]).number("until", until));
    assert_eq!(table.cells(&norm)[0], "ab not-in-force: under-silence");
    // In time while the silence runs; late after it.
    table.reserve("b", &norm, "modify");
    table.days(2);
    let late = table.reserve("c", &norm, "modify");
    assert_eq!(table.cells(&norm), ["ab pending by b", "ac as-written", "bc pending by b"]);
    table.object("a", &late, "simple");
    table.took(&confirm("c", &silence, "adopted"));
    // A break that a witness saw in time undoes it, whenever it comes.
    let mut other = Table::with(THREE, by_silence);
    let norm = other.norm("b", "E4");
    let until = other.world.now.0 + 2 * DAY;
    let silence = other.took(&saying("a", "silence", "silence").about(&[&norm]).number("until", until));
    other.world.now = Time(until - SECOND);
    let at = other.world.post(&broken(&silence));
    other.days(3);
    assert_eq!(other.cells(&norm)[0], "ab as-written");
    other.took(&saying("a", "norm", "review").about(&[&norm]).word("outcome", "open"));
    other.world.now = Time(until - SECOND);
    other.world.anchor(Cosigner::Witness(WITNESS.into()), "c", "c");
    other.days(3);
    assert_eq!(other.world.effect(&at), "took");
    assert_eq!(other.cells(&norm)[0], "ab not-in-force: proposed");
}

#[test]
fn a_confirmation_that_had_not_seen_a_break_moves_nothing() {
    let mut table = Table::with(THREE, by_silence);
    let (text, silence, until) = under_silence(&mut table);
    table.world.apart();
    table.world.now = Time(until.0 - SECOND);
    let at = table.world.post(&broken(&silence));
    table.world.anchor(Cosigner::Witness(WITNESS.into()), "c", "c");
    table.world.now = Time(until.0 + SECOND);
    let blind = table.world.post(&confirm("b", &silence, "adopted"));
    assert_eq!(table.world.effect(&blind), "took");
    assert_eq!(outcome(&table, &silence), Outcome::Broken(vec![id("c")]));
    assert_eq!(phase(&table, &text), "rolling-text");
    table.world.see("b", "c", at.seq + 1);
    assert_eq!(table.world.try_saying(&confirm("b", &silence, "adopted")), "wrong-outcome");
}

#[test]
fn a_revision_that_crossed_the_silence_overtakes_it() {
    let mut table = Table::with(THREE, by_silence);
    let text = table.took(&draft("b", 1));
    table.took(&saying("a", "draft", "clean").about(&[&text]));
    table.world.apart();
    let revised = table.world.post(&saying("b", "draft", "revise").about(&[&text, &text]).number("rev", 1));
    let until = table.world.now.0 + 2 * DAY;
    let silence = saying("a", "silence", "silence").about(&[&text]).number("until", until);
    let silence = table.world.post(&silence);
    for at in [&revised, &silence] {
        assert_eq!(table.world.effect(at), "took");
    }
    table.days(3);
    assert_eq!(outcome(&table, &silence), Outcome::Overtaken);
    assert_eq!(phase(&table, &text), "rolling-text");
}
