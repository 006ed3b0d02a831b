//! Layer 2, second half: whether the offices that signed a statement may say it. Section 5.6 of the record's
//! specification.

use std::collections::BTreeMap;

use super::calendar::year_and_month;
use super::keyset::Office;
use super::leaf::{Leaf, RoleSignature};
use super::no_effect::NoEffect;
use super::offices::{Offices, Seat, SeatState, named_office};
use super::party::Role;
use super::rules::{Chair, OneUpTo, Rules};
use super::schema::act_name;
use super::table::{Act, SignerRule};
use crate::jcs::Value;
use crate::key::key_name;
use crate::{PartyId, PublicKey, Time};

/// What is known about the author at the place of a statement.
pub struct Standpoint<'a> {
    /// Its offices there.
    pub offices: &'a Offices,
    /// The rules in force there.
    pub rules: &'a Rules,
    /// Whether it is in the chair: see [`is_in_chair`].
    pub in_chair: bool,
    /// For acts that are signed as an earlier statement was, that statement: see
    /// [`original_of`](super::original_of).
    pub original: Option<(&'static Act, &'a Leaf)>,
}

/// Who released a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signers {
    /// The offices that signed, by name; none signed a machine entry. The recovery key is none.
    pub offices: Vec<Office>,
    /// Whether one person released what otherwise takes two: every face says so.
    pub single: bool,
}

/// Checks the signatures of a statement whose form was checked.
///
/// # Errors
/// The reason by name; one bad signature makes the whole statement ineffective.
pub fn check_signers(act: &Act, leaf: &Leaf, at: &Standpoint<'_>) -> Result<Signers, NoEffect> {
    check_signers_by(&mut |signature, key| leaf.is_signed_by(signature, key), act, leaf, at)
}

/// Whether a signature holds under a key.
pub(crate) type Verify<'a> = dyn FnMut(&RoleSignature, &PublicKey) -> bool + 'a;

/// The same, where this says whether a signature of the entry holds.
pub(crate) fn check_signers_by(
    verify: &mut Verify<'_>,
    act: &Act,
    leaf: &Leaf,
    at: &Standpoint<'_>,
) -> Result<Signers, NoEffect> {
    let (rule, about) = match (act.signers, at.original) {
        (SignerRule::AsOriginal, None) => return Err(NoEffect::RefUnknown),
        (SignerRule::AsOriginal, Some((original, said))) => (original.signers, said),
        (rule, _) => (rule, leaf),
    };
    if leaf.sigs.is_empty() && matches!(rule, SignerRule::Node | SignerRule::NodeOrChair) {
        return Ok(Signers { offices: Vec::new(), single: false });
    }
    if rule == SignerRule::Node {
        return Err(NoEffect::SignedByOffice);
    }
    let signed = signed(verify, rule, leaf, at)?;
    if signed.is_empty() {
        return Err(NoEffect::NeedsOfficer);
    }
    let single = judge(resolve(rule, &about.said.public, at.rules), act, leaf, &signed, at)?;
    let offices = signed.into_iter().filter_map(|signer| signer.office().cloned()).collect();
    Ok(Signers { offices, single })
}

/// Whether a party is in the chair for an act made at that time; `parties` are those of standing `party`,
/// ascending by id. With two parties and a rotating chair either of them is.
pub fn is_in_chair(rules: &Rules, parties: &[PartyId], author: &PartyId, made: Time) -> bool {
    match &rules.chair {
        Chair::Party(id) => id == author,
        Chair::Rotating if parties.len() <= 2 => parties.contains(author),
        Chair::Rotating => {
            let (year, month) = year_and_month(made);
            let turn = (12 * year + month - 1) % parties.len() as u64;
            parties.get(turn as usize) == Some(author)
        }
    }
}

/// Who made a valid signature.
enum Signer<'a> {
    Seat(Office, &'a Seat),
    /// The key nominated for this office.
    Nominee(Office),
    Recovery,
}

impl Signer<'_> {
    fn office(&self) -> Option<&Office> {
        match self {
            Signer::Seat(office, _) | Signer::Nominee(office) => Some(office),
            Signer::Recovery => None,
        }
    }

    fn has_any(&self, roles: &[Role]) -> bool {
        matches!(self, Signer::Seat(_, seat) if roles.iter().any(|role| seat.roles.has(*role)))
    }
}

/// Verifies every signature; each must be by an active office of the author.
fn signed<'a>(
    verify: &mut Verify<'_>,
    rule: SignerRule,
    leaf: &Leaf,
    at: &Standpoint<'a>,
) -> Result<Vec<Signer<'a>>, NoEffect> {
    leaf.sigs.iter().map(|signature| signer(verify, rule, leaf, signature, at)).collect()
}

fn signer<'a>(
    verify: &mut Verify<'_>,
    rule: SignerRule,
    leaf: &Leaf,
    signature: &RoleSignature,
    at: &Standpoint<'a>,
) -> Result<Signer<'a>, NoEffect> {
    let offices = at.offices;
    let (party, name) = signature.office().ok_or(NoEffect::UnknownOffice)?;
    if party != leaf.said.party.as_str() || *offices.party() != leaf.said.party {
        return Err(NoEffect::ForeignOffice);
    }
    let is_named = |key: &PublicKey| signature.key == key_name(party, name, key);
    let mut verify = |key: &PublicKey| {
        if verify(signature, key) { Ok(()) } else { Err(NoEffect::OfficeSignature) }
    };
    if name == Office::RECOVERY && rule == SignerRule::AnyOrRecovery {
        if !is_named(offices.recovery()) {
            return Err(NoEffect::UnknownOffice);
        }
        verify(offices.recovery())?;
        return Ok(Signer::Recovery);
    }
    let office = Office::parse(name).ok_or(NoEffect::UnknownOffice)?;
    if rule == SignerRule::Nominated
        && named_office(leaf).as_ref() == Some(&office)
        && let Some(key) = offices.nominated(&office).filter(|key| is_named(key))
    {
        verify(key)?;
        return Ok(Signer::Nominee(office));
    }
    let seat = offices.seat(&office).filter(|seat| is_named(&seat.key)).ok_or(NoEffect::UnknownOffice)?;
    if seat.state != SeatState::Active && !signs_its_return(leaf, &office, seat) {
        return Err(NoEffect::OfficeNotActive);
    }
    verify(&seat.key)?;
    Ok(Signer::Seat(office, seat))
}

