//! A party or an observer, as a charter or an offer describes it.

use std::collections::BTreeMap;

use super::codes::codes;
use super::keyset::{KeySet, Office, key, key_value, refuse_repeated};
use super::rules::{choice, short_text};
use crate::fields::Fields;
use crate::jcs::Value;
use crate::limits::NAME_BYTES_MAX;
use crate::{PartyId, PublicKey, Rejection, b64};

const PART: &str = "charter party";

codes! {
    /// What kind of body a party is.
    Sort {
        /// A State body.
        State = "state",
        /// A computer security incident response team.
        Csirt = "csirt",
        /// An information sharing and analysis centre.
        Isac = "isac",
        /// A company.
        Company = "company",
        /// A campaign or a party committee.
        Campaign = "campaign",
        /// An election office.
        ElectionOffice = "election-office",
        /// A provider of services or networks.
        Provider = "provider",
        /// A platform.
        Platform = "platform",
        /// Any other.
        Other = "other",
    }
}

codes! {
    /// What an office may do.
    Role {
        /// Duty officer.
        Do = "do",
        /// Releasing officer.
        Ro = "ro",
        /// Head of delegation.
        Hod = "hod",
        /// Technical expert.
        Te = "te",
        /// Record officer.
        Rec = "rec",
        /// Custodian of keys.
        Key = "key",
        /// Observer.
        Ob = "ob",
    }
}

codes! {
    /// What an observer may read.
    Scope {
        /// Heads, hashes and counts.
        ExistenceOnly = "existence-only",
        /// All leaves, no content.
        Metadata = "metadata",
        /// Content too, save what is sealed.
        FullExceptSealed = "full-except-sealed",
        /// Also what was opened to anybody.
        Full = "full",
    }
}

/// The roles of one office: at least one, in the order of [`Role::ALL`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Takes roles in any order: `None` for no role at all.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Option<Roles> {
        let mut roles: Vec<Role> = roles.into_iter().collect();
        roles.sort_unstable();
        roles.dedup();
        (!roles.is_empty()).then_some(Roles(roles))
    }

    /// Whether an office with these roles may act as `role`.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// The roles, in table order.
    pub fn iter(&self) -> impl Iterator<Item = Role> {
        self.0.iter().copied()
    }

    /// Reads an array of words: each role once, in table order, at least one.
    pub(crate) fn from_value(value: &Value) -> Option<Roles> {
        let Value::Array(words) = value else { return None };
        let role = |word: &Value| match word {
            Value::Text(word) => Role::parse(word),
            _ => None,
        };
        let roles: Vec<Role> = words.iter().map(role).collect::<Option<_>>()?;
        let ascends = roles.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
        (ascends && !roles.is_empty()).then_some(Roles(roles))
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::Array(self.0.iter().map(|role| Value::text(role.name())).collect())
    }
}

/// How somebody stands in an accord.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// A party: it speaks, holds and is bound.
    Party,
    /// An observer, with what it may read.
    Observer(Observes),
}

/// What an observer may read, and for whom it stands there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Observes {
    /// What it may read.
    pub scope: Scope,
    /// Who named it.
    pub by: ObserverOf,
    /// How long content is kept from it, in days.
    pub delay_d: u64,
}

/// Who named an observer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObserverOf {
    /// All parties together.
    Joint,
    /// One party.
    Party(PartyId),
}

impl ObserverOf {
    fn parse(word: &str) -> Option<ObserverOf> {
        if word == "*" { Some(ObserverOf::Joint) } else { PartyId::parse(word).map(ObserverOf::Party) }
    }

    fn name(&self) -> &str {
        match self {
            ObserverOf::Joint => "*",
            ObserverOf::Party(id) => id.as_str(),
        }
    }
}

/// What a [`Party`] is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartyFields {
    /// The id.
    pub id: PartyId,
    /// The display name, at most 200 bytes.
    pub name: String,
    /// Party or observer.
    pub standing: Standing,
    /// What kind of body.
    pub sort: Sort,
    /// The identity key that people compare in words; it signs offers only.
    pub root: PublicKey,
    /// The keys of epoch 0.
    pub keys: KeySet,
    /// [`KeySet::commitment`] of the keys of epoch 1: a thief of today's keys can't name tomorrow's.
    pub next: [u8; 32],
    /// Kept offline; freezes the party's log when other keys are lost.
    pub recovery: PublicKey,
    /// The roles of each office.
    pub offices: BTreeMap<Office, Roles>,
}

/// A party or an observer whose parts fit together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Party(PartyFields);

impl Party {
    /// Takes a description.
    ///
    /// # Errors
    /// [`Rejection::BadField`] naming `name` (too long, forbidden characters) or `offices` (other ones than have
    /// keys, or a role that does not fit the standing); [`Rejection::BadKey`] for a key that stands for two
    /// purposes.
    pub fn new(fields: PartyFields) -> Result<Party, Rejection> {
        let bad = |field| Err(Rejection::BadField { part: PART, field });
        if fields.name.len() > NAME_BYTES_MAX || !crate::jcs::is_allowed_text(&fields.name) {
            return bad("name");
        }
        let is_observer = matches!(fields.standing, Standing::Observer(_));
        let fit = fields.offices.values().flat_map(Roles::iter).all(|role| (role == Role::Ob) == is_observer);
        if !fit || !fields.offices.keys().eq(fields.keys.roles().keys()) {
            return bad("offices");
        }
        let party = Party(fields);
        refuse_repeated(party.raw_keys())?;
        Ok(party)
    }

