//! An accord in memory: parties with offices, their logs, receipts and cosignatures. The same world every time.
//!
//! In a world everybody has seen everything when it speaks, until [`World::apart`] says otherwise; then an author
//! has seen what [`World::see`] and [`World::ack`] showed it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Addressee, Charter, Cosigner, Count, Effect, FieldForm, Held, HeldEntry, HeldNote, KeySet,
    KeySetFields, Leaf, LogId, NamedHead, ObserverOf, Observes, Offer, OfferFields, Office, Party,
    PartyFields, Place, Position, Pq, Presence, Quorum, RefRule, Reference, Rel, Role, RoleSignature, Roles,
    Rules, RulesFile, Scope, SignerRule, Sort, Standing, State, Target, Titled,
};
use detente_accord::talks::{Due, DueState, Now, Owed, Thread};
use detente_accord::{PartyId, SecretKey, Time, b64};
use detente_tlog::{Hash, root_of_hashes};
use sha2::{Digest, Sha256};

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const HOUR: u64 = 3_600 * SECOND;
pub(crate) const DAY: u64 = 24 * HOUR;

/// 2026-10-01T08:00:00Z.
pub(crate) const START: Time = Time(1_790_841_600_000);

pub(crate) fn id(text: &str) -> PartyId {
    PartyId::parse(text).unwrap()
}

fn office(name: &str) -> Office {
    Office::parse(name).unwrap()
}

fn seed(of: &str) -> [u8; 32] {
    Sha256::digest(of).into()
}

fn key(party: &str, office: &str) -> SecretKey {
    SecretKey::from_seed(&seed(&format!("{party}/{office}")))
}

fn text(value: &str) -> Value {
    Value::text(value)
}

/// An office of a party, with its roles.
pub(crate) type Seats = &'static [(&'static str, &'static [Role])];

/// Two offices with every role between them.
pub(crate) const TWO: Seats = &[
    ("chief", &[Role::Ro, Role::Hod, Role::Te, Role::Key]),
    ("desk", &[Role::Do, Role::Ro, Role::Te, Role::Rec]),
];
/// One office with every role.
pub(crate) const ONE: Seats = &[("desk", &[Role::Do, Role::Ro, Role::Hod, Role::Te, Role::Rec, Role::Key])];
const WATCH: Seats = &[("watch", &[Role::Ob])];

