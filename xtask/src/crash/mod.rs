//! `cargo xtask killpoints` and `powercut`: the record's driver is killed, starved and cut off, and what it was
//! told is compared with what is there after.

mod commands;
mod driver;
mod killpoints;
mod ledger;
mod powercut;

use std::time::Instant;

pub(crate) use killpoints::run as killpoints;
pub(crate) use powercut::run as powercut;

/// How a goal ended: one line for each.
struct Goal {
    name: &'static str,
    begun: Instant,
    cases: u64,
    lost: Vec<String>,
    /// A control: a driver with a fault built in, which must lose.
    is_control: bool,
}

impl Goal {
    fn begin(name: &'static str, is_control: bool) -> Goal {
        Goal { name, begun: Instant::now(), cases: 0, lost: Vec::new(), is_control }
    }

    /// Counts a case, and prints what it lost, which of a control is no news.
    fn case(&mut self, what: &str, lost: Vec<String>) {
        self.cases += 1;
        for one in lost.iter().filter(|_| !self.is_control) {
            println!("{}: {what}: {one}", self.name);
        }
        self.lost.extend(lost);
    }

    /// Prints the line.
    fn end(self) -> bool {
        let passed = self.cases > 0 && self.lost.is_empty() != self.is_control;
        let (verdict, seconds) = (if passed { "PASS" } else { "FAIL" }, self.begun.elapsed().as_secs());
        println!("{} n={} lost={} secs={seconds} {verdict}", self.name, self.cases, self.lost.len());
        passed
    }
}

/// Says loudly that a goal was not measured.
fn skipped(goal: &str, why: &str) -> bool {
    println!("{goal} SKIPPED: {why}");
    true
}
