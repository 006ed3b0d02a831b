//! The words of the talks.
