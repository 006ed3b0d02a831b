//! The charter: who founded an accord, with which keys, under which rules. It never changes; its hash is the
//! record's id.

use super::codes::codes;
use super::keyset::refuse_repeated;
use super::names::{Names, RecordId};
use super::party::{ObserverOf, Party, Standing};
use super::rules::{Rules, Witness, choice, short_text, version};
use crate::fields::{self, Fields};
use crate::jcs::Value;
use crate::limits::{CHARTER_BYTES_MAX, PARTIES_MAX, TITLE_BYTES_MAX};
use crate::{PartyId, Rejection};

const PART: &str = "charter";
pub(crate) const KIND: &str = "detente/charter";
/// The domain of an accord that nobody wrote.
pub(crate) const BARE_DOMAIN: &str = "bare.detente.invalid";

codes! {
    /// What ML-DSA signatures count for.
    Pq {
        /// They are carried and shown.
        Carried = "carried",
        /// A holder counts only with both of its signatures.
        Required = "required",
    }
}

/// How many must hold an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quorum {
    /// Holders that make an entry safe, 1 to n − 1.
    pub k: u64,
    /// Parties that may be hostile together with the author.
    pub f: u64,
    /// What ML-DSA signatures count for.
    pub pq: Pq,
}

impl Quorum {
    /// The default for n parties: f is 0 for two, else the most for which a safe k exists that the others can
    /// reach, but at least 1; k = ⌊(W + f) / 2⌋ + 1 with W = n − 1.
    pub fn default_for(parties: usize, pq: Pq) -> Quorum {
        let holders = parties.saturating_sub(1) as u64;
        let f = if parties <= 2 { 0 } else { (holders.saturating_sub(1) / 3).max(1) };
        Quorum { k: (holders + f) / 2 + 1, f, pq }
    }

    /// Whether two conflicting heads can both reach k with f hostile holders: 2k − W > f fails.
    pub fn is_unsafe_for(&self, parties: usize) -> bool {
        let holders = parties.saturating_sub(1) as u64;
        2 * self.k <= holders + self.f
    }

    fn from_value(value: Value, parties: usize) -> Result<Quorum, Rejection> {
        let mut fields = Fields::of(value, QUORUM)?;
        let holders = 0..=parties.saturating_sub(1) as u64;
        let (k, f) = (fields.integer("k")?, fields.integer("f")?);
        // No policy can be written for k = 0 or for more holders than there are.
        if k == 0 || !holders.contains(&k) {
            return Err(fields.bad("k"));
        }
        if !holders.contains(&f) {
            return Err(fields.bad("f"));
        }
        let pq = choice(&mut fields, "pq", Pq::parse)?;
        fields.finish()?;
        Ok(Quorum { k, f, pq })
    }

    fn to_value(self) -> Value {
        Value::object([
            ("k", Value::Integer(self.k)),
            ("f", Value::Integer(self.f)),
            ("pq", Value::text(self.pq.name())),
        ])
    }
}

/// A charter that passed every check, with its exact bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Charter {
    bytes: Vec<u8>,
    names: Names,
    domain: String,
    title: String,
    parties: Vec<Party>,
    quorum: Quorum,
    rules: Rules,
}

impl Charter {
    /// Reads a charter.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`]; [`Rejection::BadField`] naming the part and the field; [`Rejection::BadKey`]
    /// for a key that is refused, or that stands twice anywhere in the charter.
    pub fn decode(bytes: &[u8]) -> Result<Charter, Rejection> {
        if bytes.len() > CHARTER_BYTES_MAX {
            return Err(Rejection::BadField { part: PART, field: "size" });
        }
        let mut fields = fields::decode(bytes, PART)?;
        version(&mut fields)?;
        fields.constant("kind", KIND)?;
        let domain = fields.text("domain")?;
        let names = Names::new(&domain, RecordId::of(bytes))?;
        let title = short_text(&mut fields, "title", TITLE_BYTES_MAX)?;
        let parties = read_parties(&mut fields)?;
        let speakers = parties.iter().filter(|party| party.is_party()).count();
        if speakers < 2 {
            return Err(fields.bad("parties"));
        }
        let quorum = Quorum::from_value(fields.take("quorum")?, speakers)?;
        let rules = Rules::from_value(fields.take("rules")?)?;
        fields.finish()?;
        let charter = Charter { bytes: bytes.to_vec(), names, domain, title, parties, quorum, rules };
        charter.check_parts()?;
        Ok(charter)
    }

