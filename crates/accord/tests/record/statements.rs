//! Statements of every act, made from the table: what the tests then break, one place at a time.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Addressee, FieldForm, Leaf, LogId, ObserverOf, Office, Offices, Party, PartyFields, Place, Presence,
    RecordId, RefRule, Reference, Rel, Role, RoleSignature, Roles, Rules, SignerRule, Target,
};
use detente_accord::{PartyId, SecretKey, Time, b64};
use detente_tlog::Hash;

use crate::founders::{id, keys, office, party_fields, secret};

/// 2027-01-15.
pub(crate) const NOW: Time = Time(1_800_000_000_000);

pub(crate) fn record() -> RecordId {
    RecordId::from_bytes([9; 32])
}

pub(crate) fn rules() -> Rules {
    let mut rules = Rules::bare([&id("a"), &id("b"), &id("c")]);
    rules.audiences = BTreeMap::from([("lawyers".to_owned(), vec![id("a")])]);
    rules
}

/// The seats of party `a`: seeds 7, 8, 9, 10 in the order of their names.
pub(crate) const SEATS: [(&str, &[Role]); 4] = [
    ("chief", &[Role::Hod, Role::Key]),
    ("clerk", &[Role::Rec]),
    ("desk", &[Role::Do, Role::Ro]),
    ("lab", &[Role::Te]),
];

/// Party `a` with these of its seats.
pub(crate) fn author(seats: &[(&str, &[Role])]) -> Party {
    let names: Vec<&str> = seats.iter().map(|(name, _)| *name).collect();
    let keys = keys(3, &names);
    let roles = |roles: &[Role]| Roles::new(roles.iter().copied()).unwrap();
    let offices = seats.iter().map(|(name, held)| (office(name), roles(held))).collect();
    Party::new(PartyFields { keys, offices, ..party_fields("a", 1) }).unwrap()
}

pub(crate) fn offices() -> Offices {
    // Two keys of ML-DSA are made for it.
    static OFFICES: LazyLock<Offices> = LazyLock::new(|| Offices::of(&author(&SEATS)));
    OFFICES.clone()
}

/// Those of an observer that has the id `a` as well, so that the same statements fit it.
pub(crate) fn watching() -> Offices {
    static OFFICES: LazyLock<Offices> =
        LazyLock::new(|| Offices::of(&crate::founders::observer("a", 1, ObserverOf::Joint)));
    OFFICES.clone()
}

/// Whether only an observer may say it.
pub(crate) fn is_for_observers(act: &Act) -> bool {
    act.signers == SignerRule::One(&[Role::Ob])
}

/// The key of a seat of party `a`.
pub(crate) fn seat_key(name: &str) -> SecretKey {
    let at = SEATS.iter().position(|(known, _)| *known == name).or((name == "watch").then_some(0)).unwrap();
    secret(7 + at as u8)
}

/// A statement to be: its value, and the seats that sign it.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) value: Value,
    pub(crate) signers: Vec<String>,
    pub(crate) seq: u64,
    pub(crate) time: Time,
}

impl Draft {
    pub(crate) fn member(&mut self, name: &str) -> &mut Value {
        let Value::Object(members) = &mut self.value else { panic!() };
        members.get_mut(name).unwrap()
    }

    pub(crate) fn object(&mut self, name: &str) -> &mut BTreeMap<String, Value> {
        let Value::Object(members) = self.member(name) else { panic!() };
        members
    }

    pub(crate) fn set(&mut self, field: &str, value: Value) {
        self.object("pub").insert(field.to_owned(), value);
    }

    pub(crate) fn set_refs(&mut self, refs: &[Reference]) {
        *self.member("refs") = Value::Array(refs.iter().map(Reference::to_value).collect());
    }

    /// Signs as seats of `a`.
    pub(crate) fn leaf(&self) -> Leaf {
        let signers = self.signers.iter().map(|name| (name.as_str(), seat_key(name)));
        self.leaf_signed(signers.collect())
    }

    pub(crate) fn leaf_signed(&self, signers: Vec<(&str, SecretKey)>) -> Leaf {
        let preimage = [b"detente/statement/v1\0", self.value.encode().as_slice()].concat();
        let mut sigs: Vec<RoleSignature> = signers
            .into_iter()
            .map(|(name, key)| RoleSignature {
                key: match Office::parse(name) {
                    Some(office) => office.key_name(&id("a"), &key.public()),
                    None => recovery_name(&key),
                },
                signature: key.sign(&preimage),
            })
            .collect();
        sigs.sort_by(|a, b| a.key.cmp(&b.key));
        let place = Place { epoch: 0, seq: self.seq, time: self.time, heads: Vec::new() };
        Leaf::encode(&place, &self.value, &sigs).unwrap()
    }
}

/// Under the name `recovery`, which no office has.
fn recovery_name(key: &SecretKey) -> String {
    let kind = detente_tlog::KeyType::Ed25519;
    let id = detente_tlog::KeyId::of("a/recovery", kind, key.public().bytes());
    format!("a/recovery+{id}")
}

fn hash(byte: u8) -> Value {
    Value::text(b64::encode(&[byte; 32]))
}

