//! Steps run one after the other, each with its time; the first red one ends the run.

use std::time::{Duration, Instant};

use anyhow::Result;

/// How a step ended when it did not fail.
pub(crate) enum Outcome {
    /// It did its work.
    Passed,
    /// It could not, for a reason that lies outside the tree. Printed loudly, never silently green.
    Skipped(String),
}

/// The run so far.
#[derive(Default)]
pub(crate) struct Steps {
    lines: Vec<String>,
    passed: u32,
    failed: u32,
}

impl Steps {
    /// Runs a step, unless an earlier one was red.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Outcome>) {
        if self.failed > 0 {
            return;
        }
        println!("\n== {name}");
        let begun = Instant::now();
        let (verdict, note) = match work() {
            Ok(Outcome::Passed) => {
                self.passed += 1;
                ("passed", String::new())
            }
            Ok(Outcome::Skipped(why)) => ("SKIPPED", why),
            Err(error) => {
                self.failed += 1;
                ("FAILED", format!("{error:#}"))
            }
        };
        let line = line(name, verdict, begun.elapsed(), &note);
        println!("{line}");
        self.lines.push(line);
    }

    /// Prints all steps again, and how many passed and failed; gives whether none failed.
    pub(crate) fn summary(self) -> bool {
        println!("\n== summary");
        for line in &self.lines {
            println!("{line}");
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}

fn line(name: &str, verdict: &str, took: Duration, note: &str) -> String {
    let colon = if note.is_empty() { "" } else { ": " };
    format!("{verdict:<8}{:>7.1} s  {name}{colon}{note}", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_after_the_first_red() {
        let mut steps = Steps::default();
        steps.step("one", || Ok(Outcome::Passed));
        steps.step("two", || Ok(Outcome::Skipped("no network".into())));
        steps.step("three", || anyhow::bail!("broken"));
        steps.step("four", || panic!("this one must not run"));
        assert_eq!((steps.passed, steps.failed, steps.lines.len()), (1, 1, 3));
        assert!(!steps.summary());
    }
}
