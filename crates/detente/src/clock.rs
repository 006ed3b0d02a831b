//! Where real time and real randomness enter.

use detente_accord::{Entropy, Time};
use jiff::Timestamp;

use crate::exit::{Exit, Failure};

/// For rehearsals, tests and the demonstration: the time that commands take as now. Whoever can set it can set the
/// system's clock too; what a party's clock says proves nothing to the others, who keep times of their own.
pub(crate) const REHEARSAL: &str = "DETENTE_NOW";

/// Now: by the system's clock, or the time of a rehearsal.
pub(crate) fn now() -> Time {
    let now = rehearsal().ok().flatten().unwrap_or_else(Timestamp::now);
    Time(u64::try_from(now.as_millisecond()).unwrap_or(0))
}

/// The time of a rehearsal, if one is set.
///
/// # Errors
/// A usage error for a value that is no time.
pub(crate) fn rehearsal() -> Result<Option<Timestamp>, Failure> {
    let Ok(text) = std::env::var(REHEARSAL) else { return Ok(None) };
    let refused = || {
        Failure::usage(format!("{REHEARSAL} is not a time"))
            .hint(format!("for example {REHEARSAL}=2026-10-01T08:30:00Z, or unset it for the real time"))
    };
    text.parse().map(Some).map_err(|_| refused())
}

/// The time that a person names, or now.
///
/// # Errors
/// A usage error for what is no time.
pub(crate) fn as_of(text: Option<&str>) -> Result<Time, Failure> {
    let Some(text) = text else { return Ok(now()) };
    let read = text.parse::<Timestamp>().ok().and_then(|at| u64::try_from(at.as_millisecond()).ok());
    read.map(Time).ok_or_else(|| {
        Failure::usage(format!("{} is not a time", crate::tui::quoted(text)))
            .hint("for example 2026-10-01T08:30:00Z")
    })
}

/// A year in UTC, that of `now` if none is named, from its first moment to that of the next.
///
/// # Errors
/// A usage error for a year that no calendar of ours has.
pub(crate) fn year(year: Option<u16>, now: Time) -> Result<(u16, detente_accord::talks::Span), Failure> {
    let running = timestamp(now).to_zoned(jiff::tz::TimeZone::UTC).year();
    let year = year.or_else(|| u16::try_from(running).ok()).unwrap_or_default();
    let first = |year: u16| -> Option<Time> {
        let day = jiff::civil::Date::new(i16::try_from(year).ok()?, 1, 1).ok()?;
        let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        u64::try_from(start.as_millisecond()).ok().map(Time)
    };
    let span = first(year).zip(first(year.saturating_add(1)));
    let (from, until) = span.ok_or_else(|| Failure::usage(format!("{year} is not a year of the record")))?;
    Ok((year, detente_accord::talks::Span { from, until: Some(until) }))
}

/// `07:36 (Sun)`: the time of this computer's zone; nothing where that is UTC.
pub(crate) fn local(time: Time) -> Option<String> {
    let here = timestamp(time).to_zoned(jiff::tz::TimeZone::try_system().ok()?);
    (!here.offset().is_zero()).then(|| here.strftime("%H:%M (%a)").to_string())
}

/// `2026-11-22 14:00Z`.
pub(crate) fn in_words(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// `2026-11-22 14:02 UTC`, for pages.
pub(crate) fn utc(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `2026-11-22 14:02:11 UTC`, for pages.
pub(crate) fn utc_precise(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// RFC 3339 in UTC, for JSON.
pub(crate) fn rfc3339(time: Time) -> String {
    timestamp(time).to_string()
}

/// RFC 3339 with exactly three digits of a second, as STIX writes it.
pub(crate) fn rfc3339_ms(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `2026-11-22`, in UTC.
pub(crate) fn day(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%d").to_string()
}

fn timestamp(time: Time) -> Timestamp {
    i64::try_from(time.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}

/// Fresh bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(Exit::Temporary, format!("the operating system gives no random bytes: {error}"))
    })?;
    Ok(bytes)
}

/// A fresh stream of random bytes for one act.
pub(crate) fn entropy() -> Result<Entropy, Failure> {
    Ok(Entropy::from_random(random()?))
}

/// A fresh stream for one act of a running node. Without randomness no act is safe, so the process ends.
pub(crate) fn entropy_or_end() -> Entropy {
    match entropy() {
        Ok(entropy) => entropy,
        Err(failure) => std::process::exit(i32::from(failure.exit.code())),
    }
}
