//! The rows. Types and acts stand in the order of the specification.

use super::{Act, Addressee, Count, FieldForm, FieldRule, Of, Presence, RefRule, SignerRule, StatementType};
use crate::record::leaf::Rel;
use crate::record::party::Role::{self, Do, Hod, Key, Ob, Rec, Ro, Te};
use Addressee::{All, Choose, Nobody, One, Reader};
use FieldForm::{
    Bool, Classes, Code, Codes, Hash, Hashes, Id, Ids, Integer, IntegerPerRef, NormCode, Office, Origin,
    Roles, Run, Word, WordPerRef,
};
use SignerRule::{
    Any, AnyOrRecovery, AsOriginal, Chair, Inquiry, Node, NodeOrChair, Nominated, Notice, OneOrItself, Two,
};

const fn numbered(name: &'static str, labels: &'static [&'static str]) -> StatementType {
    StatementType { name, numbered: true, labels }
}

const fn bare(name: &'static str, labels: &'static [&'static str]) -> StatementType {
    StatementType { name, numbered: false, labels }
}

/// Labels of numbered types include `meta` and `text`.
pub(super) const TYPES: [StatementType; 42] = [
    bare("charter", &[]),
    numbered("member", &["card", "meta", "reason", "text"]),
    numbered("officer", &["display", "hours", "meta", "powers", "text"]),
    bare("keys", &[]),
    numbered("draft", &["meta", "reason", "text"]),
    numbered("bracket", &["alternatives", "meta", "reason", "span", "text", "trade"]),
    numbered("silence", PLAIN),
    numbered("acceptance", PLAIN),
    numbered("suspension", &["meta", "reason", "text"]),
    numbered("norm", &["meta", "observable", "subject", "text", "title"]),
    numbered("reservation", PLAIN),
    numbered("objection", PLAIN),
    numbered("declaration", PLAIN),
    numbered("withdrawal", &["meta", "reason", "text"]),
    numbered("correction", &["changes", "meta", "text"]),
    numbered(
        "notice",
        &["affected", "asked", "call_back", "do_this", "four_fields", "meta", "rsit", "text", "times"],
    ),
    numbered(
        "inquiry",
        &["affected", "asked", "evidence", "meta", "origin", "rsit", "text", "times", "without_prejudice"],
    ),
    numbered("reply", &["ground", "meta", "referred_to", "scope", "text"]),
    numbered(
        "denial",
        &[
            "levels",
            "meta",
            "not_addressed",
            "offered",
            "organs",
            "period",
            "quote",
            "text",
            "without_prejudice",
        ],
    ),
    numbered("position", &["meta", "text", "without_prejudice"]),
    numbered("undertaking", &["meta", "text", "without_prejudice"]),
    numbered(
        "claim",
        &[
            "alternatives",
            "basis",
            "behind",
            "confidence",
            "likelihood",
            "meta",
            "object",
            "publication",
            "skip_reason",
            "text",
        ],
    ),
    numbered("exhibit", &["custody", "items", "meta", "text"]),
    numbered("terms", &["learns", "meta", "purpose", "text"]),
    numbered("list", &["counts", "meta", "text"]),
    numbered("receipt", &["learned", "meta", "outcome", "text"]),
    bare("handover", &[]),
    bare("comcheck", &["word"]),
    numbered("verification", &["form", "inspectors", "meta", "protected", "scope", "text"]),
    numbered("observer", &["mandate", "meta", "reason", "text"]),
    numbered("contact", &["meta", "papers", "persons", "readout", "text", "topics", "where"]),
    numbered("disclosure", &["meta", "redactions", "text", "words"]),
    numbered("exercise", &["controllers", "meta", "scope", "text", "title"]),
    bare("ack", &[]),
    bare("error", &[]),
    bare("verdict", &[]),
    bare("freeze", &[]),
    bare("redaction", &[]),
    bare("erased", &[]),
    bare("recovery", &[]),
    bare("anchor", &[]),
    bare("evidence", &[]),
];

const PLAIN: &[&str] = &["meta", "text"];

const fn act(
    kind: &'static str,
    name: &'static str,
    signers: SignerRule,
    refs: &'static [&'static [RefRule]],
    public: &'static [FieldRule],
    to: Addressee,
) -> Act {
    Act { kind, name, signers, refs, public, to, in_files: false }
}

const fn of(kind: &'static str, acts: &'static [&'static str]) -> Of {
    Of { kind, acts }
}

const fn rel(rel: Rel, of: &'static [Of]) -> RefRule {
    RefRule { rel, of, count: Count::One, own: false }
}

const fn to(of: &'static [Of]) -> RefRule {
    rel(Rel::To, of)
}

const fn cites(of: &'static [Of]) -> RefRule {
    rel(Rel::Cites, of)
}

const fn replaces(of: &'static [Of]) -> RefRule {
    rel(Rel::Replaces, of)
}

impl RefRule {
    const fn own(self) -> RefRule {
        RefRule { own: true, ..self }
    }

    const fn maybe(self) -> RefRule {
        RefRule { count: Count::Optional, ..self }
    }

    const fn some(self) -> RefRule {
        RefRule { count: Count::Some, ..self }
    }

    const fn many(self) -> RefRule {
        RefRule { count: Count::Many, ..self }
    }
}

const fn field(name: &'static str, form: FieldForm) -> FieldRule {
    FieldRule { name, form, presence: Presence::Always }
}

const fn maybe(name: &'static str, form: FieldForm) -> FieldRule {
    FieldRule { name, form, presence: Presence::Optional }
}

const fn only_if(
    name: &'static str,
    form: FieldForm,
    other: &'static str,
    words: &'static [&'static str],
) -> FieldRule {
    FieldRule { name, form, presence: Presence::If(other, words) }
}

const fn with_refs(name: &'static str, form: FieldForm) -> FieldRule {
    FieldRule { name, form, presence: Presence::WithRefs }
}

const fn one(roles: &'static [Role]) -> SignerRule {
    SignerRule::One(roles)
}

const NO_REFS: &[&[RefRule]] = &[&[]];
const ENTRY: &[Of] = &[];
const NOMINATED: &[&[RefRule]] = &[&[to(&[of("officer", &["nominate"])]).own()], &[]];
const TO_INVITE: &[&[RefRule]] = &[&[to(&[of("member", &["invite"])])]];
const DRAFTS: Of = of("draft", &["propose", "revise"]);
const NORMS: Of = of("norm", &["propose", "amend"]);
const TO_DRAFT: &[&[RefRule]] = &[&[to(&[DRAFTS])]];
const TO_TEXT: &[&[RefRule]] = &[&[to(&[DRAFTS, NORMS])]];
const TO_NORM: &[&[RefRule]] = &[&[to(&[NORMS])]];
const SILENCE: &[Of] = &[of("silence", &["silence"])];
const TO_SIGN: &[&[RefRule]] = &[&[to(&[DRAFTS])], &[to(&[of("charter", &[])]).own()]];
const TO_RESERVATION: &[&[RefRule]] = &[&[to(&[of("reservation", &["formulate"])])]];
const TO_DECLARATION: &[&[RefRule]] = &[&[to(&[of("declaration", &["declare"])])]];
const TO_INQUIRY: &[&[RefRule]] = &[&[to(INQUIRY)]];
const TO_INQUIRY_ABOUT_REPLY: &[&[RefRule]] =
    &[&[to(INQUIRY), cites(&[of("reply", &[]), of("denial", &[])]).maybe()]];
const INQUIRY: &[Of] = &[of("inquiry", &["release"])];
const TO_OWN_NOTICE: &[&[RefRule]] = &[&[to(&[of("notice", &["issue"])]).own()]];
const TO_OFFER: &[&[RefRule]] = &[&[to(OFFER)]];
const OFFER: &[Of] = &[of("undertaking", &["offer"])];
const TO_SAID: &[&[RefRule]] = &[&[to(&[
    of("denial", &["denial"]),
    of("claim", &["put"]),
    of("verification", &["report"]),
    of("contact", &["report"]),
])]];
const PUT: &[Of] = &[of("claim", &["put"])];
const TO_OWN_EXHIBIT: &[&[RefRule]] = &[&[to(&[of("exhibit", &["commit"])]).own()]];
const TERMS: &[Of] = &[of("terms", &["terms"])];
const CONSENT: &[Of] = &[of("terms", &["consent"])];
const LIST: &[Of] = &[of("list", &["commit"])];
const TO_TERMS: &[&[RefRule]] = &[&[to(TERMS)]];
const TO_RUN: &[&[RefRule]] = &[&[to(TERMS), to(CONSENT)]];
const TO_RUN_AND_LISTS: &[&[RefRule]] = &[&[to(TERMS), to(CONSENT), cites(LIST), cites(LIST)]];
const TO_LISTING: &[&[RefRule]] = &[&[to(TERMS), to(CONSENT).maybe()], &[]];
const CHECK: &[Of] = &[of("comcheck", &["send"])];
const TO_PROPOSED_CHECK: &[&[RefRule]] = &[&[to(&[of("verification", &["propose"])])]];
const TO_REPORT: &[&[RefRule]] = &[&[to(&[of("verification", &["report"])])]];
const TO_OBSERVER: &[&[RefRule]] = &[&[to(&[of("observer", &["nominate"])])]];
const TO_ASK: &[&[RefRule]] = &[&[to(&[of("observer", &["ask"])])]];
const CITES_ENTRIES: &[&[RefRule]] = &[&[cites(ENTRY).some()]];
const CONTACT: &[Of] = &[of("contact", &["report", "supplement"])];
const TO_DISCLOSURE: &[&[RefRule]] = &[&[to(&[of("disclosure", &["propose"])])]];
const TO_EXERCISE: &[&[RefRule]] = &[&[to(&[of("exercise", &["announce"])])]];
const WITHDRAWABLE: &[Of] = &[
    of("norm", &[]),
    of("reservation", &[]),
    of("objection", &[]),
    of("declaration", &[]),
    of("inquiry", &[]),
    of("reply", &[]),
    of("denial", &[]),
    of("claim", &[]),
    of("undertaking", &[]),
    of("observer", &[]),
    of("disclosure", &[]),
];

const PREC: FieldForm = Word(&["routine", "priority", "immediate"]);
const OFFICE: &[FieldRule] = &[field("office", Office)];
const NORM: &[FieldRule] = &[
    field("code", NormCode),
    field("kind", Word(&["prohibition", "undertaking", "expectation", "procedure"])),
    maybe("source", Hash),
    maybe("review", Integer),
    only_if("owner", FieldForm::Role, "kind", &["expectation"]),
    only_if("due", Integer, "kind", &["expectation"]),
];
const CLAIM: &[FieldRule] = &[field("level", Code), field("skip", Bool)];
const TERMS_FIELDS: &[FieldRule] = &[
    field("suite", Code),
    only_if("code", Code, "suite", &["vole"]),
    only_if("slots", Integer, "suite", &["vole"]),
    only_if("batches", Integer, "suite", &["vole"]),
    only_if("bins", Integer, "suite", &["vole"]),
    only_if("noise", Integer, "suite", &["vole"]),
    field("form", Code),
    field("types", Codes),
    field("profile", Hash),
    field("warninglists", Hashes),
    field("n_ask", Integer),
    field("n_answer", Integer),
    field("cap", Integer),
    field("until", Integer),
    field("symmetric", Bool),
];
const LIST_FIELDS: &[FieldRule] = &[
    field("root", Hash),
    field("class", Integer),
    field("canon", Code),
    field("seed", Hash),
    field("nonce", Hash),
];
const RECEIPT_FIELDS: &[FieldRule] = &[
    field("run", Run),
    field("transcript", Hash),
    field("charge_items", Integer),
    field("charge_runs", Integer),
];
const HANDOVER_FIELDS: &[FieldRule] = &[
    field("run", Run),
    field("file", Word(&["ask", "answer", "result", "refusal", "lapse"])),
    field("blake3", Hash),
    field("size", Integer),
];
const CHECK_SENT: &[FieldRule] = &[field("path", Code), field("by", Integer)];
const SCORE: &[FieldRule] = &[field("score", Word(&["ok", "ok-late", "failed"]))];
const INQUIRY_OUTCOME: &[FieldRule] =
    &[field("outcome", Word(&["resolved", "disagreement-recorded", "overtaken"]))];
const UNDERTAKING_OUTCOME: &[FieldRule] = &[field("outcome", Word(&["kept", "not-kept", "not-agreed"]))];
const NOTICE_OUTCOME: &[FieldRule] = &[maybe("outcome", Word(&["released", "stopped"]))];
const SCOPE: FieldForm = Word(&["existence-only", "metadata", "full-except-sealed", "full"]);
const CONTACT_FIELDS: &[FieldRule] = &[
    field("at", Integer),
    field("planned", Bool),
    field("notes", Word(&["yes", "no", "whose"])),
    field("channel", Code),
];
const EXERCISE: &[FieldRule] = &[field("id", Code), field("from", Integer), field("until", Integer)];
const SEEN: &[FieldRule] = &[maybe("code", Code)];

pub(crate) const ACTS: &[Act] = &[
    act("charter", "", Node, NO_REFS, &[field("sha256", Hash), field("size", Integer)], Nobody),
    act(
        "member",
        "invite",
        Two(&[Hod]),
        NO_REFS,
        &[
            field("party", Id),
            field("standing", Word(&["party"])),
            field("offer", Hash),
            field("k", Integer),
            field("f", Integer),
        ],
        All,
    ),
    act(
        "member",
        "key",
        one(&[Hod, Key]),
        &[&[to(&[of("member", &["invite"])])], &[]],
        &[field("party", Id), field("how", Word(&["in-person", "call-back", "third-party"]))],
        All,
    ),
    act("member", "consent", Two(&[Hod]), TO_INVITE, &[], All),
    act("member", "sign-on", Two(&[Hod]), TO_INVITE, &[field("offer", Hash)], All),
    act(
        "member",
        "update",
        one(&[Hod, Rec, Do]),
        &[&[replaces(&[of("member", &["update"])]).own().maybe()]],
        &[maybe("sha256", Hash)],
        All,
    ),
    act("member", "withdraw", Two(&[Hod]), NO_REFS, &[], All),
    act("member", "expel", Two(&[Hod]), NO_REFS, &[field("party", Id)], All),
    act(
        "officer",
        "nominate",
        Two(&[Hod, Key]),
        &[&[replaces(&[of("officer", &["nominate"])]).own().maybe()]],
        &[
            field("office", Office),
            field("key", FieldForm::Key),
            field("roles", Roles),
            field("from", Integer),
            maybe("until", Integer),
        ],
        All,
    ),
    act("officer", "activate", Nominated, &[&[to(&[of("officer", &["nominate"])]).own()]], OFFICE, All),
    act("officer", "leave", OneOrItself(&[Hod, Key]), NOMINATED, OFFICE, All),
    act("officer", "suspend", OneOrItself(&[Hod, Key]), NOMINATED, OFFICE, All),
    act("officer", "return", OneOrItself(&[Hod, Key]), NOMINATED, OFFICE, All),
    act("officer", "end", OneOrItself(&[Hod, Key]), NOMINATED, OFFICE, All),
    act("officer", "key-lost", Any, NOMINATED, OFFICE, All),
    act(
        "keys",
        "rotate",
        Two(&[Key]),
        &[&[replaces(&[of("keys", &["rotate"])]).own().maybe()]],
        &[field("epoch", Integer), field("keyset", Hash), field("next", Hash), maybe("single", Bool)],
        Nobody,
    ),
    act(
        "keys",
        "sealing",
        one(&[Key]),
        &[&[replaces(&[of("keys", &["sealing"])]).own().maybe()]],
        &[field("sha256", Hash)],
        Nobody,
    ),
    act(
        "keys",
        "transport",
        one(&[Key]),
        &[&[replaces(&[of("keys", &["transport"])]).own().maybe()]],
        &[field("sha256", Hash)],
        Nobody,
    ),
    act(
        "draft",
        "propose",
        one(&[Hod]),
        &[&[replaces(&[DRAFTS]).maybe()]],
        &[field("rev", Integer), field("aim", Word(&["text", "termination"])), maybe("rules", Hash)],
        All,
    ),
    act(
        "draft",
        "revise",
        one(&[Hod]),
        &[&[to(&[of("draft", &["propose"])]), replaces(&[DRAFTS])]],
        &[field("rev", Integer), maybe("rules", Hash)],
        All,
    ),
    act("draft", "clean", Chair, TO_DRAFT, &[], All),
    act("draft", "open", Chair, TO_DRAFT, &[], All),
    act("bracket", "bracket", one(&[Hod]), TO_TEXT, &[field("id", Code)], All),
    act(
        "bracket",
        "unbracket",
        one(&[Hod]),
        &[&[to(&[of("bracket", &["bracket"])])]],
        &[field("how", Word(&["drop", "choose", "merge", "park", "unpark"])), maybe("alt", Integer)],
        All,
    ),
    act("silence", "silence", Chair, TO_TEXT, &[field("until", Integer)], All),
    act(
        "silence",
        "break",
        one(&[Hod]),
        &[&[to(SILENCE)]],
        &[field("by", Word(&["objection", "amendment"]))],
        All,
    ),
    act(
        "silence",
        "confirm",
        NodeOrChair,
        &[&[to(SILENCE), cites(&[of("silence", &["break"])]).many()]],
        &[field("outcome", Word(&["adopted", "broken"]))],
        All,
    ),
    act("acceptance", "adopt", one(&[Hod]), TO_DRAFT, &[], All),
    act("acceptance", "sign", Two(&[Hod]), TO_SIGN, &[], All),
    act("acceptance", "provisional", Two(&[Hod]), TO_SIGN, &[], All),
    act("acceptance", "agree", Two(&[Hod]), TO_NORM, &[], All),
    act("acceptance", "accept", Two(&[Hod]), TO_RESERVATION, &[], All),
    act("acceptance", "decline", Two(&[Hod]), TO_RESERVATION, &[], All),
    act("suspension", "suspend", Two(&[Hod]), NO_REFS, &[field("days", Integer)], Choose),
    act("suspension", "resume", Two(&[Hod]), &[&[to(&[of("suspension", &["suspend"])])]], &[], Choose),
    act("norm", "propose", one(&[Hod]), &[&[replaces(&[NORMS]).own().maybe()]], NORM, All),
    act("norm", "amend", one(&[Hod]), &[&[replaces(&[NORMS])]], NORM, All),
    act("norm", "review", one(&[Hod]), TO_NORM, &[field("outcome", Word(&["open", "keep", "lapse"]))], All),
    act(
        "reservation",
        "formulate",
        Two(&[Hod]),
        &[&[to(&[NORMS]).some()]],
        &[
            field(
                "kind",
                Word(&[
                    "reservation",
                    "interpretative-declaration",
                    "conditional-declaration",
                    "counter-proposal",
                ]),
            ),
            field("effect", Word(&["exclude", "modify", "condition", "none"])),
            field("reciprocal", Bool),
        ],
        All,
    ),
    act(
        "objection",
        "raise",
        Two(&[Hod]),
        &[&[to(&[
            of("reservation", &[]),
            of("disclosure", &[]),
            of("observer", &[]),
            of("verification", &[]),
        ])]],
        &[field("ground", Code), field("effect", Word(&["simple", "no-accord", "other"]))],
        All,
    ),
    act("objection", "maintain", one(&[Hod]), &[&[to(&[of("objection", &["raise"])]).own()]], &[], All),
    act(
        "declaration",
        "declare",
        Two(&[Hod]),
        &[&[cites(&[NORMS]).maybe()]],
        &[field("kind", Word(&["interpretative", "pledge"])), field("open", Bool)],
        All,
    ),
    act("declaration", "join", Two(&[Hod]), TO_DECLARATION, &[], All),
    act("declaration", "approve", Two(&[Hod]), TO_DECLARATION, &[], All),
    act("declaration", "oppose", Two(&[Hod]), TO_DECLARATION, &[], All),
    act("declaration", "recharacterise", Two(&[Hod]), TO_DECLARATION, &[], All),
    act("withdrawal", "withdraw", AsOriginal, &[&[rel(Rel::Withdraws, WITHDRAWABLE).own()]], &[], Choose),
    act(
        "withdrawal",
        "withdraw-part",
        Two(&[Hod]),
        &[&[rel(Rel::Withdraws, &[of("reservation", &["formulate"])]).own()]],
        &[],
        Choose,
    ),
    act("withdrawal", "cancel", AsOriginal, &[&[rel(Rel::Withdraws, ENTRY).own()]], &[], Choose),
    act("correction", "correct", AsOriginal, &[&[replaces(ENTRY).own()]], &[], Choose),
    act(
        "notice",
        "issue",
        Notice,
        NO_REFS,
        &[
            field(
                "kind",
                Word(&[
                    "early-warning",
                    "incident",
                    "change",
                    "activity",
                    "oversight-hold",
                    "key-compromise",
                ]),
            ),
            field("prec", PREC),
            only_if("known_since", Integer, "kind", &["early-warning", "incident"]),
            only_if("hold_d", Integer, "kind", &["oversight-hold"]),
        ],
        Choose,
    ),
    act("notice", "acknowledge", one(&[Do, Ro]), &[&[to(&[of("notice", &["issue"])])]], &[], Choose),
    act("notice", "update", AsOriginal, TO_OWN_NOTICE, NOTICE_OUTCOME, Choose),
    act("notice", "close", AsOriginal, TO_OWN_NOTICE, NOTICE_OUTCOME, Choose),
    act(
        "inquiry",
        "release",
        Inquiry,
        NO_REFS,
        &[
            field("kind", Word(&["incident", "norm-compliance", "clarification", "assistance"])),
            field("prec", PREC),
            maybe("clock", Integer),
            maybe("ack_clock", Integer),
            maybe("norm", NormCode),
            field("attribution", Bool),
        ],
        One,
    ),
    act("inquiry", "supply", one(&[Ro]), TO_INQUIRY, &[], One),
    act("inquiry", "extend-grant", one(&[Do, Ro]), TO_INQUIRY_ABOUT_REPLY, &[field("extra", Integer)], One),
    act("inquiry", "follow-up", one(&[Do, Ro]), TO_INQUIRY_ABOUT_REPLY, &[], One),
    act("inquiry", "accept", one(&[Ro]), TO_INQUIRY_ABOUT_REPLY, INQUIRY_OUTCOME, One),
    act("inquiry", "close", one(&[Ro]), TO_INQUIRY_ABOUT_REPLY, INQUIRY_OUTCOME, One),
    act("reply", "acknowledge", one(&[Do, Ro]), TO_INQUIRY, &[], One),
    act("reply", "holding", one(&[Do, Ro]), TO_INQUIRY, &[], One),
    act("reply", "more-information-wanted", Two(&[Ro]), TO_INQUIRY, &[], One),
    act("reply", "extend-ask", Two(&[Ro]), TO_INQUIRY, &[field("extra", Integer)], One),
    act(
        "reply",
        "answer",
        Two(&[Ro]),
        TO_INQUIRY,
        &[
            field(
                "answer",
                Word(&["acted", "not-ours", "no-finding", "partial", "declines", "counter-inquiry"]),
            ),
            maybe("ground", Code),
        ],
        One,
    ),
    act(
        "denial",
        "denial",
        Two(&[Ro]),
        &[&[
            to(&[of("inquiry", &["release"]), of("notice", &["issue"]), of("claim", &["put"])]),
            cites(&[of("denial", &["denial"])]).own().many(),
        ]],
        &[
            field("search", Word(&["yes", "no", "not-said"])),
            field("signatory", Word(&["hod", "ro"])),
            field("publishable", Bool),
        ],
        One,
    ),
    act("position", "note", one(&[Ro]), TO_SAID, &[], One),
    act("position", "contest", one(&[Ro]), TO_SAID, &[], One),
    act("position", "corroborate", one(&[Ro, Te, Ob]), TO_SAID, &[], One),
    act(
        "undertaking",
        "offer",
        Two(&[Hod]),
        &[&[cites(&[NORMS, of("inquiry", &["release"])]).maybe()]],
        &[field("from", Integer), field("until", Integer), field("review", Integer)],
        One,
    ),
    act("undertaking", "accept", Two(&[Hod]), TO_OFFER, &[], One),
    act("undertaking", "decline", Two(&[Hod]), TO_OFFER, &[], One),
    act("undertaking", "review", Two(&[Hod]), TO_OFFER, UNDERTAKING_OUTCOME, One),
    act("undertaking", "end", Two(&[Hod]), TO_OFFER, UNDERTAKING_OUTCOME, One),
    act("undertaking", "say-broken", Two(&[Hod]), &[&[to(OFFER), cites(INQUIRY).own()]], &[], One),
    act(
        "claim",
        "put",
        Two(&[Ro]),
        &[&[cites(&[of("exhibit", &[]), of("receipt", &[])]).many()]],
        CLAIM,
        One,
    ),
    act("claim", "answer", Two(&[Ro]), &[&[to(PUT)]], &[], One),
    act("claim", "maintain", Two(&[Ro]), &[&[to(PUT).own()]], &[], One),
    act(
        "claim",
        "amend",
        Two(&[Ro]),
        &[&[to(PUT).own(), replaces(&[of("claim", &["put", "amend"])]).own().maybe()]],
        CLAIM,
        One,
    ),
    act("claim", "publish", Two(&[Ro]), &[&[to(PUT).own()]], &[], One),
    act(
        "exhibit",
        "commit",
        one(&[Te, Ro]),
        NO_REFS,
        &[field("count", Integer), field("classes", Classes)],
        One,
    ),
    act("exhibit", "open", one(&[Ro]), TO_OWN_EXHIBIT, &[field("opened", Integer)], Reader),
    act("exhibit", "destroy", one(&[Ro]), TO_OWN_EXHIBIT, &[], One),
    act("terms", "terms", Two(&[Te]), &[&[cites(INQUIRY).maybe()]], TERMS_FIELDS, One),
    act("terms", "consent", Two(&[Te]), TO_TERMS, &[field("profile", Hash)], One),
    act("terms", "refuse", one(&[Te]), TO_TERMS, &[field("reason", Code)], One),
    act("list", "commit", Node, TO_LISTING, LIST_FIELDS, One),
    act("receipt", "receipt", one(&[Te]), TO_RUN_AND_LISTS, RECEIPT_FIELDS, One),
    act(
        "receipt",
        "abort",
        Node,
        TO_RUN_AND_LISTS,
        &[
            field("run", Run),
            field("reason", Code),
            field("step", Code),
            field("charge_items", Integer),
            field("charge_runs", Integer),
        ],
        One,
    ),
    act("handover", "", Node, TO_RUN, HANDOVER_FIELDS, Nobody),
    act("comcheck", "send", Node, NO_REFS, CHECK_SENT, One),
    act("comcheck", "node-answer", Node, &[&[to(CHECK)]], CHECK_SENT, One),
    act("comcheck", "human-answer", one(&[Do]), &[&[to(CHECK)]], &[], One),
    act("comcheck", "alternate", Node, &[&[to(CHECK).own()]], SCORE, One),
    act("comcheck", "score", Node, &[&[to(CHECK).own()]], SCORE, One),
    act(
        "verification",
        "propose",
        Two(&[Hod, Te]),
        &[&[cites(&[NORMS, of("list", &["commit"]), of("receipt", &["receipt"])])]],
        &[field("kind", Code), maybe("sample", Integer), maybe("at", Integer), maybe("seed", Hash)],
        One,
    ),
    act(
        "verification",
        "agree",
        Two(&[Hod]),
        TO_PROPOSED_CHECK,
        &[field("at", Integer), field("seed", Hash)],
        One,
    ),
    act("verification", "refuse", one(&[Hod]), TO_PROPOSED_CHECK, &[field("ground", Code)], One),
    act("verification", "draw", Node, TO_PROPOSED_CHECK, &[field("seed", Hash)], One),
    act(
        "verification",
        "open",
        one(&[Te, Ob]),
        TO_PROPOSED_CHECK,
        &[maybe("root", Hash), field("count", Integer)],
        One,
    ),
    act(
        "verification",
        "report",
        one(&[Te, Ob]),
        TO_PROPOSED_CHECK,
        &[
            field("result", Word(&["pass", "fail", "mixed", "not-done"])),
            field("count", Integer),
            field("joint", Bool),
        ],
        One,
    ),
    act("verification", "accept", one(&[Hod]), TO_REPORT, &[], One),
    act("verification", "dispute", one(&[Hod]), TO_REPORT, &[], One),
    act(
        "observer",
        "nominate",
        Two(&[Hod]),
        NO_REFS,
        &[
            field("party", Id),
            field("sort", Word(&["national", "joint"])),
            field("scope", SCOPE),
            field("delay_d", Integer),
            field("until", Integer),
            field("offer", Hash),
        ],
        All,
    ),
    act("observer", "accept", Two(&[Hod]), TO_OBSERVER, &[], All),
    act("observer", "refuse", Two(&[Hod]), TO_OBSERVER, &[], All),
    act(
        "observer",
        "scope",
        Two(&[Hod]),
        TO_OBSERVER,
        &[field("scope", SCOPE), field("delay_d", Integer)],
        All,
    ),
    act("observer", "suspend", Two(&[Hod]), TO_OBSERVER, &[], All),
    act("observer", "end", Two(&[Hod]), TO_OBSERVER, &[], All),
    act("observer", "note", one(&[Ob]), CITES_ENTRIES, SEEN, One),
    act("observer", "gap", one(&[Ob]), CITES_ENTRIES, SEEN, One),
    act("observer", "ask", one(&[Ob]), CITES_ENTRIES, SEEN, One),
    act("observer", "grant", one(&[Ro]), TO_ASK, &[], One),
    act("observer", "decline", one(&[Ro]), TO_ASK, &[], One),
    act("contact", "report", one(&[Rec, Hod]), &[&[cites(CONTACT).maybe()]], CONTACT_FIELDS, Choose),
    act(
        "contact",
        "supplement",
        one(&[Rec, Hod]),
        &[&[to(&[of("contact", &["report"])]).own(), cites(CONTACT).maybe()]],
        CONTACT_FIELDS,
        Choose,
    ),
    act(
        "disclosure",
        "propose",
        one(&[Ro]),
        CITES_ENTRIES,
        &[
            field("audience", Word(&["public", "court", "committee", "press"])),
            field("ground", Code),
            field("urgent", Bool),
        ],
        Choose,
    ),
    act(
        "disclosure",
        "consult-answer",
        one(&[Ro]),
        TO_DISCLOSURE,
        &[field("answer", Word(&["agree", "add", "object"]))],
        Choose,
    ),
    act(
        "disclosure",
        "release",
        Two(&[Ro]),
        &[&[to(&[of("disclosure", &["propose"])]), cites(&[of("disclosure", &["consult-answer"])]).maybe()]],
        &[field("ground", Word(&["agreed", "own-words-only", "legal-duty", "leak-response"]))],
        Choose,
    ),
    act("exercise", "announce", one(&[Ro]), NO_REFS, EXERCISE, All),
    act("exercise", "start", one(&[Ro]), TO_EXERCISE, EXERCISE, All),
    act("exercise", "end", one(&[Ro]), TO_EXERCISE, EXERCISE, All),
    act("exercise", "review", one(&[Ro]), TO_EXERCISE, EXERCISE, All),
    act(
        "ack",
        "",
        Node,
        &[&[rel(Rel::Acks, ENTRY).many()]],
        &[
            with_refs("at", IntegerPerRef),
            with_refs(
                "result",
                WordPerRef(&["accepted", "malformed", "unknown-key", "not-authorised", "refused"]),
            ),
        ],
        Nobody,
    ),
    act("error", "", Node, &[&[to(ENTRY).maybe()]], &[field("code", Code), field("at", Integer)], Nobody),
    act(
        "verdict",
        "",
        one(&[Te, Ob, Rec]),
        &[&[cites(ENTRY).many()]],
        &[
            field("of", Word(&["bundle", "match", "evidence"])),
            field("sha256", Hash),
            field("result", Word(&["valid", "invalid", "cannot-decide"])),
        ],
        Nobody,
    ),
    act(
        "freeze",
        "",
        AnyOrRecovery,
        &[&[cites(ENTRY).maybe()]],
        &[field("origin", Origin), field("size", Integer), field("root", Hash)],
        Nobody,
    ),
    act(
        "redaction",
        "",
        one(&[Rec, Ro]),
        &[&[to(ENTRY).some()]],
        &[field("ground", Code), field("scope", Word(&["content", "attachments"]))],
        Nobody,
    ),
    act("erased", "", Node, &[&[to(&[of("redaction", &[])])]], &[], Nobody),
    act(
        "recovery",
        "",
        one(&[Key]),
        NO_REFS,
        &[field("size", Integer), field("root", Hash), field("from", Ids), field("override", Bool)],
        Nobody,
    ),
    act(
        "anchor",
        "",
        Node,
        NO_REFS,
        &[
            field("kind", Word(&["rfc3161", "ots", "witness", "paper"])),
            field("origin", Origin),
            field("size", Integer),
            field("root", Hash),
            field("sha256", Hash),
        ],
        Nobody,
    ),
    act(
        "evidence",
        "",
        Node,
        &[&[cites(ENTRY).maybe()]],
        &[
            field(
                "kind",
                Word(&[
                    "fork-same",
                    "fork-grow",
                    "fork-leaf",
                    "misplaced",
                    "bad-leaf",
                    "regress",
                    "double-cosign",
                    "clock",
                ]),
            ),
            field("origin", Origin),
            field("sha256", Hash),
        ],
        Nobody,
    ),
];

const fn in_files(act: Act, refs: &'static [&'static [RefRule]]) -> Act {
    Act { refs, in_files: true, ..act }
}

/// Section 3 of PROTOCOL.md. A handover is signed by an office there, because no log vouches for it.
pub(super) const FILE_ACTS: &[Act] = &[
    in_files(act("terms", "terms", Two(&[Te]), NO_REFS, TERMS_FIELDS, One), NO_REFS),
    in_files(act("terms", "consent", Two(&[Te]), NO_REFS, &[field("profile", Hash)], One), TO_TERMS),
    in_files(act("list", "commit", Node, NO_REFS, LIST_FIELDS, One), &[&[to(TERMS), to(CONSENT).maybe()]]),
    in_files(act("receipt", "receipt", one(&[Te]), NO_REFS, RECEIPT_FIELDS, One), TO_RUN_AND_LISTS),
    in_files(act("handover", "", Any, NO_REFS, HANDOVER_FIELDS, Nobody), TO_RUN),
];
