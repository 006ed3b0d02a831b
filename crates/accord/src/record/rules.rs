//! The rules of an accord: what a charter, or a later text in force, says about clocks, adoption and matching.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::codes;
use super::keyset::{key, key_value, optional_ml_dsa, optional_value};
use super::table::is_type;
use super::{MlDsaKey, clocks::Clocks};
use crate::fields::{self, Fields};
use crate::jcs::Value;
use crate::limits::{
    CHARTER_PURPOSE_BYTES_MAX, CLOCK_SECONDS_MAX, CLOCK_SECONDS_MIN, RULES_BYTES_MAX, SILENCE_SECONDS_MIN,
    TITLE_BYTES_MAX,
};
use crate::{PartyId, PublicKey, Rejection, SUITES, b64};
use detente_tlog::KeyName;

const PART: &str = "rules";

codes! {
    /// What the parties say their accord is.
    Legal {
        /// Nothing was said.
        NoneStated = "none-stated",
        /// Politically binding.
        PoliticallyBinding = "politically-binding",
        /// A contract.
        Contract = "contract",
        /// An exercise.
        Exercise = "exercise",
    }
}

codes! {
    /// How a text is adopted.
    Adoption {
        /// Every party says so.
        Consensus = "consensus",
        /// By every party's word, or by a silence that nobody broke.
        Silence = "silence",
    }
}

codes! {
    /// What puts a later text in force.
    AmendBy {
        /// Its adoption.
        Adoption = "adoption",
        /// The signatures of all parties.
        Signature = "signature",
    }
}

codes! {
    /// Which reservations the accord admits.
    Regime {
        /// None at all.
        None = "none",
        /// To the norms listed.
        Listed = "listed",
        /// Any that is compatible with object and purpose.
        AnyCompatible = "any-compatible",
    }
}

codes! {
    /// Up to which precedence one officer may release an inquiry.
    OneUpTo {
        /// Never.
        None = "none",
        /// Routine ones.
        Routine = "routine",
        /// Routine and priority ones.
        Priority = "priority",
    }
}

codes! {
    /// Whose consent makes a later observer active.
    Accept {
        /// That of every party.
        All = "all",
        /// That of one party, which binds only itself.
        Own = "own",
    }
}

/// A time span of the rules, in seconds: [`CLOCK_SECONDS_MIN`] to [`CLOCK_SECONDS_MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Clock(u64);

impl Clock {
    /// Takes a number of seconds within the limits.
    pub fn new(seconds: u64) -> Option<Clock> {
        (CLOCK_SECONDS_MIN..=CLOCK_SECONDS_MAX).contains(&seconds).then_some(Clock(seconds))
    }

    /// A span that this program fixes; compiles only if it is within the limits.
    pub(crate) const fn of<const SECONDS: u64>() -> Clock {
        const { assert!(CLOCK_SECONDS_MIN <= SECONDS && SECONDS <= CLOCK_SECONDS_MAX) };
        Clock(SECONDS)
    }

    /// In seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// In milliseconds.
    pub fn ms(self) -> u64 {
        self.0 * 1000
    }
}

/// Who is in the chair.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chair {
    /// Party number (12 · year + month − 1) mod n, by the month of the act, ids in byte order; with two parties
    /// either of them.
    Rotating,
    /// This party.
    Party(PartyId),
}

/// The spans of a silence procedure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SilenceProcedure {
    /// The shortest that the chair may set; at least an hour.
    pub min: Clock,
    /// What it sets otherwise; not below `min`.
    pub default: Clock,
}

/// What the accord says about reservations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservations {
    /// Which may be made.
    pub regime: Regime,
    /// The norms listed, by code, ascending.
    pub listed: Vec<String>,
    /// The time to object.
    pub objection: Clock,
    /// Whether one stands only if all parties accept it.
    pub all_must_accept: bool,
    /// Whether one may come after signature.
    pub late: bool,
}

/// How many officers an act takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Officers {
    /// Up to which precedence one is enough for an inquiry.
    pub one_up_to: OneUpTo,
    /// Parties that may act through a single officer, ascending.
    pub single: Vec<PartyId>,
    /// Types that always take two, ascending.
    pub never_single: Vec<String>,
}

