//! What an observer sees at a glance, computed from the record alone: what was asked and answered, what was denied,
//! what was said outside, what was shared. Exercises stand apart. No scores.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::room::Outcome;
use super::{DueState, Now, Owed, Span, Thread};
use crate::PartyId;
use crate::jcs::Value;
use crate::limits::DAY_MS;
use crate::record::{
    Cosigner, Effect, Held, Leaf, LogId, Position, Series, Stage, State, integer, place_of, text,
};

/// The record at a glance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overview {
    /// The time it is for.
    pub now: Time,
    /// The logs.
    pub logs: Vec<LogLine>,
    /// How many witnesses the rules name, and how many of them cosigned a head of every log.
    pub witnesses: (usize, usize),
    /// How many numbered statements each series has, by year. Exercises have series of their own.
    pub series: Vec<(Series, u64, u64)>,
    /// By who asked whom.
    pub questions: BTreeMap<(PartyId, PartyId), Questions>,
    /// Denials by their author.
    pub denials: BTreeMap<PartyId, Denials>,
    /// Attributions.
    pub claims: Claims,
    /// Texts under silence.
    pub silences: Silences,
    /// What was said outside the record.
    pub contacts: Contacts,
    /// What was compared and handed over.
    pub shared: Shared,
    /// Checks of the line.
    pub comchecks: Comchecks,
    /// Entries of exercises: in none of the other counts.
    pub exercise_entries: u64,
    /// How long the clocks of two parties have stood still, in milliseconds.
    pub suspended: BTreeMap<(PartyId, PartyId), u64>,
}

/// A log as it is held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Which.
    pub log: LogId,
    /// How many entries are here, from the first on.
    pub held: u64,
    /// How many there are as far as anybody's head shows: more is a gap.
    pub known: u64,
    /// Entries that can't be read.
    pub unreadable: u64,
}

/// Questions of one party to another.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Questions {
    /// All of them.
    pub asked: u64,
    /// Answered, and not closed with a disagreement.
    pub answered: u64,
    /// Closed with a disagreement on record.
    pub disagreement: u64,
    /// Neither answered nor over.
    pub open: u64,
    /// Withdrawn by who asked.
    pub withdrawn: u64,
    /// Answered later than the clock allowed.
    pub late: u64,
    /// The clock ran out, or the thread ended, without an answer.
    pub never_answered: u64,
    /// Time to the first answer, in milliseconds, ascending.
    pub answer_ms: Vec<u64>,
}

impl Questions {
    /// The median time to an answer, in milliseconds; the lower one of two.
    pub fn median_ms(&self) -> Option<u64> {
        self.answer_ms.get(self.answer_ms.len().checked_sub(1)? / 2).copied()
    }
}

/// Denials of one party.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Denials {
    /// All of them.
    pub issued: u64,
    /// Contested by somebody.
    pub contested: u64,
    /// Withdrawn by their author.
    pub withdrawn: u64,
}

/// Attributions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Claims {
    /// Put to somebody.
    pub put: u64,
    /// Of them with a right of reply.
    pub reply_given: u64,
}

/// What came of silences.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Silences {
    /// Nobody objected.
    pub adopted: u64,
    /// Somebody did.
    pub broken: u64,
    /// Their time is not over.
    pub running: u64,
}

/// Contacts outside the record.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Contacts {
    /// Reported by both, alike.
    pub both: u64,
    /// Reported by both, differently.
    pub differing: u64,
    /// The other side's time still runs.
    pub waiting: u64,
    /// Reported by one side alone: who, where it stands, when it took place.
    pub one_sided: Vec<(PartyId, Position, Option<Time>)>,
}

impl Contacts {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.both + self.differing + self.waiting + self.one_sided.len() as u64
    }
}

/// What was compared and handed over.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Shared {
    /// Matches that ended with receipts of both.
    pub matches: u64,
    /// Of them, by their terms, only a number.
    pub only_counts: u64,
    /// Matches that broke off.
    pub aborted: u64,
    /// Files committed to and meant to be opened.
    pub files: u64,
    /// Of them opened to a party.
    pub handed_over: u64,
    /// Files committed to and kept sealed.
    pub sealed: u64,
    /// Of them opened to an observer.
    pub sealed_opened: u64,
}

