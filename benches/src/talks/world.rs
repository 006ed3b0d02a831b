//! Five parties that talk to each other, in memory: what all of them hold together.
//!
//! They take turns. In its turn a party acknowledges what came, answers what it was asked, and says something new;
//! then it signs its head, and the others cosign it. So heads, notes and receipts stand where the engine puts them.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use detente_accord::jcs::Value;
use detente_accord::record::{
    Charter, Cosigner, Draft, Held, HeldEntry, HeldNote, KeySet, KeySetFields, Leaf, LogId, NamedHead,
    Office, Party, PartyFields, Place, Position, Pq, Quorum, Reference, Rel, Role, Roles, Rules, Sort,
    Standing, StatementType, Target, Titled,
};
use detente_accord::{Entropy, PartyId, SecretKey, Time};
use detente_tlog::{Frontier, Hash};
use sha2::{Digest as _, Sha256};

/// Ids of the parties.
const PARTIES: [&str; 5] = ["a", "b", "c", "d", "e"];
/// When it begins: 2026-09-21, in milliseconds.
const START: u64 = 1_790_000_000_000;
/// Between two statements.
const STEP_MS: u64 = 20_000;
/// References of one receipt, as in the node.
const ACKS_AT_ONCE: usize = 32;
/// Inquiries and notices of one turn.
const INQUIRIES: usize = 4;
const NOTICES: usize = 4;

/// A party, and what it knows.
struct Speaker {
    log: LogId,
    chief: SecretKey,
    desk: SecretKey,
    frontier: Frontier,
    /// How many entries of each other log its log names.
    named: Vec<u64>,
    /// How many entries of each other log it has acknowledged.
    acknowledged: Vec<u64>,
    /// Inquiries that it was asked and has to acknowledge, then to answer; then those answered to it.
    asked: Vec<Position>,
    begun: Vec<Position>,
    answered: Vec<Position>,
}

/// All of them.
pub(crate) struct World {
    /// The charter.
    pub(crate) charter: Charter,
    /// What is held.
    pub(crate) held: Held,
    /// How many office signatures there are.
    pub(crate) signatures: usize,
    speakers: Vec<Speaker>,
    entropy: Entropy,
    now: u64,
    norms: u64,
    /// The newest note of each log, by number.
    newest: Vec<Option<NamedHead>>,
}

impl World {
    /// Founds the accord and lets them talk until there are so many entries.
    pub(crate) fn of(entries: usize) -> Result<World> {
        let mut world = World::founded()?;
        while world.entries() < entries {
            for speaker in 0..PARTIES.len() {
                world.turn(speaker)?;
            }
        }
        Ok(world)
    }

    /// How many entries there are.
    pub(crate) fn entries(&self) -> usize {
        self.held.logs.values().map(Vec::len).sum()
    }

    /// A notice by a party, under no new head; not taken in yet.
    pub(crate) fn notice(&mut self, speaker: usize, with_heads: bool) -> Result<HeldEntry> {
        let heads = if with_heads { self.new_heads(speaker) } else { Vec::new() };
        self.leaf(speaker, notice("change"), heads)
    }

    /// What a party says in so many entries, and the note over them.
    pub(crate) fn packet(&mut self, speaker: usize, entries: usize) -> Result<Vec<[u8; 32]>> {
        for nth in 0..entries {
            let entry = self.notice(speaker, nth == 0)?;
            self.take(speaker, entry)?;
        }
        Ok(vec![self.publish(speaker)?])
    }

    /// The log of a party.
    pub(crate) fn log(&self, speaker: usize) -> Result<LogId> {
        Ok(self.speakers.get(speaker).context("no such party")?.log.clone())
    }

