//! The page Norms: what the parties hold themselves to, what is not agreed yet, and what each norm is between each two.

use std::collections::BTreeSet;

use detente_accord::jcs::Value;
use detente_accord::record::Position;
use detente_accord::talks::Now;
use detente_accord::talks::room::{Bracket, Cell, Norm, Reservation};
use detente_accord::words::cells::{cell, sign};
use detente_accord::words::labels;
use detente_accord::{PartyId, Time};
use detente_node::{Accord, Content, Error};
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{Place, said_by, time};
use super::written::{Written, who};
use crate::cli::thread::name;

/// What the page shows.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The pairs of the table.
    pub(crate) pairs: Vec<String>,
    /// The cells, by code and pair.
    pub(crate) rows: Vec<Row>,
    /// Every norm that is on the table or holds.
    pub(crate) norms: Vec<OneNorm>,
    /// Norms that were withdrawn, replaced or lapsed: code, number, phase.
    pub(crate) former: Vec<(String, String, String)>,
    /// Brackets left, and parked.
    pub(crate) left: (usize, usize),
    /// Whether the officer may say something.
    pub(crate) may_act: bool,
}

/// A row of the table.
pub(crate) struct Row {
    /// The norm's code.
    pub(crate) code: String,
    /// For each pair the sign, and the whole in words.
    pub(crate) cells: Vec<(&'static str, String)>,
}

/// A norm.
pub(crate) struct OneNorm {
    /// The entry that proposed it.
    pub(crate) entry: String,
    /// Its code.
    pub(crate) code: String,
    /// Its number.
    pub(crate) number: String,
    /// What it is.
    pub(crate) kind: &'static str,
    /// Where it stands.
    pub(crate) phase: String,
    /// Who proposed it: `we` for us.
    pub(crate) who: String,
    /// What it says.
    pub(crate) written: Written,
    /// Who agreed.
    pub(crate) agreed: Vec<String>,
    /// When it is looked at again.
    pub(crate) review: Option<Time>,
    /// Brackets in it.
    pub(crate) brackets: Vec<OneBracket>,
    /// Reservations to it.
    pub(crate) reservations: Vec<OneReservation>,
    /// Whether we can still agree.
    pub(crate) can_agree: bool,
}

/// A bracket.
pub(crate) struct OneBracket {
    /// The entry that put it.
    pub(crate) entry: String,
    /// Its id.
    pub(crate) id: String,
    /// Who put it: `we` for us.
    pub(crate) who: String,
    /// Where it stands.
    pub(crate) phase: &'static str,
    /// The words that are in brackets.
    pub(crate) span: Vec<String>,
    /// What could stand there.
    pub(crate) alternatives: Vec<String>,
    /// Whether it is open still.
    pub(crate) is_open: bool,
}

/// A reservation.
pub(crate) struct OneReservation {
    /// The entry that formulated it.
    pub(crate) entry: String,
    /// Its number.
    pub(crate) number: String,
    /// Who formulated it: `we` for us.
    pub(crate) who: String,
    /// What it is, and what it does.
    pub(crate) kind: String,
    /// What it says.
    pub(crate) written: Written,
    /// How it stands with each other party.
    pub(crate) standing: Vec<(String, &'static str)>,
    /// Whether we may still say something of it.
    pub(crate) can_respond: bool,
    /// Whether it is ours and has effect.
    pub(crate) can_withdraw: bool,
}

impl View {
    /// From an accord as it is held here.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(accord: &Accord<'_>, place: Place, time: Time, may_act: bool) -> Result<View, Error> {
        let state = accord.state();
        let now = Now { time, rules: state.rules(), talks: state.talks() };
        let room = state.talks().room();
        let parties: BTreeSet<PartyId> = state.parties().into_iter().cloned().collect();
        let cells = room.table(&parties, accord.charter().is_bare(), &now);
        let is_former = |norm: &&Norm| FORMER.contains(&phase_word(accord, norm, time));
        let mut norms: Vec<&Norm> = room.norms().values().filter(|norm| !is_former(norm)).collect();
        norms.sort_by_key(|norm| (&norm.code, &norm.position));
        let one = |norm: &&Norm| OneNorm::of(accord, norm, &parties, &now);
        let former = room.norms().values().filter(is_former);
        let open: Vec<&Bracket> = room.brackets().values().filter(|bracket| bracket.is_open()).collect();
        let parked = open.iter().filter(|bracket| bracket_word(bracket) == "parked").count();
        Ok(View {
            pairs: pairs(&cells),
            rows: rows(&cells, time),
            norms: norms.iter().map(one).collect::<Result<_, _>>()?,
            former: former.map(|norm| former_row(accord, norm, time)).collect(),
            left: (open.len(), parked),
            may_act,
            place,
        })
    }
}

fn former_row(accord: &Accord<'_>, norm: &Norm, time: Time) -> (String, String, String) {
    let phase = phase_word(accord, norm, time).to_owned();
    (norm.code.clone(), name(accord, &norm.position), phase)
}

fn phase_word(accord: &Accord<'_>, norm: &Norm, time: Time) -> &'static str {
    use detente_accord::talks::Phase as _;
    accord.state().talks().room().norm_phase(norm, time).word()
}

fn bracket_word(bracket: &Bracket) -> &'static str {
    use detente_accord::talks::Phase as _;
    bracket.phase.word()
}

fn pair(cell: &Cell) -> String {
    format!("{}–{}", cell.pair.0, cell.pair.1)
}

fn pairs(cells: &[Cell]) -> Vec<String> {
    let mut pairs: Vec<String> = Vec::new();
    for one in cells.iter().map(pair) {
        if !pairs.contains(&one) {
            pairs.push(one);
        }
    }
    pairs
}

fn rows(cells: &[Cell], time: Time) -> Vec<Row> {
    let pairs = pairs(cells);
    let mut norms: Vec<(&Position, &str)> = Vec::new();
    for one in cells {
        if !norms.iter().any(|(norm, _)| **norm == one.norm) {
            norms.push((&one.norm, &one.code));
        }
    }
    let of = |norm: &Position, wanted: &String| {
        let found = cells.iter().find(|one| one.norm == *norm && pair(one) == *wanted);
        found.map_or(("–", String::new()), |one| (sign(&one.state), cell(one, time)))
    };
    let row = |(norm, code): &(&Position, &str)| Row {
        code: (*code).to_owned(),
        cells: pairs.iter().map(|pair| of(norm, pair)).collect(),
    };
    norms.iter().map(row).collect()
}

impl OneNorm {
    fn of(
        accord: &Accord<'_>,
        norm: &Norm,
        parties: &BTreeSet<PartyId>,
        now: &Now<'_>,
    ) -> Result<OneNorm, Error> {
        let room = accord.state().talks().room();
        let (at, us) = (&norm.position, accord.us().id());
        let is_on = |bracket: &&Bracket| matches!(&bracket.on, detente_accord::talks::room::Subject::Norm(on) if on == at);
        let brackets = room.brackets().values().filter(is_on);
        let reservations = room.reservations().values().filter(|one| one.norms.contains_key(at));
        let phase = phase_word(accord, norm, now.time);
        Ok(OneNorm {
            entry: at.to_string(),
            code: norm.code.clone(),
            number: name(accord, at),
            kind: norm.kind.name(),
            phase: phase.replace('-', " "),
            who: who(accord, &norm.sides.opener),
            written: Written::of(accord, at)?,
            agreed: norm.agreed.keys().map(ToString::to_string).collect(),
            review: norm.review,
            brackets: brackets.map(|one| OneBracket::of(accord, one)).collect::<Result<_, _>>()?,
            reservations: reservations
                .map(|one| OneReservation::of(accord, one, at, parties, now))
                .collect::<Result<_, _>>()?,
            can_agree: !norm.agreed.contains_key(us)
                && !room.is_bound(norm, us, now.time)
                && !room.counter(at).is_any()
                && ["proposed", "agreed", "under-review"].contains(&phase),
        })
    }
}

impl OneBracket {
    fn of(accord: &Accord<'_>, bracket: &Bracket) -> Result<OneBracket, Error> {
        let values = match accord.content(&bracket.position)? {
            Content::Readable(values) => values,
            _ => Default::default(),
        };
        let lines = |label: &str| values.get(label).map(labels::lines).unwrap_or_default();
        let alternatives = match values.get("alternatives") {
            Some(Value::Array(texts)) => texts.iter().map(|text| labels::lines(text).join(" ")).collect(),
            _ => Vec::new(),
        };
        Ok(OneBracket {
            entry: bracket.position.to_string(),
            id: bracket.id.clone(),
            who: who(accord, &bracket.by),
            phase: bracket_word(bracket),
            span: lines("span"),
            alternatives,
            is_open: bracket.is_open(),
        })
    }
}

impl OneReservation {
    fn of(
        accord: &Accord<'_>,
        one: &Reservation,
        norm: &Position,
        parties: &BTreeSet<PartyId>,
        now: &Now<'_>,
    ) -> Result<OneReservation, Error> {
        let us = accord.us().id();
        let others = parties.iter().filter(|party| **party != one.by);
        let reciprocal = if one.reciprocal { ", both ways" } else { ", one way" };
        Ok(OneReservation {
            entry: one.position.to_string(),
            number: name(accord, &one.position),
            who: who(accord, &one.by),
            kind: format!("{}, effect: {}{reciprocal}", one.kind.name().replace('-', " "), one.effect.name()),
            written: Written::of(accord, &one.position)?,
            standing: others
                .map(|party| (party.to_string(), one.standing(norm, party, now).word()))
                .collect(),
            can_respond: one.by != *us
                && one.has_effect()
                && !one.responses.iter().any(|said| said.by == *us),
            can_withdraw: one.by == *us && one.withdrawals.is_empty(),
        })
    }
}

/// Phases of norms that hold no longer or never did.
const FORMER: [&str; 4] = ["withdrawn", "replaced", "lapsed", "amended"];

/// The page.
pub(crate) fn page(view: &View) -> Markup {
    let (open, parked) = view.left;
    html! {
        @if view.may_act {
            p.acts {
                a.button href=(view.place.at("say/norm/propose")) { "Propose a norm" }
                a.button.plain href=(view.place.at("say/declaration/declare")) { "Make a declaration" }
            }
        }
        p { strong { (open) @if open == 1 { " bracket" } @else { " brackets" } " left" } ", " (parked) " parked" }
        @if view.norms.is_empty() { p { "No norms yet." } }
        @else {
            h2 { "Between each two parties" }
            (grid(view))
        }
        @for norm in &view.norms { (one_norm(view, norm)) }
        @if !view.former.is_empty() {
            h2 { "No longer on the table" }
            ul { @for (code, number, phase) in &view.former { li { (foreign(code)) ", " (number) ": " (phase) } } }
        }
    }
}

fn grid(view: &View) -> Markup {
    html! {
        table.grid {
            caption.unseen { "What each norm is between each two parties" }
            thead {
                tr { th scope="col" { "Norm" } @for pair in &view.pairs { th scope="col" { (pair) } } }
            }
            tbody {
                @for row in &view.rows {
                    tr {
                        th scope="row" data-label="Norm" { a href={ "#norm-" (row.code) } { (foreign(&row.code)) } }
                        @for ((sign, words), pair) in row.cells.iter().zip(&view.pairs) {
                            td data-label=(pair) { strong { (sign) } br; span.muted { (words) } }
                        }
                    }
                }
            }
        }
    }
}

fn one_norm(view: &View, norm: &OneNorm) -> Markup {
    html! {
        section #{ "norm-" (norm.code) } {
            h2 { (foreign(&norm.code)) " " span.tag { (norm.phase) } }
            p.times {
                a href=(view.place.at(&format!("record/{}", norm.entry))) { (norm.number) }
                ", " (norm.kind) ", proposed by " (if norm.who == "we" { "us" } else { &norm.who })
                @if !norm.agreed.is_empty() { ", agreed by " (norm.agreed.join(", ")) }
                @if let Some(review) = norm.review { ", looked at again " (time(review)) }
            }
            (norm.written.block(&norm.who))
            @for one in &norm.brackets { (bracket(view, one)) }
            @for one in &norm.reservations { (reservation(view, one)) }
            @if view.may_act {
                p.acts {
                    @if norm.can_agree { (say(view, "acceptance/agree", &norm.entry, "", "Agree to it")) }
                    (say(view, "reservation/formulate", &norm.entry, "", "Formulate a reservation"))
                    @if norm.phase == "proposed" { (say(view, "bracket/bracket", &norm.entry, "", "Bracket a passage")) }
                    @if norm.phase == "agreed" { (say(view, "norm/review", &norm.entry, "outcome=open", "Open a review")) }
                }
            }
        }
    }
}

