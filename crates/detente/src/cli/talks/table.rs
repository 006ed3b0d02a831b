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

/// How its draft is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// From flags alone.
    Plain,
    /// From files, which are committed to.
    CommitFiles,
    /// From items that are opened.
    OpenItems,
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
    pub(super) how: How,
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
    Verb { name, about, acts: act, wants_content: false, how: How::Plain, examples }
}

const fn with_content(verb: Verb) -> Verb {
    Verb { wants_content: true, ..verb }
}

const fn made(verb: Verb, how: How) -> Verb {
    Verb { how, ..verb }
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

const CONTEST: Verb = with_content(verb(
    "",
    &[("position", "contest")],
    "",
    "Example:\n  detente contest cert-b/0/17 --text \"So you say.\" --without-prejudice",
));

const NOTE: Verb = with_content(verb(
    "",
    &[("observer", "note")],
    "",
    "Example:\n  detente note cert-a/0/17 --to cert-a --text \"The same file, computed again.\"",
));

const CORRECT: Verb = verb(
    "",
    &[("correction", "correct")],
    "",
    "Example:\n  detente correct 5 --set origin=AS64501 --text \"a typing error\"",
);

const WITHDRAW: Verb =
    verb("", &[("withdrawal", "withdraw")], "", "Example:\n  detente withdraw 5 --reason \"overtaken\"");

const CANCEL: Verb =
    verb("", &[("withdrawal", "cancel")], "", "Example:\n  detente cancel 5 --reason \"sent twice\"");

const RESERVE: Verb = with_content(verb(
    "",
    &[("reservation", "formulate")],
    "",
    "Example:\n  detente reserve 2 --kind reservation --effect modify --text \"except what is public\"",
));

const OBJECT: Verb = with_content(verb(
    "",
    &[("objection", "raise")],
    "",
    "Example:\n  detente object 6 --ground vague --effect simple --text \"…\"",
));

const DECLARE: Verb = with_content(verb(
    "",
    &[("declaration", "declare")],
    "",
    "Example:\n  detente declare --kind pledge --open --text \"We do not pass on material taken from others.\"",
));

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
    group(
        "notice",
        "Notices: warnings, incidents, changes, activity, holds, lost keys",
        &[
            with_content(verb(
                "issue",
                &[("notice", "issue")],
                "Issue a notice",
                "Examples:
  detente notice issue --kind activity --to cert-b --text \"We scan our own range on Monday.\"
  detente notice issue --kind early-warning --prec immediate --known-since 2026-10-01T08:00Z --rsit c2-server",
            )),
            verb(
                "acknowledge",
                &[("notice", "acknowledge")],
                "Say that a person has it",
                "Example:\n  detente notice acknowledge 3",
            ),
            with_content(verb(
                "update",
                &[("notice", "update")],
                "Add to a notice of yours",
                "Example:\n  detente notice update 3 --text \"It has ended.\"",
            )),
            verb(
                "close",
                &[("notice", "close")],
                "Close a notice of yours",
                "Example:\n  detente notice close 3 --outcome released",
            ),
        ],
    ),
    with_own(
        group(
            "contest",
            "Contest a denial, a claim, a report or a contact",
            &[
                verb(
                    "note",
                    &[("position", "note")],
                    "Note it, without a position",
                    "Example:\n  detente contest note 6",
                ),
                with_content(verb(
                    "corroborate",
                    &[("position", "corroborate")],
                    "Say that what you know agrees with it",
                    "Example:\n  detente contest corroborate 6 --text \"Our logs agree.\"",
                )),
            ],
        ),
        &CONTEST,
    ),
    group(
        "undertake",
        "Undertakings: offered, accepted, reviewed, ended",
        &[
            with_content(verb(
                "offer",
                &[("undertaking", "offer")],
                "Offer one",
                "Example:\n  detente undertake offer --to cert-b --starts 2026-10-06 --until 2026-12-03 --review 2027-01-15",
            )),
            verb(
                "accept",
                &[("undertaking", "accept")],
                "Accept an offer",
                "Example:\n  detente undertake accept 9 --without-prejudice",
            ),
            verb(
                "decline",
                &[("undertaking", "decline")],
                "Say no to an offer",
                "Example:\n  detente undertake decline 9 --text \"Not now.\"",
            ),
            verb(
                "review",
                &[("undertaking", "review")],
                "Say how it was kept",
                "Example:\n  detente undertake review 9 --outcome kept",
            ),
            verb(
                "end",
                &[("undertaking", "end")],
                "End it",
                "Example:\n  detente undertake end 9 --outcome kept",
            ),
            verb(
                "say-broken",
                &[("undertaking", "say-broken")],
                "Say that it is broken, by an inquiry of yours",
                "Example:\n  detente undertake say-broken 9 14",
            ),
        ],
    ),
    group(
        "contact",
        "Contacts outside the record: what was talked about, by whom",
        &[
            with_content(verb(
                "report",
                &[("contact", "report")],
                "Report one",
                "Example:\n  detente contact report --to cert-b --at 2026-10-12T19:00Z --channel dinner --topics e2",
            )),
            with_content(verb(
                "supplement",
                &[("contact", "supplement")],
                "Add to a report of yours",
                "Example:\n  detente contact supplement 11 --readout \"E2 was mentioned.\"",
            )),
        ],
    ),
    group(
        "comcheck",
        "Communication checks: does a person answer at the other end?",
        &[
            verb(
                "send",
                &[("comcheck", "send")],
                "Send one, with a word that a person there types",
                "Example:\n  detente comcheck send --to cert-b --word lantern --by 2h",
            ),
            verb(
                "answer",
                &[("comcheck", "human-answer")],
                "Answer one, with its word",
                "Example:\n  detente comcheck answer cert-a/0/17 --word lantern",
            ),
            verb(
                "alternate",
                &[("comcheck", "alternate")],
                "Say that another path was tried",
                "Example:\n  detente comcheck alternate cert-a/0/17 --score failed",
            ),
            verb(
                "score",
                &[("comcheck", "score")],
                "Score one of yours",
                "Example:\n  detente comcheck score cert-a/0/17 --score ok",
            ),
        ],
    ),
    group(
        "claim",
        "Claims that attribute, with the right of reply",
        &[
            with_content(verb(
                "put",
                &[("claim", "put")],
                "Put a claim to whom it is about",
                "Example:
  detente claim put --to cert-b --level operator --object AS64500 --likelihood likely --alternatives \"a guest\"",
            )),
            with_content(verb(
                "answer",
                &[("claim", "answer")],
                "Answer a claim about you",
                "Example:\n  detente claim answer 7 --text \"That range was sold in May.\"",
            )),
            verb(
                "maintain",
                &[("claim", "maintain")],
                "Maintain a claim of yours",
                "Example:\n  detente claim maintain 7",
            ),
            with_content(verb(
                "amend",
                &[("claim", "amend")],
                "Amend a claim of yours",
                "Example:\n  detente claim amend 7 --level persona --alternatives \"a guest\"",
            )),
            verb(
                "publish",
                &[("claim", "publish")],
                "Say that you publish it",
                "Example:\n  detente claim publish 7",
            ),
            verb(
                "withdraw",
                &[("withdrawal", "withdraw")],
                "Withdraw a claim of yours; it stays on the record",
                "Example:\n  detente claim withdraw 7 --reason \"a false flag\"",
            ),
        ],
    ),
    group(
        "evidence",
        "Evidence: committed, opened to somebody, destroyed",
        &[
            made(
                verb(
                    "commit",
                    &[("exhibit", "commit")],
                    "Commit to files: their fingerprints stand on the record, they stay here",
                    "Example:\n  detente evidence commit mail-1.log mail-2.log --to cert-b --kind log",
                ),
                How::CommitFiles,
            ),
            made(
                verb(
                    "open",
                    &[("exhibit", "open")],
                    "Open items of evidence of yours to a party or an observer",
                    "Example:\n  detente evidence open 4 0 1 --to cert-b --tlp amber+strict",
                ),
                How::OpenItems,
            ),
            verb(
                "destroy",
                &[("exhibit", "destroy")],
                "Say that evidence of yours is destroyed",
                "Example:\n  detente evidence destroy 4",
            ),
        ],
    ),
    group(
        "disclose",
        "Disclosure to the public, a court, a committee, the press",
        &[
            with_content(verb(
                "propose",
                &[("disclosure", "propose")],
                "Propose one: the other side's period runs",
                "Example:\n  detente disclose propose 6 --to cert-b --audience public --ground own-words-only --text \"…\"",
            )),
            with_content(verb(
                "answer",
                &[("disclosure", "consult-answer")],
                "Answer a proposed one",
                "Example:\n  detente disclose answer 12 add --text \"and we denied it\"",
            )),
            with_content(verb(
                "release",
                &[("disclosure", "release")],
                "Say that it is disclosed",
                "Example:\n  detente disclose release 12 --ground agreed --cites 8",
            )),
        ],
    ),
    with_own(
        group(
            "note",
            "Observers: notes, gaps, requests, and what parties answer to them",
            &[
                with_content(verb(
                    "gap",
                    &[("observer", "gap")],
                    "Say that you see a gap",
                    "Example:\n  detente note gap cert-a/0/17 --to cert-a --text \"Entry 18 has not come.\"",
                )),
                with_content(verb(
                    "ask",
                    &[("observer", "ask")],
                    "Ask for an item",
                    "Example:\n  detente note ask cert-a/0/17 --to cert-a --text \"The sealed file.\"",
                )),
                verb(
                    "grant",
                    &[("observer", "grant")],
                    "Grant a request of an observer",
                    "Example:\n  detente note grant audit/0/3",
                ),
                verb(
                    "decline",
                    &[("observer", "decline")],
                    "Say no to a request of an observer",
                    "Example:\n  detente note decline audit/0/3 --reason \"law\"",
                ),
            ],
        ),
        &NOTE,
    ),
    group(
        "exercise",
        "Exercises: announced before they start, never mixed with what is real",
        &[
            with_content(verb(
                "announce",
                &[("exercise", "announce")],
                "Announce one",
                "Example:\n  detente exercise announce --id spring --starts 2027-03-01 --until 2027-03-03 --title \"Spring\"",
            )),
            verb(
                "start",
                &[("exercise", "start")],
                "Start it",
                "Example:\n  detente exercise start cert-a/0/17",
            ),
            verb("end", &[("exercise", "end")], "End it", "Example:\n  detente exercise end cert-a/0/17"),
            with_content(verb(
                "review",
                &[("exercise", "review")],
                "Review it",
                "Example:\n  detente exercise review cert-a/0/17 --text \"…\"",
            )),
        ],
    ),
    with_own(group("correct", "Correct an entry of yours: the correction stands beside it", &[]), &CORRECT),
    with_own(group("withdraw", "Withdraw what you said; it stays on the record", &[]), &WITHDRAW),
    with_own(group("cancel", "Cancel an entry of yours that was issued in error", &[]), &CANCEL),
    Group {
        under: Some("norm"),
        ..group(
        "norm",
        "",
        &[
            with_content(verb(
                "propose",
                &[("norm", "propose")],
                "Propose a norm",
                "Example:\n  detente norm propose --code E2 --kind prohibition --title \"Mailboxes\" --text \"…\"",
            )),
            with_content(verb(
                "amend",
                &[("norm", "amend")],
                "Propose another wording of a norm",
                "Example:\n  detente norm amend 2 --text \"…\"",
            )),
            verb(
                "agree",
                &[("acceptance", "agree")],
                "Agree to a norm",
                "Example:\n  detente norm agree 2",
            ),
            verb(
                "review",
                &[("norm", "review")],
                "Open the review of a norm, or close it",
                "Example:\n  detente norm review 2 --outcome keep",
            ),
            with_content(verb(
                "bracket",
                &[("bracket", "bracket")],
                "Put words of a norm or a text in brackets",
                "Example:\n  detente norm bracket 2 --id b1 --span \"at any time\" --alternatives \"around elections\"",
            )),
            verb(
                "unbracket",
                &[("bracket", "unbracket")],
                "Close a bracket, or park it",
                "Example:\n  detente norm unbracket 3 --how choose --alt 1",
            ),
            with_content(verb(
                "draft",
                &[("draft", "propose")],
                "Propose a text of the accord",
                "Example:\n  detente norm draft --rev 1 --aim text --rules rules.json",
            )),
            verb(
                "revise",
                &[("draft", "revise")],
                "Table the next revision of a text: the proposal, then the last draft",
                "Example:\n  detente norm revise 4 4 --rev 2 --rules rules.json",
            ),
            verb(
                "clean",
                &[("draft", "clean")],
                "Say that a text has no open bracket (chair)",
                "Example:\n  detente norm clean 4",
            ),
            verb(
                "silence",
                &[("silence", "silence")],
                "Put a text under silence (chair)",
                "Example:\n  detente norm silence 4 --until 2026-12-04T17:00Z",
            ),
            with_content(verb(
                "break",
                &[("silence", "break")],
                "Break the silence over a text, in writing",
                "Example:\n  detente norm break 5 --by objection --text \"…\"",
            )),
            verb(
                "confirm",
                &[("silence", "confirm")],
                "Say how a silence ended",
                "Example:\n  detente norm confirm 5 --outcome adopted",
            ),
            verb(
                "adopt",
                &[("acceptance", "adopt")],
                "Adopt a clean text",
                "Example:\n  detente norm adopt 4",
            ),
            verb(
                "open",
                &[("draft", "open")],
                "Open an adopted text for signature (chair)",
                "Example:\n  detente norm open 4",
            ),
            verb("sign", &[("acceptance", "sign")], "Sign a text", "Example:\n  detente norm sign 4"),
            verb(
                "provisional",
                &[("acceptance", "provisional")],
                "Apply a text provisionally",
                "Example:\n  detente norm provisional 4",
            ),
        ],
    )
    },
    with_own(
        group(
            "reserve",
            "Reservations to norms",
            &[
                verb(
                    "accept",
                    &[("acceptance", "accept")],
                    "Accept one expressly",
                    "Example:\n  detente reserve accept 6",
                ),
                verb(
                    "decline",
                    &[("acceptance", "decline")],
                    "Say no to one",
                    "Example:\n  detente reserve decline 6",
                ),
                with_content(verb(
                    "part",
                    &[("withdrawal", "withdraw-part")],
                    "Withdraw one in part: the text is what remains",
                    "Example:\n  detente reserve part 6 --text \"…\"",
                )),
            ],
        ),
        &RESERVE,
    ),
    with_own(
        group(
            "object",
            "Objections to reservations, disclosures, observers",
            &[verb(
                "maintain",
                &[("objection", "maintain")],
                "Maintain one of yours",
                "Example:\n  detente object maintain 7",
            )],
        ),
        &OBJECT,
    ),
    with_own(
        group(
            "declare",
            "Declarations and pledges",
            &[
                verb(
                    "join",
                    &[("declaration", "join")],
                    "Join a pledge",
                    "Example:\n  detente declare join 3",
                ),
                verb(
                    "approve",
                    &[("declaration", "approve")],
                    "Approve one",
                    "Example:\n  detente declare approve 3",
                ),
                verb(
                    "oppose",
                    &[("declaration", "oppose")],
                    "Oppose one",
                    "Example:\n  detente declare oppose 3",
                ),
                verb(
                    "recharacterise",
                    &[("declaration", "recharacterise")],
                    "Say that you take it for a reservation",
                    "Example:\n  detente declare recharacterise 3",
                ),
            ],
        ),
        &DECLARE,
    ),
    Group {
        under: Some("accord"),
        ..group(
            "accord",
            "",
            &[
                verb(
                    "suspend",
                    &[("suspension", "suspend")],
                    "Suspend: response clocks stand still while it lasts",
                    "Example:\n  detente accord suspend --days 90 --reason \"elections\"",
                ),
                verb(
                    "resume",
                    &[("suspension", "resume")],
                    "Resume after a suspension",
                    "Example:\n  detente accord resume 9",
                ),
                verb(
                    "withdraw",
                    &[("member", "withdraw")],
                    "Say that you leave, with a look at it before; accord leave says it at once",
                    "Example:\n  detente accord withdraw --reason \"mandate ended\"",
                ),
            ],
        )
    },
];
