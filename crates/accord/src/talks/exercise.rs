//! Exercises: announced before they start, counted apart, never mixed with what is real.

use detente_psi::Time;

use super::step::{phases, row, step};
use super::thread::Machine;
use super::{Around, Due, Event, Now, Phase, Refusal, Side, Sides, Step};
use ExercisePhase::{Announced, Cancelled, Ended, Reviewed, Running};

phases! {
    /// Where an exercise stands.
    ExercisePhase {
        /// Announced.
        Announced = "announced",
        /// Running.
        Running = "running",
        /// Ended.
        Ended = "ended",
        /// Reviewed.
        Reviewed = "reviewed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// The machine.
pub const STEPS: &[Step<ExercisePhase>] = &[
    row("exercise", "start", Side::Opener, &[Announced], Some(Running)),
    row("exercise", "end", Side::Opener, &[Running], Some(Ended)),
    row("exercise", "review", Side::Opener, &[Ended], Some(Reviewed)),
    row("withdrawal", "cancel", Side::Opener, &[Announced, Running], Some(Cancelled)),
];

/// An exercise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exercise {
    /// Who announced it, to all.
    pub sides: Sides,
    /// Where it stands.
    pub phase: ExercisePhase,
    /// What statements within it name.
    pub id: String,
    /// From when.
    pub from: Time,
    /// Until when it was planned.
    pub until: Time,
}

impl Exercise {
    /// Whether statements may name it.
    pub fn is_on(&self) -> bool {
        matches!(self.phase, Announced | Running)
    }
}

impl Machine for Exercise {
    fn open(event: &Event, _: &Around<'_>) -> Result<Exercise, Refusal> {
        let time = |field: &str| Time(event.integer(field).unwrap_or(0));
        let exercise = Exercise {
            sides: Sides::of(event),
            phase: Announced,
            id: event.word("id").unwrap_or_default().to_owned(),
            from: time("from"),
            until: time("until"),
        };
        // Whoever watches hears of it before it starts.
        if exercise.from < event.said() {
            return Err(Refusal::OutOfBounds { field: "from" });
        }
        if exercise.until <= exercise.from {
            return Err(Refusal::OutOfBounds { field: "until" });
        }
        Ok(exercise)
    }

    fn allows(&self, event: &Event, _: &Around<'_>) -> Result<(), Refusal> {
        step(STEPS, self.phase, &self.sides, event)?;
        match event.act.name {
            _ if event.act.kind == "exercise" && event.word("id") != Some(self.id.as_str()) => {
                Err(Refusal::OutOfBounds { field: "id" })
            }
            "start" if event.latest() < self.from => Err(Refusal::TooEarly),
            _ => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, _: &Around<'_>) {
        if let Ok(Some(to)) = step(STEPS, self.phase, &self.sides, event) {
            self.phase = to;
        }
    }

    fn phase(&self, _: &Now<'_>) -> &'static str {
        self.phase.word()
    }

    fn dues(&self, _: &Now<'_>) -> Vec<Due> {
        Vec::new()
    }
}