/// What may be matched, and how much of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matching {
    /// Suites that terms may name; each once, the preferred first.
    pub suites: Vec<&'static str>,
    /// Result forms that terms may name; each once, the preferred first.
    pub forms: Vec<String>,
    /// Canon profiles that terms may name, ascending; none: any that both sides name.
    pub profiles: Vec<[u8; 32]>,
    /// Most items of one ask.
    pub items_max: u64,
    /// Most runs per peer in 30 days.
    pub runs_30d: u64,
    /// Most items asked per peer in 30 days.
    pub items_30d: u64,
    /// Most matches before a person is asked.
    pub cap: u64,
    /// Most times that the asked list may exceed the answerer's; 0: no such rule.
    pub ratio: u64,
    /// Most items of one kind in 30 days: for small spaces.
    pub ceilings: BTreeMap<String, u64>,
}

/// What one peer may send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeerLimits {
    /// Statements a day.
    pub statements_d: u64,
    /// Inquiries open at once.
    pub inquiries_open: u64,
    /// Bytes a day.
    pub bytes_d: u64,
}

/// Who may be added as an observer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ObserverRules {
    /// Whose consent it takes.
    pub accept: Accept,
    /// Most observers at once.
    pub max: u64,
}

/// An agreed machine that cosigns: its cosignatures give times, and nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// Under which it cosigns; never one of a mirror.
    pub name: KeyName,
    /// Its Ed25519 key (0x04).
    pub ed: PublicKey,
    /// Its ML-DSA-44 key (0x06), if it has one.
    pub pq: Option<MlDsaKey>,
    /// The party that named it.
    pub by: PartyId,
}

/// The rules, as section 4.4 of the record's specification lists them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// What the accord is.
    pub legal: Legal,
    /// Why it exists; may be empty.
    pub purpose: String,
    /// BCP 47 tags; the first is authoritative.
    pub languages: Vec<String>,
    /// How a text is adopted.
    pub adoption: Adoption,
    /// What puts a later text in force.
    pub amend_by: AmendBy,
    /// Who is in the chair.
    pub chair: Chair,
    /// The spans of a silence procedure.
    pub silence_procedure: SilenceProcedure,
    /// What it says about reservations.
    pub reservations: Reservations,
    /// Whether provisional application exists.
    pub provisional: bool,
    /// Whether expulsion exists.
    pub expel: bool,
    /// Whether prose of adopted texts is never redacted.
    pub retain_prose: bool,
    /// The clocks.
    pub clocks: Clocks,
    /// Whether a tendered statement counts as delivered.
    pub tendered_counts: bool,
    /// Whether comchecks go on during a suspension.
    pub comcheck_when_suspended: bool,
    /// From the receipt of a suspension to its effect.
    pub suspension_delay: Clock,
    /// From the receipt of a withdrawal to its effect.
    pub leave_notice: Clock,
    /// How long an invitation stands.
    pub invite: Clock,
    /// How many officers an act takes.
    pub officers: Officers,
    /// What may be matched.
    pub matching: Matching,
    /// What one peer may send.
    pub limits: PeerLimits,
    /// Further classes of readers, by name.
    pub audiences: BTreeMap<String, Vec<PartyId>>,
    /// Who may be added as an observer.
    pub observers: ObserverRules,
    /// Agreed machine witnesses, ascending by name.
    pub witnesses: Vec<Witness>,
    /// The longest silence of a node that holds new heads.
    pub heartbeat: Clock,
    /// How far a claimed time may lie outside the provable one before it is shown as a contradiction.
    pub skew: Clock,
    /// How long content is kept, in days; 0: until redacted.
    pub retention_d: u64,
}