/// Who is in a world, and by which rules.
#[derive(Clone)]
pub(crate) struct Shape {
    pub(crate) parties: Vec<(&'static str, Seats)>,
    /// Observers that all named in the charter; they see what is there, without content.
    pub(crate) observers: Vec<&'static str>,
    pub(crate) rules: fn(&mut Rules),
}

impl Shape {
    /// Parties with two offices each.
    pub(crate) fn of(parties: &[&'static str]) -> Shape {
        let parties = parties.iter().map(|party| (*party, TWO)).collect();
        Shape { parties, observers: Vec::new(), rules: |_| () }
    }

    pub(crate) fn observed_by(mut self, observers: &[&'static str]) -> Shape {
        self.observers = observers.to_vec();
        self
    }

    pub(crate) fn rules(mut self, rules: fn(&mut Rules)) -> Shape {
        self.rules = rules;
        self
    }

    fn charter(&self) -> Charter {
        let parties = self.parties.iter().map(|(name, seats)| member(name, seats, false));
        let observers = self.observers.iter().map(|name| member(name, WATCH, true));
        let ids: Vec<PartyId> = self.parties.iter().map(|(name, _)| id(name)).collect();
        let mut rules = Rules::bare(ids.iter());
        (self.rules)(&mut rules);
        Charter::titled(&Titled {
            domain: "accord.example".into(),
            title: "On the restraint of some".into(),
            parties: parties.chain(observers).collect(),
            quorum: Quorum { k: (ids.len() as u64 - 1).max(1), f: 0, pq: Pq::Carried },
            rules,
        })
        .unwrap()
    }
}

fn keys(name: &str, epoch: u64, seats: Seats) -> KeySet {
    KeySet::new(KeySetFields {
        log_ed: key(name, &format!("{epoch}/log")).public(),
        log_pq: None,
        mirror_ed: key(name, &format!("{epoch}/mirror")).public(),
        mirror_pq: None,
        roles: seats.iter().map(|(seat, _)| (office(seat), key(name, seat).public())).collect(),
    })
    .unwrap()
}

fn member(name: &str, seats: Seats, watches: bool) -> Party {
    let observes = Observes { scope: Scope::Metadata, by: ObserverOf::Joint, delay_d: 0 };
    let roles = |roles: &[Role]| Roles::new(roles.iter().copied()).unwrap();
    Party::new(PartyFields {
        id: id(name),
        name: format!("CERT {name}"),
        standing: if watches { Standing::Observer(observes) } else { Standing::Party },
        sort: Sort::Csirt,
        root: key(name, "root").public(),
        keys: keys(name, 0, seats),
        next: keys(name, 1, seats).commitment(),
        recovery: key(name, "recovery").public(),
        offices: seats.iter().map(|(seat, held)| (office(seat), roles(held))).collect(),
    })
    .unwrap()
}

/// A statement to be.
#[derive(Clone)]
pub(crate) struct Saying {
    pub(crate) party: &'static str,
    pub(crate) act: &'static Act,
    fields: Vec<(String, Option<Value>)>,
    refs: Vec<Position>,
    rels: Option<Vec<Rel>>,
    to: Option<String>,
    signers: Option<Vec<(&'static str, &'static str)>>,
    exercise: Option<&'static str>,
}

/// What a party says.
pub(crate) fn saying(party: &'static str, kind: &str, act: &str) -> Saying {
    let act = Act::of(kind, act).unwrap_or_else(|| panic!("no act {kind} {act}"));
    let (fields, refs) = (Vec::new(), Vec::new());
    Saying { party, act, fields, refs, rels: None, to: None, signers: None, exercise: None }
}

impl Saying {
    /// A public field.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Saying {
        self.fields.push((name.to_owned(), Some(value)));
        self
    }

    pub(crate) fn word(self, name: &str, word: &str) -> Saying {
        self.with(name, text(word))
    }

    pub(crate) fn number(self, name: &str, number: u64) -> Saying {
        self.with(name, Value::Integer(number))
    }

    /// Leaves out a field that would be filled.
    pub(crate) fn without(mut self, name: &str) -> Saying {
        self.fields.push((name.to_owned(), None));
        self
    }

    /// What it refers to, in the order of the table; what goes beyond it is cited.
    pub(crate) fn about(mut self, refs: &[&Position]) -> Saying {
        self.refs = refs.iter().map(|at| (*at).clone()).collect();
        self
    }

    /// The relations, if not those of the table.
    pub(crate) fn rels(mut self, rels: &[Rel]) -> Saying {
        self.rels = Some(rels.to_vec());
        self
    }

    /// To whom, if not to the author of what it is about.
    pub(crate) fn to(mut self, to: &str) -> Saying {
        self.to = Some(to.to_owned());
        self
    }

    /// By these offices of its author, and by no more.
    pub(crate) fn signed(mut self, offices: &[&'static str]) -> Saying {
        self.signers = Some(offices.iter().map(|office| (self.party, *office)).collect());
        self
    }

    /// By these offices of these parties.
    pub(crate) fn signed_by(mut self, offices: &[(&'static str, &'static str)]) -> Saying {
        self.signers = Some(offices.to_vec());
        self
    }

    /// One person says that it releases alone.
    pub(crate) fn single(self, office: &'static str) -> Saying {
        self.with("single", Value::Bool(true)).signed(&[office])
    }

    pub(crate) fn in_exercise(mut self, id: &'static str) -> Saying {
        self.exercise = Some(id);
        self
    }
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) charter: Charter,
    shape: Shape,
    /// The time of what is said next.
    pub(crate) now: Time,
    pub(crate) leaves: BTreeMap<PartyId, Vec<Leaf>>,
    hashes: BTreeMap<PartyId, Vec<Hash>>,
    notes: BTreeMap<[u8; 32], HeldNote>,
    /// Rules files beside the logs.
    pub(crate) rules: BTreeMap<[u8; 32], RulesFile>,
    /// How much of each other log a party has seen, and how much of that it has named.
    seen: BTreeMap<(PartyId, PartyId), u64>,
    named: BTreeMap<(PartyId, PartyId), u64>,
    apart: bool,
    said: u64,
    /// Offers of those that may join.
    offers: BTreeMap<[u8; 32], Offer>,
}

impl World {
    /// Founds an accord and opens its logs.
    pub(crate) fn found(shape: &Shape) -> World {
        let mut world = World {
            charter: shape.charter(),
            shape: shape.clone(),
            now: START,
            leaves: BTreeMap::new(),
            hashes: BTreeMap::new(),
            notes: BTreeMap::new(),
            rules: BTreeMap::new(),
            seen: BTreeMap::new(),
            named: BTreeMap::new(),
            apart: false,
            said: 0,
            offers: BTreeMap::new(),
        };
        let record = b64::encode(world.charter.record_id().bytes());
        let names: Vec<&'static str> = world.names().collect();
        for party in names {
            world.post(&saying(party, "charter", "").word("sha256", &record).number("size", 1));
        }
        world
    }

