//! Cases of a counterpart, or a carrier, that changes what it passes on, and how each has to end. Not a test
//! itself; the crate's own tests use it too.

use std::collections::BTreeSet;
use std::fmt::Write;

use detente_psi::Rejection;
use detente_psi::vole::Code;

use super::parties::{Arrival, Party, Run, Said, items};

/// How a case ends.
pub(crate) enum End {
    Refused(Party, Rejection),
    /// The run ends with these items.
    Found(BTreeSet<Vec<u8>>),
    /// Both sides wait for the other.
    Waits,
}

/// An honest run, and what became of it in the cases so far.
pub(crate) struct Harness {
    pub(crate) run: Run<'static>,
    pub(crate) said: Said,
    pub(crate) list: String,
}

/// Two lists with 20 items in common.
pub(crate) fn small() -> Run<'static> {
    Run::new(Code::Qc, items(0..40), items(20..70))
}

impl Harness {
    pub(crate) fn new(run: Run<'static>) -> Harness {
        let (found, said) = run.play();
        assert!(found == run.expected());
        Harness { run, said, list: String::new() }
    }

    /// In place of message `at`, counted from 0, arrives what `change` makes of it.
    pub(crate) fn check(
        &mut self,
        name: &str,
        at: usize,
        change: impl Fn(Vec<u8>) -> Vec<Arrival>,
        end: &End,
    ) {
        let (number, honest) = &self.said[at];
        let unchanged = matches!(&change(honest.clone())[..],
            [Arrival::Vole(n, body) | Arrival::Late(_, n, body)] if n == number && body == honest);
        let outcome =
            self.run.carried(
                |index, number, body| {
                    if index == at { change(body) } else { vec![Arrival::Vole(number, body)] }
                },
            );
        let due = match end {
            End::Refused(party, rejection) => {
                assert_eq!(outcome.refused.as_ref(), Some(&(*party, rejection.clone())), "{name}");
                assert!(outcome.found.is_none(), "{name}");
                format!("{party:?} refuses, {}", rejection.name())
            }
            End::Found(items) => {
                assert_eq!(outcome.refused, None, "{name}");
                let found = outcome.found.expect("a result");
                let whole = self.run.expected();
                assert!(found == *items && found.is_subset(&whole), "{name}: {} items", found.len());
                // Whoever compares transcripts afterwards sees that something was changed.
                assert_eq!(outcome.transcripts[0] == outcome.transcripts[1], unchanged, "{name}");
                format!("{} of {} items found", items.len(), whole.len())
            }
            End::Waits => {
                assert!(outcome.refused.is_none() && outcome.found.is_none(), "{name}");
                "both sides wait".to_owned()
            }
        };
        writeln!(self.list, "message {number}, {name}: {due}").expect("a string");
    }

    /// Message `at` arrives with another body.
    pub(crate) fn body(&mut self, name: &str, at: usize, change: impl Fn(&mut Vec<u8>), end: &End) {
        let number = self.said[at].0;
        let arrives = |mut body: Vec<u8>| {
            change(&mut body);
            vec![Arrival::Vole(number, body)]
        };
        self.check(name, at, arrives, end);
    }

    /// The first, a middle and the last byte of a field are changed, one after the other.
    pub(crate) fn field(&mut self, name: &str, at: usize, start: usize, length: usize, end: &End) {
        for (place, byte) in [("first", 0), ("middle", length / 2), ("last", length - 1)] {
            let flip = |body: &mut Vec<u8>| body[start + byte] ^= 1 << (byte % 8);
            self.body(&format!("{name}, {place} byte"), at, flip, end);
        }
    }
}

/// Who hears message `at`.
pub(crate) fn listener(at: usize) -> Party {
    if at.is_multiple_of(2) { Party::Asker } else { Party::Answerer }
}

pub(crate) fn refused(at: usize, rejection: Rejection) -> End {
    End::Refused(listener(at), rejection)
}