impl Rules {
    /// The rules of an accord that nobody wrote: both sides compute them from the ids of its parties, each of
    /// which may act through a single officer.
    pub fn bare<'a>(parties: impl IntoIterator<Item = &'a PartyId>) -> Rules {
        let mut single: Vec<PartyId> = parties.into_iter().cloned().collect();
        single.sort();
        Rules {
            legal: Legal::NoneStated,
            purpose: String::new(),
            languages: vec!["en".to_owned()],
            adoption: Adoption::Consensus,
            amend_by: AmendBy::Signature,
            chair: Chair::Rotating,
            silence_procedure: SilenceProcedure {
                min: Clock::of::<86_400>(),
                default: Clock::of::<259_200>(),
            },
            reservations: Reservations {
                regime: Regime::AnyCompatible,
                listed: Vec::new(),
                objection: Clock::of::<2_592_000>(),
                all_must_accept: false,
                late: true,
            },
            provisional: true,
            expel: false,
            retain_prose: true,
            clocks: Clocks::bare(),
            tendered_counts: false,
            comcheck_when_suspended: true,
            suspension_delay: Clock::of::<259_200>(),
            leave_notice: Clock::of::<7_776_000>(),
            invite: Clock::of::<1_209_600>(),
            officers: Officers { one_up_to: OneUpTo::Routine, single, never_single: Vec::new() },
            matching: Matching {
                suites: SUITES.to_vec(),
                forms: vec!["items".to_owned(), "both".to_owned()],
                profiles: Vec::new(),
                items_max: 262_144,
                runs_30d: 30,
                items_30d: 2_097_152,
                cap: 1000,
                ratio: 0,
                ceilings: BTreeMap::new(),
            },
            limits: PeerLimits { statements_d: 200, inquiries_open: 50, bytes_d: 67_108_864 },
            audiences: BTreeMap::new(),
            observers: ObserverRules { accept: Accept::All, max: 4 },
            witnesses: Vec::new(),
            heartbeat: Clock::of::<600>(),
            skew: Clock::of::<300>(),
            retention_d: 0,
        }
    }

    /// Reads the value of `rules`. That the ids it names are parties is checked by whoever knows the parties.
    ///
    /// # Errors
    /// [`Rejection::BadField`] naming the field, [`Rejection::BadKey`] for a witness.
    pub(crate) fn from_value(value: Value) -> Result<Rules, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let rules = Rules {
            legal: choice(&mut fields, "legal", Legal::parse)?,
            purpose: short_text(&mut fields, "purpose", CHARTER_PURPOSE_BYTES_MAX)?,
            languages: languages(&mut fields)?,
            adoption: choice(&mut fields, "adoption", Adoption::parse)?,
            amend_by: choice(&mut fields, "amend_by", AmendBy::parse)?,
            chair: choice(&mut fields, "chair", Chair::parse)?,
            silence_procedure: SilenceProcedure::from_value(fields.take("silence_procedure")?)?,
            reservations: Reservations::from_value(fields.take("reservations")?)?,
            provisional: fields.boolean("provisional")?,
            expel: fields.boolean("expel")?,
            retain_prose: fields.boolean("retain_prose")?,
            clocks: Clocks::from_value(fields.take("clocks")?)?,
            tendered_counts: fields.boolean("tendered_counts")?,
            comcheck_when_suspended: fields.boolean("comcheck_when_suspended")?,
            suspension_delay: clock(&mut fields, "suspension_delay")?,
            leave_notice: clock(&mut fields, "leave_notice")?,
            invite: clock(&mut fields, "invite")?,
            officers: Officers::from_value(fields.take("officers")?)?,
            matching: Matching::from_value(fields.take("matching")?)?,
            limits: PeerLimits::from_value(fields.take("limits")?)?,
            audiences: audiences(&mut fields)?,
            observers: ObserverRules::from_value(fields.take("observers")?)?,
            witnesses: witnesses(&mut fields)?,
            heartbeat: clock(&mut fields, "heartbeat")?,
            skew: clock(&mut fields, "skew")?,
            retention_d: fields.integer("retention_d")?,
        };
        fields.finish()?;
        Ok(rules)
    }

    /// The value of `rules`; [`Rules::from_value`] reads it if every field is within its limits.
    pub(crate) fn to_value(&self) -> Value {
        let audiences = self.audiences.iter().map(|(name, ids)| (name.clone(), ids_value(ids)));
        Value::object([
            ("legal", Value::text(self.legal.name())),
            ("purpose", Value::text(self.purpose.as_str())),
            ("languages", texts_value(&self.languages)),
            ("adoption", Value::text(self.adoption.name())),
            ("amend_by", Value::text(self.amend_by.name())),
            ("chair", Value::text(self.chair.name())),
            ("silence_procedure", self.silence_procedure.to_value()),
            ("reservations", self.reservations.to_value()),
            ("provisional", Value::Bool(self.provisional)),
            ("expel", Value::Bool(self.expel)),
            ("retain_prose", Value::Bool(self.retain_prose)),
            ("clocks", self.clocks.to_value()),
            ("tendered_counts", Value::Bool(self.tendered_counts)),
            ("comcheck_when_suspended", Value::Bool(self.comcheck_when_suspended)),
            ("suspension_delay", clock_value(self.suspension_delay)),
            ("leave_notice", clock_value(self.leave_notice)),
            ("invite", clock_value(self.invite)),
            ("officers", self.officers.to_value()),
            ("matching", self.matching.to_value()),
            ("limits", self.limits.to_value()),
            ("audiences", Value::Object(audiences.collect())),
            ("observers", self.observers.to_value()),
            ("witnesses", Value::Array(self.witnesses.iter().map(Witness::to_value).collect())),
            ("heartbeat", clock_value(self.heartbeat)),
            ("skew", clock_value(self.skew)),
            ("retention_d", Value::Integer(self.retention_d)),
        ])
    }

    /// Checks that every party these rules name is known.
    ///
    /// # Errors
    /// [`Rejection::BadField`] naming where an unknown one stands. A chair, a party that may act through a
    /// single officer and one that names a witness must be `party`; a reader may be an observer too.
    pub(crate) fn check_parties(
        &self,
        is_party: impl Fn(&PartyId) -> bool,
        is_member: impl Fn(&PartyId) -> bool,
    ) -> Result<(), Rejection> {
        let bad = |part, field| Err(Rejection::BadField { part, field });
        if matches!(&self.chair, Chair::Party(id) if !is_party(id)) {
            return bad(PART, "chair");
        }
        if !self.officers.single.iter().all(&is_party) {
            return bad(OFFICERS, "single");
        }
        if !self.audiences.values().flatten().all(&is_member) {
            return bad(PART, "audiences");
        }
        if self.witnesses.iter().all(|witness| is_member(&witness.by)) { Ok(()) } else { bad(WITNESS, "by") }
    }
}