    fn founded() -> Result<World> {
        let mut speakers = Vec::new();
        let mut parties = Vec::new();
        for name in PARTIES {
            let id = PartyId::parse(name).context("an id")?;
            let key = |of: &str| SecretKey::from_seed(&Sha256::digest(format!("{name}/{of}")).into());
            let office = |name: &str| Office::parse(name).context("an office");
            let keys = KeySet::new(KeySetFields {
                log_ed: key("log").public(),
                log_pq: None,
                mirror_ed: key("mirror").public(),
                mirror_pq: None,
                roles: BTreeMap::from([
                    (office("chief")?, key("chief").public()),
                    (office("desk")?, key("desk").public()),
                ]),
            })?;
            parties.push(Party::new(PartyFields {
                id: id.clone(),
                name: format!("CERT {name}"),
                standing: Standing::Party,
                sort: Sort::Csirt,
                root: key("root").public(),
                keys,
                next: [7; 32],
                recovery: key("recovery").public(),
                offices: BTreeMap::from([
                    (office("chief")?, Roles::new([Role::Hod, Role::Key]).context("roles")?),
                    (office("desk")?, Roles::new([Role::Do, Role::Ro, Role::Te]).context("roles")?),
                ]),
            })?);
            speakers.push(Speaker {
                log: LogId::new(id, 0),
                chief: key("chief"),
                desk: key("desk"),
                frontier: Frontier::default(),
                named: vec![0; PARTIES.len()],
                acknowledged: vec![0; PARTIES.len()],
                asked: Vec::new(),
                begun: Vec::new(),
                answered: Vec::new(),
            });
        }
        let ids: Vec<PartyId> = speakers.iter().map(|speaker| speaker.log.party.clone()).collect();
        let charter = Charter::titled(&Titled {
            domain: "accord.example".into(),
            title: "On the restraint of five".into(),
            parties,
            quorum: Quorum::default_for(5, Pq::Carried),
            rules: Rules::bare(ids.iter()),
        })?;
        let mut world = World {
            charter,
            held: Held::default(),
            signatures: 0,
            speakers,
            entropy: Entropy::from_random([9; 32]),
            now: START,
            norms: 0,
            newest: vec![None; PARTIES.len()],
        };
        for speaker in 0..PARTIES.len() {
            let charter = world.charter.record_id();
            let size = world.charter.bytes().len() as u64;
            let opening =
                Draft::new("charter", [("sha256", hash(charter.bytes())), ("size", Value::Integer(size))]);
            let opened = world.say(speaker, opening)?;
            let mut sign = Draft::new("acceptance", [("act", text("sign")), ("to", text("*"))]);
            sign.refs.push(world.reference(Rel::To, &opened)?);
            world.say(speaker, sign)?;
            world.publish(speaker)?;
        }
        Ok(world)
    }

    /// One party's turn.
    fn turn(&mut self, number: usize) -> Result<()> {
        self.acknowledge(number)?;
        for inquiry in self.taken(number, |speaker| &mut speaker.begun) {
            let fields = [("act", text("answer")), ("answer", text("acted"))];
            self.reply("reply", &inquiry, &fields, number)?;
            self.asker(&inquiry)?.answered.push(inquiry);
        }
        for inquiry in self.taken(number, |speaker| &mut speaker.asked) {
            self.reply("reply", &inquiry, &[("act", text("acknowledge"))], number)?;
            self.speaker(number)?.begun.push(inquiry);
        }
        for inquiry in self.taken(number, |speaker| &mut speaker.answered) {
            self.reply(
                "inquiry",
                &inquiry,
                &[("act", text("accept")), ("outcome", text("resolved"))],
                number,
            )?;
        }
        for other in (1..=INQUIRIES).map(|step| (number + step) % PARTIES.len()).filter(|n| *n != number) {
            let to = self.log(other)?.party;
            let place = self.say(number, inquiry(&to))?;
            self.speaker(other)?.asked.push(place);
        }
        for nth in 0..NOTICES {
            self.say(number, notice(if nth % 2 == 0 { "change" } else { "incident" }))?;
        }
        self.norms += 1;
        let norm = [
            ("act", text("propose")),
            ("to", text("*")),
            ("code", text(&format!("N-{}", self.norms))),
            ("kind", text("procedure")),
        ];
        self.say(number, Draft::new("norm", norm))?;
        self.publish(number).map(drop)
    }

