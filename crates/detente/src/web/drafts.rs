//! The pages of drafts: what waits for a release, and one of them with everything that its release would do.

use detente_accord::Time;
use detente_accord::record::Office;
use detente_accord::words::preview::{Preview, Reads, Starts, length};
use detente_accord::words::{labels, said, talks};
use detente_node::{Accord, Error, Prepared, Waiting};
use maud::{Markup, html};

use super::foreign::foreign;
use super::layout::{FORM_MARK, Place, column, discloses, errors, form, said_by, table, time};
use super::thread::value_text;
use super::written::rank;
use crate::clock;
use crate::gate::Action;
use crate::say::preview;

/// What the list shows.
pub(crate) struct List {
    /// Where we are.
    pub(crate) place: Place,
    /// What waits, oldest first.
    pub(crate) waiting: Vec<Waiting>,
}

impl List {
    /// From an accord as it is held here.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(accord: &Accord<'_>, place: Place) -> Result<List, Error> {
        Ok(List { place, waiting: accord.waiting()? })
    }
}

/// What an accord knows of a draft.
pub(crate) struct Seen {
    /// Its name, type, act and signatures.
    pub(crate) waiting: Waiting,
    /// What it says in its public fields.
    pub(crate) public: Vec<(String, String)>,
    /// What it says under its labels.
    pub(crate) values: Vec<(String, Vec<String>)>,
    /// What its release would do; else why it can't be released as things are.
    pub(crate) told: Result<Preview, String>,
    /// Whether two offices sign it.
    pub(crate) takes_two: bool,
    /// The text that a release is bound to.
    pub(crate) canonical: String,
}

impl Seen {
    /// The draft of this name; `None` if none waits. `by`: the office that would release it.
    ///
    /// # Errors
    /// Those of the disk.
    pub(crate) fn of(
        accord: &Accord<'_>,
        name: &str,
        by: Option<&Office>,
        now: Time,
    ) -> Result<Option<Seen>, Error> {
        let Some(waiting) = accord.waiting()?.into_iter().find(|one| one.name == name) else {
            return Ok(None);
        };
        let mut values = accord.waiting_values(name)?;
        values.sort_by_key(|(label, _)| rank(label));
        let values =
            values.iter().map(|(label, value)| (labels::heading(label), labels::lines(value))).collect();
        let mut seen = Seen {
            waiting,
            public: Vec::new(),
            values,
            told: Err(String::new()),
            takes_two: true,
            canonical: String::new(),
        };
        match accord.prepare_release(name, by, now) {
            Ok(prepared) => seen.take(accord, &prepared),
            Err(error) => {
                seen.told = Err(error.to_string());
                // What it says stands there even so, if anybody could release it.
                if let Ok(prepared) = accord.prepare_release(name, None, now) {
                    seen.public = public(&prepared);
                }
            }
        }
        Ok(Some(seen))
    }

    /// What its release is called at the gate.
    pub(crate) fn action(&self) -> Action {
        if self.takes_two { Action::Release } else { Action::Say }
    }

    fn take(&mut self, accord: &Accord<'_>, prepared: &Prepared) {
        let told = preview::of(accord, prepared);
        self.public = public(prepared);
        self.takes_two = prepared.offices().len() > 1;
        self.canonical = preview::canonical(&self.waiting.name, prepared, &told);
        self.told = Ok(told);
    }
}

/// What its public fields say, besides act and addressee.
fn public(prepared: &Prepared) -> Vec<(String, String)> {
    let fields = prepared.draft().public.iter();
    let fields = fields.filter(|(name, _)| !["act", "to", "single"].contains(&name.as_str()));
    fields.map(|(name, value)| (labels::heading(name), value_text(name, value))).collect()
}

/// One draft.
pub(crate) struct View {
    /// Where we are.
    pub(crate) place: Place,
    /// The draft.
    pub(crate) seen: Seen,
    /// Who drafted it here, where that is known.
    pub(crate) drafter: Option<String>,
    /// What the officer who looks may do.
    pub(crate) may: May,
    /// The mark of forms in this session.
    pub(crate) mark: String,
    /// What was wrong with a form that came.
    pub(crate) faults: Vec<(String, String)>,
}

