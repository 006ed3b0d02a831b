//! Years and months of a time, in UTC. No clock is read.

use detente_psi::Time;

use crate::limits::DAY_MS;

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Date {
    pub(crate) year: u64,
    /// 1 to 12.
    pub(crate) month: u64,
    /// 1 to 31.
    pub(crate) day: u64,
}

/// Year and month, 1 to 12, of a time.
pub(crate) fn year_and_month(time: Time) -> (u64, u64) {
    let Date { year, month, .. } = date(time);
    (year, month)
}

/// The day of a time.
pub(crate) fn date(time: Time) -> Date {
    // Days from 1 March of the year 0: leap days then stand at the end of a year (proleptic Gregorian calendar).
    let days = time.0 / DAY_MS + DAYS_TO_1970;
    let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    Date { year, month, day }
}

const DAYS_TO_1970: u64 = 719_468;
const DAYS_OF_ERA: u64 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts days one by one, which needs no formula.
    #[test]
    fn agrees_with_counting_for_four_centuries() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for n in 0..DAYS_OF_ERA {
            for ms in [0, DAY_MS - 1] {
                assert_eq!(date(Time(n * DAY_MS + ms)), Date { year, month, day });
            }
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u64::from(is_leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!(year, 2370);
    }

    #[test]
    fn the_last_time_that_fits_has_a_year() {
        assert_eq!(year_and_month(Time(crate::jcs::INTEGER_MAX)).0, 287_396);
    }
}
