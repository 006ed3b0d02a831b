//! Where real time and real randomness enter.

use detente_accord::{Entropy, Time};
use jiff::Timestamp;

use crate::exit::{Exit, Failure};

/// Now, by the system's clock.
pub(crate) fn now() -> Time {
    Time(u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0))
}

/// `2026-11-22 14:00Z`.
pub(crate) fn in_words(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// RFC 3339 in UTC, for JSON.
pub(crate) fn rfc3339(time: Time) -> String {
    timestamp(time).to_string()
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
