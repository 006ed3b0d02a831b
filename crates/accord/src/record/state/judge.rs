//! Whether an entry has effect. One that has none stays in its log, is mirrored and cosigned, and says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use detente_psi::Time;

use super::effect::{Effect, Why};
use super::freeze::Freezes;
use super::holders::Holders;
use super::members::{self, Member, Membership};
use super::moments::Moments;
use crate::record::charter::Charter;
use crate::record::checked::Checked;
use crate::record::held::{Held, HeldEntry, Position};
use crate::record::leaf::{Leaf, Rel, RoleSignature, Target};
use crate::record::names::{LogId, RecordId};
use crate::record::numbers::{Number, Numbers};
use crate::record::offices::Offices;
use crate::record::order::Order;
use crate::record::ring::{Ring, hash};
use crate::record::rules::{Rules, RulesFile};
use crate::record::schema::{check_schema, check_targets, original_of};
use crate::record::signers::{Signers, Standpoint, check_signers_by, is_in_chair};
use crate::record::table::Act;
use crate::statement::{StatementId, bare_accord};
use crate::talks::{Event, Refusal, Setting, Talks};
use crate::{PartyId, PublicKey};

/// What entries are judged by, beside those before them.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) charter: &'a Charter,
    pub(super) held: &'a Held,
    pub(super) ring: &'a Ring,
    pub(super) order: &'a Order,
    pub(super) freezes: &'a Freezes,
    pub(super) holders: &'a Holders,
    pub(super) moments: &'a Moments,
}

/// Judges entry after entry, causes before effects.
pub(super) struct Judge {
    pub(super) effects: BTreeMap<Position, Effect>,
    pub(super) members: BTreeMap<PartyId, Member>,
    pub(super) numbers: BTreeMap<Position, Number>,
    /// Statements that one person released where two are the rule.
    pub(super) single: BTreeSet<Position>,
    pub(super) talks: Talks,
    pub(super) checked: Checked,
    /// Entries that the talks refused.
    pub(super) refused: Vec<Position>,
    record: RecordId,
    accords: BTreeMap<[u8; 32], BTreeSet<PartyId>>,
    nonces: BTreeSet<(PartyId, [u8; 16])>,
    pub(super) offices: BTreeMap<PartyId, Offices>,
    counts: BTreeMap<PartyId, Numbers>,
    /// What holds where, by the rules file in force there; until the members change.
    settings: BTreeMap<Option<(u64, [u8; 32])>, Arc<Setting>>,
    /// Statements by their ids: those of an exchange by files name each other so.
    by_id: BTreeMap<StatementId, Position>,
}

impl Judge {
    /// Before the first entry; `checked` are signatures that were verified before.
    pub(super) fn new(charter: &Charter, held: &Held, checked: Checked) -> Judge {
        Judge {
            effects: BTreeMap::new(),
            members: members::founders(charter),
            numbers: BTreeMap::new(),
            single: BTreeSet::new(),
            talks: Talks::default(),
            checked,
            refused: Vec::new(),
            record: charter.record_id(),
            accords: bare_accords(charter),
            nonces: BTreeSet::new(),
            offices: charter.parties().iter().map(|party| (party.id().clone(), Offices::of(party))).collect(),
            counts: BTreeMap::new(),
            settings: BTreeMap::new(),
            by_id: statements_of_files(charter, held),
        }
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self, on: &Ground<'_>, position: &Position) {
        let effect = match on.held.entry(position).map(|entry| (entry, entry.leaf.as_ref())) {
            None | Some((_, None)) => Effect::Unreadable,
            Some((entry, Some(leaf))) => match self.judge(on, position, entry, leaf) {
                Ok(()) => Effect::Took,
                Err(why) => Effect::Without(why),
            },
        };
        if let Effect::Without(Why::Refused(_)) = effect {
            self.refused.push(position.clone());
        }
        self.effects.insert(position.clone(), effect);
    }

