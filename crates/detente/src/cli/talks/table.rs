//! The commands, one row each.

use detente_accord::record::Act;

/// A group of commands.
pub(super) struct Group {
    /// Its name.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// A command that is there already, to which the rows are added.
    pub(super) under: Option<&'static str>,
    /// What the name alone does.
    pub(super) own: Option<&'static Verb>,
    /// Examples for that.
    pub(super) examples: &'static str,
    pub(super) verbs: &'static [Verb],
}

/// A command that says something.
pub(super) struct Verb {
    /// Its name in the group.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The acts, by type and name: the first that fits the entry it is about.
    pub(super) acts: &'static [(&'static str, &'static str)],
    /// Whether it is nothing without content: then a terminal gets an editor.
    pub(super) wants_content: bool,
    pub(super) examples: &'static str,
}

impl Group {
    /// The command it stands under.
    pub(super) fn command(&self) -> &'static str {
        self.under.unwrap_or(self.name)
    }
}

impl Verb {
    /// The act whose fields its flags are.
    pub(super) fn act(&self) -> Option<&'static Act> {
        let (kind, name) = self.acts.first()?;
        Act::of(kind, name)
    }
}

const fn verb(
    name: &'static str,
    act: &'static [(&'static str, &'static str)],
    about: &'static str,
    examples: &'static str,
) -> Verb {
    Verb { name, about, acts: act, wants_content: false, examples }
}

const fn with_content(verb: Verb) -> Verb {
    Verb { wants_content: true, ..verb }
}

const fn group(name: &'static str, about: &'static str, verbs: &'static [Verb]) -> Group {
    Group { name, about, under: None, own: None, examples: "", verbs }
}

const fn with_own(group: Group, own: &'static Verb) -> Group {
    Group { own: Some(own), examples: own.examples, ..group }
}

const INQUIRE: Verb = with_content(verb(
    "",
    &[("inquiry", "release")],
    "",
    "Examples:
  detente inquire --to cert-b --kind incident --ask investigate,preserve --answer-by 72h --text \"We saw …\"
  detente inquire --to cert-b --kind norm-compliance --norm E2 --from inquiry.json",
));

const ACK: Verb = verb(
    "",
    &[("reply", "acknowledge"), ("notice", "acknowledge")],
    "",
    "Examples:\n  detente ack 5\n  detente ack cert-a/0/17 --yes",
);

/// All groups, in the order of the handbook.
pub(super) const GROUPS: &[Group] = &[
    with_own(
        group(
            "inquire",
            "Ask another party something, with clocks",
            &[
                with_content(verb(
                    "supply",
                    &[("inquiry", "supply")],
                    "Supply what was wanted before an answer",
                    "Example:\n  detente inquire supply 5 --text \"accounts 1 and 2\"",
                )),
                verb(
                    "grant",
                    &[("inquiry", "extend-grant")],
                    "Grant more time",
                    "Example:\n  detente inquire grant 5 --extra 24h",
                ),
                with_content(verb(
                    "follow-up",
                    &[("inquiry", "follow-up")],
                    "Ask on",
                    "Example:\n  detente inquire follow-up 5 --text \"And in August?\"",
                )),
                verb(
                    "accept",
                    &[("inquiry", "accept")],
                    "Accept the answer",
                    "Example:\n  detente inquire accept 5 --outcome resolved",
                ),
                verb(
                    "close",
                    &[("inquiry", "close")],
                    "Close it: only who asked can",
                    "Example:\n  detente inquire close 5 --outcome disagreement-recorded",
                ),
            ],
        ),
        &INQUIRE,
    ),
    group(
        "reply",
        "Reply to an inquiry",
        &[
            verb(
                "acknowledge",
                &[("reply", "acknowledge")],
                "A person has it",
                "Example:\n  detente reply acknowledge 5",
            ),
            verb(
                "holding",
                &[("reply", "holding")],
                "An answer is being worked on",
                "Example:\n  detente reply holding 5 --text \"We are looking.\"",
            ),
            with_content(verb(
                "more",
                &[("reply", "more-information-wanted")],
                "Say what you need before you can answer",
                "Example:\n  detente reply more 5 --text \"Which accounts?\"",
            )),
            verb(
                "extend",
                &[("reply", "extend-ask")],
                "Ask for more time, once",
                "Example:\n  detente reply extend 5 --extra 24h --because \"holidays\"",
            ),
            with_content(verb(
                "answer",
                &[("reply", "answer")],
                "Answer with a type",
                "Examples:
  detente reply answer 5 no-finding --scope \"mail gateways, 1 to 30 September\"
  detente reply answer 5 declines --ground law",
            )),
            with_content(verb(
                "deny",
                &[("denial", "denial")],
                "Deny, and say exactly what: also in answer to a notice or a claim",
                "Example:\n  detente reply deny 5 --levels ordered,coordinated --not-addressed encouraged --search yes",
            )),
        ],
    ),
    with_own(group("ack", "Say that a person has it: a notice or an inquiry", &[]), &ACK),
];
