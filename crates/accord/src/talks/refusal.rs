//! Why the state of a thread does not allow an act.

use std::fmt;

/// The reason, by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Refusal {
    /// No machine of this thread has such an act.
    NotInThread,
    /// The act is another side's: only the asker closes, only the asked answers.
    NotYours,
    /// The thread stands where the act has no place.
    Phase {
        /// Where it stands.
        phase: &'static str,
    },
    /// It may be done once, and was.
    Once,
    /// It answers something that was not asked.
    NothingAsked,
    /// It names an entry that itself has no effect.
    TargetWithoutEffect,
    /// An exercise and real traffic in one thread.
    ExerciseMixed,
    /// It names an exercise that is not running.
    NoSuchExercise,
    /// Its time is over: the offer has lapsed, the period has ended.
    Lapsed,
    /// The charter does not permit it.
    NotPermitted,
    /// An open bracket stands in the text.
    BracketsOpen,
    /// What it says came out is not what every node computes.
    WrongOutcome,
    /// Somebody's earlier act has to come first.
    TooEarly,
    /// A hold is running.
    OnHold,
    /// A field that the state needs is empty or out of bounds.
    OutOfBounds {
        /// Which.
        field: &'static str,
    },
}

impl Refusal {
    /// The stable kebab-case name.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::NotInThread => "not-in-thread",
            Refusal::NotYours => "not-yours",
            Refusal::Phase { .. } => "wrong-phase",
            Refusal::Once => "once-only",
            Refusal::NothingAsked => "nothing-asked",
            Refusal::TargetWithoutEffect => "target-without-effect",
            Refusal::ExerciseMixed => "exercise-mixed",
            Refusal::NoSuchExercise => "no-such-exercise",
            Refusal::Lapsed => "lapsed",
            Refusal::NotPermitted => "not-permitted",
            Refusal::BracketsOpen => "brackets-open",
            Refusal::WrongOutcome => "wrong-outcome",
            Refusal::TooEarly => "too-early",
            Refusal::OnHold => "on-hold",
            Refusal::OutOfBounds { .. } => "out-of-bounds",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotInThread => f.write_str("it has no place in that thread"),
            Refusal::NotYours => f.write_str("it is the act of another side"),
            Refusal::Phase { phase } => write!(f, "the thread is {phase}"),
            Refusal::Once => f.write_str("it can be done once, and was"),
            Refusal::NothingAsked => f.write_str("nothing was asked that it could answer"),
            Refusal::TargetWithoutEffect => f.write_str("the entry it names has no effect"),
            Refusal::ExerciseMixed => f.write_str("an exercise and real traffic do not mix"),
            Refusal::NoSuchExercise => f.write_str("no exercise of this id is running"),
            Refusal::Lapsed => f.write_str("its time is over"),
            Refusal::NotPermitted => f.write_str("the charter does not permit it"),
            Refusal::BracketsOpen => f.write_str("a bracket in the text is open"),
            Refusal::WrongOutcome => f.write_str("that is not what came out"),
            Refusal::TooEarly => f.write_str("something else has to come first"),
            Refusal::OnHold => f.write_str("a hold is running"),
            Refusal::OutOfBounds { field } => write!(f, "its {field} is empty or out of bounds"),
        }
    }
}

impl std::error::Error for Refusal {}
