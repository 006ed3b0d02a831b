//! Whether an entry has effect. One that has none stays in its log, is mirrored and cosigned, and says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::freeze::Freezes;
use super::members::{self, Member, Membership};
use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::{Held, Position};
use crate::record::leaf::{Leaf, Rel, Target};
use crate::record::order::Order;
use crate::record::ring::{Ring, hash};
use crate::statement::bare_accord;

/// What became of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It counts.
    Took,
    /// It does not count.
    Without(Why),
    /// It can't be read: evidence against its log.
    Unreadable,
}

/// Why an entry has no effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// It stands beyond the last head that counts of a frozen log.
    Frozen,
    /// It was said in another record, or between others.
    OtherRecord,
    /// The party has said this before: the same nonce.
    Replayed,
    /// It refers to an entry that is not held here.
    UnknownTarget,
    /// It refers to an entry by another hash than that entry has.
    TargetDiffers,
    /// It refers to an entry that its author had not named in a head.
    TargetUnseen,
    /// Its author is not a party, or no longer.
    NotAParty,
    /// The state does not allow this act.
    WrongState,
}

impl Why {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Why::Frozen => "frozen",
            Why::OtherRecord => "other-record",
            Why::Replayed => "replayed",
            Why::UnknownTarget => "unknown-target",
            Why::TargetDiffers => "target-differs",
            Why::TargetUnseen => "target-unseen",
            Why::NotAParty => "not-a-party",
            Why::WrongState => "wrong-state",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Took => f.write_str("took"),
            Effect::Without(why) => write!(f, "no effect: {}", why.name()),
            Effect::Unreadable => f.write_str("unreadable"),
        }
    }
}

/// What a run over all entries gives.
pub(super) struct Judged {
    pub(super) effects: BTreeMap<Position, Effect>,
    pub(super) members: BTreeMap<PartyId, Member>,
}

/// Judges entry after entry, causes before effects.
pub(super) struct Judge<'a> {
    charter: &'a Charter,
    held: &'a Held,
    order: &'a Order,
    freezes: &'a Freezes,
    accords: BTreeMap<[u8; 32], BTreeSet<PartyId>>,
    nonces: BTreeSet<(PartyId, [u8; 16])>,
    effects: BTreeMap<Position, Effect>,
    members: BTreeMap<PartyId, Member>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        charter: &'a Charter,
        held: &'a Held,
        _ring: &'a Ring,
        order: &'a Order,
        freezes: &'a Freezes,
    ) -> Judge<'a> {
        Judge {
            charter,
            held,
            order,
            freezes,
            accords: bare_accords(charter),
            nonces: BTreeSet::new(),
            effects: BTreeMap::new(),
            members: members::founders(charter),
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
        Judged { effects: self.effects, members: self.members }
    }

    fn judge(&mut self, position: &Position, leaf: &Leaf) -> Result<(), Why> {
        let said = &leaf.said;
        // A nonce counts as used by whoever used it first, with effect or without.
        let is_new = self.nonces.insert((said.party.clone(), said.nonce));
        if self.freezes.last_valid(&position.log).is_some_and(|size| position.seq >= size) {
            return Err(Why::Frozen);
        }
        if !self.is_of_this_record(leaf) {
            return Err(Why::OtherRecord);
        }
        if !is_new {
            return Err(Why::Replayed);
        }
        for reference in &said.refs {
            self.check_target(position, reference.rel, &reference.target)?;
        }
        self.check_state(position, leaf)
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

    fn check_state(&mut self, position: &Position, leaf: &Leaf) -> Result<(), Why> {
        let author = self.members.get(&leaf.said.party).map(|member| member.standing);
        match (leaf.said.kind.as_str(), author) {
            ("charter", Some(_)) => {
                let is_ours = hash(leaf, "sha256") == Some(*self.charter.record_id().bytes());
                if is_ours && position.seq == 0 { Ok(()) } else { Err(Why::WrongState) }
            }
            ("member", _) => members::apply(&mut self.members, self.charter, position, leaf),
            // What machines say stays true of whoever left: that it received, deleted, recovered.
            ("ack" | "error" | "erased" | "recovery" | "evidence" | "anchor", Some(_)) => Ok(()),
            (_, Some(Membership::Party | Membership::Observer)) => Ok(()),
            _ => Err(Why::NotAParty),
        }
    }
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