    pub(crate) fn from_value(value: Value) -> Result<Party, Rejection> {
        let mut fields = Fields::of(value, PART)?;
        let party = PartyFields {
            id: fields.party("party")?,
            name: short_text(&mut fields, "name", NAME_BYTES_MAX)?,
            standing: standing(&mut fields)?,
            sort: choice(&mut fields, "sort", Sort::parse)?,
            root: key(&mut fields, "root")?,
            keys: KeySet::from_value(fields.take("keys")?)?,
            next: fields.bytes("next")?,
            recovery: key(&mut fields, "recovery")?,
            offices: offices(&mut fields)?,
        };
        fields.finish()?;
        Party::new(party)
    }

    pub(crate) fn to_value(&self) -> Value {
        let offices = self.0.offices.iter().map(|(office, roles)| (office.to_string(), roles.to_value()));
        let mut members = BTreeMap::from([
            ("party", Value::text(self.0.id.as_str())),
            ("name", Value::text(self.0.name.as_str())),
            ("sort", Value::text(self.0.sort.name())),
            ("root", key_value(&self.0.root)),
            ("keys", self.0.keys.to_value()),
            ("next", Value::text(b64::encode(&self.0.next))),
            ("recovery", key_value(&self.0.recovery)),
            ("offices", Value::Object(offices.collect())),
        ]);
        match &self.0.standing {
            Standing::Party => {
                members.insert("standing", Value::text(PARTY));
            }
            Standing::Observer(observes) => {
                members.insert("standing", Value::text(OBSERVER));
                members.insert("observes", observes.to_value());
            }
        }
        Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The id.
    pub fn id(&self) -> &PartyId {
        &self.0.id
    }

    /// The display name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Party or observer.
    pub fn standing(&self) -> &Standing {
        &self.0.standing
    }

    /// Whether it is a party, not an observer.
    pub fn is_party(&self) -> bool {
        self.0.standing == Standing::Party
    }

    /// What kind of body.
    pub fn sort(&self) -> Sort {
        self.0.sort
    }

    /// The identity key that people compare in words.
    pub fn root(&self) -> &PublicKey {
        &self.0.root
    }

    /// The keys of epoch 0.
    pub fn keys(&self) -> &KeySet {
        &self.0.keys
    }

    /// The commitment to the keys of epoch 1.
    pub fn next(&self) -> &[u8; 32] {
        &self.0.next
    }

    /// The key that freezes the party's log when others are lost.
    pub fn recovery(&self) -> &PublicKey {
        &self.0.recovery
    }

    /// The roles of each office; the same offices as have keys.
    pub fn offices(&self) -> &BTreeMap<Office, Roles> {
        &self.0.offices
    }

    /// The parts, to change some and take them again.
    pub fn into_fields(self) -> PartyFields {
        self.0
    }

    /// Every key as raw bytes.
    pub(crate) fn raw_keys(&self) -> impl Iterator<Item = &[u8]> {
        let own = [&self.0.root, &self.0.recovery].into_iter().map(|key| key.bytes().as_slice());
        own.chain(self.0.keys.raw_keys())
    }
}

impl Observes {
    fn from_value(value: Value) -> Result<Observes, Rejection> {
        let mut fields = Fields::of(value, "charter observer")?;
        let observes = Observes {
            scope: choice(&mut fields, "scope", Scope::parse)?,
            by: choice(&mut fields, "by", ObserverOf::parse)?,
            delay_d: fields.integer("delay_d")?,
        };
        fields.finish()?;
        Ok(observes)
    }

    fn to_value(&self) -> Value {
        Value::object([
            ("scope", Value::text(self.scope.name())),
            ("by", Value::text(self.by.name())),
            ("delay_d", Value::Integer(self.delay_d)),
        ])
    }
}

/// A party has no `observes`, an observer must have it; a wrong pair fails as a missing or an unknown field.
fn standing(fields: &mut Fields) -> Result<Standing, Rejection> {
    match fields.text("standing")?.as_str() {
        PARTY => Ok(Standing::Party),
        OBSERVER => Observes::from_value(fields.take("observes")?).map(Standing::Observer),
        _ => Err(fields.bad("standing")),
    }
}

fn offices(fields: &mut Fields) -> Result<BTreeMap<Office, Roles>, Rejection> {
    let bad = fields.bad("offices");
    let read = |(office, roles): (String, Value)| Some((Office::parse(&office)?, Roles::from_value(&roles)?));
    fields.object("offices")?.into_iter().map(read).collect::<Option<_>>().ok_or(bad)
}

const PARTY: &str = "party";
const OBSERVER: &str = "observer";