    /// Two parties, `a` and `b`.
    pub(crate) fn pair() -> World {
        World::found(&Shape::of(&["a", "b"]))
    }

    /// Three parties `a`, `b`, `c` and an observer `o`.
    pub(crate) fn trio() -> World {
        World::found(&Shape::of(&["a", "b", "c"]).observed_by(&["o"]))
    }

    /// Everybody of the accord, observers last.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let names: Vec<&'static str> =
            self.shape.parties.iter().map(|(name, _)| *name).chain(self.shape.observers.clone()).collect();
        names.into_iter()
    }

    /// From now on an author has seen only what it was shown.
    pub(crate) fn apart(&mut self) {
        self.see_all();
        self.apart = true;
    }

    /// Everybody sees everything, now and from now on.
    pub(crate) fn together(&mut self) {
        self.apart = false;
        self.see_all();
    }

    fn see_all(&mut self) {
        let names: Vec<&str> = self.names().collect();
        for one in &names {
            for other in names.iter().filter(|other| *other != one) {
                let size = self.size(other);
                self.see(one, other, size);
            }
        }
    }

    /// A party sees that many entries of another's log.
    pub(crate) fn see(&mut self, party: &str, other: &str, size: u64) {
        if party != other {
            let seen = self.seen.entry((id(party), id(other))).or_default();
            *seen = size.max(*seen);
        }
    }

    pub(crate) fn size(&self, party: &str) -> u64 {
        self.leaves.get(&id(party)).map_or(0, |leaves| leaves.len() as u64)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, ms: u64) -> &mut World {
        self.now = Time(self.now.0 + ms);
        self
    }

    pub(crate) fn say(
        &mut self,
        party: &'static str,
        kind: &str,
        act: &str,
        fields: &[(&str, Value)],
        refs: &[&Position],
    ) -> Position {
        let mut saying = saying(party, kind, act).about(refs);
        for (name, value) in fields {
            saying = saying.with(name, value.clone());
        }
        self.post(&saying)
    }

