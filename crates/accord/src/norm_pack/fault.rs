//! What is wrong with a norm pack, or with what was chosen of it.

use std::fmt;

/// The faults, closed. A norm is named by its code, anything within it by its id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PackFault {
    /// Longer than a pack may be.
    TooLarge,
    /// Not JSON of this form: something unknown, missing, doubled, or of another type.
    NotReadable {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Not a norm pack, or another version.
    OtherFormat,
    /// A field is empty, too long, or has characters that may not stand in signed text.
    BadText {
        /// The norm; empty outside of one.
        code: String,
        /// The field.
        field: &'static str,
    },
    /// A code stands twice in the pack, or an id twice in its norm.
    Duplicate {
        /// The norm; empty outside of one.
        code: String,
        /// The code or id.
        id: String,
    },
    /// A role answers for a norm that is no expectation, or for an expectation nobody does.
    Owner {
        /// The norm.
        code: String,
    },
    /// Bounds without a value between them, or a default or a choice outside of them.
    ParameterOutOfRange {
        /// The norm.
        code: String,
        /// The parameter.
        id: String,
    },
    /// A bracket with fewer than two alternatives.
    OneAlternative {
        /// The norm.
        code: String,
        /// The bracket.
        id: String,
    },
    /// A placeholder that nothing declares, that has no place there, or a brace that belongs to none.
    StrayPlaceholder {
        /// The norm.
        code: String,
        /// What stands between the braces.
        placeholder: String,
    },
    /// A parameter or bracket that no text uses.
    Unused {
        /// The norm.
        code: String,
        /// Its id.
        id: String,
    },
    /// A time to look at a norm again that is zero or too long.
    Review {
        /// The norm.
        code: String,
    },
    /// A choice names a parameter, bracket or alternative that the norm does not have.
    NoSuchChoice {
        /// The norm.
        code: String,
        /// What it names.
        id: String,
    },
    /// An expectation needs a date by which it is met.
    NeedsDue {
        /// The norm.
        code: String,
    },
}

impl PackFault {
    /// The stable kebab-case name.
    pub fn name(&self) -> &'static str {
        match self {
            PackFault::TooLarge => "pack-too-large",
            PackFault::NotReadable { .. } => "pack-not-readable",
            PackFault::OtherFormat => "pack-other-format",
            PackFault::BadText { .. } => "pack-bad-text",
            PackFault::Duplicate { .. } => "pack-duplicate",
            PackFault::Owner { .. } => "pack-owner",
            PackFault::ParameterOutOfRange { .. } => "pack-parameter-out-of-range",
            PackFault::OneAlternative { .. } => "pack-one-alternative",
            PackFault::StrayPlaceholder { .. } => "pack-stray-placeholder",
            PackFault::Unused { .. } => "pack-unused",
            PackFault::Review { .. } => "pack-review",
            PackFault::NoSuchChoice { .. } => "pack-no-such-choice",
            PackFault::NeedsDue { .. } => "pack-needs-due",
        }
    }
}

impl fmt::Display for PackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackFault::TooLarge => f.write_str("the file is longer than a norm pack may be"),
            PackFault::NotReadable { line, column } => {
                write!(f, "line {line}, column {column} is not as a norm pack has it")
            }
            PackFault::OtherFormat => f.write_str("this is no norm pack of version 1"),
            PackFault::BadText { code, field } if code.is_empty() => write!(f, "{field} is not usable text"),
            PackFault::BadText { code, field } => write!(f, "{code}: {field} is not usable text"),
            PackFault::Duplicate { code, id } if code.is_empty() => write!(f, "{id} stands twice"),
            PackFault::Duplicate { code, id } => write!(f, "{code}: {id} stands twice"),
            PackFault::Owner { code } => {
                write!(f, "{code}: a role answers for an expectation, and for nothing else")
            }
            PackFault::ParameterOutOfRange { code, id } => write!(f, "{code}: {id} is out of its bounds"),
            PackFault::OneAlternative { code, id } => {
                write!(f, "{code}: {id} has less than two alternatives")
            }
            PackFault::StrayPlaceholder { code, placeholder } => {
                write!(f, "{code}: {{{placeholder}}} stands for nothing")
            }
            PackFault::Unused { code, id } => write!(f, "{code}: no text uses {id}"),
            PackFault::Review { code } => write!(f, "{code}: its review is due never, or much too late"),
            PackFault::NoSuchChoice { code, id } => write!(f, "{code} has no {id} to choose"),
            PackFault::NeedsDue { code } => write!(f, "{code} is an expectation: it needs a date"),
        }
    }
}

impl std::error::Error for PackFault {}
