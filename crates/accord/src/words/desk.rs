//! The duty officer's screen as text: times in UTC with what remains, nearest deadline first.

use detente_psi::Time;

use super::lay::{beside, ends, labelled, padded, ruler, width};
use super::talks;
use super::time::{day, left, moment, near, near_day, passed, roughly, weekday};
use crate::talks::DueState;
use crate::talks::desk::{Alarm, Desk, Duty, Exercise, Force, Line, Note, Pending, Undelivered};

/// Where texts behind labels begin.
const LINE_AT: usize = 9;
const LABEL_AT: usize = 21;

/// What the record does not know of a desk.
#[derive(Clone, Default, Debug)]
pub struct Around {
    /// The accord, by its title.
    pub accord: String,
    /// Our own local time, where it is not UTC.
    pub local: Option<String>,
    /// What is wrong with this node: on top, in words.
    pub alarms: Vec<String>,
    /// What waits for the signature of a second office.
    pub waiting: Vec<Waiting>,
}

/// Something that waits for its release.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its name.
    pub name: String,
    /// The code of its format, and to whom it goes.
    pub what: String,
    /// Who signed it.
    pub signed_by: String,
    /// When it was made.
    pub made: Time,
}

/// The screen, for this many columns.
pub fn desk(desk: &Desk, around: &Around, columns: usize) -> String {
    let now = desk.now;
    let mut lines =
        ends(&head(now, around), &format!("ACCORD {}{}", around.accord, force(&desk.force)), columns);
    let alarms = desk.alarms.iter().map(|one| alarm(one, now)).chain(around.alarms.iter().cloned());
    for text in alarms {
        lines.extend(labelled("WRONG", LINE_AT, &[text], columns));
    }
    for peer in &desk.lines {
        lines.extend(labelled("LINE", LINE_AT, &line(peer, now), columns));
    }
    lines.push(ruler(columns));
    let ours = duties("WE OWE", &desk.we_owe, now, columns);
    let theirs = duties("THEY OWE", &desk.they_owe, now, columns);
    lines.extend(beside(&ours, &theirs, columns));
    lines.push(ruler(columns));
    lines.extend(listed("UNDER SILENCE", desk.silences.iter().map(|one| silence(one, now)), columns));
    if !desk.reservations.is_empty() {
        let rows = desk.reservations.iter().map(|one| reservation(one, now));
        lines.extend(listed("YOU MAY OBJECT", rows, columns));
    }
    lines.extend(listed("WAITING FOR RELEASE", around.waiting.iter().map(|one| pending(one, now)), columns));
    lines.extend(listed("EXERCISES", desk.exercises.iter().map(|one| exercise(one, now)), columns));
    lines.extend(listed("NOT DELIVERED", desk.undelivered.iter().map(|one| undelivered(one, now)), columns));
    lines.join("\n")
}

fn head(now: Time, around: &Around) -> String {
    let local = around.local.as_ref().map_or_else(String::new, |local| format!("   ours {local}"));
    let time = moment(now);
    let time = time.strip_prefix(&day(now)).unwrap_or_default();
    format!("{} {} {time}{local}", weekday(now), day(now))
}

/// What is wrong, in words.
pub fn alarm(alarm: &Alarm, now: Time) -> String {
    match alarm {
        Alarm::TwoVersions { log } => {
            format!("two versions of {}'s log {log} exist, or it was stopped", log.party)
        }
        Alarm::Timer { last: Some(at) } => {
            format!("our node has signed nothing since {}: its timer may be dead", near(*at, now))
        }
        Alarm::Timer { last: None } => "our node has signed nothing yet".to_owned(),
        Alarm::KeyExpired { office, at } => {
            format!("the key of our office {office} ended {}", near(*at, now))
        }
        Alarm::Clock { by_ms, of } => {
            format!("a clock is off: {of} signed {} ahead of our time", roughly(*by_ms))
        }
    }
}

/// The line to a peer, in parts.
fn line(line: &Line, now: Time) -> Vec<String> {
    let ago = |at: Time| now.0.saturating_sub(at.0);
    let receipt = match line.receipt {
        Some(at) => format!("last machine receipt {} ago", passed(ago(at))),
        None => "no machine receipt yet".to_owned(),
    };
    let person = match line.person {
        Some(at) => format!("last human answer {} ago", roughly(ago(at))),
        None => "no human answer yet".to_owned(),
    };
    let comcheck = match line.comcheck {
        Some(at) if at <= now => format!("comcheck {}", talks::overdue(ago(at))),
        Some(at) => format!("comcheck due by {}", near_day(at, now)),
        None => "no comcheck yet".to_owned(),
    };
    let suspended = line.suspended.iter().map(|span| talks::suspended(span, now));
    let parts = [format!("{}  {receipt}", line.peer), person, comcheck];
    parts.into_iter().chain(suspended).collect()
}