    fn judge(
        &mut self,
        on: &Ground<'_>,
        position: &Position,
        entry: &HeldEntry,
        leaf: &Arc<Leaf>,
    ) -> Result<(), Why> {
        let said = &leaf.said;
        // A nonce counts as used by whoever used it first, with effect or without.
        let is_new = self.nonces.insert((said.party.clone(), said.nonce));
        if on.freezes.last_valid(&position.log).is_some_and(|size| position.seq >= size) {
            return Err(Why::Frozen);
        }
        if on.ring.ended(&position.log).is_some_and(|size| position.seq >= size) {
            return Err(Why::Closed);
        }
        self.begin_epoch(on, position);
        self.count(position, leaf);
        if !self.is_of_this_record(on, leaf) {
            return Err(Why::OtherRecord);
        }
        if !is_new {
            return Err(Why::Replayed);
        }
        let setting = self.setting_at(on, position);
        let act = check_schema(leaf, &self.record, &setting.rules)?;
        for reference in &said.refs {
            check_target(on, position, reference.rel, &reference.target)?;
        }
        check_targets(act, leaf, &|target| self.find(on, target))?;
        // There is no exercise of keys, seats and membership.
        if said.exercise && matches!(act.kind, "member" | "officer") {
            return Err(Why::Refused(Refusal::ExerciseMixed));
        }
        let signers = self.check_signers(on, act, entry, leaf, &setting)?;
        self.check_state(on, position, leaf, &setting)?;
        self.talk(on, position, act, leaf, &setting)?;
        if signers.single {
            self.single.insert(position.clone());
        }
        Ok(())
    }

    /// The keys of a new epoch are those of its offices from its first entry on.
    fn begin_epoch(&mut self, on: &Ground<'_>, position: &Position) {
        let first = position.seq == 0 && position.log.epoch > 0;
        if let Some(keys) = on.ring.keyset(&position.log).filter(|_| first)
            && let Some(offices) = self.offices.get_mut(&position.log.party)
        {
            offices.rotate(keys);
        }
    }

    fn count(&mut self, position: &Position, leaf: &Leaf) {
        let number = self.counts.entry(leaf.said.party.clone()).or_default().take(leaf);
        self.numbers.extend(number.map(|number| (position.clone(), number)));
    }

