//! Whether an entry has effect. One that has none stays in its log, is mirrored and cosigned, and says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::effect::{Effect, Why};
use super::freeze::Freezes;
use super::holders::Holders;
use super::members::{self, Member, Membership};
use super::moments::Moments;
use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Rel, Target};
use crate::record::names::{LogId, RecordId};
use crate::record::numbers::{Number, Numbers};
use crate::record::offices::Offices;
use crate::record::order::Order;
use crate::record::ring::{Ring, hash};
use crate::record::rules::{Rules, RulesFile};
use crate::record::schema::{check_schema, check_targets, original_of};
use crate::record::signers::{Signers, Standpoint, check_signers, is_in_chair};
use crate::record::table::Act;
use crate::statement::{StatementId, bare_accord};
use crate::talks::{Event, Setting, Talks};

/// What a run over all entries gives.
pub(super) struct Judged {
    pub(super) effects: BTreeMap<Position, Effect>,
    pub(super) members: BTreeMap<PartyId, Member>,
    pub(super) numbers: BTreeMap<Position, Number>,
    pub(super) single: BTreeSet<Position>,
    pub(super) offices: BTreeMap<PartyId, Offices>,
    pub(super) talks: Talks,
}

/// Judges entry after entry, causes before effects.
pub(super) struct Judge<'a> {
    charter: &'a Charter,
    held: &'a Held,
    ring: &'a Ring,
    order: &'a Order,
    freezes: &'a Freezes,
    holders: &'a Holders,
    moments: &'a Moments,
    talks: Talks,
    record: RecordId,
    accords: BTreeMap<[u8; 32], BTreeSet<PartyId>>,
    nonces: BTreeSet<(PartyId, [u8; 16])>,
    offices: BTreeMap<PartyId, Offices>,
    counts: BTreeMap<PartyId, Numbers>,
    effects: BTreeMap<Position, Effect>,
    members: BTreeMap<PartyId, Member>,
    numbers: BTreeMap<Position, Number>,
    /// Statements that one person released where two are the rule.
    single: BTreeSet<Position>,
    /// What holds where, by the rules file in force there; until the members change.
    settings: BTreeMap<Option<(u64, [u8; 32])>, Arc<Setting>>,
    /// Statements by their ids: those of an exchange by files name each other so.
    by_id: BTreeMap<StatementId, &'a Leaf>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        charter: &'a Charter,
        held: &'a Held,
        ring: &'a Ring,
        order: &'a Order,
        freezes: &'a Freezes,
        holders: &'a Holders,
        moments: &'a Moments,
    ) -> Judge<'a> {
        let leaves = held.logs.values().flatten().filter_map(|entry| entry.leaf.as_deref());
        let of_files = leaves.filter(|leaf| leaf.said.accord != *charter.record_id().bytes());
        Judge {
            charter,
            held,
            ring,
            order,
            freezes,
            holders,
            moments,
            talks: Talks::default(),
            record: charter.record_id(),
            accords: bare_accords(charter),
            nonces: BTreeSet::new(),
            offices: charter.parties().iter().map(|party| (party.id().clone(), Offices::of(party))).collect(),
            counts: BTreeMap::new(),
            effects: BTreeMap::new(),
            members: members::founders(charter),
            numbers: BTreeMap::new(),
            single: BTreeSet::new(),
            settings: BTreeMap::new(),
            by_id: of_files.map(|leaf| (leaf.statement_id(), leaf)).collect(),
        }
    }

    pub(super) fn take(&mut self, position: &Position) {
        let effect = match self.held.leaf(position) {
            None => Effect::Unreadable,
            Some(leaf) => match self.judge(position, leaf) {
                Ok(()) => Effect::Took,
                Err(why) => Effect::Without(why),
            },
        };
        self.effects.insert(position.clone(), effect);
    }

    pub(super) fn finish(self) -> Judged {
        let Judge { effects, members, numbers, single, offices, talks, .. } = self;
        Judged { effects, members, numbers, single, offices, talks }
    }

    fn judge(&mut self, position: &Position, leaf: &'a Leaf) -> Result<(), Why> {
        let said = &leaf.said;
        // A nonce counts as used by whoever used it first, with effect or without.
        let is_new = self.nonces.insert((said.party.clone(), said.nonce));
        if self.freezes.last_valid(&position.log).is_some_and(|size| position.seq >= size) {
            return Err(Why::Frozen);
        }
        if self.ring.ended(&position.log).is_some_and(|size| position.seq >= size) {
            return Err(Why::Closed);
        }
        self.begin_epoch(position);
        self.count(position, leaf);
        if !self.is_of_this_record(leaf) {
            return Err(Why::OtherRecord);
        }
        if !is_new {
            return Err(Why::Replayed);
        }
        let setting = self.setting_at(position);
        let act = check_schema(leaf, &self.record, &setting.rules)?;
        for reference in &said.refs {
            self.check_target(position, reference.rel, &reference.target)?;
        }
        check_targets(act, leaf, &|target| self.find(target))?;
        let signers = self.check_signers(position, act, leaf, &setting)?;
        self.check_state(position, leaf, &setting)?;
        self.talk(position, act, &setting)?;
        if signers.single {
            self.single.insert(position.clone());
        }
        Ok(())
    }

    /// The keys of a new epoch are those of its offices from its first entry on.
    fn begin_epoch(&mut self, position: &Position) {
        let first = position.seq == 0 && position.log.epoch > 0;
        if let Some(keys) = self.ring.keyset(&position.log).filter(|_| first)
            && let Some(offices) = self.offices.get_mut(&position.log.party)
        {
            offices.rotate(keys);
        }
    }

    fn count(&mut self, position: &Position, leaf: &Leaf) {
        let number = self.counts.entry(leaf.said.party.clone()).or_default().take(leaf);
        self.numbers.extend(number.map(|number| (position.clone(), number)));
    }

    fn find(&self, target: &Target) -> Option<&'a Leaf> {
        match target {
            Target::Entry { log, seq, .. } => self.held.leaf(&Position::new(log.clone(), *seq)),
            Target::Statement { id, .. } => self.by_id.get(id).copied(),
        }
    }

    fn check_signers(
        &mut self,
        position: &Position,
        act: &'static Act,
        leaf: &Leaf,
        setting: &Setting,
    ) -> Result<Signers, Why> {
        let author = &leaf.said.party;
        if !self.offices.contains_key(author) {
            // Its offices are those of the offer that the invitation binds.
            let offer =
                self.held.offers.values().find(|offer| {
                    self.ring.keyset(&LogId::new(author.clone(), 0)) == Some(offer.party().keys())
                });
            let offices = Offices::of(offer.ok_or(Why::NotAParty)?.party());
            self.offices.insert(author.clone(), offices);
        }
        let offices = self.offices.get(author).ok_or(Why::NotAParty)?;
        let parties: Vec<PartyId> = setting.parties.iter().cloned().collect();
        let rules = setting.rules.as_ref();
        let at = Standpoint {
            offices,
            rules,
            in_chair: is_in_chair(rules, &parties, author, leaf.said.made),
            original: original_of(act, leaf, &self.record, &|target| self.find(target)),
        };
        let signers = check_signers(act, leaf, &at)?;
        if let Some(offices) = self.offices.get_mut(&position.log.party) {
            offices.take(leaf)?;
        }
        Ok(signers)
    }

    /// Whether the statement was said in this record, or by files between its author and another founder.
    fn is_of_this_record(&self, leaf: &Leaf) -> bool {
        let said = &leaf.said;
        said.accord == *self.charter.record_id().bytes()
            || self.accords.get(&said.accord).is_some_and(|pair| pair.contains(&said.party))
    }

    fn check_target(&self, position: &Position, rel: Rel, target: &Target) -> Result<(), Why> {
        let Target::Entry { log, seq, leaf } = target else { return Ok(()) };
        let place = Position::new(log.clone(), *seq);
        let entry = self.held.entry(&place).ok_or(Why::UnknownTarget)?;
        if entry.hash != *leaf {
            return Err(Why::TargetDiffers);
        }
        // A machine receipt says that something came, before a head of it was named: it names the head itself.
        let seen = self.order.had_seen(position, &place)
            || (rel == Rel::Acks && self.order.seen(position, log) > *seq);
        if seen { Ok(()) } else { Err(Why::TargetUnseen) }
    }

    /// The act in its thread.
    fn talk(&mut self, position: &Position, act: &'static Act, setting: &Arc<Setting>) -> Result<(), Why> {
        let Some(leaf) = self.held.shared_leaf(position) else { return Ok(()) };
        let event = Event {
            position: position.clone(),
            act,
            leaf: leaf.clone(),
            received: self.moments.received(position),
            witnessed: self.holders.first_cosigned(position),
            setting: setting.clone(),
        };
        Ok(self.talks.take(&event, self.order, &event.around(self.order))?)
    }

    /// What holds at a place: the rules that its author had seen come into force.
    fn setting_at(&mut self, position: &Position) -> Arc<Setting> {
        let named = self.talks.room().rules_for(position, self.order);
        if let Some(setting) = self.settings.get(&named) {
            return setting.clone();
        }
        let setting = Arc::new(Setting {
            rules: rules_of(self.charter, self.held, &self.members, named),
            parties: members::parties(&self.members),
            is_bare: self.charter.is_bare(),
        });
        self.settings.insert(named, setting.clone());
        setting
    }

    fn check_state(&mut self, position: &Position, leaf: &Leaf, setting: &Setting) -> Result<(), Why> {
        let author = self.members.get(&leaf.said.party).map(|member| member.standing);
        match (leaf.said.kind.as_str(), author) {
            ("charter", Some(_)) => {
                let is_ours = hash(leaf, "sha256") == Some(*self.charter.record_id().bytes());
                if is_ours && position.seq == 0 { Ok(()) } else { Err(Why::WrongState) }
            }
            ("member", _) => {
                self.settings.clear();
                members::apply(&mut self.members, &setting.rules, position, leaf)
            }
            // What machines say stays true of whoever left: that it received, deleted, recovered. And whoever left
            // may still have its content deleted.
            ("ack" | "error" | "erased" | "recovery" | "evidence" | "anchor" | "redaction", Some(_)) => {
                Ok(())
            }
            (_, Some(Membership::Party | Membership::Observer)) => Ok(()),
            _ => Err(Why::NotAParty),
        }
    }
}

