//! What every thread takes alike, whatever machine it has: corrections, what was said and is taken back, and that
//! nobody takes a position on its own word.

use std::sync::Arc;

use super::act::is_only_said;
use super::{Event, Refusal};

/// What an act is to the machine of its thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Aside {
    /// The machine judges it.
    Act,
    /// It takes back what its author only said: the machine is told, and its phase has no say.
    TakesBack,
    /// It is shown beside an entry and moves neither clock nor state: the machine isn't told.
    Corrects,
}

/// What an act is, among the acts that count in its thread before it, and whether it may be.
///
/// # Errors
/// [`Refusal::NotYours`], [`Refusal::NotPermitted`], [`Refusal::Once`].
pub(super) fn of(events: &[Arc<Event>], event: &Event) -> Result<Aside, Refusal> {
    let target = event.first_target();
    let about = || events.iter().find(|earlier| Some(&earlier.position) == target.as_ref());
    let is_own = || about().is_some_and(|about| about.by() == event.by());
    match (event.act.kind, event.act.name) {
        ("correction", _) => Ok(Aside::Corrects),
        ("position", "contest" | "corroborate") | ("objection", "raise") if is_own() => {
            Err(Refusal::NotYours)
        }
        ("withdrawal", _) if target != events.first().map(|first| first.position.clone()) => {
            let is_again = events
                .iter()
                .any(|earlier| earlier.act.kind == "withdrawal" && earlier.first_target() == target);
            match about() {
                _ if is_again => Err(Refusal::Once),
                Some(about) if is_only_said(about) => Ok(Aside::TakesBack),
                _ => Err(Refusal::NotPermitted),
            }
        }
        _ => Ok(Aside::Act),
    }
}
