//! Who is in the accord: founders, those who joined, those who left.

use std::collections::{BTreeMap, BTreeSet};

use detente_psi::Time;

use super::effect::Why;
use crate::PartyId;
use crate::record::charter::Charter;
use crate::record::held::Position;
use crate::record::leaf::Leaf;
use crate::record::party::Party;
use crate::record::ring::{hash, place_of, text};
use crate::record::rules::Rules;
use crate::talks::Refusal;

/// Where somebody stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Membership {
    /// Its word counts.
    Party,
    /// It watches.
    Observer,
    /// Asked to join; not all have consented, or it has not signed on.
    Invited,
    /// It left. The record stays valid.
    Withdrawn,
    /// All others said so, and the rules allow it.
    Expelled,
}

/// A party, or one that may become or was one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Where it stands.
    pub standing: Membership,
    /// The entry that made it so; none for founders.
    pub since: Option<Position>,
    /// The invitation; none for founders.
    pub invited: Option<Position>,
    /// Parties that consented to its joining.
    pub consents: BTreeSet<PartyId>,
    /// When the invitation was first known to others.
    asked: Option<Time>,
    /// The offer that the invitation binds.
    offer: Option<[u8; 32]>,
    /// Parties that want it expelled.
    expel: BTreeSet<PartyId>,
}

impl Member {
    fn new(standing: Membership, since: Option<Position>) -> Member {
        Member {
            standing,
            invited: since.clone(),
            since,
            consents: BTreeSet::new(),
            asked: None,
            offer: None,
            expel: BTreeSet::new(),
        }
    }

    /// Whether its invitation has lapsed by that time.
    fn has_lapsed(&self, rules: &Rules, at: Time) -> bool {
        let lapses = self.asked.map(|asked| asked.0.saturating_add(rules.invite.ms()));
        lapses.is_some_and(|lapses| at.0 >= lapses)
    }
}

/// Those that the charter names.
pub(super) fn founders(charter: &Charter) -> BTreeMap<PartyId, Member> {
    let standing = |is_party| if is_party { Membership::Party } else { Membership::Observer };
    let founder = |party: &Party| (party.id().clone(), Member::new(standing(party.is_party()), None));
    charter.parties().iter().map(founder).collect()
}

/// Everybody who is or was a party.
pub(super) fn ever_parties(members: &BTreeMap<PartyId, Member>) -> BTreeSet<PartyId> {
    let was_party = |member: &Member| {
        matches!(member.standing, Membership::Party | Membership::Withdrawn | Membership::Expelled)
    };
    members.iter().filter(|(_, member)| was_party(member)).map(|(id, _)| id.clone()).collect()
}

/// Those whose word counts.
pub(super) fn parties(members: &BTreeMap<PartyId, Member>) -> BTreeSet<PartyId> {
    members.iter().filter(|(_, m)| m.standing == Membership::Party).map(|(id, _)| id.clone()).collect()
}

/// The observers that the charter names.
pub(super) fn observers(members: &BTreeMap<PartyId, Member>) -> BTreeSet<PartyId> {
    members.iter().filter(|(_, m)| m.standing == Membership::Observer).map(|(id, _)| id.clone()).collect()
}

/// Applies a `member` act. The caller has checked its form and its signatures; `known` is when others first had it.
///
/// # Errors
/// [`Why`] it has no effect.
pub(super) fn apply(
    members: &mut BTreeMap<PartyId, Member>,
    rules: &Rules,
    position: &Position,
    leaf: &Leaf,
    known: Time,
) -> Result<(), Why> {
    let author = &leaf.said.party;
    let subject = text(leaf, "party").and_then(PartyId::parse);
    let standing = |members: &BTreeMap<PartyId, Member>, party: &PartyId| {
        members.get(party).map(|member| member.standing)
    };
    let act = text(leaf, "act").unwrap_or_default();
    if act != "sign-on" && standing(members, author) != Some(Membership::Party) {
        return Err(Why::NotAParty);
    }
    let parties = parties(members);
    match act {
        "invite" => {
            let subject = subject.ok_or(Why::WrongState)?;
            // An invitation that has lapsed may be made again.
            let is_open = members.get(&subject).is_some_and(|member| match member.standing {
                Membership::Invited => !member.has_lapsed(rules, known),
                Membership::Party | Membership::Observer => true,
                Membership::Withdrawn | Membership::Expelled => false,
            });
            if is_open {
                return Err(Why::WrongState);
            }
            let mut member = Member::new(Membership::Invited, Some(position.clone()));
            member.consents.insert(author.clone());
            member.offer = hash(leaf, "offer");
            member.asked = Some(known);
            members.insert(subject, member);
        }
        "consent" => {
            let invited = invited_at(members, leaf).ok_or(Why::WrongState)?;
            invited.consents.insert(author.clone());
        }
        "sign-on" => {
            let member = members.get_mut(author).filter(|member| member.standing == Membership::Invited);
            let member = member.ok_or(Why::WrongState)?;
            let is_this = leaf.said.refs.iter().any(|r| place_of(&r.target) == member.since);
            if !is_this
                || hash(leaf, "offer") != member.offer
                || !parties.is_subset(&member.consents)
                || leaf.place.epoch != 0
                || leaf.place.seq != 1
            {
                return Err(Why::WrongState);
            }
            if member.has_lapsed(rules, known) {
                return Err(Why::Refused(Refusal::Lapsed));
            }
            (member.standing, member.since) = (Membership::Party, Some(position.clone()));
        }
        "withdraw" => {
            let member = members.get_mut(author).ok_or(Why::NotAParty)?;
            (member.standing, member.since) = (Membership::Withdrawn, Some(position.clone()));
        }
        "expel" => {
            let subject = subject.filter(|subject| subject != author).ok_or(Why::WrongState)?;
            let member = members.get_mut(&subject).filter(|member| member.standing == Membership::Party);
            let member = member.filter(|_| rules.expel).ok_or(Why::WrongState)?;
            member.expel.insert(author.clone());
            if parties.iter().filter(|party| **party != subject).all(|party| member.expel.contains(party)) {
                (member.standing, member.since) = (Membership::Expelled, Some(position.clone()));
            }
        }
        _ => {}
    }
    Ok(())
}

/// The member whose invitation an entry answers.
fn invited_at<'m>(members: &'m mut BTreeMap<PartyId, Member>, leaf: &Leaf) -> Option<&'m mut Member> {
    let answered: Vec<Position> = leaf.said.refs.iter().filter_map(|r| place_of(&r.target)).collect();
    members.values_mut().find(|member| {
        member.standing == Membership::Invited
            && member.since.as_ref().is_some_and(|since| answered.contains(since))
    })
}