impl Chair {
    fn parse(word: &str) -> Option<Chair> {
        if word == "rotating" { Some(Chair::Rotating) } else { PartyId::parse(word).map(Chair::Party) }
    }

    fn name(&self) -> &str {
        match self {
            Chair::Rotating => "rotating",
            Chair::Party(id) => id.as_str(),
        }
    }
}

impl SilenceProcedure {
    fn from_value(value: Value) -> Result<SilenceProcedure, Rejection> {
        let mut fields = Fields::of(value, "rules.silence_procedure")?;
        let (min, default) = (clock(&mut fields, "min")?, clock(&mut fields, "default")?);
        if min.seconds() < SILENCE_SECONDS_MIN {
            return Err(fields.bad("min"));
        }
        if default < min {
            return Err(fields.bad("default"));
        }
        fields.finish()?;
        Ok(SilenceProcedure { min, default })
    }

    fn to_value(self) -> Value {
        Value::object([("min", clock_value(self.min)), ("default", clock_value(self.default))])
    }
}

impl Reservations {
    fn from_value(value: Value) -> Result<Reservations, Rejection> {
        let mut fields = Fields::of(value, "rules.reservations")?;
        let reservations = Reservations {
            regime: choice(&mut fields, "regime", Regime::parse)?,
            listed: ascending(&mut fields, "listed", |code| is_norm_code(code).then(|| code.to_owned()))?,
            objection: clock(&mut fields, "objection")?,
            all_must_accept: fields.boolean("all_must_accept")?,
            late: fields.boolean("late")?,
        };
        fields.finish()?;
        Ok(reservations)
    }

    fn to_value(&self) -> Value {
        Value::object([
            ("regime", Value::text(self.regime.name())),
            ("listed", texts_value(&self.listed)),
            ("objection", clock_value(self.objection)),
            ("all_must_accept", Value::Bool(self.all_must_accept)),
            ("late", Value::Bool(self.late)),
        ])
    }
}

