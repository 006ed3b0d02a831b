//! Whether a match that a peer proposes may run at all: by the terms, the rules of the accord, our canon profile and
//! the budget. What may, is still for the policy of that peer, or for an officer, to say.

use detente_accord::Time;
use detente_accord::record::Matching;
use detente_indicators::expand::Expansions;
use detente_indicators::profile::profile;
use detente_psi::size::SizeClass;

use super::on_record::OnRecord;

/// What stands in our ledger about the peer.
pub(crate) struct Ledger {
    /// Items left of its budget.
    pub(crate) left: u64,
    /// Runs that we accepted in the last 30 days.
    pub(crate) runs: u64,
}

/// # Errors
/// The code of the refusal, as it stands on the record then.
pub(crate) fn judge(on: &OnRecord, rules: &Matching, ledger: &Ledger, now: Time) -> Result<(), &'static str> {
    let terms = &on.terms;
    let over_ceiling = |kind: &detente_indicators::Kind| {
        rules.ceilings.get(kind.name()).is_some_and(|most| terms.charge_items() > *most)
    };
    let faults = [
        (now > terms.until, "expired"),
        (!on.says_what_it_is, "other-words"),
        (!may_profile(&terms.profile, rules), "other-profile"),
        (!rules.suites.contains(&terms.suite.name()), "suite-not-offered"),
        (!rules.forms.iter().any(|form| form == terms.form.name()), "form-not-offered"),
        (class_of(rules.items_max) < terms.n_ask, "ask-too-large"),
        (terms.kinds.iter().any(over_ceiling), "over-ceiling"),
        (ledger.runs >= rules.runs_30d, "over-runs"),
        (terms.charge_items() > ledger.left, "over-budget"),
    ];
    faults.into_iter().find_map(|(is_at_fault, name)| is_at_fault.then_some(name)).map_or(Ok(()), Err)
}

/// Whether our list may answer.
///
/// # Errors
/// As [`judge`].
pub(crate) fn judge_list(on: &OnRecord, rules: &Matching, held: SizeClass) -> Result<(), &'static str> {
    if held > on.terms.n_answer_max {
        return Err("list-too-large");
    }
    let is_lopsided = rules.ratio > 0 && on.terms.n_ask.get() > held.get().saturating_mul(rules.ratio);
    if is_lopsided { Err("over-ratio") } else { Ok(()) }
}

/// The class that a rule about items allows.
pub(crate) fn class_of(items_max: u64) -> SizeClass {
    SizeClass::for_count(items_max).unwrap_or(SizeClass::MAX)
}

/// The canon profile of this build.
pub(crate) fn our_profile() -> [u8; 32] {
    profile(Expansions::NONE)
}

fn may_profile(named: &[u8; 32], rules: &Matching) -> bool {
    *named == our_profile() && (rules.profiles.is_empty() || rules.profiles.contains(named))
}
