//! The words of the talks: where a thread stands, what is owed and by when, what is not known.
//!
//! Three silences have three words: a text under silence is *adopted*, an inquiry has *no answer by* a time, an
//! invitation or an offer has *lapsed*. Nothing here takes one for another.

use detente_psi::Time;

use super::time::{exactly, near, near_day, roughly};
use crate::PartyId;
use crate::talks::{Due, DueState, Owed, Proof, Span};

/// Between two entries of which neither author had seen the other.
pub const CONCURRENT: &str = "concurrent";
/// Of a time that only its author vouches for.
pub const NOT_PROVED: &str = "not proved";
/// Of a statement that one person released where two are the rule.
pub const SINGLE: &str = "released by one person";
/// Of an answer that came after the asker had closed.
pub const AFTER_CLOSURE: &str = "after closure";
/// Of what a party did later than the rules say, where lateness changes nothing.
pub const FILED_LATE: &str = "filed late";
/// Of content that was deleted.
pub const DELETED: &str = "content deleted, commitment kept";
/// Of content that this reader can't open.
pub const SEALED: &str = "sealed: fingerprint on record, content not shown";
/// Of content for this reader that has not come.
pub const CONTENT_NOT_HERE: &str = "for us, not here yet";
/// Of an entry that a peer's signature covers, and of which its node gave no receipt.
pub const KNOWN_TO_EXIST: &str = "known to exist, content not delivered";
/// Of an offer that nobody took up in time.
pub const OFFER_LAPSED: &str = "offer lapsed";
/// Of an invitation that nobody took up in time.
pub const INVITATION_LAPSED: &str = "invitation lapsed";
/// What no record shows.
pub const CANNOT_SHOW: &str =
    "contacts nobody reported, what was said elsewhere, and whether what is said is true";

/// The ten steps of responsibility of a State, as claims and denials name them: codes on the wire.
pub const LEVELS: [&str; 10] = [
    "prohibited",
    "prohibited-but-inadequate",
    "ignored",
    "encouraged",
    "shaped",
    "coordinated",
    "ordered",
    "rogue-conducted",
    "executed",
    "integrated",
];

/// What is owed, as it stands before `by …` and before `overdue by …`.
pub fn owed(what: Owed) -> &'static str {
    match what {
        Owed::Acknowledgement => "ack",
        Owed::Holding => "holding reply",
        Owed::Answer => "answer",
        Owed::Final => "final answer",
        Owed::Supply => "supply",
        Owed::OfferAnswer => "answer to the offer",
        Owed::Review => "review",
        Owed::RightOfReply => "reply to the claim",
        Owed::ContactReport => "report of the contact",
        Owed::Consultation => "answer on the disclosure",
        Owed::ComcheckAnswer => "a person's answer",
        Owed::RequestAnswer => "answer to the request",
        Owed::Objection | Owed::Silence => "objection",
    }
}

/// A clock in words: `ack by 04:50Z`, `ack overdue by 3 h`, `answer waits: with a since 2 Oct 08:10Z`.
pub fn due(due: &Due, state: DueState, now: Time) -> String {
    let what = owed(due.what);
    match state {
        DueState::NotStarted => format!("{what}: clock not started"),
        DueState::Running { at } => format!("{what} by {}", near(at, now)),
        DueState::Overdue { at } => format!("{what} {}", overdue(now.0.saturating_sub(at.0))),
        DueState::Paused { since } => format!("{what} waits: with {} since {}", due.to, near(since, now)),
        DueState::Met { when, late_ms } => {
            let late = late_ms.map_or_else(String::new, |ms| format!(", {}", late(ms)));
            let proof = if when.proof == Proof::Claimed { format!(" ({NOT_PROVED})") } else { String::new() };
            format!("{what} {}{proof}{late}", near(when.time, now))
        }
        DueState::Over => format!("{what}: over"),
    }
}

/// `overdue by 12 min`.
pub fn overdue(ms: u64) -> String {
    format!("overdue by {}", roughly(ms))
}

/// `late 04:00:00`.
pub fn late(ms: u64) -> String {
    format!("late {}", exactly(ms))
}

/// Of an inquiry nobody answered in time: `no answer by 14:00Z`. It is neither yes nor no.
pub fn no_answer(by: Time, now: Time) -> String {
    format!("no answer by {}", near(by, now))
}

