//! The observer's page as text: counts, no scores, and what the record can't show.

use detente_psi::Time;

use super::grouped;
use super::lay::labelled;
use super::talks::{CANNOT_SHOW, checked_here, one_sided};
use super::time::{near_day, roughly};
use crate::PartyId;
use crate::record::Series;
use crate::talks::overview::{Contacts, Overview, Questions, days};

/// Where texts begin.
const AT: usize = 23;

/// The page, for this many columns.
pub fn overview(overview: &Overview, accord: &str, columns: usize) -> String {
    let lines = rows(overview, accord)
        .into_iter()
        .flat_map(|(label, parts)| labelled(&label, AT.max(label.chars().count() + 2), &parts, columns));
    lines.collect::<Vec<_>>().join("\n")
}

/// The page as labels, each with its parts, for faces that lay them out by themselves.
pub fn rows(overview: &Overview, accord: &str) -> Vec<(String, Vec<String>)> {
    let shared = &overview.shared;
    let claims = &overview.claims;
    let silences = &overview.silences;
    let reply = match (claims.put, claims.put == claims.reply_given) {
        (0, _) => String::new(),
        (_, true) => ", right of reply given: yes".to_owned(),
        _ => format!(", right of reply given to {} of them", claims.reply_given),
    };
    let one = |text: String| vec![text];
    vec![
        (format!("RECORD {accord}"), record(overview)),
        ("SERIES".to_owned(), series(overview)),
        ("QUESTIONS ASKED".to_owned(), questions(overview)),
        ("TIME TO ANSWER".to_owned(), times(overview)),
        ("DENIALS".to_owned(), denials(overview)),
        ("CLAIMS".to_owned(), one(format!("{}{reply}", claims.put))),
        (
            "SILENCE OUTCOMES".to_owned(),
            one(format!(
                "{} adopted, {} broken{}",
                silences.adopted,
                silences.broken,
                if silences.running > 0 { format!(", {} running", silences.running) } else { String::new() }
            )),
        ),
        ("OFF-RECORD CONTACTS".to_owned(), contacts(&overview.contacts, overview.now)),
        (
            "SHARED".to_owned(),
            vec![
                format!("matches {} (only counts {})", shared.matches, shared.only_counts),
                format!("files handed over {} of {}", shared.handed_over, shared.files),
                format!("sealed {} (opened to an observer {})", shared.sealed, shared.sealed_opened),
            ],
        ),
        (
            "COMCHECKS".to_owned(),
            one(format!(
                "{} of {} answered by a person",
                overview.comchecks.by_person, overview.comchecks.sent
            )),
        ),
        ("EXERCISE ENTRIES".to_owned(), one(format!("{}, kept apart", grouped(overview.exercise_entries)))),
        ("SUSPENDED".to_owned(), suspended(overview)),
        ("CANNOT SHOW".to_owned(), one(CANNOT_SHOW.to_owned())),
    ]
}

fn record(overview: &Overview) -> Vec<String> {
    let logs = overview.logs.iter().map(|log| match log.held {
        0 => format!("{} none", log.log.party),
        held => format!("{} 1–{}", log.log.party, grouped(held)),
    });
    let gaps = overview
        .logs
        .iter()
        .filter(|log| log.known > log.held)
        .map(|log| format!("GAP: {} entries of {} are not here", grouped(log.known - log.held), log.log));
    let gaps: Vec<String> = gaps.collect();
    let gaps = if gaps.is_empty() { "no gaps".to_owned() } else { gaps.join(", ") };
    let unreadable: u64 = overview.logs.iter().map(|log| log.unreadable).sum();
    let unreadable = (unreadable > 0).then(|| format!("{unreadable} can't be read"));
    let (named, cosigned) = overview.witnesses;
    let witnesses = match named {
        0 => "no witness is named".to_owned(),
        named => format!("cosigned by {cosigned} of {named} witnesses"),
    };
    let mut parts = vec![format!(
        "{} logs, entries {}, {gaps}",
        overview.logs.len(),
        logs.collect::<Vec<_>>().join(", ")
    )];
    parts.extend(unreadable);
    parts.extend([checked_here(overview.now, overview.now), witnesses]);
    parts
}