/// Checks of the line.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Comchecks {
    /// Sent.
    pub sent: u64,
    /// Answered by a person.
    pub by_person: u64,
}

/// The class of an exhibit that stays sealed, one for each such item in `classes`.
pub const SEALED_CLASS: &str = "sealed";

impl Overview {
    /// The record at a time.
    pub fn of(state: &State, held: &Held, time: Time) -> Overview {
        Overview::within(state, held, time, Span { from: Time(0), until: None })
    }

    /// The same of a stretch of time: what was opened in it counts, with everything that became of it since.
    pub fn within(state: &State, held: &Held, time: Time, span: Span) -> Overview {
        let now = Now { time, rules: state.rules(), talks: state.talks() };
        let counting = Counting { state, held, now, span };
        Overview {
            now: time,
            logs: counting.logs(),
            witnesses: counting.witnesses(),
            series: counting.series(),
            questions: counting.questions(),
            denials: counting.denials(),
            claims: counting.claims(),
            silences: counting.silences(),
            contacts: counting.contacts(),
            shared: counting.shared(),
            comchecks: counting.comchecks(),
            exercise_entries: counting.all().filter(|(_, leaf)| leaf.said.exercise).count() as u64,
            suspended: counting.suspended(),
        }
    }

    /// How many numbered statements each series has in all its years.
    pub fn totals(&self) -> BTreeMap<&Series, u64> {
        let mut totals: BTreeMap<&Series, u64> = BTreeMap::new();
        for (series, _, count) in &self.series {
            *totals.entry(series).or_default() += count;
        }
        totals
    }

    /// Whether an entry is missing of any log.
    pub fn has_gaps(&self) -> bool {
        self.logs.iter().any(|log| log.known > log.held)
    }
}

struct Counting<'a> {
    state: &'a State,
    held: &'a Held,
    now: Now<'a>,
    span: Span,
}

impl<'a> Counting<'a> {
    fn counts(&self, time: Time) -> bool {
        self.span.from <= time && self.span.until.is_none_or(|until| time < until)
    }

    /// Everything that can be read and has an effect, in causal order.
    fn all(&self) -> impl Iterator<Item = (Position, &'a Leaf)> + use<'a, '_> {
        let (state, held) = (self.state, self.held);
        let took = state.order().positions().filter(move |at| state.effect(at) == Some(&Effect::Took));
        let leaves = took.filter_map(move |at| held.leaf(&at).map(|leaf| (at, leaf)));
        leaves.filter(move |(_, leaf)| self.counts(leaf.place.time))
    }

    /// The real ones of one act.
    fn of(
        &self,
        kind: &'static str,
        act: &'static str,
    ) -> impl Iterator<Item = (Position, &'a Leaf)> + use<'a, '_> {
        self.all().filter(move |(_, leaf)| {
            !leaf.said.exercise && leaf.said.kind == kind && text(leaf, "act") == Some(act)
        })
    }

    /// Real threads.
    fn threads(&self) -> impl Iterator<Item = (&'a Position, &'a Thread)> {
        let all = self.state.talks().threads().iter();
        all.filter(|(_, thread)| {
            thread.exercise().is_none() && thread.opening().is_some_and(|event| self.counts(event.said()))
        })
    }

    fn logs(&self) -> Vec<LogLine> {
        let mut known: BTreeMap<&LogId, u64> = BTreeMap::new();
        let leaves = self.held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        let heads = leaves.flat_map(|leaf| &leaf.place.heads).map(|head| (&head.log, head.size));
        let notes = self.held.notes.values().map(|note| (&note.log, note.size));
        for (log, size) in heads.chain(notes) {
            let largest = known.entry(log).or_default();
            *largest = (*largest).max(size);
        }
        let names: BTreeSet<&LogId> = self.held.logs.keys().chain(known.keys().copied()).collect();
        let line = |log: &LogId| {
            let held = self.held.size(log);
            let entries = self.held.logs.get(log).into_iter().flatten();
            LogLine {
                held,
                known: known.get(log).copied().unwrap_or(0).max(held),
                unreadable: entries.filter(|entry| entry.leaf.is_none()).count() as u64,
                log: log.clone(),
            }
        };
        names.into_iter().map(line).collect()
    }

