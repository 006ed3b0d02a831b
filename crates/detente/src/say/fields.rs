//! What an act takes, by the names that people know: its public fields and its labels, from the table of acts.

use detente_accord::record::{Act, Addressee, Count, FieldForm, FieldRule, Presence, RefRule, Rel};

/// How a public field is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// A word or a code, as it is.
    Word,
    /// A point in time, in milliseconds.
    Time,
    /// A length of time, in seconds.
    Seconds,
    /// A number.
    Number,
    /// True if the flag is given.
    Flag,
    /// True unless the flag is given.
    Unless,
}

/// A public field under the name that people give it by: a flag, a field of a form, a member of a request.
pub(crate) struct Field {
    /// The field.
    pub(crate) name: &'static str,
    /// The name that people know it by.
    pub(crate) flag: &'static str,
    /// How it is given.
    pub(crate) unit: Unit,
    /// What is said if nothing is given.
    pub(crate) default: Option<&'static str>,
    /// What it says, for whoever fills it.
    pub(crate) help: &'static str,
}

/// The shape of what a label says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Text.
    Text,
    /// Several texts: the flag again, or commas between words.
    List,
    /// True if the flag is given.
    Flag,
    /// A time with how sure it is.
    When,
    /// Labels with what they should have said, as `label=text`.
    Changes,
}

/// A label, or one member of a label that is an object, under the name that people give it by.
pub(crate) struct Label {
    /// The label.
    pub(crate) name: &'static str,
    /// The member, where the label is an object.
    pub(crate) member: Option<&'static str>,
    /// The name that people know it by.
    pub(crate) flag: &'static str,
    /// What it says.
    pub(crate) shape: Shape,
    /// What it says, for whoever fills it.
    pub(crate) help: &'static str,
}

const fn field(name: &'static str, flag: &'static str, unit: Unit, help: &'static str) -> Field {
    Field { name, flag, unit, default: None, help }
}

const fn or(field: Field, default: &'static str) -> Field {
    Field { default: Some(default), ..field }
}

/// Public fields that people give. The others are computed.
const FIELDS: &[Field] = &[
    field("kind", "kind", Unit::Word, "Of which kind"),
    or(field("prec", "prec", Unit::Word, "How urgent"), "routine"),
    field("clock", "answer-by", Unit::Seconds, "When the answer is wanted: 72h, or a time"),
    field("ack_clock", "ack-by", Unit::Seconds, "When an acknowledgement is wanted"),
    field("norm", "norm", Unit::Word, "The norm that is cited, by its code"),
    field("attribution", "attribution", Unit::Flag, "It attributes; without this flag it does not"),
    field("extra", "extra", Unit::Seconds, "How much longer: 24h"),
    field("outcome", "outcome", Unit::Word, "What came of it"),
    field("answer", "answer", Unit::Word, "The type of the answer"),
    field("ground", "ground", Unit::Word, "The ground, as a code"),
    or(field("search", "search", Unit::Word, "Whether a search was made"), "not-said"),
    or(field("signatory", "signatory", Unit::Word, "At which level it is signed"), "ro"),
    field("publishable", "publishable", Unit::Flag, "The other side may publish it"),
    field("from", "starts", Unit::Time, "From when on"),
    field("until", "until", Unit::Time, "Until when"),
    field("review", "review", Unit::Time, "When it is looked at again"),
    field("due", "due", Unit::Time, "By when: only for an expectation"),
    field("owner", "owner", Unit::Word, "The role that answers for it: only for an expectation"),
    field("known_since", "known-since", Unit::Time, "Since when you have known"),
    field("hold_d", "hold", Unit::Number, "Days of the hold"),
    field("days", "days", Unit::Number, "How many days"),
    field("level", "level", Unit::Word, "What it attributes to: machine, operator, persona, cluster, …"),
    field("skip", "skip", Unit::Flag, "Without the right of reply: say why with --skip-reason"),
    field("opened", "opened", Unit::Number, "How many are opened"),
    field("count", "count", Unit::Number, "How many"),
    field("sample", "sample", Unit::Number, "How many are drawn"),
    field("at", "at", Unit::Time, "When"),
    field("planned", "planned", Unit::Flag, "It was planned"),
    or(field("notes", "notes", Unit::Word, "Whether notes exist"), "no"),
    field("channel", "channel", Unit::Word, "How: meeting, dinner, call, …"),
    field("audience", "audience", Unit::Word, "To whom"),
    field("urgent", "urgent", Unit::Flag, "The short period"),
    field("id", "id", Unit::Word, "Its id"),
    field("code", "code", Unit::Word, "Its code"),
    field("effect", "effect", Unit::Word, "What it does"),
    field("reciprocal", "one-way", Unit::Unless, "It does not hold both ways"),
    field("open", "open", Unit::Flag, "Others may join"),
    field("result", "result", Unit::Word, "What came out"),
    field("joint", "joint", Unit::Flag, "Said by both"),
    field("by", "by", Unit::Word, "By what it is broken"),
    or(field("by", "by", Unit::Time, "By when a person answers"), "2h"),
    or(field("path", "path", Unit::Word, "By which path"), "file"),
    field("score", "score", Unit::Word, "How it went"),
    field("how", "how", Unit::Word, "How"),
    field("alt", "alt", Unit::Number, "Which alternative, counted from 0"),
    field("rev", "rev", Unit::Number, "The revision"),
    field("aim", "aim", Unit::Word, "What it is for"),
];

