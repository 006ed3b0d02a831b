//! Exit codes, and the failure that carries one to the end of the program.

use std::fmt;

use detente_accord::{Class, Rejection};
use detente_indicators::read::ReadError;

/// Exit codes, as `detente help exit-codes` prints them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Done, verified, the answer is yes.
    Done,
    /// The honest negative: nothing in common, not verified, not found.
    Negative,
    /// Usage, or input that is not what it should be; cannot decide.
    Usage,
    /// Refused by policy, ours or the peer's.
    Refused,
    /// A détente file that fails its length, hash, signature or proof.
    Integrity,
    /// Temporary: try again.
    Temporary,
    /// Not permitted by the operating system.
    Permission,
    /// The home is of another version, the configuration cannot be, or the kernel does not confine.
    Configuration,
}

impl Exit {
    const ALL: [Exit; 8] = [
        Exit::Done,
        Exit::Negative,
        Exit::Usage,
        Exit::Refused,
        Exit::Integrity,
        Exit::Temporary,
        Exit::Permission,
        Exit::Configuration,
    ];

    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Negative => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Integrity => 5,
            Exit::Temporary => 75,
            Exit::Permission => 77,
            Exit::Configuration => 78,
        }
    }

    /// The exit with this code.
    pub(crate) fn from_code(code: i32) -> Option<Exit> {
        Exit::ALL.into_iter().find(|exit| i32::from(exit.code()) == code)
    }

    fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done, verified, the answer is yes; also a broken pipe",
            Exit::Negative => "the honest negative: nothing in common, not verified, not found",
            Exit::Usage => "usage; input that is not what it should be; cannot decide",
            Exit::Refused => {
                "refused by policy: over budget, unknown or uncompared peer, not addressed to us, replayed ask, \
                 other canon profile, expired terms"
            }
            Exit::Integrity => "a détente file fails its length, hash, signature or proof",
            Exit::Temporary => "temporary, try again: another process uses the home, the disk is full",
            Exit::Permission => "the operating system does not permit it, or others can read a key",
            Exit::Configuration => {
                "configuration: the home was written by a later version, a value that cannot be, a kernel that does \
                 not confine the node"
            }
        }
    }

    /// The table for `detente help exit-codes`.
    pub(crate) fn table() -> String {
        Exit::ALL
            .iter()
            .fold(String::new(), |table, exit| format!("{table}{:>3}  {}\n", exit.code(), exit.meaning()))
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into(), hint: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message)
    }

    pub(crate) fn refused(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Refused, message)
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }

    /// Says which file it is about.
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Failure {
        self.message = format!("{what}: {}", self.message);
        self
    }
}

impl From<detente_store::Error> for Failure {
    fn from(error: detente_store::Error) -> Failure {
        use detente_store::Error;
        let exit = match &error {
            Error::Locked { .. } | Error::DiskFull(_) => Exit::Temporary,
            Error::TooOpen { .. } | Error::ReadOnly(_) => Exit::Permission,
            Error::NewerSchema { .. } | Error::OlderSchema(_) => Exit::Configuration,
            Error::Damaged { .. } | Error::BadKeyFile(_) => Exit::Integrity,
            _ => Exit::Usage,
        };
        Failure { exit, message: error.to_string(), hint: error.hint().map(str::to_owned) }
    }
}

impl From<detente_node::Error> for Failure {
    fn from(error: detente_node::Error) -> Failure {
        use detente_node::Error;
        match error {
            Error::Home(error) => error.into(),
            Error::Rejected(rejection) => rejection.into(),
            Error::Record(error) => record_failure(&error),
            Error::Refused(refused) => {
                use detente_node::Refused;
                let hint = refused.hint().to_owned();
                let is_policy = matches!(
                    refused,
                    Refused::OtherRecord | Refused::NotForUs(_) | Refused::UnknownSender(_)
                );
                Failure {
                    exit: if is_policy { Exit::Refused } else { Exit::Integrity },
                    message: refused.to_string(),
                    hint: Some(hint),
                }
            }
            Error::MayNotSign(_) | Error::NotAllowed(_) => Failure::refused(error.to_string()),
            Error::NoEffect { why: "needs-two-officers", .. } => Failure::refused(error.to_string()).hint(
                "another office has to sign it: --as OFFICE names one; an offer with --office NAME=ROLES gives a second one",
            ),
            Error::NoEffect { .. } => Failure::refused(error.to_string()),
            Error::Recovering(_) => Failure::refused(error.to_string()).hint(
                "ask the peers for packets (detente sync out --to US --all), then: detente record recover",
            ),
            _ => Failure::usage(error.to_string()),
        }
    }
}

fn record_failure(error: &detente_store::record::Error) -> Failure {
    use detente_store::record::Error;
    let exit = match error {
        Error::Locked { .. } | Error::DiskFull(_) => Exit::Temporary,
        Error::TooOpen { .. } | Error::ReadOnly(_) => Exit::Permission,
        Error::NewerSchema { .. } | Error::OlderSchema(_) => Exit::Configuration,
        Error::Missing(_) | Error::Exists(_) => Exit::Usage,
        _ => Exit::Integrity,
    };
    Failure { exit, message: error.to_string(), hint: error.hint().map(str::to_owned) }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        let exit = match rejection.class() {
            Class::Unreadable => Exit::Usage,
            Class::Policy => Exit::Refused,
            Class::Integrity => Exit::Integrity,
        };
        Failure { exit, message: rejection.to_string(), hint: hint_for(&rejection) }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Failure {
        Failure { exit: Exit::Usage, message: error.to_string(), hint: error.hint().map(Into::into) }
    }
}

fn hint_for(rejection: &Rejection) -> Option<String> {
    let hint = match rejection {
        Rejection::UnknownPeer { .. } => "ask them for their card, then: detente peer add CARD",
        Rejection::NotCompared { .. } => {
            "compare the six words by another channel, then: detente peer add CARD --words \"w1 … w6\" --compared call"
        }
        Rejection::WordsDiffer => {
            "do not use this card: somebody may have changed it on its way; ask them to read their words again"
        }
        Rejection::OtherIdentity => {
            "if they really made a new home, take the old card away first: detente peer remove"
        }
        Rejection::OlderCard { .. } => "ask them for their newest card",
        Rejection::OverBudget { .. } => {
            "detente peer show says what is left; detente peer set PEER --budget N changes it"
        }
        Rejection::AskReplayed | Rejection::AskBurnt => "ask them for a new ask",
        Rejection::Expired { .. } => "ask them for a new ask",
        Rejection::OtherProfile => {
            "both sides need versions of détente with the same canon profile: detente --version"
        }
        Rejection::UnknownAsk => "it may belong to another home (--home), or answer another ask",
        Rejection::SecondAnswer => "the first answer stands; the second is kept as evidence",
        Rejection::Matching(detente_psi::Rejection::CodeNotOffered { .. }) => "the code qc is always offered",
        Rejection::NotYet => "compare the clocks of both machines",
        Rejection::AskTooLarge { .. } => "split the list, or narrow it with --types",
        Rejection::ListTooLarge { .. } => "narrow the list with --types",
        Rejection::BadSignature { .. } | Rejection::BadLength { .. } | Rejection::Contradiction { .. } => {
            "the file was changed or cut on its way: ask them to send it again"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