    /// Appends it to its author's log, whatever it is worth.
    pub(crate) fn post(&mut self, saying: &Saying) -> Position {
        let party = id(saying.party);
        let place = self.place(&party);
        let seq = place.seq;
        let statement = self.statement(saying);
        let preimage = [b"detente/statement/v1\0".as_slice(), &statement.encode()].concat();
        let sign = |(owner, seat): &(&str, &str)| {
            let key = key(owner, seat);
            RoleSignature {
                key: office(seat).key_name(&id(owner), &key.public()),
                signature: signature(&key, &preimage),
            }
        };
        let signers = saying.signers.clone().unwrap_or_else(|| self.signers(saying));
        let mut sigs: Vec<RoleSignature> = signers.iter().map(sign).collect();
        sigs.sort_by(|one, other| one.key.cmp(&other.key));
        let leaf = Leaf::encode(&place, &statement, &sigs).unwrap();
        self.hashes.entry(party.clone()).or_default().push(leaf.hash());
        self.leaves.entry(party.clone()).or_default().push(leaf);
        Position::new(LogId::new(party, 0), seq)
    }

    /// The same, and whoever it is addressed to receives it now.
    pub(crate) fn send(&mut self, saying: &Saying) -> Position {
        let at = self.post(saying);
        self.deliver(&at);
        at
    }

    /// Whoever an entry is addressed to receives it now.
    pub(crate) fn deliver(&mut self, at: &Position) {
        let to = self.field(at, "to");
        let readers: Vec<&'static str> = self
            .names()
            .filter(|name| *name != at.log.party.as_str() && (to == "*" || to == *name))
            .collect();
        for reader in readers {
            self.ack(reader, at);
        }
    }

    /// A party's node says that it received an entry now.
    pub(crate) fn ack(&mut self, party: &'static str, at: &Position) {
        let author = at.log.party.as_str().to_owned();
        self.see(party, &author, at.seq + 1);
        let now = Value::Array(vec![Value::Integer(self.now.0)]);
        let accepted = Value::Array(vec![text("accepted")]);
        self.post(&saying(party, "ack", "").with("at", now).with("result", accepted).about(&[at]));
    }

    /// A party cosigns the log of another as it stands, now.
    pub(crate) fn cosign(&mut self, by: &str, log: &str) {
        self.cosign_as(Cosigner::Mirror(id(by)), log);
    }

    /// Whoever it is cosigns a log as it stands, now; gives the name of the note.
    pub(crate) fn cosign_as(&mut self, by: Cosigner, log: &str) -> [u8; 32] {
        let hashes = &self.hashes[&id(log)];
        let note = HeldNote {
            log: LogId::new(id(log), 0),
            size: hashes.len() as u64,
            root: root_of_hashes(hashes.iter().copied()),
            cosigners: BTreeMap::from([(by.clone(), self.now.0 / 1000)]),
        };
        let name = seed(&format!("{by:?} {log} {} {}", note.size, self.now.0));
        self.notes.insert(name, note);
        name
    }

    /// The same, and a party names the note in its log: for the state a cosignature counts from there.
    pub(crate) fn anchor(&mut self, by: Cosigner, log: &str, party: &'static str) {
        let note = self.cosign_as(by, log);
        let anchor = saying(party, "anchor", "").word("kind", "witness").word("sha256", &b64::encode(&note));
        self.post(&anchor);
    }

    fn place(&mut self, party: &PartyId) -> Place {
        if !self.apart {
            self.see_all();
        }
        let mut heads = Vec::new();
        for ((author, log), size) in &self.seen {
            let named = self.named.entry((author.clone(), log.clone())).or_default();
            if author != party || *size <= *named {
                continue;
            }
            *named = *size;
            let hashes = self.hashes[log].iter().take(*size as usize).copied();
            let notes = self.notes.iter().filter(|(_, note)| note.log.party == *log && note.size == *size);
            // That with the latest cosignature; where nobody cosigned, one that nobody holds.
            let note = notes.max_by_key(|(_, note)| note.cosigners.values().max().copied());
            heads.push(NamedHead {
                log: LogId::new(log.clone(), 0),
                size: *size,
                root: root_of_hashes(hashes),
                note: note.map_or([0; 32], |(hash, _)| *hash),
            });
        }
        let seq = self.leaves.get(party).map_or(0, |leaves| leaves.len() as u64);
        Place { epoch: 0, seq, time: self.now, heads }
    }

