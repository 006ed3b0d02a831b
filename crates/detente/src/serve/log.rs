//! Logs: lines on stderr, as text on a terminal and as JSON elsewhere. What a list, a statement or a peer holds is
//! never in them.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::{Config, LogFormat};
use crate::exit::{Exit, Failure};

/// Lines a second; what comes beyond is counted and said once.
const LINES_MAX: u32 = 200;

/// Changes what is logged while the node runs.
#[derive(Clone)]
pub(crate) struct Level(reload::Handle<EnvFilter, Registry>);

/// Begins to log. Once in a process.
///
/// # Errors
/// Where something else logs already.
pub(super) fn begin(config: &Config) -> Result<Level, Failure> {
    let (filter, level) = reload::Layer::new(filter(&config.log));
    let is_json = match config.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !io::stderr().is_terminal(),
    };
    let writer = Sparing::default();
    let lines = match is_json {
        true => fmt::layer().json().flatten_event(true).with_writer(writer).boxed(),
        false => fmt::layer().with_ansi(false).with_writer(writer).boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .map_err(|error| Failure::new(Exit::Temporary, format!("logging does not start: {error}")))?;
    Ok(Level(level))
}

impl Level {
    /// Logs what this says from now on.
    pub(super) fn set(&self, log: &str) {
        // The layer lives as long as the process.
        let _ = self.0.reload(filter(log));
    }
}

/// A configuration that was checked has a filter that reads.
fn filter(log: &str) -> EnvFilter {
    EnvFilter::try_new(log).unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Writes lines to stderr, so many a second.
#[derive(Default)]
struct Sparing(Mutex<Count>);

#[derive(Default)]
struct Count {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl Count {
    /// Whether a line may be written now; and how many were left out before it.
    fn may(&mut self, now: Instant) -> (bool, u64) {
        if self.since.is_none_or(|since| now.duration_since(since).as_secs() >= 1) {
            (self.since, self.lines) = (Some(now), 0);
        }
        self.lines = self.lines.saturating_add(1);
        if self.lines > LINES_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return (false, 0);
        }
        (true, std::mem::take(&mut self.left_out))
    }
}

/// One line.
struct Line(bool);

impl<'a> MakeWriter<'a> for Sparing {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (may, left_out) = count.may(Instant::now());
        if left_out > 0 {
            let _ = writeln!(io::stderr().lock(), "{{\"level\":\"WARN\",\"left_out_lines\":{left_out}}}");
        }
        Line(may)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 { io::stderr().lock().write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Count, LINES_MAX};

    #[test]
    fn a_flood_of_lines_is_cut_and_counted() {
        let (mut count, start) = (Count::default(), Instant::now());
        let written = (0..1000).filter(|_| count.may(start).0).count();
        assert_eq!(written, LINES_MAX as usize);
        let later = start + Duration::from_secs(1);
        assert_eq!(count.may(later), (true, 1000 - u64::from(LINES_MAX)));
        assert_eq!(count.may(later), (true, 0));
    }
}
