//! The leak budget: how many items a peer may have asked of us in any 30 days.
//!
//! A party may claim any item, so no cryptography stops a peer that asks about everything; this bounds how
//! fast it can. The answering side keeps the ledger and charges the size class of every ask it answers.

use detente_psi::Time;
use detente_psi::size::SizeClass;

use crate::Rejection;
use crate::limits::BUDGET_WINDOW_MS;

/// One answered ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charge {
    /// When it was answered.
    pub at: Time,
    /// The items it was charged with: the size class asked.
    pub items: u64,
}

/// Items left at `now` of a budget with these charges. Charges dated after `now` count too: a clock that was
/// set back must not refill a budget.
pub fn left(budget: u64, charges: &[Charge], now: Time) -> u64 {
    let counts = |charge: &&Charge| charge.at.0.saturating_add(BUDGET_WINDOW_MS) > now.0;
    let spent = charges.iter().filter(counts).fold(0u64, |spent, charge| spent.saturating_add(charge.items));
    budget.saturating_sub(spent)
}

/// Checks that an ask of this class still fits.
///
/// # Errors
/// [`Rejection::OverBudget`].
pub fn check(asked: SizeClass, left: u64) -> Result<(), Rejection> {
    let asked = asked.get();
    if asked <= left { Ok(()) } else { Err(Rejection::OverBudget { asked, left }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::DAY_MS;

    #[test]
    fn charges_leave_the_window_after_thirty_days() {
        let charges = [Charge { at: Time(0), items: 600 }, Charge { at: Time(20 * DAY_MS), items: 300 }];
        assert_eq!(left(1000, &charges, Time(20 * DAY_MS)), 100);
        assert_eq!(left(1000, &charges, Time(30 * DAY_MS - 1)), 100);
        assert_eq!(left(1000, &charges, Time(30 * DAY_MS)), 700);
        assert_eq!(left(500, &charges, Time(25 * DAY_MS)), 0);
    }

    #[test]
    fn a_clock_set_back_does_not_refill() {
        let charges = [Charge { at: Time(100 * DAY_MS), items: 600 }];
        assert_eq!(left(1000, &charges, Time(0)), 400);
    }
}