/// A list of what is owed: head, clock and what remains in columns, notes below.
fn duties(title: &str, duties: &[Duty], now: Time, columns: usize) -> Vec<String> {
    let mut lines = vec![format!("{title} ({})", duties.len())];
    if duties.is_empty() {
        lines.push("  nothing".to_owned());
    }
    let heads: Vec<String> = duties.iter().map(head_of).collect();
    let clocks: Vec<String> = duties.iter().map(|duty| talks::due(&duty.due, duty.state, now)).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let (of_heads, of_clocks) = (widest(&heads), widest(&clocks));
    for ((duty, head), clock) in duties.iter().zip(&heads).zip(&clocks) {
        let remains = match duty.state {
            DueState::Running { at } => left(at.0.saturating_sub(now.0)),
            _ => String::new(),
        };
        let behind = format!("{}  {remains}", padded(clock, of_clocks));
        let one = format!("{}  {}", padded(head, of_heads), behind.trim_end());
        if of_heads + of_clocks + 10 <= columns {
            lines.push(one);
        } else {
            lines.extend([head.clone(), format!("  {}  {remains}", clock).trim_end().to_owned()]);
        }
        let notes: Vec<String> = duty.notes.iter().map(|one| note(one, now)).collect();
        if !notes.is_empty() {
            lines.push(format!("  {}", notes.join("; ")));
        }
    }
    lines
}

/// `b>a 2026/010 NTC immediate`.
fn head_of(duty: &Duty) -> String {
    let number = duty.number.as_ref().map_or_else(|| duty.thread.to_string(), ToString::to_string);
    let precedence = duty.precedence.as_deref().filter(|word| *word != "routine");
    let precedence = precedence.map_or_else(String::new, |word| format!(" {word}"));
    format!("{number} {}{precedence}", duty.code)
}

/// A note, in words.
pub fn note(note: &Note, now: Time) -> String {
    match note {
        Note::Holding { since } => talks::holding_since(*since, now),
        Note::Extension { granted } => talks::extension(*granted).to_owned(),
        Note::Capped => "cut short by the end of the accord".to_owned(),
        Note::Single => talks::SINGLE.to_owned(),
    }
}

fn listed(label: &str, items: impl Iterator<Item = String>, columns: usize) -> Vec<String> {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return vec![format!("{}none", padded(label, LABEL_AT))];
    }
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    items
        .into_iter()
        .zip(labels)
        .flat_map(|(item, label)| labelled(label, LABEL_AT, &[item], columns))
        .collect()
}

fn silence(one: &Pending, now: Time) -> String {
    format!("{}  {}", one.about, talks::under_silence(one.until.unwrap_or(now), now))
}

fn reservation(one: &Pending, now: Time) -> String {
    let number = one.number.as_ref().map_or_else(|| one.entry.to_string(), ToString::to_string);
    let how = match one.until {
        Some(until) => format!("accepted unless someone objects by {}", near(until, now)),
        None => "waits for a word: silence never accepts it".to_owned(),
    };
    format!("{number} {} of {}  {how}", one.about, one.by)
}

/// Where an accord stands, as it goes on after its title: ` rev 4, in force`.
pub fn force(force: &Force) -> String {
    let rev = force.rev.map_or_else(String::new, |rev| format!(" rev {rev}"));
    let (signed, parties) = force.signed;
    match (force.ended, force.in_force) {
        (true, _) => format!("{rev}, ended"),
        (_, true) => format!("{rev}, in force"),
        _ => format!("{rev}, signed by {signed} of {parties}"),
    }
}

fn pending(one: &Waiting, now: Time) -> String {
    format!("{}, drafted {} by {}: {}", one.what, near(one.made, now), one.signed_by, one.name)
}

fn exercise(one: &Exercise, now: Time) -> String {
    let until = one.until.map_or_else(String::new, |until| format!(" until {}", near(until, now)));
    format!("EX-{} {}{until}", one.id, one.phase)
}

fn undelivered(one: &Undelivered, now: Time) -> String {
    let number = one.number.as_ref().map_or_else(|| one.entry.to_string(), ToString::to_string);
    format!("{number} {}  {}", one.code, why_undelivered(one, now))
}

/// Why something has not arrived, as far as that is known.
pub fn why_undelivered(one: &Undelivered, now: Time) -> String {
    let tendered = if one.tendered { "tendered; " } else { "" };
    if one.known_to_exist {
        return format!("{tendered}{}", talks::KNOWN_TO_EXIST);
    }
    format!("{tendered}{}", talks::not_delivered(one.last_sign, now))
}
