//! Times and lengths of time as people type them.

use detente_accord::Time;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock;
use crate::exit::Failure;
use crate::tui::quoted;

/// `90m`, `72h`, `10d`, `45s`, in seconds.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let each = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return None,
    };
    text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(each)
}

/// A point in time: RFC 3339, `2026-10-01 08:00Z`, `2026-10-01`, or a length of time from now.
pub(crate) fn time(text: &str) -> Result<Time, Failure> {
    if let Some(seconds) = seconds(text) {
        return Ok(Time(clock::now().0.saturating_add(seconds.saturating_mul(1000))));
    }
    point(text).ok_or_else(|| {
        Failure::usage(format!("{} is not a time", quoted(text)))
            .hint("for example 2026-10-01T08:30Z, 2026-10-01, or 72h from now; times are UTC")
    })
}

/// A length of time, also as the time at which it ends, in seconds from now.
pub(crate) fn length(text: &str) -> Result<u64, Failure> {
    if let Some(seconds) = seconds(text) {
        return Ok(seconds);
    }
    let (now, until) = (clock::now().0, time(text)?.0);
    let left = until.checked_sub(now).filter(|left| *left > 0);
    left.map(|left| left.div_ceil(1000))
        .ok_or_else(|| Failure::usage(format!("{} is over already", quoted(text))))
}

/// A time of an event with how sure it is: `2026-10-01T08:30Z±1d`, also written `+-1d`.
pub(crate) fn about(text: &str) -> Result<(Time, Option<u64>), Failure> {
    let (at, around) = match text.split_once('±').or_else(|| text.split_once("+-")) {
        Some((at, around)) => (at, Some(around)),
        None => (text, None),
    };
    let around = around.map(|around| {
        seconds(around).ok_or_else(|| {
            Failure::usage(format!("{} is not a length of time", quoted(around))).hint("for example 90m, 1d")
        })
    });
    Ok((time(at.trim())?, around.transpose()?))
}

fn point(text: &str) -> Option<Time> {
    let utc = |datetime: DateTime| datetime.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let zoned: Option<Timestamp> = text.parse().ok();
    let in_utc = || utc(text.strip_suffix('Z').unwrap_or(text).parse::<DateTime>().ok()?);
    let day = || utc(text.parse::<Date>().ok()?.at(0, 0, 0, 0));
    let time = zoned.or_else(in_utc).or_else(day)?;
    u64::try_from(time.as_millisecond()).ok().map(Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let at = Time(1_790_843_400_000);
        for text in
            ["2026-10-01T08:30:00Z", "2026-10-01T08:30Z", "2026-10-01 08:30Z", "2026-10-01T10:30+02:00"]
        {
            assert_eq!(time(text).unwrap(), at, "{text}");
        }
        assert_eq!(time("2026-10-01").unwrap(), Time(1_790_812_800_000));
        assert_eq!(about("2026-10-01T08:30Z±1d").unwrap(), (at, Some(86_400)));
        assert_eq!(about("2026-10-01T08:30Z+-90m").unwrap(), (at, Some(5_400)));
        assert_eq!(
            (seconds("72h"), seconds("10d"), seconds("h"), seconds("1w")),
            (Some(259_200), Some(864_000), None, None)
        );
        for text in ["", "tomorrow", "2026-13-01", "±1d"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