    fn reference(&self, rel: Rel, at: &Position) -> Reference {
        let leaf = self.hashes[&at.log.party][at.seq as usize];
        Reference { rel, target: Target::Entry { log: at.log.clone(), seq: at.seq, leaf } }
    }

    /// Of the sequence of the table that fits what is referred to.
    fn rels(&self, saying: &Saying) -> Vec<Rel> {
        if let Some(rels) = &saying.rels {
            return rels.clone();
        }
        if saying.act.kind == "ack" {
            return vec![Rel::Acks; saying.refs.len()];
        }
        let fits = |rules: &&&[RefRule]| rules.is_empty() == saying.refs.is_empty();
        let rules = saying.act.refs.iter().find(fits).or(saying.act.refs.first());
        let mut rels = Vec::new();
        for rule in rules.into_iter().flat_map(|rules| rules.iter()) {
            let is_it = |at: &&Position| {
                rule.of.is_empty()
                    || rule.of.iter().any(|of| {
                        let leaf = self.leaf(at);
                        leaf.said.kind == of.kind
                            && (of.acts.is_empty() || of.acts.contains(&word_of(leaf, "act")))
                    })
            };
            let rest = saying.refs.iter().skip(rels.len());
            let taken = match rule.count {
                Count::One => 1,
                Count::Optional => usize::from(rest.take(1).filter(is_it).count() == 1),
                Count::Some | Count::Many => rest.take_while(is_it).count(),
            };
            rels.extend(std::iter::repeat_n(rule.rel, taken));
        }
        rels.resize(saying.refs.len(), Rel::Cites);
        rels
    }

    fn statement(&mut self, saying: &Saying) -> Value {
        self.said += 1;
        let act = saying.act;
        let mut public = BTreeMap::new();
        for rule in act.public.iter().filter(|rule| rule.presence == Presence::Always) {
            public.extend(plain(rule.form).map(|value| (rule.name.to_owned(), value)));
        }
        public.extend((!act.name.is_empty()).then(|| ("act".to_owned(), text(act.name))));
        public.extend(self.addressee(saying).map(|to| ("to".to_owned(), text(&to))));
        public.extend(saying.exercise.map(|id| ("ex".to_owned(), text(id))));
        for (name, value) in &saying.fields {
            match value {
                Some(value) => public.insert(name.clone(), value.clone()),
                None => public.remove(name),
            };
        }
        let aud = match public.get("to") {
            _ if act.kind == "exhibit" && act.name == "commit" => "own",
            Some(Value::Text(to)) if to != "*" => "to",
            _ => "all",
        };
        let hash = |byte: u8| text(&b64::encode(&[byte; 32]));
        let commits = act.statement_type().labels.iter().map(|label| ((*label).to_owned(), hash(7)));
        let nonce = &seed(&format!("nonce {}", self.said))[..16];
        let refs: Vec<Value> = self
            .rels(saying)
            .into_iter()
            .zip(&saying.refs)
            .map(|(rel, at)| self.reference(rel, at).to_value())
            .collect();
        Value::object([
            ("v", Value::Integer(1)),
            ("accord", text(&b64::encode(self.charter.record_id().bytes()))),
            ("party", text(saying.party)),
            ("type", text(act.kind)),
            ("made", Value::Integer(self.now.0)),
            ("nonce", text(&b64::encode(<&[u8; 16]>::try_from(nonce).unwrap()))),
            ("aud", text(aud)),
            ("refs", Value::Array(refs)),
            ("commits", Value::Object(commits.collect())),
            ("pub", Value::Object(public)),
            ("sealed", Value::Array(Vec::new())),
            ("exercise", Value::Bool(saying.exercise.is_some())),
        ])
    }