impl Officers {
    fn from_value(value: Value) -> Result<Officers, Rejection> {
        let mut fields = Fields::of(value, OFFICERS)?;
        let officers = Officers {
            one_up_to: choice(&mut fields, "one_up_to", OneUpTo::parse)?,
            single: ascending(&mut fields, "single", PartyId::parse)?,
            never_single: ascending(&mut fields, "never_single", |name| {
                is_type(name).then(|| name.to_owned())
            })?,
        };
        fields.finish()?;
        Ok(officers)
    }

    fn to_value(&self) -> Value {
        Value::object([
            ("one_up_to", Value::text(self.one_up_to.name())),
            ("single", ids_value(&self.single)),
            ("never_single", texts_value(&self.never_single)),
        ])
    }
}

impl Matching {
    fn from_value(value: Value) -> Result<Matching, Rejection> {
        let mut fields = Fields::of(value, MATCHING)?;
        let suite = |name: &str| SUITES.into_iter().find(|known| *known == name);
        let form = |name: &str| FORMS.contains(&name).then(|| name.to_owned());
        let matching = Matching {
            suites: distinct(&mut fields, "suites", suite)?,
            forms: distinct(&mut fields, "forms", form)?,
            profiles: ascending(&mut fields, "profiles", b64::decode)?,
            items_max: fields.integer("items_max")?,
            runs_30d: fields.integer("runs_30d")?,
            items_30d: fields.integer("items_30d")?,
            cap: fields.integer("cap")?,
            ratio: fields.integer("ratio")?,
            ceilings: ceilings(&mut fields)?,
        };
        fields.finish()?;
        Ok(matching)
    }

    fn to_value(&self) -> Value {
        let profiles = self.profiles.iter().map(|profile| Value::text(b64::encode(profile)));
        let ceilings = self.ceilings.iter().map(|(kind, n)| (kind.clone(), Value::Integer(*n)));
        Value::object([
            ("suites", Value::Array(self.suites.iter().map(|suite| Value::text(*suite)).collect())),
            ("forms", texts_value(&self.forms)),
            ("profiles", Value::Array(profiles.collect())),
            ("items_max", Value::Integer(self.items_max)),
            ("runs_30d", Value::Integer(self.runs_30d)),
            ("items_30d", Value::Integer(self.items_30d)),
            ("cap", Value::Integer(self.cap)),
            ("ratio", Value::Integer(self.ratio)),
            ("ceilings", Value::Object(ceilings.collect())),
        ])
    }
}

impl PeerLimits {
    fn from_value(value: Value) -> Result<PeerLimits, Rejection> {
        let mut fields = Fields::of(value, "rules.limits")?;
        let limits = PeerLimits {
            statements_d: fields.integer("statements_d")?,
            inquiries_open: fields.integer("inquiries_open")?,
            bytes_d: fields.integer("bytes_d")?,
        };
        fields.finish()?;
        Ok(limits)
    }

    fn to_value(self) -> Value {
        Value::object([
            ("statements_d", Value::Integer(self.statements_d)),
            ("inquiries_open", Value::Integer(self.inquiries_open)),
            ("bytes_d", Value::Integer(self.bytes_d)),
        ])
    }
}

impl ObserverRules {
    fn from_value(value: Value) -> Result<ObserverRules, Rejection> {
        let mut fields = Fields::of(value, "rules.observers")?;
        let accept = choice(&mut fields, "accept", Accept::parse)?;
        let max = fields.integer("max")?;
        fields.finish()?;
        Ok(ObserverRules { accept, max })
    }

    fn to_value(self) -> Value {
        Value::object([("accept", Value::text(self.accept.name())), ("max", Value::Integer(self.max))])
    }
}

impl Witness {
    fn from_value(value: Value) -> Result<Witness, Rejection> {
        let mut fields = Fields::of(value, WITNESS)?;
        let name = choice(&mut fields, "name", |name| KeyName::parse(name).ok())?;
        // Under a mirror's name a cosignature would say that the entries are stored.
        if name.as_str().contains("/m/") || !name.as_str().bytes().all(|b| b.is_ascii_graphic()) {
            return Err(fields.bad("name"));
        }
        let witness = Witness {
            name,
            ed: key(&mut fields, "ed")?,
            pq: optional_ml_dsa(&mut fields, "pq")?,
            by: fields.party("by")?,
        };
        fields.finish()?;
        Ok(witness)
    }