fn bracket(view: &View, one: &OneBracket) -> Markup {
    let who = if one.who == "we" { "us" } else { &one.who };
    html! {
        div.box {
            p { strong { "Bracket " (foreign(&one.id)) } " of " (who) ": " (one.phase) }
            @if !one.span.is_empty() { (said_by(&format!("{} put in brackets", one.who), &one.span)) }
            @if !one.alternatives.is_empty() {
                ol start="0" { @for text in &one.alternatives { li { span.bracket { "[" (foreign(text)) "]" } } } }
            }
            @if view.may_act && one.is_open {
                p.acts {
                    @for (n, _) in one.alternatives.iter().enumerate() {
                        (say(view, "bracket/unbracket", &one.entry, &format!("how=choose&alt={n}"), &format!("Choose {n}")))
                    }
                    (say(view, "bracket/unbracket", &one.entry, "how=drop", "Drop it"))
                    @if one.phase == "parked" { (say(view, "bracket/unbracket", &one.entry, "how=unpark", "Take it up again")) }
                    @else { (say(view, "bracket/unbracket", &one.entry, "how=park", "Park it")) }
                }
            }
        }
    }
}

fn reservation(view: &View, one: &OneReservation) -> Markup {
    let who = if one.who == "we" { "us" } else { &one.who };
    html! {
        div.box {
            p { strong { (one.number) } " of " (who) ": " (one.kind) }
            (one.written.block(&one.who))
            ul { @for (party, standing) in &one.standing { li { "towards " (party) ": " (standing.replace('-', " ")) } } }
            @if view.may_act && one.can_respond {
                p.acts {
                    (say(view, "acceptance/accept", &one.entry, "", "Accept"))
                    (say(view, "acceptance/decline", &one.entry, "", "Do not accept"))
                    (say(view, "objection/raise", &one.entry, "", "Object"))
                }
            }
            @if view.may_act && one.can_withdraw {
                p.acts { (say(view, "withdrawal/withdraw", &one.entry, "", "Withdraw it")) }
            }
        }
    }
}

fn say(view: &View, act: &str, entry: &str, more: &str, words: &str) -> Markup {
    let more = if more.is_empty() { String::new() } else { format!("&{more}") };
    html! { a.button.plain href=(view.place.at(&format!("say/{act}?entry={entry}{more}"))) { (words) } }
}

#[cfg(test)]
mod tests;