    fn witnesses(&self) -> (usize, usize) {
        let named = &self.now.rules.witnesses;
        let cosigned = |log: &LogId, name: &str| {
            self.held.notes.values().any(|note| {
                note.log == *log && note.cosigners.contains_key(&Cosigner::Witness(name.to_owned()))
            })
        };
        let everywhere = named
            .iter()
            .filter(|witness| self.held.logs.keys().all(|log| cosigned(log, witness.name.as_str())));
        (named.len(), everywhere.count())
    }

    fn series(&self) -> Vec<(Series, u64, u64)> {
        let mut count: BTreeMap<(Series, u64), u64> = BTreeMap::new();
        for position in self.state.order().positions() {
            if !self.held.leaf(&position).is_some_and(|leaf| self.counts(leaf.place.time)) {
                continue;
            }
            if let Some(number) = self.state.number(&position) {
                let highest = count.entry((number.series.clone(), number.year)).or_default();
                *highest = (*highest).max(number.number);
            }
        }
        count.into_iter().map(|((series, year), highest)| (series, year, highest)).collect()
    }

    fn questions(&self) -> BTreeMap<(PartyId, PartyId), Questions> {
        let mut all: BTreeMap<(PartyId, PartyId), Questions> = BTreeMap::new();
        for (_, thread) in self.threads() {
            let Thread::Inquiry(views) = thread else { continue };
            let inquiry = views.whole();
            let Some(asked) = inquiry.sides.addressee.clone() else { continue };
            let pauses = self.now.pauses(&inquiry.sides.opener, &asked);
            let due = thread.dues(&self.now).into_iter().find(|due| due.what == Owed::Answer);
            let state = due.map(|due| due.state(self.now.time, &pauses));
            let phase = thread.phase(&self.now);
            let of = all.entry((inquiry.sides.opener.clone(), asked)).or_default();
            of.asked += 1;
            let answered = inquiry.answer().is_some();
            match (phase, inquiry.outcome.as_deref()) {
                ("withdrawn", _) => of.withdrawn += 1,
                (_, Some("disagreement-recorded")) => of.disagreement += 1,
                _ if answered => of.answered += 1,
                ("closed", _) => {}
                _ => of.open += 1,
            }
            of.late += u64::from(matches!(state, Some(DueState::Met { late_ms: Some(_), .. })));
            let ran_out = matches!(state, Some(DueState::Overdue { .. })) || phase == "closed";
            of.never_answered += u64::from(ran_out && !answered);
            let first = inquiry.answers.iter().find(|answer| !answer.withdrawn && !answer.after_closure);
            let times = first.and_then(|first| Some((first.when.time.0, inquiry.received?.0)));
            of.answer_ms.extend(times.map(|(answered, received)| answered.saturating_sub(received)));
        }
        for of in all.values_mut() {
            of.answer_ms.sort_unstable();
        }
        all
    }

    fn denials(&self) -> BTreeMap<PartyId, Denials> {
        let named = |leaf: &Leaf| -> Vec<Position> {
            leaf.said.refs.iter().filter_map(|reference| place_of(&reference.target)).collect()
        };
        let contested: BTreeSet<Position> =
            self.of("position", "contest").flat_map(|(_, leaf)| named(leaf)).collect();
        let taken_back = self.of("withdrawal", "withdraw").chain(self.of("withdrawal", "cancel"));
        let withdrawn: BTreeSet<Position> = taken_back.flat_map(|(_, leaf)| named(leaf)).collect();
        let mut all: BTreeMap<PartyId, Denials> = BTreeMap::new();
        for (position, leaf) in self.of("denial", "denial") {
            let of = all.entry(leaf.said.party.clone()).or_default();
            of.issued += 1;
            of.contested += u64::from(contested.contains(&position));
            of.withdrawn += u64::from(withdrawn.contains(&position));
        }
        all
    }