    fn to_value(&self) -> Value {
        Value::object([
            ("name", Value::text(self.name.as_str())),
            ("ed", key_value(&self.ed)),
            ("pq", optional_value(self.pq.as_ref().map(|key| key.bytes().as_slice()))),
            ("by", Value::text(self.by.as_str())),
        ])
    }

    /// Its keys as raw bytes.
    pub(crate) fn raw_keys(&self) -> impl Iterator<Item = &[u8]> {
        let pq = self.pq.iter().map(|key| key.bytes().as_slice());
        std::iter::once(self.ed.bytes().as_slice()).chain(pq)
    }
}

/// A later text: title and rules of a revision, in a public file that a draft names by its hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulesFile {
    /// Counts the texts; the charter is 0.
    pub rev: u64,
    /// The title.
    pub title: String,
    /// The rules.
    pub rules: Rules,
}

impl RulesFile {
    /// Reads the bytes of a rules file. Whose ids it names is checked where the parties are known.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`], [`Rejection::BadField`], [`Rejection::BadKey`].
    pub fn decode(bytes: &[u8]) -> Result<RulesFile, Rejection> {
        if bytes.len() > RULES_BYTES_MAX {
            return Err(Rejection::BadField { part: PART, field: "size" });
        }
        let mut fields = fields::decode(bytes, PART)?;
        version(&mut fields)?;
        fields.constant("kind", RULES_KIND)?;
        let rev = fields.integer("rev")?;
        if rev == 0 {
            return Err(fields.bad("rev"));
        }
        let title = short_text(&mut fields, "title", TITLE_BYTES_MAX)?;
        let rules = Rules::from_value(fields.take("rules")?)?;
        fields.finish()?;
        Ok(RulesFile { rev, title, rules })
    }

    /// The one byte form.
    pub fn encode(&self) -> Vec<u8> {
        Value::object([
            ("v", Value::Integer(1)),
            ("kind", Value::text(RULES_KIND)),
            ("rev", Value::Integer(self.rev)),
            ("title", Value::text(self.title.as_str())),
            ("rules", self.rules.to_value()),
        ])
        .encode()
    }
}

/// Whether this is a code of a norm: 1 to 32 of `[A-Za-z0-9-]`.
pub(crate) fn is_norm_code(code: &str) -> bool {
    (1..=32).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether this is an id or a code: 1 to 64 of `[a-z0-9.-]`.
pub(crate) fn is_code(code: &str) -> bool {
    let allowed = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    (1..=64).contains(&code.len()) && code.bytes().all(allowed)
}

/// Whether this may name a class of readers: `[a-z][a-z0-9_-]{0,31}`.
fn is_class_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && is_kind(name)
}

/// Takes the version, which is 1.
pub(crate) fn version(fields: &mut Fields) -> Result<(), Rejection> {
    if fields.integer("v")? == 1 { Ok(()) } else { Err(fields.bad("v")) }
}

/// Takes a text of at most `max` bytes.
pub(crate) fn short_text(fields: &mut Fields, field: &'static str, max: usize) -> Result<String, Rejection> {
    let text = fields.text(field)?;
    if text.len() <= max { Ok(text) } else { Err(fields.bad(field)) }
}

