//! What is told before a statement is released: who will read it, what stays, which clocks it moves. One plain
//! paragraph, computed by the caller from keys, scopes, table and rules.

use detente_psi::Time;

use super::talks::owed;
use crate::talks::Owed;

/// How much somebody reads of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reads {
    /// Its content.
    Content,
    /// Its content, after so many days.
    ContentAfter(u64),
    /// That it exists, its type, its public fields and its times.
    Existence,
    /// That there is an entry, and when.
    Hash,
}

/// A clock that a statement starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Starts {
    /// Who owes something, as it is called here.
    pub by: String,
    /// Whether that is us.
    pub is_us: bool,
    /// What.
    pub what: Owed,
    /// How long it runs, in milliseconds.
    pub length_ms: u64,
    /// Until when, if it runs already; else it starts at a receipt.
    pub at: Option<Time>,
}

/// Everything that is told before a release.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Preview {
    /// Who reads how much, by name.
    pub readers: Vec<(String, Reads)>,
    /// What stays here.
    pub stays: Vec<String>,
    /// Clocks that start.
    pub starts: Vec<Starts>,
    /// What is met by it.
    pub meets: Vec<Owed>,
}

impl Preview {
    /// The paragraph. `time` says a time in words.
    pub fn paragraph(&self, time: impl Fn(Time) -> String) -> String {
        let readers: Vec<String> = self.readers.iter().map(|(name, reads)| reader(name, *reads)).collect();
        let mut text = format!("Will be readable by: {}.", or_nobody(&readers));
        let stays =
            if self.stays.is_empty() { "nothing is kept back".to_owned() } else { self.stays.join(", ") };
        text += &format!(" Will not leave: {stays}.");
        let clocks = self.clocks(time);
        if clocks.is_empty() {
            text += " Starts no clock.";
        } else {
            text += &format!(" Starts a clock: {}.", clocks.join("; "));
        }
        if !self.meets.is_empty() {
            let met: Vec<&str> = self.meets.iter().map(|what| owed(*what)).collect();
            text += &format!(" Meets a clock: {}.", met.join(", "));
        }
        text
    }

    /// One sentence for each who owes something.
    fn clocks(&self, time: impl Fn(Time) -> String) -> Vec<String> {
        let mut said: Vec<(String, Vec<String>, bool)> = Vec::new();
        for clock in &self.starts {
            let by = if clock.is_us { "we have".to_owned() } else { format!("{} has", clock.by) };
            let until = match clock.at {
                Some(at) => format!("until {} {}", time(at), verb(clock.what)),
                None => format!("{} {}", length(clock.length_ms), verb(clock.what)),
            };
            let waits = clock.at.is_none();
            match said.iter_mut().find(|(other, _, other_waits)| *other == by && *other_waits == waits) {
                Some((_, parts, _)) => parts.push(until),
                None => said.push((by, vec![until], waits)),
            }
        }
        let sentence = |(by, parts, waits): (String, Vec<String>, bool)| {
            let node = if by == "we have" { "our node receives it" } else { "their node receives it" };
            let from = if waits { format!(" after {node}") } else { String::new() };
            format!("{by} {}{from}", and(&parts))
        };
        said.into_iter().map(sentence).collect()
    }
}

impl Reads {
    /// The stable name, for documents.
    pub fn name(self) -> &'static str {
        match self {
            Reads::Content => "content",
            Reads::ContentAfter(_) => "content-later",
            Reads::Existence => "existence",
            Reads::Hash => "hash",
        }
    }
}

fn reader(name: &str, reads: Reads) -> String {
    match reads {
        Reads::Content => name.to_owned(),
        Reads::ContentAfter(days) => format!("{name} (content after {days} d)"),
        Reads::Existence => format!("{name} (existence, type and times only)"),
        Reads::Hash => format!("{name} (that there is an entry, nothing else)"),
    }
}

fn or_nobody(names: &[String]) -> String {
    if names.is_empty() { "nobody else".to_owned() } else { names.join(", ") }
}

fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `72 h`, `10 d`, `90 min`.
pub fn length(ms: u64) -> String {
    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    if ms > 3 * DAY && ms.is_multiple_of(DAY) {
        format!("{} d", ms / DAY)
    } else if ms >= HOUR && ms.is_multiple_of(HOUR) {
        format!("{} h", ms / HOUR)
    } else if ms >= HOUR {
        format!("{} h {} min", ms / HOUR, ms % HOUR / MINUTE)
    } else {
        format!("{} min", ms / MINUTE)
    }
}

/// What somebody has time for.
fn verb(what: Owed) -> &'static str {
    match what {
        Owed::Acknowledgement => "to acknowledge",
        Owed::Holding => "to send a holding reply",
        Owed::Answer => "to answer",
        Owed::Final => "for the final answer",
        Owed::Supply => "to supply what is wanted",
        Owed::OfferAnswer => "to answer the offer",
        Owed::Review => "for the review",
        Owed::RightOfReply => "to reply to the claim",
        Owed::ContactReport => "to report the contact",
        Owed::Consultation => "to answer the proposed disclosure",
        Owed::ComcheckAnswer => "to answer by a person",
        Owed::RequestAnswer => "to answer the request",
        Owed::Objection => "to object",
        Owed::Silence => "to break the silence",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paragraph_says_readers_what_stays_and_clocks() {
        let starts = |what, hours: u64| Starts {
            by: "cert-b".into(),
            is_us: false,
            what,
            length_ms: hours * 3_600_000,
            at: None,
        };
        let preview = Preview {
            readers: vec![("cert-b".into(), Reads::Content), ("audit".into(), Reads::Existence)],
            stays: Vec::new(),
            starts: vec![starts(Owed::Acknowledgement, 4), starts(Owed::Answer, 240)],
            meets: vec![Owed::Holding],
        };
        assert_eq!(
            preview.paragraph(|_| String::new()),
            "Will be readable by: cert-b, audit (existence, type and times only). Will not leave: nothing is kept \
             back. Starts a clock: cert-b has 4 h to acknowledge and 10 d to answer after their node receives it. \
             Meets a clock: holding reply."
        );
        let nothing = Preview::default().paragraph(|_| String::new());
        assert_eq!(
            nothing,
            "Will be readable by: nobody else. Will not leave: nothing is kept back. Starts no clock."
        );
    }

    #[test]
    fn lengths_are_said_in_the_largest_whole_unit_that_people_use() {
        let said = [45, 60, 90, 4 * 60, 72 * 60, 96 * 60].map(|minutes: u64| length(minutes * 60_000));
        assert_eq!(said, ["45 min", "1 h", "1 h 30 min", "4 h", "72 h", "4 d"]);
    }
}
