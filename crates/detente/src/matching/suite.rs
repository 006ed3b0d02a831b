//! Which suite, and under which code: what was asked for, and what fits where nothing was said.

use clap::{Args, ValueEnum};
use detente_psi::size::SizeClass;
use detente_psi::vole::Code;

use crate::exit::Failure;

/// Items above which `vole` is quicker than `voprf`, on either side.
const VOPRF_ITEMS_MAX: u64 = 2_000;

/// The flags that choose a suite.
#[derive(Args, Clone, Debug)]
pub(crate) struct SuiteArgs {
    /// The protocol: voprf up to 2000 items, else vole
    #[arg(long, value_enum)]
    suite: Option<Suite>,
    /// The code inside vole: fast where it is offered (younger, not reviewed from outside), else qc
    #[arg(long, value_enum)]
    code: Option<CodeName>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Suite {
    Voprf,
    Vole,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum CodeName {
    Qc,
    Fast,
}

/// A suite with what it needs to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Chosen {
    Voprf,
    Vole(Code),
}

impl Chosen {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Chosen::Voprf => "voprf",
            Chosen::Vole(_) => "vole",
        }
    }

    /// The name of the code, where there is one.
    pub(crate) fn code_name(self) -> Option<&'static str> {
        match self {
            Chosen::Voprf => None,
            Chosen::Vole(code) => Some(code.name()),
        }
    }
}

impl SuiteArgs {
    /// The suite for lists of these sizes, the asker's first.
    ///
    /// # Errors
    /// A usage error for a code without `vole`, a refusal of `fast` where it is not offered.
    pub(crate) fn choose(&self, asker: SizeClass, asked: u64, held: u64) -> Result<Chosen, Failure> {
        let suite = self.suite.unwrap_or(match self.code {
            None if asked.max(held) <= VOPRF_ITEMS_MAX => Suite::Voprf,
            _ => Suite::Vole,
        });
        match (suite, self.code) {
            (Suite::Voprf, None) => Ok(Chosen::Voprf),
            (Suite::Voprf, Some(_)) => {
                Err(Failure::usage("the suite voprf has no code")
                    .hint("leave --code away, or take --suite vole"))
            }
            (Suite::Vole, code) => code_for(code, asker).map(Chosen::Vole),
        }
    }

    /// The suite over a link: `vole`, with `qc` where nothing was said. Between parties the younger code is a choice.
    ///
    /// # Errors
    /// As [`SuiteArgs::choose`].
    pub(crate) fn choose_live(&self, asker: SizeClass) -> Result<Chosen, Failure> {
        match self.suite {
            Some(Suite::Voprf) => Ok(Chosen::Voprf),
            _ => code_for(self.code.or(Some(CodeName::Qc)), asker).map(Chosen::Vole),
        }
    }

    /// The flags that say the same to another process.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let suite = self.suite.map(|suite| match suite {
            Suite::Voprf => "voprf",
            Suite::Vole => "vole",
        });
        let code = self.code.map(|code| match code {
            CodeName::Qc => "qc",
            CodeName::Fast => "fast",
        });
        let flags = [("--suite", suite), ("--code", code)];
        flags
            .into_iter()
            .filter_map(|(flag, value)| Some([flag.to_owned(), value?.to_owned()]))
            .flatten()
            .collect()
    }
}

fn code_for(code: Option<CodeName>, asker: SizeClass) -> Result<Code, Failure> {
    match code {
        Some(CodeName::Qc) => Ok(Code::Qc),
        Some(CodeName::Fast) if !Code::Fast.is_offered(asker) => {
            let text = format!("the code fast is not offered for a list of at most {} items", asker.get());
            Err(Failure::refused(text).hint("take --code qc: it is quick enough there"))
        }
        None if !Code::Fast.is_offered(asker) => Ok(Code::Qc),
        Some(CodeName::Fast) | None => Ok(Code::Fast),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[track_caller]
    fn check(suite: Option<Suite>, code: Option<CodeName>, items: u64, expected: Result<Chosen, Exit>) {
        let class = SizeClass::for_count(items).unwrap();
        let chosen = SuiteArgs { suite, code }.choose(class, items, 1);
        assert_eq!(chosen.map_err(|failure| failure.exit), expected);
    }

    #[test]
    fn what_is_not_said_follows_from_the_sizes() {
        check(None, None, 2_000, Ok(Chosen::Voprf));
        check(None, None, 2_001, Ok(Chosen::Vole(Code::Qc)));
        check(None, None, 1 << 20, Ok(Chosen::Vole(Code::Fast)));
        check(Some(Suite::Vole), None, 3, Ok(Chosen::Vole(Code::Qc)));
        check(Some(Suite::Voprf), None, 1 << 20, Ok(Chosen::Voprf));
        check(None, Some(CodeName::Qc), 1 << 20, Ok(Chosen::Vole(Code::Qc)));
        check(None, Some(CodeName::Qc), 3, Ok(Chosen::Vole(Code::Qc)));
        let held = SuiteArgs { suite: None, code: None }.choose(SizeClass::MIN, 5, 5_000);
        assert_eq!(held.map_err(|failure| failure.exit), Ok(Chosen::Vole(Code::Qc)));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        check(Some(Suite::Voprf), Some(CodeName::Qc), 3, Err(Exit::Usage));
        check(None, Some(CodeName::Fast), 3_000, Err(Exit::Refused));
        check(None, Some(CodeName::Fast), 1 << 20, Ok(Chosen::Vole(Code::Fast)));
    }

    #[test]
    fn another_process_gets_the_same_flags() {
        assert!(SuiteArgs { suite: None, code: None }.arguments().is_empty());
        let both = SuiteArgs { suite: Some(Suite::Vole), code: Some(CodeName::Fast) };
        assert_eq!(both.arguments(), ["--suite", "vole", "--code", "fast"]);
    }
}