/// A value of this form, in a statement with that many references.
pub(crate) fn good_value(form: FieldForm, refs: usize) -> Value {
    match form {
        FieldForm::Id => Value::text("c"),
        FieldForm::Office => Value::text("desk"),
        FieldForm::Role => Value::text("ro"),
        FieldForm::Code => Value::text("a.code-1"),
        FieldForm::NormCode => Value::text("N-1"),
        FieldForm::Word(words) => Value::text(words[0]),
        FieldForm::Integer => Value::Integer(3),
        FieldForm::Bool => Value::Bool(false),
        FieldForm::Hash => hash(1),
        FieldForm::Run => Value::text(b64::encode(&[1; 16])),
        FieldForm::Key => Value::text(b64::encode(secret(200).public().bytes())),
        FieldForm::Origin => Value::text("accord.example/r/0/a/0"),
        FieldForm::Ids => Value::Array(vec![Value::text("b")]),
        FieldForm::Roles => Value::Array(vec![Value::text("do"), Value::text("te")]),
        FieldForm::Codes => Value::Array(vec![Value::text("domain")]),
        FieldForm::Classes => Value::Array(vec![Value::Integer(1024)]),
        FieldForm::Hashes => Value::Array(vec![hash(2)]),
        FieldForm::IntegerPerRef => Value::Array(vec![Value::Integer(5); refs]),
        FieldForm::WordPerRef(words) => Value::Array(vec![Value::text(words[0]); refs]),
    }
}

pub(crate) fn reference(rel: Rel, party: PartyId, seq: u64, in_files: bool) -> Reference {
    let target = if in_files {
        Target::Statement { party, id: [seq as u8; 32] }
    } else {
        Target::Entry { log: LogId::new(party, 0), seq, leaf: Hash::from_bytes([seq as u8; 32]) }
    };
    Reference { rel, target }
}

/// The places of a sequence, each as often as it is filled here: once.
pub(crate) fn good_refs(sequence: &[RefRule], in_files: bool) -> Vec<Reference> {
    let party = |rule: &RefRule| if rule.own { id("a") } else { id("b") };
    let made = |(seq, rule): (usize, &RefRule)| reference(rule.rel, party(rule), seq as u64, in_files);
    sequence.iter().enumerate().map(made).collect()
}

/// A statement of this act by party `a` that nothing is wrong with, with the references of its first sequence.
pub(crate) fn good(act: &Act) -> Draft {
    good_with(act, good_refs(act.refs[0], act.in_files))
}

pub(crate) fn good_with(act: &Act, refs: Vec<Reference>) -> Draft {
    let mut public = BTreeMap::new();
    for rule in act.public {
        let is_due = match rule.presence {
            Presence::Always | Presence::Optional => true,
            Presence::WithRefs => !refs.is_empty(),
            Presence::If(other, words) => {
                let said = match public.get(other) {
                    Some(Value::Text(said)) => said.as_str(),
                    _ => "",
                };
                words.contains(&said)
            }
        };
        if is_due {
            public.insert(rule.name.to_owned(), good_value(rule.form, refs.len()));
        }
    }
    public.remove("single");
    if !act.name.is_empty() {
        public.insert("act".to_owned(), Value::text(act.name));
    }
    let acted_on = refs.first().filter(|first| matches!(first.rel, Rel::To | Rel::Replaces | Rel::Withdraws));
    let to = match (act.to, acted_on) {
        (Addressee::Nobody, _) => None,
        (Addressee::All, _) => Some("*".to_owned()),
        (Addressee::Reader, _) | (_, None) => Some("b".to_owned()),
        (_, Some(reference)) if *reference.target.party() == id("a") => Some("b".to_owned()),
        (_, Some(reference)) => Some(reference.target.party().to_string()),
    };
    let aud = match to.as_deref() {
        _ if act.kind == "exhibit" && act.name == "commit" => "own",
        Some("*") | None => "all",
        Some(_) => "to",
    };
    public.extend(to.map(|to| ("to".to_owned(), Value::text(to))));
    let commits = act.statement_type().labels.iter().map(|label| ((*label).to_owned(), hash(7)));
    let accord = if act.in_files { [8; 32] } else { *record().bytes() };
    let value = Value::object([
        ("v", Value::Integer(1)),
        ("accord", Value::text(b64::encode(&accord))),
        ("party", Value::text("a")),
        ("type", Value::text(act.kind)),
        ("made", Value::Integer(NOW.0)),
        ("nonce", Value::text(b64::encode(&[1; 16]))),
        ("aud", Value::text(aud)),
        ("refs", Value::Array(refs.iter().map(Reference::to_value).collect())),
        ("commits", Value::Object(commits.collect())),
        ("pub", Value::Object(public)),
        ("sealed", Value::Array(Vec::new())),
        ("exercise", Value::Bool(false)),
    ]);
    Draft { value, signers: good_signers(act), seq: 40, time: NOW }
}

/// Seats of `a` that may say it, and no more than are needed.
fn good_signers(act: &Act) -> Vec<String> {
    let with = |roles: &[Role]| {
        let has = |(_, held): &&(&str, &[Role])| held.iter().any(|role| roles.contains(role));
        SEATS.iter().find(has).map(|(name, _)| (*name).to_owned()).unwrap_or("chief".to_owned())
    };
    let two = |roles: &[Role]| {
        let first = with(roles);
        let second = if first == "clerk" { "chief" } else { "clerk" };
        vec![first, second.to_owned()]
    };
    match act.signers {
        _ if is_for_observers(act) => vec!["watch".to_owned()],
        SignerRule::Node | SignerRule::NodeOrChair => Vec::new(),
        SignerRule::Any | SignerRule::AnyOrRecovery => vec!["lab".to_owned()],
        SignerRule::One(roles) | SignerRule::OneOrItself(roles) => vec![with(roles)],
        SignerRule::Two(roles) => two(roles),
        SignerRule::Chair => vec!["chief".to_owned()],
        SignerRule::Nominated => vec!["desk".to_owned()],
        SignerRule::Inquiry => vec!["desk".to_owned()],
        SignerRule::Notice => two(&[Role::Ro]),
        SignerRule::AsOriginal => two(&[Role::Ro]),
    }
}
