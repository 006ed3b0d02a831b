//! What a statement of each act says, as a verb after its author's name, and the code of its format.

/// One act in words.
struct Row {
    kind: &'static str,
    act: &'static str,
    code: &'static str,
    says: &'static str,
}

const fn row(kind: &'static str, act: &'static str, code: &'static str, says: &'static str) -> Row {
    Row { kind, act, code, says }
}

/// What a statement of this act says: `asks`, after the name of its author.
pub fn says(kind: &str, act: &str) -> &'static str {
    find(kind, act).map_or("says something this program has no words for", |row| row.says)
}

/// The code of its format, of three letters: `INQ`. A dash for what the machinery says.
pub fn code(kind: &str, act: &str) -> &'static str {
    find(kind, act).map_or("–", |row| row.code)
}

fn find(kind: &str, act: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.kind == kind && row.act == act)
}

const ROWS: &[Row] = &[
    row("charter", "", "CHR", "signs the charter"),
    row("member", "invite", "PTY", "invites a party"),
    row("member", "key", "PTY", "says it compared a key"),
    row("member", "consent", "PTY", "consents to a party that was invited"),
    row("member", "sign-on", "PTY", "joins"),
    row("member", "update", "PTY", "changes its card"),
    row("member", "withdraw", "PTY", "leaves"),
    row("member", "expel", "PTY", "wants a party to leave"),
    row("officer", "nominate", "OFF", "nominates an office"),
    row("officer", "activate", "OFF", "takes an office up"),
    row("officer", "leave", "OFF", "says an office is on leave"),
    row("officer", "suspend", "OFF", "suspends an office"),
    row("officer", "return", "OFF", "says an office is back"),
    row("officer", "end", "OFF", "ends an office"),
    row("officer", "key-lost", "OFF", "says the key of an office is lost"),
    row("keys", "rotate", "PTY", "changes its keys"),
    row("keys", "sealing", "PTY", "changes the key that content is sealed to"),
    row("keys", "transport", "PTY", "changes the key of its link"),
    row("draft", "propose", "CHR", "proposes a text"),
    row("draft", "revise", "CHR", "revises a text"),
    row("draft", "clean", "CHR", "says a text is clean"),
    row("draft", "open", "CHR", "opens a text for signature"),
    row("bracket", "bracket", "CHR", "brackets a passage"),
    row("bracket", "unbracket", "CHR", "settles a bracket"),
    row("silence", "silence", "CHR", "places a text under silence"),
    row("silence", "break", "CHR", "breaks the silence"),
    row("silence", "confirm", "CHR", "says what came of a silence"),
    row("acceptance", "adopt", "CHR", "adopts a text"),
    row("acceptance", "sign", "CHR", "signs a text"),
    row("acceptance", "provisional", "CHR", "applies a text provisionally"),
    row("acceptance", "agree", "NRM", "agrees to a norm"),
    row("acceptance", "accept", "RES", "accepts a reservation"),
    row("acceptance", "decline", "RES", "does not accept a reservation"),
    row("suspension", "suspend", "CHR", "suspends"),
    row("suspension", "resume", "CHR", "resumes"),
    row("norm", "propose", "NRM", "proposes a norm"),
    row("norm", "amend", "NRM", "proposes to amend a norm"),
    row("norm", "review", "NRM", "says what a review came to"),
    row("reservation", "formulate", "RES", "formulates a reservation"),
    row("objection", "raise", "OBJ", "objects"),
    row("objection", "maintain", "OBJ", "maintains its objection"),
    row("declaration", "declare", "DCL", "declares"),
    row("declaration", "join", "DCL", "joins a declaration"),
    row("declaration", "approve", "DCL", "approves a declaration"),
    row("declaration", "oppose", "DCL", "opposes a declaration"),
    row("declaration", "recharacterise", "DCL", "says a declaration is a reservation"),
    row("withdrawal", "withdraw", "CAN", "withdraws what it said"),
    row("withdrawal", "withdraw-part", "CAN", "withdraws a part of what it said"),
    row("withdrawal", "cancel", "CAN", "cancels what it issued in error"),
    row("correction", "correct", "COR", "corrects what it said"),
    row("notice", "issue", "NTC", "gives notice"),
    row("notice", "acknowledge", "NTC", "acknowledges (a person)"),
    row("notice", "update", "NTC", "updates its notice"),
    row("notice", "close", "NTC", "closes its notice"),
    row("inquiry", "release", "INQ", "asks"),
    row("inquiry", "supply", "INQ", "gives what was wanted"),
    row("inquiry", "extend-grant", "INQ", "grants more time"),
    row("inquiry", "follow-up", "INQ", "asks further"),
    row("inquiry", "accept", "INQ", "takes the answer"),
    row("inquiry", "close", "INQ", "closes the thread"),
    row("reply", "acknowledge", "RPL", "acknowledges (a person)"),
    row("reply", "holding", "RPL", "says an answer will follow"),
    row("reply", "more-information-wanted", "RPL", "wants more information"),
    row("reply", "extend-ask", "RPL", "asks for more time"),
    row("reply", "answer", "RPL", "answers"),
    row("denial", "denial", "RPL", "denies"),
    row("position", "note", "POS", "takes note"),
    row("position", "contest", "POS", "contests"),
    row("position", "corroborate", "POS", "corroborates"),
    row("undertaking", "offer", "UND", "offers an undertaking"),
    row("undertaking", "accept", "UND", "accepts the undertaking"),
    row("undertaking", "decline", "UND", "does not accept the undertaking"),
    row("undertaking", "review", "UND", "says what the review came to"),
    row("undertaking", "end", "UND", "ends the undertaking"),
    row("undertaking", "say-broken", "UND", "says the undertaking was not kept"),
    row("claim", "put", "CLM", "puts a claim"),
    row("claim", "answer", "CLM", "replies to a claim"),
    row("claim", "maintain", "CLM", "maintains its claim"),
    row("claim", "amend", "CLM", "amends its claim"),
    row("claim", "publish", "CLM", "publishes its claim"),
    row("exhibit", "commit", "EVD", "commits to exhibits"),
    row("exhibit", "open", "EVD", "opens exhibits to a reader"),
    row("exhibit", "destroy", "EVD", "gives notice that exhibits were destroyed"),
    row("terms", "terms", "MTC", "proposes a match"),
    row("terms", "consent", "MTC", "consents to a match"),
    row("terms", "refuse", "MTC", "does not consent to a match"),
    row("list", "commit", "MTC", "commits to a list"),
    row("receipt", "receipt", "MTC", "signs the receipt of a match"),
    row("receipt", "abort", "MTC", "says a match broke off"),
    row("handover", "", "MTC", "says a file of a match was made or came"),
    row("comcheck", "send", "CCK", "checks the line"),
    row("comcheck", "node-answer", "CCK", "answers the check (its node)"),
    row("comcheck", "human-answer", "CCK", "answers the check (a person)"),
    row("comcheck", "alternate", "CCK", "tries another way"),
    row("comcheck", "score", "CCK", "scores the check"),
    row("verification", "propose", "VER", "proposes a verification"),
    row("verification", "agree", "VER", "agrees to a verification"),
    row("verification", "refuse", "VER", "does not agree to a verification"),
    row("verification", "draw", "VER", "draws the sample"),
    row("verification", "open", "VER", "opens the sample"),
    row("verification", "report", "VER", "reports a verification"),
    row("verification", "accept", "VER", "accepts the report"),
    row("verification", "dispute", "VER", "disputes the report"),
    row("observer", "nominate", "OBS", "nominates an observer"),
    row("observer", "accept", "OBS", "accepts an observer"),
    row("observer", "refuse", "OBS", "does not accept an observer"),
    row("observer", "scope", "OBS", "changes what an observer sees"),
    row("observer", "suspend", "OBS", "suspends an observer"),
    row("observer", "end", "OBS", "ends an observer"),
    row("observer", "note", "OBS", "notes"),
    row("observer", "gap", "OBS", "says it sees a gap"),
    row("observer", "ask", "OBS", "asks for an item"),
    row("observer", "grant", "OBS", "grants the request"),
    row("observer", "decline", "OBS", "does not grant the request"),
    row("contact", "report", "CON", "reports a contact"),
    row("contact", "supplement", "CON", "adds to its report of a contact"),
    row("disclosure", "propose", "DSC", "proposes to disclose"),
    row("disclosure", "consult-answer", "DSC", "answers a proposal to disclose"),
    row("disclosure", "release", "DSC", "discloses"),
    row("exercise", "announce", "EXR", "announces an exercise"),
    row("exercise", "start", "EXR", "starts an exercise"),
    row("exercise", "end", "EXR", "ends an exercise"),
    row("exercise", "review", "EXR", "reviews an exercise"),
    row("ack", "", "RCT", "has received entries (its node)"),
    row("error", "", "ERR", "says an entry has no effect (its node)"),
    row("verdict", "", "–", "says what its own check gave"),
    row("freeze", "", "–", "says a log ends"),
    row("redaction", "", "–", "asks that content is deleted"),
    row("erased", "", "–", "says it deleted content"),
    row("recovery", "", "–", "took its log up again"),
    row("anchor", "", "–", "names an outside time stamp"),
    row("evidence", "", "–", "found evidence against a key"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Act;

    #[test]
    fn every_act_has_words_and_no_row_is_of_another() {
        for act in Act::all() {
            assert!(find(act.kind, act.name).is_some(), "{} {}", act.kind, act.name);
        }
        assert_eq!(ROWS.len(), Act::all().len());
        assert_eq!((code("inquiry", "release"), says("denial", "denial")), ("INQ", "denies"));
    }
}