/// Of what a peer's node has not received: it is not said to have been looked over.
pub fn not_delivered(last_sign: Option<Time>, now: Time) -> String {
    match last_sign {
        Some(at) => format!("not delivered (their node has not answered since {})", near(at, now)),
        None => "not delivered (their node has not answered yet)".to_owned(),
    }
}

/// Clocks that stand still.
pub fn suspended(span: &Span, now: Time) -> String {
    match span.until {
        Some(until) => format!("suspended from {} until {}", near(span.from, now), near(until, now)),
        None => format!("suspended from {}", near(span.from, now)),
    }
}

/// A text under silence whose time is not over.
pub fn under_silence(until: Time, now: Time) -> String {
    format!("adopted unless someone objects by {}", near(until, now))
}

/// A text whose silence nobody broke.
pub fn adopted(until: Time, now: Time) -> String {
    format!("adopted: nobody objected by {}", near(until, now))
}

/// A text whose silence somebody broke.
pub fn broken(by: &PartyId) -> String {
    format!("not adopted: silence broken by {by}")
}

/// A contact of which one side alone has said something.
pub fn one_sided(by: &PartyId) -> String {
    format!("reported by {by} only")
}

/// What this node recomputed.
pub fn checked_here(at: Time, now: Time) -> String {
    format!("checked here at {}", near(at, now))
}

/// The one extension of an inquiry.
pub fn extension(granted: bool) -> &'static str {
    if granted { "1 extension used" } else { "more time asked for" }
}

/// A holding reply.
pub fn holding_since(since: Time, now: Time) -> String {
    format!("holding since {}", near_day(since, now))
}

/// Where a thread stands. `kind` is the type of the entry that opened it, `opener` its author.
pub fn phase(kind: &str, phase: &str, opener: &PartyId) -> String {
    match (kind, phase) {
        ("inquiry", "released") => "asked, no answer yet".to_owned(),
        ("inquiry", "holding") => "an answer will follow".to_owned(),
        ("inquiry", "more-information-wanted") => format!("with {opener}: more information wanted"),
        ("inquiry", "answered-partly") => "answered in part".to_owned(),
        ("undertaking", "lapsed") => OFFER_LAPSED.to_owned(),
        ("member", "lapsed") => INVITATION_LAPSED.to_owned(),
        ("undertaking" | "acceptance", "declined") => "not accepted".to_owned(),
        ("observer", "declined") => "not granted".to_owned(),
        ("contact", "one-sided") => one_sided(opener),
        ("contact", "reported-by-one") => format!("reported by {opener}, the other side's time runs"),
        ("contact", "differing") => "reported by both, differing".to_owned(),
        ("claim", "put-to-accused") => "put, the right of reply runs".to_owned(),
        ("claim", "unanswered") => "put, no reply in time".to_owned(),
        ("undertaking", "offered") => "offer open".to_owned(),
        ("undertaking", "said-broken") => "said not to have been kept".to_owned(),
        ("observer", "open") => "request open".to_owned(),
        ("suspension", "announced") => "suspension announced".to_owned(),
        _ => phase.replace('-', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(id: &str) -> PartyId {
        PartyId::parse(id).unwrap()
    }

    #[test]
    fn three_silences_have_three_words() {
        let now = Time(1_795_322_190_000);
        let said = [
            adopted(now, now),
            no_answer(now, now),
            phase("undertaking", "lapsed", &party("a")),
            phase("member", "lapsed", &party("a")),
        ];
        assert_eq!(
            said,
            [
                "adopted: nobody objected by 04:36Z",
                "no answer by 04:36Z",
                "offer lapsed",
                "invitation lapsed"
            ]
        );
        assert_eq!(broken(&party("c")), "not adopted: silence broken by c");
        assert_eq!(one_sided(&party("a")), "reported by a only");
    }

    #[test]
    fn a_clock_says_who_has_the_ball() {
        let now = Time(1_795_322_190_000);
        let mut answer = Due::new(Owed::Answer, &party("b"), &party("a"), Some(now), 3 * 3_600_000);
        let said = |answer: &Due, now: Time| due(answer, answer.state(now, &[]), now);
        assert_eq!(said(&answer, now), "answer by 07:36Z");
        assert_eq!(said(&answer, Time(now.0 + 6 * 3_600_000)), "answer overdue by 3 h");
        answer.pauses = vec![Span { from: now, until: None }];
        assert_eq!(said(&answer, now), "answer waits: with a since 04:36Z");
        answer.start = None;
        assert_eq!(said(&answer, now), "answer: clock not started");
    }
}