    /// What no part can say by itself: who is meant, and that no key stands twice.
    fn check_parts(&self) -> Result<(), Rejection> {
        let is_member = |id: &PartyId| self.party(id).is_some();
        let is_party = |id: &PartyId| self.party(id).is_some_and(Party::is_party);
        self.rules.check_parties(is_party, is_member)?;
        // Names under the domain are derived, and their keys with them.
        let derived = format!("{}/", self.domain);
        if self.rules.witnesses.iter().any(|witness| witness.name.as_str().starts_with(&derived)) {
            return Err(Rejection::BadField { part: "rules.witnesses", field: "name" });
        }
        for party in &self.parties {
            if let Standing::Observer(observes) = party.standing()
                && matches!(&observes.by, ObserverOf::Party(id) if !is_party(id))
            {
                return Err(Rejection::BadField { part: "charter observer", field: "by" });
            }
        }
        let keys = self.parties.iter().flat_map(Party::raw_keys);
        refuse_repeated(keys.chain(self.rules.witnesses.iter().flat_map(Witness::raw_keys)))?;
        if self.quorum.pq == Pq::Required { self.check_required() } else { Ok(()) }
    }

    /// With ML-DSA required, every party needs such keys, and no id may be a word of the derived policies.
    fn check_required(&self) -> Result<(), Rejection> {
        let has_both = |party: &&Party| party.keys().log_pq().is_some() && party.keys().mirror_pq().is_some();
        if !self.speakers().all(|party| has_both(&party)) {
            return Err(Rejection::BadField { part: QUORUM, field: "pq" });
        }
        let is_word = |id: &str| {
            let stem = id.strip_suffix("-ed").or(id.strip_suffix("-pq"));
            id == "g"
                || id == "none"
                || stem.is_some_and(|stem| self.speakers().any(|p| p.id().as_str() == stem))
        };
        if self.speakers().any(|party| is_word(party.id().as_str())) {
            return Err(Rejection::BadField { part: PART, field: "parties" });
        }
        Ok(())
    }

    /// Writes the parts down and reads them back.
    pub(crate) fn from_parts(
        domain: &str,
        title: &str,
        mut parties: Vec<Party>,
        quorum: Quorum,
        rules: &Rules,
    ) -> Result<Charter, Rejection> {
        parties.sort_by(|a, b| a.id().cmp(b.id()));
        let value = Value::object([
            ("v", Value::Integer(1)),
            ("kind", Value::text(KIND)),
            ("domain", Value::text(domain)),
            ("title", Value::text(title)),
            ("parties", Value::Array(parties.iter().map(Party::to_value).collect())),
            ("quorum", quorum.to_value()),
            ("rules", rules.to_value()),
        ]);
        Charter::decode(&value.encode())
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The record's id: the hash of the bytes.
    pub fn record_id(&self) -> RecordId {
        *self.names.record()
    }

    /// How its logs and keys are named.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The domain that all names begin with.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The title; empty in an accord that nobody wrote.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Parties and observers, ascending by id.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// Those of standing `party`, ascending by id.
    pub fn speakers(&self) -> impl Iterator<Item = &Party> {
        self.parties.iter().filter(|party| party.is_party())
    }

    /// One of them.
    pub fn party(&self, id: &PartyId) -> Option<&Party> {
        let at = self.parties.binary_search_by(|party| party.id().cmp(id)).ok()?;
        self.parties.get(at)
    }

    /// How many must hold an entry.
    pub fn quorum(&self) -> Quorum {
        self.quorum
    }

    /// The rules of revision 0.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether two conflicting heads could both be held by a quorum: every face says so.
    pub fn safety_not_met(&self) -> bool {
        self.quorum.is_unsafe_for(self.speakers().count())
    }

    /// Whether nobody wrote it: exactly what two offers give.
    pub fn is_bare(&self) -> bool {
        let rules = Rules::bare(self.parties.iter().map(Party::id));
        self.parties.len() == 2
            && self.speakers().count() == 2
            && self.title.is_empty()
            && self.domain == BARE_DOMAIN
            && self.quorum == Quorum::default_for(2, Pq::Carried)
            && self.rules == rules
    }
}

fn read_parties(fields: &mut Fields) -> Result<Vec<Party>, Rejection> {
    let parties = fields.array("parties", PARTIES_MAX)?;
    let parties: Vec<Party> = parties.into_iter().map(Party::from_value).collect::<Result<_, _>>()?;
    let ascends = parties.windows(2).all(|pair| matches!(pair, [a, b] if a.id() < b.id()));
    if ascends { Ok(parties) } else { Err(fields.bad("parties")) }
}

const QUORUM: &str = "charter quorum";
