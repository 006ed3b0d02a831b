//! The terminal. Nothing else writes to stderr or asks a question.
//!
//! stdout carries the answer only; stderr everything else, as `error: …`, `warning: …`, `hint: …`, lower
//! case, without a full stop. Progress shows only on a terminal, and questions are asked only there. Text
//! that came from a peer is printed quoted, with control and direction marks as escapes.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::exit::{Exit, Failure};

/// What the global flags ask of the terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tui {
    pub(crate) quiet: bool,
    pub(crate) progress: bool,
}

impl Tui {
    /// Something worth knowing that is not the answer.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Something that may go wrong later.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            say(&format!("warning: {text}"));
        }
    }

    /// What will be disclosed, or what to do next: said even with `--quiet`, because it decides.
    pub(crate) fn disclose(&self, text: &str) {
        say(text);
    }

    /// A bar on stderr for work of unknown length; invisible unless stderr is a terminal.
    pub(crate) fn progress(&self, what: &str) -> ProgressBar {
        let shown = self.progress && !self.quiet && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Asks a yes-or-no question. `None` where there is no terminal to ask on.
    pub(crate) fn confirm(&self, question: &str) -> Option<bool> {
        let answer = self.ask(&format!("{question} [yes/no]"))?;
        Some(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for a line. `None` where there is no terminal to ask on.
    pub(crate) fn ask(&self, question: &str) -> Option<String> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return None;
        }
        let mut err = io::stderr().lock();
        let _ = write!(err, "{question} ").and_then(|()| err.flush());
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).ok()?;
        Some(line.trim().to_owned())
    }
}

/// Why a command did not do what it was asked.
pub(crate) fn fail(failure: &Failure) {
    say(&format!("error: {}", failure.message));
    if let Some(hint) = &failure.hint {
        say(&format!("hint: {hint}"));
    }
}

fn say(text: &str) {
    // Nobody is left to tell if stderr itself fails.
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}

/// Writes the answer to stdout. A pipe that was closed is no failure: the reader had enough.
pub(crate) fn answer(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let newline = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    write_out(&mut out, format_args!("{text}{newline}"))
}

/// Writes bytes to stdout, as [`answer`].
pub(crate) fn answer_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    finish(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Writes one JSON document to stdout.
pub(crate) fn answer_json(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| {
        Failure::new(Exit::Usage, format!("the answer cannot be written as JSON: {error}"))
    })?;
    answer(&text)
}

/// Writes one JSON document as one line to stdout.
pub(crate) fn answer_line(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(document).map_err(|error| {
        Failure::new(Exit::Usage, format!("the answer cannot be written as JSON: {error}"))
    })?;
    answer(&text)
}

fn write_out(out: &mut impl Write, text: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    finish(out.write_fmt(text).and_then(|()| out.flush()))
}

fn finish(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(Exit::Temporary, format!("cannot write the answer: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Widest line of a table.
const TABLE_COLUMNS: usize = 100;
/// Where the text of a table begins: the longest label and two spaces.
const LABEL_COLUMNS: usize = 14;

/// Labelled lines, wrapped under their text so that long sentences can be read on any screen.
pub(crate) fn table(rows: &[(&str, String)]) -> String {
    let mut table = String::new();
    for (label, text) in rows {
        let mut column = LABEL_COLUMNS;
        table.push_str(&format!("{label:<LABEL_COLUMNS$}"));
        for (i, word) in text.split(' ').enumerate() {
            let width = word.chars().count();
            if i > 0 && column + 1 + width > TABLE_COLUMNS {
                table.push_str(&format!("\n{:LABEL_COLUMNS$}", ""));
                column = LABEL_COLUMNS;
            } else if i > 0 {
                table.push(' ');
                column += 1;
            }
            table.push_str(word);
            column += width;
        }
        table.push('\n');
    }
    table
}

/// Words for a screen with whatever stands in them: names of files and columns are foreign text too. Control
/// characters but line feed and tab, direction marks and other invisible ones become escapes.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => visible.push(c),
            _ if c.is_control() || is_invisible(c) => visible.extend(c.escape_unicode()),
            _ => visible.push(c),
        }
    }
    visible
}

/// Foreign text for a screen: in quotes, with control characters, direction marks and other invisible ones
/// shown as escapes, so that it cannot pose as our own words.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c.is_control() || is_invisible(c) => quoted.extend(c.escape_unicode()),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Zero-width characters, direction marks and isolates, line and paragraph separators, tags, byte-order mark.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c as u32,
        0x00ad | 0x061c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_wraps_under_itself() {
        let text = table(&[("Label", "word ".repeat(30).trim().to_owned()), ("Next", "short".to_owned())]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() <= TABLE_COLUMNS));
        assert!(lines[1].starts_with("              word"));
        assert_eq!(lines[2], "Next          short");
    }

    #[test]
    fn foreign_text_cannot_turn_or_hide() {
        assert_eq!(quoted("a\u{202e}b\x1b[31m\"\n"), "\"a\\u{202e}b\\u{1b}[31m\\\"\\u{a}\"");
        assert_eq!(quoted("Süd — 北"), "\"Süd — 北\"");
    }
}