/// What the officer who looks at a draft may do with it.
pub(crate) enum May {
    /// Release it, by one of these offices. The text that the release is bound to has this hash; a touch of the
    /// passkey is asked for, unless a click is enough here.
    Release { offices: Vec<String>, subject: String, by_touch: bool },
    /// Nothing but discard it: why.
    Discard(&'static str),
    /// Look.
    Read,
}

/// The list.
pub(crate) fn list(view: &List) -> Markup {
    let row = |one: &Waiting| {
        vec![
            html! {
                a href=(view.place.at(&format!("drafts/{}", one.name))) { (what(one)) } " " code { (one.name) }
            },
            html! { (one.to.as_deref().unwrap_or("everybody, or nobody")) },
            html! { (signed(one)) },
            time(one.made),
        ]
    };
    let rows: Vec<Vec<Markup>> = view.waiting.iter().map(row).collect();
    let columns = [column("Draft"), column("To"), column("Signed by"), column("Drafted")];
    html! {
        p { "A draft has been said to nobody. It is said when it is released, and gone when it is discarded." }
        @if rows.is_empty() { p { "Nothing waits for a release." } }
        @else { (table("Waiting for release", &columns, &rows)) }
    }
}

/// `RPL: denies`.
pub(crate) fn what(one: &Waiting) -> String {
    format!("{}: {}", said::code(&one.kind, &one.act), super::thread::ours(said::says(&one.kind, &one.act)))
}

fn signed(one: &Waiting) -> String {
    let offices: Vec<&str> = one.signed_by.iter().map(|office| office.as_str()).collect();
    if offices.is_empty() { "nobody yet".to_owned() } else { offices.join(", ") }
}

/// One draft: what it says, what it does, and what may be done with it.
pub(crate) fn page(view: &View) -> Markup {
    let one = &view.seen.waiting;
    html! {
        (errors(&view.faults))
        dl.facts {
            dt { "We say" } dd { strong { (super::thread::ours(said::says(&one.kind, &one.act))) } " (" (said::code(&one.kind, &one.act)) ")" }
            dt { "To" } dd { (one.to.as_deref().unwrap_or("everybody")) }
            dt { "Drafted" } dd {
                (time(one.made)) @if let Some(name) = &view.drafter { " by " (foreign(name)) } ", signed by " (signed(one))
            }
            @for (name, text) in &view.seen.public { dt { (name) } dd { (foreign(text)) } }
        }
        @for (heading, lines) in &view.seen.values { (said_by(&format!("we would write, {heading}"), lines)) }
        @match &view.seen.told {
            Ok(told) => (discloses(&paragraph(told))),
            Err(why) => { div.box.wrong { p { strong { "It can’t be released as things are: " } (foreign(why)) } } }
        }
        (acts(view))
    }
}

/// Who will read it, what stays, which clocks it starts: computed, never typed.
pub(crate) fn paragraph(told: &Preview) -> Markup {
    html! {
        p {
            strong { "Will be readable by: " }
            @if told.readers.is_empty() { "nobody else" }
            @for (n, (name, reads)) in told.readers.iter().enumerate() {
                @if n > 0 { ", " } (name) (how_much(*reads))
            }
            "."
        }
        p {
            strong { "Will not leave: " }
            @if told.stays.is_empty() { "nothing is kept back" } @else { (told.stays.join(", ")) }
            "."
        }
        @if told.starts.is_empty() {
            p { strong { "Starts no clock." } }
        } @else {
            p { strong { "Starts a clock:" } }
            ul { @for one in &told.starts { li { (starts(one)) } } }
        }
        @if !told.meets.is_empty() {
            @let met: Vec<&str> = told.meets.iter().map(|what| talks::owed(*what)).collect();
            p { strong { "Meets a clock: " } (met.join(", ")) "." }
        }
    }
}

fn how_much(reads: Reads) -> Markup {
    match reads {
        Reads::Content => html! {},
        Reads::ContentAfter(days) => html! { " (content after " (days) " d)" },
        Reads::Existence => html! { " (existence, type and times only)" },
        Reads::Hash => html! { " (that there is an entry, nothing else)" },
    }
}

fn starts(one: &Starts) -> Markup {
    let (by, node) = if one.is_us { ("we owe", "our node") } else { (one.by.as_str(), "their node") };
    let owes = if one.is_us { "" } else { " owes" };
    html! {
        (by) (owes) ": " (talks::owed(one.what)) " "
        @match one.at {
            Some(at) => { "by " (time(at)) }
            None => { "within " (length(one.length_ms)) " after " (node) " receives it" }
        }
    }
}

fn acts(view: &View) -> Markup {
    let name = &view.seen.waiting.name;
    match &view.may {
        May::Read => html! {},
        May::Discard(why) => html! {
            p { strong { (why) } }
            (discard(view))
        },
        May::Release { offices, subject, by_touch } => html! {
            form method="post" action=(view.place.at(&format!("drafts/{name}/release")))
                data-passkey=[by_touch.then_some("get")] data-options=[by_touch.then_some("/touch")]
            {
                input type="hidden" name=(FORM_MARK) value=(view.mark);
                input type="hidden" name="subject" value=(subject) data-shared;
                input type="hidden" name="credential" value="";
                @if let [office] = offices.as_slice() {
                    input type="hidden" name="as" value=(office);
                    p { "You release it as office " strong { (office) } "." }
                } @else {
                    div.field {
                        label for="f-as" { "The office that releases it" }
                        select #f-as name="as" { @for office in offices { option value=(office) { (office) } } }
                    }
                }
                p.acts {
                    button type="submit" disabled[*by_touch] { "Release: say it" }
                    @if *by_touch { span.muted { "asks for a touch of your passkey" } }
                }
                @if *by_touch {
                    p.muted {
                        "Without scripts a draft is released at the command line: "
                        code { "detente release " (name) " --as " (offices.first().map(String::as_str).unwrap_or("OFFICE")) }
                    }
                }
            }
            (discard(view))
        },
    }
}

fn discard(view: &View) -> Markup {
    html! {
        p.acts { a.button.plain href=(view.place.at(&format!("drafts/{}/discard", view.seen.waiting.name))) { "Discard…" } }
    }
}

/// The page that asks before a draft is destroyed.
pub(crate) fn discard_page(place: &Place, waiting: &Waiting, mark: &str) -> Markup {
    let body = html! {
        p { "Draft " code { (waiting.name) } " (" (what(waiting)) ", drafted " (clock::utc(waiting.made)) ") was never said. Nothing of it will be left here." }
        p.acts {
            button.grave type="submit" { "Discard it" }
            a.button.plain href=(place.at(&format!("drafts/{}", waiting.name))) { "Keep it" }
        }
    };
    form(&place.at(&format!("drafts/{}/discard", waiting.name)), mark, &body)
}

#[cfg(test)]
mod tests;