    fn find<'h>(&self, on: &Ground<'h>, target: &Target) -> Option<&'h Leaf> {
        match target {
            Target::Entry { log, seq, .. } => on.held.leaf(&Position::new(log.clone(), *seq)),
            Target::Statement { id, .. } => on.held.leaf(self.by_id.get(id)?),
        }
    }

    fn check_signers(
        &mut self,
        on: &Ground<'_>,
        act: &'static Act,
        entry: &HeldEntry,
        leaf: &Leaf,
        setting: &Setting,
    ) -> Result<Signers, Why> {
        let author = &leaf.said.party;
        if !self.offices.contains_key(author) {
            // Its offices are those of the offer that the invitation binds.
            let offer =
                on.held.offers.values().find(|offer| {
                    on.ring.keyset(&LogId::new(author.clone(), 0)) == Some(offer.party().keys())
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
            original: original_of(act, leaf, &self.record, &|target| self.find(on, target)),
        };
        let checked = &mut self.checked;
        let mut verify =
            |signature: &RoleSignature, key: &PublicKey| checked.holds(entry.hash, leaf, signature, key);
        let signers = check_signers_by(&mut verify, act, leaf, &at)?;
        if let Some(offices) = self.offices.get_mut(&leaf.said.party) {
            offices.take(leaf)?;
        }
        Ok(signers)
    }

    /// Whether the statement was said in this record, or by files between its author and another founder.
    fn is_of_this_record(&self, on: &Ground<'_>, leaf: &Leaf) -> bool {
        let said = &leaf.said;
        said.accord == *on.charter.record_id().bytes()
            || self.accords.get(&said.accord).is_some_and(|pair| pair.contains(&said.party))
    }

    /// The act in its thread.
    fn talk(
        &mut self,
        on: &Ground<'_>,
        position: &Position,
        act: &'static Act,
        leaf: &Arc<Leaf>,
        setting: &Arc<Setting>,
    ) -> Result<(), Why> {
        let standing = self.members.get(&leaf.said.party).map(|member| member.standing);
        let mut event = Event {
            position: position.clone(),
            act,
            leaf: leaf.clone(),
            watches: standing == Some(Membership::Observer),
            received: on.moments.received(position),
            witnessed: on.holders.first_cosigned(position),
            setting: setting.clone(),
        };
        // Who gave notice is a party until it has run out.
        let leaving: Vec<PartyId> = self.talks.leaving(event.latest()).cloned().collect();
        if !leaving.is_empty() {
            let mut setting = setting.as_ref().clone();
            setting.parties.extend(leaving);
            event.setting = Arc::new(setting);
        }
        Ok(self.talks.take(&event, on.order, &event.around(on.order))?)
    }

    /// What holds at a place: the rules that its author had seen come into force.
    fn setting_at(&mut self, on: &Ground<'_>, position: &Position) -> Arc<Setting> {
        let named = self.talks.room().rules_for(position, on.order);
        if let Some(setting) = self.settings.get(&named) {
            return setting.clone();
        }
        let setting = Arc::new(Setting {
            rules: rules_of(on.charter, on.held, &self.members, named),
            parties: members::parties(&self.members),
            observers: members::observers(&self.members),
            is_bare: on.charter.is_bare(),
        });
        self.settings.insert(named, setting.clone());
        setting
    }

    /// Whether its author withdrew, and its time of notice still runs.
    fn is_leaving(&self, on: &Ground<'_>, position: &Position, leaf: &Leaf) -> bool {
        let witnessed = on.holders.first_cosigned(position);
        let latest = witnessed.map_or(leaf.place.time, |witnessed| witnessed.min(leaf.place.time));
        self.talks.left(&leaf.said.party).is_some_and(|left| latest < left)
    }

    fn check_state(
        &mut self,
        on: &Ground<'_>,
        position: &Position,
        leaf: &Leaf,
        setting: &Setting,
    ) -> Result<(), Why> {
        let author = self.members.get(&leaf.said.party).map(|member| member.standing);
        match (leaf.said.kind.as_str(), author) {
            ("charter", Some(_)) => {
                let is_ours = hash(leaf, "sha256") == Some(*on.charter.record_id().bytes());
                if is_ours && position.seq == 0 { Ok(()) } else { Err(Why::WrongState) }
            }
            ("member", _) => {
                self.settings.clear();
                let known = first_known(on, position, leaf);
                members::apply(&mut self.members, &setting.rules, position, leaf, known)
            }
            // What machines say stays true of whoever left: that it received, deleted, recovered. And whoever left
            // may still have its content deleted.
            ("ack" | "error" | "erased" | "recovery" | "evidence" | "anchor" | "redaction", Some(_)) => {
                Ok(())
            }
            (_, Some(Membership::Party | Membership::Observer)) => Ok(()),
            (_, Some(Membership::Withdrawn)) if self.is_leaving(on, position, leaf) => Ok(()),
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

/// Whether what is referred to is here, is that entry, and was seen by the author.
fn check_target(on: &Ground<'_>, position: &Position, rel: Rel, target: &Target) -> Result<(), Why> {
    let Target::Entry { log, seq, leaf } = target else { return Ok(()) };
    let place = Position::new(log.clone(), *seq);
    let entry = on.held.entry(&place).ok_or(Why::UnknownTarget)?;
    if entry.hash != *leaf {
        return Err(Why::TargetDiffers);
    }
    // A machine receipt says that something came, before a head of it was named: it names the head itself.
    let seen =
        on.order.had_seen(position, &place) || (rel == Rel::Acks && on.order.seen(position, log) > *seq);
    if seen { Ok(()) } else { Err(Why::TargetUnseen) }
}

/// The ids of statements of an exchange by files.
fn statements_of_files(charter: &Charter, held: &Held) -> BTreeMap<StatementId, Position> {
    let leaves =
        held.logs.iter().flat_map(|(log, entries)| (0..).zip(entries).map(move |(seq, e)| (log, seq, e)));
    let leaves = leaves.filter_map(|(log, seq, entry)| Some((log, seq, entry.leaf.as_deref()?)));
    let of_files = leaves.filter(|(_, _, leaf)| leaf.said.accord != *charter.record_id().bytes());
    of_files.map(|(log, seq, leaf)| (leaf.statement_id(), Position::new(log.clone(), seq))).collect()
}

/// When others first had an entry, as far as it shows: by a receipt, else by a cosignature, else its author's word.
fn first_known(on: &Ground<'_>, position: &Position, leaf: &Leaf) -> Time {
    let received = on.moments.received(position).into_values().min();
    received.or_else(|| on.holders.first_cosigned(position)).unwrap_or(leaf.place.time)
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