const fn label(name: &'static str, flag: &'static str, shape: Shape, help: &'static str) -> Label {
    Label { name, member: None, flag, shape, help }
}

const fn member(
    name: &'static str,
    member: &'static str,
    flag: &'static str,
    shape: Shape,
    help: &'static str,
) -> Label {
    Label { name, member: Some(member), flag, shape, help }
}

/// Labels that people fill. What a type does not have is not offered.
pub(crate) const LABELS: &[Label] = &[
    label("text", "text", Shape::Text, "What you say, in your words"),
    label("rsit", "rsit", Shape::Text, "Class and type of the RSIT taxonomy"),
    member("times", "started", "started", Shape::When, "When it started: a time, ±1d if you are not sure"),
    member("times", "detected", "detected", Shape::When, "When it was detected"),
    label(
        "origin",
        "origin",
        Shape::Text,
        "Where it appears to originate from: ASN, country of the machines",
    ),
    label("affected", "affected", Shape::Text, "What is affected"),
    label("asked", "ask", Shape::List, "What you ask: acknowledge, investigate, preserve, stop, explain, …"),
    label(
        "evidence",
        "evidence",
        Shape::List,
        "Evidence: none, attached, sealed, held, or entries of the record",
    ),
    label("do_this", "do-this", Shape::Text, "What to do now, for people who are no experts"),
    label("call_back", "call-back", Shape::List, "Six code words for a call back"),
    member("four_fields", "purpose", "purpose", Shape::Text, "Note to overseers: the purpose"),
    member("four_fields", "shared", "shared", Shape::Text, "Note to overseers: what would be shared"),
    member("four_fields", "value", "value", Shape::Text, "Note to overseers: what it is worth"),
    member("four_fields", "concerns", "concerns", Shape::Text, "Note to overseers: concerns, mitigations"),
    label("scope", "scope", Shape::Text, "What it covers"),
    label("referred_to", "refer-to", Shape::Text, "Who it should go to"),
    label("ground", "because", Shape::Text, "The ground in words"),
    label("quote", "quote", Shape::Text, "What exactly is denied"),
    label("period", "period", Shape::Text, "The period it covers"),
    label("organs", "organs", Shape::List, "The organs and persons it covers"),
    label("levels", "levels", Shape::List, "Levels of responsibility that it denies"),
    label("not_addressed", "not-addressed", Shape::List, "Levels that it says nothing about"),
    label("offered", "offered", Shape::Text, "Evidence that is offered"),
    label("object", "object", Shape::Text, "What or whom it is about"),
    label("likelihood", "likelihood", Shape::Text, "A word of ICD 203"),
    label("confidence", "confidence", Shape::Text, "low, moderate, high"),
    label("basis", "basis", Shape::List, "technical, behavioural, human, third-party, held-not-disclosed"),
    label("alternatives", "alternatives", Shape::List, "Alternatives: the flag again for each"),
    label("behind", "behind", Shape::Text, "Who stands behind it"),
    label("publication", "publication", Shape::When, "When you intend to publish it"),
    label("skip_reason", "skip-reason", Shape::Text, "Why there is no right of reply"),
    label("title", "title", Shape::Text, "The title"),
    label("subject", "subject", Shape::Text, "Who is bound"),
    label("observable", "observable", Shape::Text, "By what one can see it"),
    label("span", "span", Shape::Text, "The words that are in brackets"),
    label("trade", "trade", Shape::Text, "What it is linked to"),
    label("where", "where", Shape::Text, "Where"),
    label("persons", "persons", Shape::List, "Who, by role"),
    label("topics", "topics", Shape::List, "Topics, as codes"),
    label("readout", "readout", Shape::Text, "What was said, in your words"),
    label("papers", "papers", Shape::Text, "Papers that changed hands"),
    label("words", "words", Shape::Text, "Whose words are disclosed, and which"),
    label("redactions", "redactions", Shape::Text, "What is left out"),
    label("controllers", "controllers", Shape::List, "Who runs it"),
    label("custody", "custody", Shape::Text, "Who collected it, when and how"),
    label("mandate", "mandate", Shape::Text, "By what mandate"),
    label("protected", "protected", Shape::Text, "What is protected"),
    label("inspectors", "inspectors", Shape::List, "Who looks"),
    label("form", "form", Shape::Text, "In which form"),
    label("reason", "reason", Shape::Text, "Why"),
    label("changes", "set", Shape::Changes, "A label with what it should have said: label=text"),
    label("word", "word", Shape::Text, "The word"),
    label("without_prejudice", "without-prejudice", Shape::Flag, "It alleges no responsibility of a State"),
    member("meta", "event_time", "event-time", Shape::When, "The time of the event"),
];