/// The rules of a text in force; those of the charter while there is none, or while its file is not held here, or
/// is not what the text says it is.
pub(super) fn rules_of(
    charter: &Charter,
    held: &Held,
    members: &BTreeMap<PartyId, Member>,
    named: Option<(u64, [u8; 32])>,
) -> Arc<Rules> {
    let file = named.and_then(|(rev, hash)| held.rules.get(&hash).filter(|file| file.rev == rev));
    let is_party = |id: &PartyId| members.get(id).is_some_and(|m| m.standing == Membership::Party);
    let fits = |file: &&RulesFile| file.rules.check_parties(is_party, |id| members.contains_key(id)).is_ok();
    Arc::new(file.filter(fits).map_or_else(|| charter.rules().clone(), |file| file.rules.clone()))
}

/// The ids under which two founders speak by files.
fn bare_accords(charter: &Charter) -> BTreeMap<[u8; 32], BTreeSet<PartyId>> {
    let mut accords = BTreeMap::new();
    let parties = charter.parties();
    for (i, one) in parties.iter().enumerate() {
        for other in parties.iter().skip(i + 1) {
            let id = bare_accord((one.id(), one.root()), (other.id(), other.root()));
            accords.insert(id, BTreeSet::from([one.id().clone(), other.id().clone()]));
        }
    }
    accords
}