/// `a>b`, `EX-one a>b`.
pub fn series_name(series: &Series) -> String {
    let exercise = series.exercise.as_ref().map_or_else(String::new, |id| format!("EX-{id} "));
    format!("{exercise}{}>{}", series.author, series.to.as_ref().map_or("*", PartyId::as_str))
}

fn series(overview: &Overview) -> Vec<String> {
    let of = |(series, total): (&Series, u64)| {
        let years: Vec<String> = overview
            .series
            .iter()
            .filter(|(other, ..)| other == series)
            .map(|(_, year, count)| format!("{year}: {count}"))
            .collect();
        let years = if years.len() > 1 { format!(" ({})", years.join(", ")) } else { String::new() };
        format!("{} {total}{years}", series_name(series))
    };
    or_none(overview.totals().into_iter().map(of).collect())
}

fn questions(overview: &Overview) -> Vec<String> {
    let of = |((asker, asked), of): (&(PartyId, PartyId), &Questions)| {
        let withdrawn =
            if of.withdrawn > 0 { format!(", withdrawn {}", of.withdrawn) } else { String::new() };
        format!(
            "{asker}→{asked} {} (answered {}, disagreement recorded {}, open {}{withdrawn})",
            of.asked, of.answered, of.disagreement, of.open
        )
    };
    or_none(overview.questions.iter().map(of).collect())
}

fn times(overview: &Overview) -> Vec<String> {
    let median = |((_, asked), of): (&(PartyId, PartyId), &Questions)| {
        of.median_ms().map(|ms| format!("median {} ({asked})", roughly(ms)))
    };
    let sum = |of: fn(&Questions) -> u64| overview.questions.values().map(of).sum::<u64>();
    let mut parts: Vec<String> = overview.questions.iter().filter_map(median).collect();
    parts.push(format!("late: {}", sum(|of| of.late)));
    parts.push(format!("never answered: {}", sum(|of| of.never_answered)));
    parts
}

fn denials(overview: &Overview) -> Vec<String> {
    let of = |(party, of): (&PartyId, &crate::talks::overview::Denials)| {
        let withdrawn =
            if of.withdrawn > 0 { format!(", {} withdrawn", of.withdrawn) } else { String::new() };
        format!("{party} {} ({} contested{withdrawn})", of.issued, of.contested)
    };
    or_none(overview.denials.iter().map(of).collect())
}

fn contacts(contacts: &Contacts, now: Time) -> Vec<String> {
    if contacts.all() == 0 {
        return or_none(Vec::new());
    }
    let some = |n: u64, words: &str| (n > 0).then(|| format!("{n} {words}"));
    let alone = contacts.one_sided.iter().map(|(party, _, at)| {
        let at = at.map_or_else(String::new, |at| format!(" ({})", near_day(at, now)));
        format!("{}{at}", one_sided(party))
    });
    let mut parts = vec![format!("{}:", contacts.all())];
    parts.extend(some(contacts.both, "reported by both"));
    parts.extend(some(contacts.differing, "differing"));
    parts.extend(some(contacts.waiting, "waiting for the other side"));
    parts.extend(alone);
    if let [first, second, rest @ ..] = parts.as_slice() {
        return std::iter::once(format!("{first} {second}")).chain(rest.iter().cloned()).collect();
    }
    parts
}

fn suspended(overview: &Overview) -> Vec<String> {
    let of = |((one, other), ms): (&(PartyId, PartyId), &u64)| format!("{one} and {other} {} d", days(*ms));
    or_none(overview.suspended.iter().map(of).collect())
}

fn or_none(parts: Vec<String>) -> Vec<String> {
    if parts.is_empty() { vec!["none".to_owned()] } else { parts }
}