    fn addressee(&self, saying: &Saying) -> Option<String> {
        if let Some(to) = &saying.to {
            return Some(to.clone());
        }
        let about = saying.refs.first();
        let opens = || self.names().find(|name| *name != saying.party).unwrap().to_owned();
        match (saying.act.to, about) {
            (Addressee::Nobody, _) => None,
            (Addressee::All, _) => Some("*".to_owned()),
            (Addressee::Reader, _) | (_, None) => Some(opens()),
            (_, Some(at)) if at.log.party.as_str() == saying.party => Some(match self.field(at, "to") {
                to if to.is_empty() => opens(),
                to => to,
            }),
            (_, Some(at)) => Some(at.log.party.as_str().to_owned()),
        }
    }

    /// Offices that may say it, and no more than are needed.
    fn signers(&self, saying: &Saying) -> Vec<(&'static str, &'static str)> {
        let seats = self.seats(saying.party);
        let all = || seats.iter().map(|(seat, _)| (saying.party, *seat)).take(2).collect();
        let with = |roles: &[Role]| {
            let has = |(_, held): &&(&str, &[Role])| held.iter().any(|role| roles.contains(role));
            vec![(saying.party, seats.iter().find(has).unwrap_or(&seats[0]).0)]
        };
        let original = || {
            let leaf = self.leaf(saying.refs.first()?);
            Act::of(&leaf.said.kind, word_of(leaf, "act")).map(|act| act.signers)
        };
        let rule = match saying.act.signers {
            SignerRule::AsOriginal => original().unwrap_or(SignerRule::Any),
            rule => rule,
        };
        match rule {
            SignerRule::Node | SignerRule::NodeOrChair => Vec::new(),
            SignerRule::One(roles) | SignerRule::OneOrItself(roles) => with(roles),
            SignerRule::Chair => with(&[Role::Hod]),
            _ => all(),
        }
    }

    fn seats(&self, party: &str) -> Seats {
        let of_party = self.shape.parties.iter().find(|(name, _)| *name == party);
        of_party.map_or(WATCH, |(_, seats)| *seats)
    }

    pub(crate) fn leaf(&self, at: &Position) -> &Leaf {
        &self.leaves[&at.log.party][at.seq as usize]
    }

    fn field(&self, at: &Position, name: &str) -> String {
        word_of(self.leaf(at), name).to_owned()
    }

    /// What a party that may join offers, by its hash.
    fn offered(name: &str) -> ([u8; 32], Offer) {
        let fields =
            OfferFields { made: START, party: member(name, TWO, false), sealing: None, transport: None };
        let offer = Offer::make(fields, &key(name, "root")).unwrap();
        (Sha256::digest(offer.bytes()).into(), offer)
    }

    /// The first party invites one more, all consent, and later it signs on: what became of that.
    pub(crate) fn joined_after(mut self, name: &'static str, ms: u64) -> &'static str {
        let (hash, offer) = World::offered(name);
        let hash_text = b64::encode(&hash);
        let invite = saying("a", "member", "invite").word("party", name).word("offer", &hash_text);
        let invite = self.post(&invite.number("k", 2).number("f", 0));
        for party in self.names().filter(|party| *party != "a") {
            self.post(&saying(party, "member", "consent").about(&[&invite]));
        }
        self.offers.insert(hash, offer);
        self.wait(ms);
        let record = b64::encode(self.charter.record_id().bytes());
        self.post(&saying(name, "charter", "").word("sha256", &record).number("size", 1));
        for party in self.names() {
            self.see(name, party, self.size(party));
        }
        let both = [(name, "chief"), (name, "desk")];
        let sign_on = saying(name, "member", "sign-on").about(&[&invite]).word("offer", &hash_text);
        self.try_saying(&sign_on.signed_by(&both))
    }

    /// All that there is, as somebody who has everything holds it.
    pub(crate) fn held(&self) -> Held {
        let entry = |leaf: &Leaf| HeldEntry { hash: leaf.hash(), leaf: Some(Arc::new(leaf.clone())) };
        let log = |(party, leaves): (&PartyId, &Vec<Leaf>)| {
            (LogId::new(party.clone(), 0), leaves.iter().map(entry).collect())
        };
        Held {
            logs: self.leaves.iter().map(log).collect(),
            notes: self.notes.clone(),
            rules: self.rules.clone(),
            offers: self.offers.clone(),
            ..Held::default()
        }
    }

    pub(crate) fn state(&self) -> State {
        State::of(&self.charter, &self.held())
    }

    /// What became of an entry: `took`, or the name of the reason.
    pub(crate) fn effect(&self, at: &Position) -> &'static str {
        effect(&self.state(), at)
    }

