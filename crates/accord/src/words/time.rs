//! Times and lengths of time as people read them: always UTC, always with `Z`.

use detente_psi::Time;

use crate::limits::DAY_MS;
use crate::record::{Date, date};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 3_600_000;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// `22 Nov 2026`.
pub fn day(time: Time) -> String {
    let Date { year, month, day } = date(time);
    format!("{day} {} {year}", month_name(month))
}

/// `22 Nov 2026 04:36Z`.
pub fn moment(time: Time) -> String {
    format!("{} {}", day(time), of_day(time))
}

/// `22 Nov 2026 04:36:30Z`.
pub fn precise(time: Time) -> String {
    let minute = of_day(time);
    let minute = minute.strip_suffix('Z').unwrap_or(&minute);
    format!("{} {minute}:{:02}Z", day(time), time.0 / 1000 % 60)
}

/// `04:36Z` on the day of `now`, `24 Nov 04:36Z` in its year, else with the year too.
pub fn near(time: Time, now: Time) -> String {
    let (at, today) = (date(time), date(now));
    match (at == today, at.year == today.year) {
        (true, _) => of_day(time),
        (_, true) => format!("{} {} {}", at.day, month_name(at.month), of_day(time)),
        _ => moment(time),
    }
}

/// `24 Nov`, with the year where it is another than that of `now`.
pub fn near_day(time: Time, now: Time) -> String {
    let (at, today) = (date(time), date(now));
    if at.year == today.year { format!("{} {}", at.day, month_name(at.month)) } else { day(time) }
}

/// `Sun`.
pub fn weekday(time: Time) -> &'static str {
    let index = usize::try_from(time.0 / DAY_MS % 7).unwrap_or(0);
    WEEKDAYS.get(index).copied().unwrap_or("")
}

/// What remains: `00:14` of hours and minutes, `2d 04h` from a day on. A minute that has begun counts as one.
pub fn left(ms: u64) -> String {
    let minutes = ms.div_ceil(MINUTE_MS);
    match minutes / 60 {
        hours if hours >= 24 => format!("{}d {:02}h", hours / 24, hours % 24),
        hours => format!("{hours:02}:{:02}", minutes % 60),
    }
}

/// How long ago: `00:41`, `2d 04h`. A minute counts when it is over.
pub fn passed(ms: u64) -> String {
    left(ms - ms % MINUTE_MS)
}

/// Roughly, in one unit: `12 min`, `3 h`, `6 d`.
pub fn roughly(ms: u64) -> String {
    match ms {
        ms if ms < HOUR_MS => format!("{} min", ms / MINUTE_MS),
        ms if ms < 2 * DAY_MS => format!("{} h", ms / HOUR_MS),
        ms => format!("{} d", ms / DAY_MS),
    }
}

/// To the second: `04:00:00`, and days before it where there are some: `2d 04:00:00`.
pub fn exactly(ms: u64) -> String {
    let seconds = ms / 1000;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let text = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days == 0 { text } else { format!("{days}d {text}") }
}

fn of_day(time: Time) -> String {
    let minutes = time.0 / MINUTE_MS % (24 * 60);
    format!("{:02}:{:02}Z", minutes / 60, minutes % 60)
}

fn month_name(month: u64) -> &'static str {
    usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22 November 2026, 04:36:30.
    const NOW: Time = Time(1_795_322_190_000);

    #[test]
    fn times_are_as_near_as_they_can_be() {
        assert_eq!(moment(NOW), "22 Nov 2026 04:36Z");
        assert_eq!(precise(NOW), "22 Nov 2026 04:36:30Z");
        assert_eq!(near(Time(NOW.0 + 14 * MINUTE_MS), NOW), "04:50Z");
        assert_eq!(near(Time(NOW.0 + DAY_MS), NOW), "23 Nov 04:36Z");
        assert_eq!(near(Time(NOW.0 + 60 * DAY_MS), NOW), "21 Jan 2027 04:36Z");
        assert_eq!(weekday(NOW), "Sun");
    }

    #[test]
    fn lengths_never_promise_time_that_is_not_there() {
        assert_eq!((left(1), left(14 * MINUTE_MS)), ("00:01".into(), "00:14".into()));
        assert_eq!(left(52 * HOUR_MS), "2d 04h");
        assert_eq!((passed(59_999), passed(MINUTE_MS)), ("00:00".into(), "00:01".into()));
        assert_eq!((roughly(3 * HOUR_MS), roughly(6 * DAY_MS)), ("3 h".into(), "6 d".into()));
        assert_eq!(exactly(4 * HOUR_MS), "04:00:00");
        assert_eq!(exactly(DAY_MS + 1000), "1d 00:00:01");
    }
}