    fn acknowledge(&mut self, number: usize) -> Result<()> {
        let mut due = Vec::new();
        for other in (0..PARTIES.len()).filter(|other| *other != number) {
            let log = self.log(other)?;
            let size = self.newest.get(other).and_then(Option::as_ref).map_or(0, |head| head.size);
            let acknowledged = self.speaker(number)?.acknowledged.get_mut(other).context("a party")?;
            for seq in std::mem::replace(acknowledged, size)..size {
                let place = Position::new(log.clone(), seq);
                if self.held.leaf(&place).is_some_and(|leaf| leaf.said.kind != "ack") {
                    due.push(self.reference(Rel::Acks, &place)?);
                }
            }
        }
        for chunk in due.chunks(ACKS_AT_ONCE) {
            let at = Value::Array(vec![Value::Integer(self.now); chunk.len()]);
            let result = Value::Array(vec![text("accepted"); chunk.len()]);
            let mut ack = Draft::new("ack", [("at", at), ("result", result)]);
            ack.refs = chunk.to_vec();
            self.say(number, ack)?;
        }
        Ok(())
    }

    fn reply(
        &mut self,
        kind: &'static str,
        inquiry: &Position,
        fields: &[(&str, Value)],
        number: usize,
    ) -> Result<()> {
        let mut draft = Draft::new(kind, []);
        let own = self.log(number)?.party == inquiry.log.party;
        let asked = self.held.leaf(inquiry).and_then(|leaf| leaf.said.public.get("to").cloned());
        let to = if own { asked.context("an addressee")? } else { text(inquiry.log.party.as_str()) };
        draft.public.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        draft.public.insert("to".to_owned(), to);
        draft.refs.push(self.reference(Rel::To, inquiry)?);
        self.say(number, draft).map(drop)
    }

    /// Says it and takes it in.
    fn say(&mut self, number: usize, draft: Draft) -> Result<Position> {
        let heads = self.new_heads(number);
        let entry = self.leaf(number, draft, heads)?;
        self.take(number, entry)
    }

    /// Takes an entry in.
    pub(crate) fn take(&mut self, number: usize, entry: HeldEntry) -> Result<Position> {
        let log = self.log(number)?;
        self.speaker(number)?.frontier.append(entry.hash, |_, _| ())?;
        let entries = self.held.logs.entry(log.clone()).or_default();
        entries.push(entry);
        Ok(Position::new(log, entries.len() as u64 - 1))
    }

    fn leaf(&mut self, number: usize, draft: Draft, heads: Vec<NamedHead>) -> Result<HeldEntry> {
        self.now += STEP_MS;
        let now = Time(self.now);
        let record = self.charter.record_id();
        let labels = StatementType::of(draft.kind).map_or(&[][..], |kind| kind.labels);
        let signing = signing(&draft);
        let speaker = self.speakers.get(number).context("no such party")?;
        let party = speaker.log.party.clone();
        let place = Place { epoch: 0, seq: self.held.size(&speaker.log), time: now, heads };
        let mut keys = Vec::new();
        for office in signing {
            let key = if *office == "chief" { &speaker.chief } else { &speaker.desk };
            let office = Office::parse(office).context("an office")?;
            keys.push((office.key_name(&party, &key.public()), key));
        }
        self.signatures += keys.len();
        let committed = draft.commit(record, party, now, labels, &mut self.entropy);
        let signed = committed.sign(&[], &keys);
        let leaf = Leaf::encode(&place, &signed.statement, &signed.sigs)?;
        Ok(HeldEntry { hash: leaf.hash(), leaf: Some(Arc::new(leaf)) })
    }

