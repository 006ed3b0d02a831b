//! Which offices sign a statement: by the table of acts, the rules, and the roles of those that are active.

use detente_accord::jcs::Value;
use detente_accord::record::{
    Act, Draft, Leaf, Office, Offices, Reference, Role, SeatState, SignerRule, Standpoint, Target,
    may_be_single, original_by_refs, signers_due,
};

use crate::release::By;
use crate::seeds::desk_office;
use crate::{Accord, Error};

/// Who signs a statement now, and whether that is enough.
pub(crate) struct Signing {
    pub(crate) rule: SignerRule,
    /// Those that sign now.
    pub(crate) offices: Vec<Office>,
    /// Another office has to sign before it can be said.
    pub(crate) lacks: bool,
}

impl Accord<'_> {
    /// The offices that sign a draft. Where one signs for two, and the rules allow it, the draft says so.
    pub(crate) fn signing(&self, draft: &mut Draft, by: &By) -> Result<Signing, Error> {
        let (act, offices) = (act_of(draft), self.own_offices());
        let Some(act) = act else {
            return Ok(Signing { rule: SignerRule::Any, offices: vec![desk_office()], lacks: false });
        };
        let rule = self.rule_of(act, draft);
        let chosen = match by {
            By::Roles => self.by_roles(rule, &offices),
            By::Named(named) => self.by_name(named, &offices)?,
        };
        let mut lacks = matches!(rule, SignerRule::Two(_)) && chosen.len() == 1;
        if lacks && self.is_single(act, draft, &offices) {
            draft.public.insert("single".to_owned(), Value::Bool(true));
            lacks = false;
        }
        Ok(Signing { rule, offices: chosen, lacks })
    }

    /// The office that could sign next, so that the statement counts.
    pub(crate) fn next_signer(&self, rule: SignerRule, signed: &[Office]) -> Option<Office> {
        let offices = self.own_offices();
        let roles = roles_of(rule);
        let has_role = |office: &Office| {
            roles.is_empty()
                || offices.seat(office).is_some_and(|seat| roles.iter().any(|r| seat.roles.has(*r)))
        };
        let needs_role = !signed.iter().any(has_role);
        let mut free = self.usable(&offices).into_iter().filter(|office| !signed.contains(office));
        free.find(|office| !needs_role || has_role(office))
    }

    /// Our offices as they stand at the end of our log.
    pub(crate) fn own_offices(&self) -> Offices {
        self.state.offices(self.us.id()).cloned().unwrap_or_else(|| Offices::of(&self.us))
    }

    /// Those that are active and whose keys are in this home, the desk first.
    fn usable(&self, offices: &Offices) -> Vec<Office> {
        let is_active =
            |office: &Office| offices.seat(office).is_some_and(|seat| seat.state == SeatState::Active);
        let others = self.us.offices().keys().filter(|office| **office != desk_office()).cloned();
        std::iter::once(desk_office()).chain(others).filter(is_active).collect()
    }

    fn rule_of(&self, act: &'static Act, draft: &Draft) -> SignerRule {
        signers_due(act, &draft.public, self.original(act, &draft.refs), self.state.rules())
    }

    pub(crate) fn original(&self, act: &Act, refs: &[Reference]) -> Option<(&'static Act, &Leaf)> {
        original_by_refs(act, refs, &self.charter.record_id(), &|target: &Target| self.leaf_of(target))
    }

    /// As many as the rule asks for, the first of them with the role. Where nobody has it the judgement says so.
    fn by_roles(&self, rule: SignerRule, offices: &Offices) -> Vec<Office> {
        let due = match rule {
            SignerRule::Node | SignerRule::NodeOrChair => 0,
            SignerRule::Two(_) => 2,
            _ => 1,
        };
        let mut chosen: Vec<Office> = Vec::new();
        while chosen.len() < due {
            let next = self.next_signer(rule, &chosen);
            let next = next.or_else(|| self.usable(offices).into_iter().find(|o| !chosen.contains(o)));
            match next {
                Some(office) => chosen.push(office),
                None => break,
            }
        }
        chosen
    }

    pub(crate) fn by_name(&self, named: &[Office], offices: &Offices) -> Result<Vec<Office>, Error> {
        let usable = self.usable(offices);
        let mut chosen: Vec<Office> = Vec::new();
        for office in named {
            if !usable.contains(office) {
                return Err(Error::Unknown(format!(
                    "{office} is no active office of ours with a key in this home"
                )));
            }
            if !chosen.contains(office) {
                chosen.push(office.clone());
            }
        }
        Ok(chosen)
    }

    /// Whether the rules let one office of ours act for two here.
    fn is_single(&self, act: &'static Act, draft: &Draft, offices: &Offices) -> bool {
        let original = self.original(act, &draft.refs);
        let at = Standpoint { offices, rules: self.state.rules(), in_chair: false, original };
        may_be_single(act, &at)
    }
}

/// The roles that at least one signer needs; none where the rule names none.
fn roles_of(rule: SignerRule) -> &'static [Role] {
    match rule {
        SignerRule::One(roles) | SignerRule::Two(roles) | SignerRule::OneOrItself(roles) => roles,
        SignerRule::Chair | SignerRule::NodeOrChair => &[Role::Hod],
        _ => &[],
    }
}

/// The row of the table that a draft is about.
pub(crate) fn act_of(draft: &Draft) -> Option<&'static Act> {
    let name = match draft.public.get("act") {
        Some(Value::Text(name)) => name.as_str(),
        _ => "",
    };
    Act::of(draft.kind, "").or_else(|| Act::of(draft.kind, name))
}