    /// Says it and tells what became of it.
    pub(crate) fn try_saying(&mut self, saying: &Saying) -> &'static str {
        let at = self.post(saying);
        self.effect(&at)
    }

    /// The state and a moment of it.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State, &Now<'_>) -> T) -> T {
        let state = self.state();
        let now = Now { time: self.now, rules: self.charter.rules(), talks: state.talks() };
        look(&state, &now)
    }

    /// Where the thread of an entry stands now.
    pub(crate) fn phase(&self, at: &Position) -> &'static str {
        self.look(|state, now| thread(state, at).phase(now))
    }

    /// A clock of the thread of an entry, and how it stands now.
    pub(crate) fn due(&self, at: &Position, what: Owed) -> (Due, DueState) {
        self.look(|state, now| {
            let due = thread(state, at).dues(now).into_iter().find(|due| due.what == what).unwrap();
            let stands = due.state(now.time, &now.pauses(&due.by, &due.to));
            (due, stands)
        })
    }
}

/// The thread that an entry belongs to.
pub(crate) fn thread<'s>(state: &'s State, at: &Position) -> &'s Thread {
    state.talks().thread_of(at).unwrap_or_else(|| panic!("{at} is in no thread")).1
}

/// `took`, or the name of the reason.
pub(crate) fn effect(state: &State, at: &Position) -> &'static str {
    match state.effect(at).unwrap() {
        Effect::Took => "took",
        Effect::Without(why) => why.name(),
        Effect::Unreadable => "unreadable",
    }
}

fn word_of<'l>(leaf: &'l Leaf, name: &str) -> &'l str {
    match leaf.said.public.get(name) {
        Some(Value::Text(word)) => word,
        _ => "",
    }
}

/// A value of this form.
fn plain(form: FieldForm) -> Option<Value> {
    Some(match form {
        FieldForm::Id => text("x"),
        FieldForm::Office => text("desk"),
        FieldForm::Role => text("ro"),
        FieldForm::Code => text("code"),
        FieldForm::NormCode => text("E2"),
        FieldForm::Word(words) => text(words[0]),
        FieldForm::Integer => Value::Integer(1),
        FieldForm::Bool => Value::Bool(false),
        FieldForm::Hash => text(&b64::encode(&[1; 32])),
        FieldForm::Run => text(&b64::encode(&[1; 16])),
        FieldForm::Key => text(&b64::encode(key("x", "x").public().bytes())),
        FieldForm::Origin => text("accord.example/r/0/a/0"),
        FieldForm::Codes => Value::Array(vec![text("domain")]),
        FieldForm::Classes => Value::Array(vec![Value::Integer(1024)]),
        FieldForm::Hashes | FieldForm::Ids => Value::Array(Vec::new()),
        FieldForm::Roles => Value::Array(vec![text("do")]),
        _ => return None,
    })
}

/// Signing is slow in a build without optimisation, and tests say the same things again and again.
fn signature(key: &SecretKey, preimage: &[u8]) -> [u8; 64] {
    type Made = BTreeMap<([u8; 32], [u8; 32]), [u8; 64]>;
    static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);
    let name = (*key.public().bytes(), Sha256::digest(preimage).into());
    if let Some(made) = MADE.lock().unwrap().get(&name) {
        return *made;
    }
    let made = key.sign(preimage);
    MADE.lock().unwrap().insert(name, made);
    made
}