    fn new_heads(&mut self, number: usize) -> Vec<NamedHead> {
        let mut heads = Vec::new();
        let Some(speaker) = self.speakers.get_mut(number) else { return heads };
        for (other, (named, newest)) in speaker.named.iter_mut().zip(&self.newest).enumerate() {
            if let Some(head) = newest.as_ref().filter(|head| other != number && head.size > *named) {
                *named = head.size;
                heads.push(head.clone());
            }
        }
        heads
    }

    /// Signs the head of a log; all others cosign it.
    pub(crate) fn publish(&mut self, number: usize) -> Result<[u8; 32]> {
        let speaker = self.speakers.get(number).context("no such party")?;
        let (size, root) = (speaker.frontier.size(), speaker.frontier.root());
        let others = self.speakers.iter().filter(|other| other.log != speaker.log);
        let cosigners = (1..)
            .zip(others)
            .map(|(nth, other)| (Cosigner::Mirror(other.log.party.clone()), self.now / 1000 + nth));
        let note = HeldNote { log: speaker.log.clone(), size, root, cosigners: cosigners.collect() };
        let hash: [u8; 32] = Sha256::digest(format!("{} {size}", note.log)).into();
        let head = NamedHead { log: note.log.clone(), size, root, note: hash };
        self.held.notes.insert(hash, note);
        *self.newest.get_mut(number).context("no such party")? = Some(head);
        Ok(hash)
    }

    fn speaker(&mut self, number: usize) -> Result<&mut Speaker> {
        self.speakers.get_mut(number).context("no such party")
    }

    fn asker(&mut self, inquiry: &Position) -> Result<&mut Speaker> {
        self.speakers.iter_mut().find(|speaker| speaker.log == inquiry.log).context("no such party")
    }

    fn taken(&mut self, number: usize, of: impl Fn(&mut Speaker) -> &mut Vec<Position>) -> Vec<Position> {
        self.speakers.get_mut(number).map(|speaker| std::mem::take(of(speaker))).unwrap_or_default()
    }

    fn reference(&self, rel: Rel, place: &Position) -> Result<Reference> {
        let entry = self.held.entry(place);
        let Some(HeldEntry { hash: leaf, .. }) = entry else { bail!("there is no entry {place}") };
        let target = Target::Entry { log: place.log.clone(), seq: place.seq, leaf: *leaf };
        Ok(Reference { rel, target })
    }
}

/// The hashes of all leaves' bytes, computed again: the primitive of a tree.
pub(crate) fn leaf_hashes(held: &Held) -> Vec<Hash> {
    let leaves = held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
    leaves.map(|leaf| detente_tlog::leaf_hash(leaf.bytes())).collect()
}

fn inquiry(to: &PartyId) -> Draft {
    Draft::new(
        "inquiry",
        [
            ("act", text("release")),
            ("to", text(to.as_str())),
            ("kind", text("incident")),
            ("prec", text("priority")),
            ("attribution", Value::Bool(false)),
        ],
    )
}

fn notice(kind: &str) -> Draft {
    let mut draft = Draft::new(
        "notice",
        [("act", text("issue")), ("to", text("*")), ("kind", text(kind)), ("prec", text("routine"))],
    );
    if kind == "incident" {
        draft.public.insert("known_since".to_owned(), Value::Integer(START));
    }
    draft
}

/// Who signs it.
fn signing(draft: &Draft) -> &'static [&'static str] {
    let is = |name: &str, word: &str| draft.public.get(name) == Some(&text(word));
    match draft.kind {
        "ack" | "charter" => &[],
        "norm" => &["chief"],
        "notice" if is("kind", "change") => &["desk"],
        "reply" if is("act", "acknowledge") => &["desk"],
        "inquiry" if is("act", "accept") => &["desk"],
        _ => &["chief", "desk"],
    }
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn hash(bytes: &[u8; 32]) -> Value {
    Value::text(detente_accord::b64::encode(bytes))
}