/// Takes a word that `parse` knows.
pub(crate) fn choice<T>(
    fields: &mut Fields,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Rejection> {
    parse(&fields.text(field)?).ok_or(fields.bad(field))
}

pub(crate) fn clock(fields: &mut Fields, field: &'static str) -> Result<Clock, Rejection> {
    Clock::new(fields.integer(field)?).ok_or(fields.bad(field))
}

pub(crate) fn clock_value(clock: Clock) -> Value {
    Value::Integer(clock.seconds())
}

/// Takes a list of words. Only the file's limit bounds it.
fn words(fields: &mut Fields, field: &'static str) -> Result<Vec<String>, Rejection> {
    let bad = fields.bad(field);
    let word = |value| match value {
        Value::Text(word) => Some(word),
        _ => None,
    };
    fields.array(field, usize::MAX)?.into_iter().map(word).collect::<Option<_>>().ok_or(bad)
}

/// Takes a list of words, each once, in the author's order.
fn distinct<T>(
    fields: &mut Fields,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Rejection> {
    let words = words(fields, field)?;
    let each_once = words.iter().collect::<BTreeSet<_>>().len() == words.len();
    let list: Option<Vec<T>> = words.iter().map(|word| parse(word)).collect();
    list.filter(|_| each_once).ok_or(fields.bad(field))
}

/// Takes a set: a list of words that ascends as they are written.
fn ascending<T>(
    fields: &mut Fields,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Rejection> {
    let words = words(fields, field)?;
    let ascends = words.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    let list: Option<Vec<T>> = words.iter().map(|word| parse(word)).collect();
    list.filter(|_| ascends).ok_or(fields.bad(field))
}

fn languages(fields: &mut Fields) -> Result<Vec<String>, Rejection> {
    let list = distinct(fields, "languages", |tag| is_language_tag(tag).then(|| tag.to_owned()))?;
    if list.is_empty() { Err(fields.bad("languages")) } else { Ok(list) }
}

/// Whether this has the shape of a BCP 47 tag: subtags of 1 to 8 letters and digits, the first of 2 letters at least,
/// at most 35 bytes in all. Whether the subtags are registered is not asked.
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let is_subtag =
        |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = subtags.next().unwrap_or_default();
    tag.len() <= 35
        && is_subtag(first)
        && first.len() >= 2
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(is_subtag)
}

/// Kinds of items are named by form alone: a later kind must not make a charter unreadable.
fn ceilings(fields: &mut Fields) -> Result<BTreeMap<String, u64>, Rejection> {
    let bad = fields.bad("ceilings");
    let read = |(kind, n): (String, Value)| match n {
        Value::Integer(n) if is_kind(&kind) => Some((kind, n)),
        _ => None,
    };
    fields.object("ceilings")?.into_iter().map(read).collect::<Option<_>>().ok_or(bad)
}

/// Whether this may name a kind of items: 1 to 32 of `[a-z0-9_-]`.
fn is_kind(name: &str) -> bool {
    let allowed = |b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=32).contains(&name.len()) && name.bytes().all(allowed)
}

fn audiences(fields: &mut Fields) -> Result<BTreeMap<String, Vec<PartyId>>, Rejection> {
    let bad = fields.bad("audiences");
    let classes = fields.object("audiences")?;
    // A class must not take the name of one that always exists.
    let is_class = |name: &str| is_class_name(name) && !AUDIENCES.contains(&name);
    if !classes.keys().all(|name| is_class(name)) {
        return Err(bad);
    }
    let ids = |(name, value): (String, Value)| {
        let Value::Array(values) = value else { return None };
        let id = |value| match value {
            Value::Text(id) => PartyId::parse(&id),
            _ => None,
        };
        let ids: Vec<PartyId> = values.into_iter().map(id).collect::<Option<_>>()?;
        let ascends = ids.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        ascends.then_some((name, ids))
    };
    classes.into_iter().map(ids).collect::<Option<_>>().ok_or(bad)
}

fn witnesses(fields: &mut Fields) -> Result<Vec<Witness>, Rejection> {
    let witnesses = fields.array("witnesses", usize::MAX)?;
    let witnesses: Vec<Witness> = witnesses.into_iter().map(Witness::from_value).collect::<Result<_, _>>()?;
    let ascends = witnesses.windows(2).all(|pair| matches!(pair, [a, b] if a.name < b.name));
    if ascends { Ok(witnesses) } else { Err(fields.bad("witnesses")) }
}

fn texts_value(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| Value::text(text.as_str())).collect())
}

fn ids_value(ids: &[PartyId]) -> Value {
    Value::Array(ids.iter().map(|id| Value::text(id.as_str())).collect())
}

const OFFICERS: &str = "rules.officers";
const MATCHING: &str = "rules.matching";
const WITNESS: &str = "rules.witnesses";
const RULES_KIND: &str = "detente/rules";
/// Result forms that terms may name.
const FORMS: [&str; 2] = ["items", "both"];
/// Classes of readers that exist in every accord.
pub(crate) const AUDIENCES: [&str; 4] = ["all", "own", "pair", "to"];