    fn claims(&self) -> Claims {
        let skipped = |leaf: &Leaf| leaf.said.public.get("skip") == Some(&Value::Bool(true));
        let put = self.of("claim", "put").count() as u64;
        let reply_given = self.of("claim", "put").filter(|(_, leaf)| !skipped(leaf)).count() as u64;
        Claims { put, reply_given }
    }

    fn silences(&self) -> Silences {
        let mut silences = Silences::default();
        for one in self.state.talks().room().silences().values().filter(|one| self.counts(one.placed)) {
            match one.outcome(self.now.time) {
                Outcome::Broken(_) => silences.broken += 1,
                Outcome::Adopted => silences.adopted += 1,
                Outcome::Running => silences.running += 1,
                Outcome::Overtaken => {}
            }
        }
        silences
    }

    fn contacts(&self) -> Contacts {
        let mut contacts = Contacts::default();
        for (root, thread) in self.threads() {
            let Some(opening) = thread.opening().filter(|event| event.is("contact", "report")) else {
                continue;
            };
            match thread.phase(&self.now) {
                "consistent" | "reported-by-both" => contacts.both += 1,
                "differing" => contacts.differing += 1,
                "one-sided" => {
                    let at = opening.integer("at").map(Time);
                    contacts.one_sided.push((opening.by().clone(), root.clone(), at));
                }
                "cancelled" => {}
                _ => contacts.waiting += 1,
            }
        }
        contacts
    }

    fn shared(&self) -> Shared {
        let mut shared = Shared::default();
        for run in self.state.matches() {
            let Some(terms) = self.held.leaf(&run.terms).filter(|leaf| !leaf.said.exercise) else { continue };
            if !self.counts(terms.place.time) {
                continue;
            }
            match run.stage {
                Stage::Revealed => {
                    shared.matches += 1;
                    shared.only_counts += u64::from(text(terms, "form") == Some("count"));
                }
                Stage::Aborted => shared.aborted += 1,
                _ => {}
            }
        }
        for (_, leaf) in self.of("exhibit", "commit") {
            let sealed = sealed_items(leaf);
            shared.sealed += sealed;
            shared.files += integer(leaf, "count").unwrap_or(0).saturating_sub(sealed);
        }
        let parties = self.state.parties();
        for (_, leaf) in self.of("exhibit", "open") {
            let opened = integer(leaf, "opened").unwrap_or(0);
            let to = text(leaf, "to").and_then(PartyId::parse);
            if to.is_some_and(|to| parties.contains(&to)) {
                shared.handed_over += opened;
            } else {
                shared.sealed_opened += opened;
            }
        }
        shared.sealed_opened = shared.sealed_opened.min(shared.sealed);
        shared
    }

    fn comchecks(&self) -> Comchecks {
        let sent = self.of("comcheck", "send").count() as u64;
        let answered: BTreeSet<Position> = self
            .of("comcheck", "human-answer")
            .filter_map(|(_, leaf)| place_of(&leaf.said.refs.first()?.target))
            .collect();
        Comchecks { sent, by_person: answered.len() as u64 }
    }

    fn suspended(&self) -> BTreeMap<(PartyId, PartyId), u64> {
        let parties: Vec<&PartyId> = self.state.members().keys().collect();
        let mut all = BTreeMap::new();
        for (i, one) in parties.iter().enumerate() {
            for other in parties.iter().skip(i + 1) {
                let end = self.span.until.map_or(self.now.time, |until| until.min(self.now.time));
                let ms_of = |span: &Span| {
                    let until = span.until.unwrap_or(end).min(end);
                    until.0.saturating_sub(span.from.max(self.span.from).0)
                };
                let ms: u64 = self.now.pauses(one, other).iter().map(ms_of).sum();
                if ms > 0 {
                    all.insert(((*one).clone(), (*other).clone()), ms);
                }
            }
        }
        all
    }
}

fn sealed_items(leaf: &Leaf) -> u64 {
    match leaf.said.public.get("classes") {
        Some(Value::Array(classes)) => {
            classes.iter().filter(|class| **class == Value::text(SEALED_CLASS)).count() as u64
        }
        _ => 0,
    }
}

/// Whole days.
pub fn days(ms: u64) -> u64 {
    ms / DAY_MS
}