/// Words of TLP 2.0.
pub(crate) const TLP: [&str; 5] = ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"];
/// Words of PAP.
pub(crate) const PAP: [&str; 4] = ["RED", "AMBER", "GREEN", "CLEAR"];

/// Public fields of an act that people give, with their rules.
pub(crate) fn fields(act: &'static Act) -> impl Iterator<Item = (&'static Field, &'static FieldRule)> {
    let fits = |field: &Field, rule: &FieldRule| {
        let is_counted = matches!(field.unit, Unit::Time | Unit::Seconds | Unit::Number);
        field.name == rule.name && is_counted == (rule.form == FieldForm::Integer)
    };
    act.public.iter().filter_map(move |rule| Some((FIELDS.iter().find(|field| fits(field, rule))?, rule)))
}

/// Whether a field is that of the entry the act is about where nothing else is given: an act that goes on with what
/// another of its type began.
pub(crate) fn is_inherited(act: &'static Act, field: &str) -> bool {
    let began = fixed_refs(act).take(1).flat_map(|rule| rule.of).filter(|of| of.kind == act.kind);
    let acts = began.flat_map(|of| of.acts.iter().filter_map(|name| Act::of(of.kind, name)));
    acts.into_iter().any(|began| began.public.iter().any(|rule| rule.name == field))
}

/// Labels of an act that people fill.
pub(crate) fn labels(act: &'static Act) -> impl Iterator<Item = &'static Label> {
    let known = act.statement_type().labels;
    LABELS.iter().filter(|label| known.contains(&label.name))
}

/// The references of an act that always stand there, in their order.
pub(crate) fn fixed_refs(act: &'static Act) -> impl Iterator<Item = &'static RefRule> {
    let rules: &'static [RefRule] = act.refs.first().copied().unwrap_or_default();
    rules.iter().filter(|rule| matches!(rule.count, Count::One | Count::Some))
}

/// Whether the addressee is asked for: it follows from the reference otherwise.
pub(crate) fn names_addressee(act: &Act) -> bool {
    let acts_on = |rule: &RefRule| matches!(rule.rel, Rel::To | Rel::Replaces | Rel::Withdraws);
    let follows = act.refs.first().and_then(|rules| rules.first()).is_some_and(acts_on);
    match act.to {
        Addressee::Reader => true,
        Addressee::One | Addressee::Choose => !follows,
        Addressee::All | Addressee::Nobody => false,
    }
}

/// Whether a field has to be given: it does not follow from the entry, and nothing else is said for it.
pub(crate) fn is_wanted(act: &'static Act, field: &Field, rule: &FieldRule) -> bool {
    let is_yes_or_no = matches!(field.unit, Unit::Flag | Unit::Unless);
    let follows = field.default.is_some() || is_inherited(act, rule.name);
    rule.presence == Presence::Always && !is_yes_or_no && !follows
}