/// An office on leave says itself that it is back; one that was suspended does not.
fn signs_its_return(leaf: &Leaf, office: &Office, seat: &Seat) -> bool {
    leaf.said.kind == "officer"
        && act_name(leaf) == "return"
        && named_office(leaf).as_ref() == Some(office)
        && seat.state == SeatState::OnLeave
}

/// Who has to sign a statement that is about to be said: by its act, what it says, and for acts that are signed as
/// an earlier statement was, that statement.
pub fn signers_due(
    act: &Act,
    public: &BTreeMap<String, Value>,
    original: Option<(&'static Act, &Leaf)>,
    rules: &Rules,
) -> SignerRule {
    match (act.signers, original) {
        (SignerRule::AsOriginal, Some((original, said))) => {
            resolve(original.signers, &said.said.public, rules)
        }
        (rule, _) => resolve(rule, public, rules),
    }
}

/// The rule for this very statement, where it depends on what the statement says.
fn resolve(rule: SignerRule, public: &BTreeMap<String, Value>, rules: &Rules) -> SignerRule {
    let word = |field: &str| match public.get(field) {
        Some(Value::Text(word)) => Some(word.as_str()),
        _ => None,
    };
    match rule {
        SignerRule::Notice => match word("kind") {
            Some("change" | "activity" | "key-compromise") => {
                SignerRule::One(&[Role::Do, Role::Ro, Role::Key])
            }
            _ => SignerRule::Two(&[Role::Ro]),
        },
        SignerRule::Inquiry => {
            let alone = match word("prec") {
                Some("routine") => rules.officers.one_up_to != OneUpTo::None,
                Some("priority") => rules.officers.one_up_to == OneUpTo::Priority,
                _ => false,
            };
            let attributes = public.get("attribution") != Some(&Value::Bool(false));
            if alone && !attributes {
                SignerRule::One(&[Role::Do, Role::Ro])
            } else {
                SignerRule::Two(&[Role::Ro])
            }
        }
        rule => rule,
    }
}

/// Whether these signers are enough; gives whether it was one person for two.
fn judge(
    rule: SignerRule,
    act: &Act,
    leaf: &Leaf,
    signed: &[Signer<'_>],
    at: &Standpoint<'_>,
) -> Result<bool, NoEffect> {
    // Under every rule, a false `single` says nothing that could hold.
    if leaf.said.public.get("single") == Some(&Value::Bool(false)) {
        return Err(NoEffect::NeedsTwoOfficers);
    }
    let one_of = |roles: &[Role]| signed.iter().any(|signer| signer.has_any(roles));
    let holds = match rule {
        SignerRule::Two(roles) => return judge_two(roles, act, leaf, signed, at),
        SignerRule::One(roles) => one_of(roles),
        SignerRule::Chair | SignerRule::NodeOrChair if !at.in_chair => return Err(NoEffect::NotInChair),
        SignerRule::Chair | SignerRule::NodeOrChair => one_of(&[Role::Hod]),
        SignerRule::Nominated => signed.iter().any(|signer| matches!(signer, Signer::Nominee(_))),
        SignerRule::OneOrItself(roles) => {
            let itself = named_office(leaf);
            one_of(roles)
                || (itself.is_some() && signed.iter().any(|signer| signer.office() == itself.as_ref()))
        }
        _ => true,
    };
    if holds { Ok(false) } else { Err(NoEffect::NeedsRole) }
}

fn judge_two(
    roles: &[Role],
    act: &Act,
    leaf: &Leaf,
    signed: &[Signer<'_>],
    at: &Standpoint<'_>,
) -> Result<bool, NoEffect> {
    if !signed.iter().any(|signer| signer.has_any(roles)) {
        return Err(NoEffect::NeedsRole);
    }
    let claims_single = leaf.said.public.contains_key("single");
    match signed {
        [_] if claims_single && may_be_single(act, at) => Ok(true),
        // In a statement of an exchange by files `single` is part of the form: one desk signs the file. A second
        // office signs the same bytes when its log takes them in.
        [_, _, ..] if !claims_single || act.in_files => Ok(false),
        _ => Err(NoEffect::NeedsTwoOfficers),
    }
}

/// Section 5.6, (ii) to (v); the role was checked before, and the one that signed is then the only seat.
pub fn may_be_single(act: &Act, at: &Standpoint<'_>) -> bool {
    let never = |kind: &str| at.rules.officers.never_single.iter().any(|never| never == kind);
    let original = at.original.map(|(original, _)| original);
    at.rules.officers.single.contains(at.offices.party())
        && at.offices.only_seat().is_some()
        && !never(act.kind)
        && !original.is_some_and(|original| act.signers == SignerRule::AsOriginal && never(original.kind))
        && !(act.kind == "member" && act.name == "expel")
}
