//! What is to be measured.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use detente_psi::size::SizeClass;

use crate::exit::Failure;
use crate::matching::{Chosen, SuiteArgs};

/// What both parties and whoever starts them must know; they get it as the same flags.
#[derive(Args, Clone, Debug)]
pub(crate) struct Order {
    /// Items of each party; half of them are in common
    #[arg(long, value_name = "N")]
    pub(crate) n: u64,
    #[command(flatten)]
    suite: SuiteArgs,
    /// Threads of each party
    #[arg(long, value_name = "T", default_value = "1")]
    pub(crate) threads: NonZeroUsize,
    /// Who learns what is in common: one party, or both by two runs in turn
    #[arg(long, value_enum, default_value_t = Reveal::Items)]
    pub(crate) reveal: Reveal,
}

/// Who learns: one party by one run, or both by two, in the second of which they change roles.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Reveal {
    Items,
    Both,
}

impl Reveal {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reveal::Items => "items",
            Reveal::Both => "both",
        }
    }
}

impl Order {
    /// The size class of both lists.
    ///
    /// # Errors
    /// A refusal if no class holds so many, a usage error for none at all.
    pub(crate) fn class(&self) -> Result<SizeClass, Failure> {
        if self.n == 0 {
            return Err(Failure::usage("--n is at least 1"));
        }
        SizeClass::for_count(self.n).ok_or_else(|| {
            Failure::refused(format!("{} items are more than one match can take", self.n))
                .hint(format!("at most {}", SizeClass::MAX.get()))
        })
    }

    /// The suite that was asked for, or that fits the size.
    ///
    /// # Errors
    /// As [`Order::class`] and [`SuiteArgs::choose`].
    pub(crate) fn suite(&self) -> Result<Chosen, Failure> {
        self.suite.choose(self.class()?, self.n, self.n)
    }

    /// The flags that say the same to another process.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let (n, threads, reveal) = (self.n.to_string(), self.threads.to_string(), self.reveal.name());
        let flags = ["--n", &n, "--threads", &threads, "--reveal", reveal];
        flags.into_iter().map(str::to_owned).chain(self.suite.arguments()).collect()
    }
}
