//! What time makes a node do by itself: answer what waits for it, say how silences ended, and show that it lives.

use detente_accord::limits::SIGNS_EVERY_MS;
use detente_accord::{Entropy, Time};

use crate::{Accord, Error, say};

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tended {
    /// Silences whose outcome was said.
    pub silences: usize,
    /// Whether a comcheck was answered.
    pub answered: bool,
    /// Whether a sign of life was signed, because nothing else was for long.
    pub signed: bool,
}

/// A sign of life after this long without an entry: twice as often as a timer may be late.
const SIGN_AFTER_MS: u64 = SIGNS_EVERY_MS / 2;

impl Accord<'_> {
    /// Does what is due by now, and writes the files that were deferred. Says nothing while we recover, or before we have joined.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn tend(&mut self, now: Time, entropy: &mut Entropy) -> Result<Tended, Error> {
        self.write_files()?;
        if self.held.size(&self.log) == 0 || !self.says_by_itself() {
            return Ok(Tended::default());
        }
        let silences = self.confirm_silences(now, entropy)?;
        let answered = self.answer(&[], now, entropy)?;
        let signed = self.is_quiet(now) && self.sign_of_life(now, entropy)?;
        Ok(Tended { silences, answered, signed })
    }

    fn is_quiet(&self, now: Time) -> bool {
        let last = self.held.logs.get(&self.log).and_then(|entries| entries.last()?.leaf.as_deref());
        last.is_none_or(|leaf| now.0.saturating_sub(leaf.place.time.0) >= SIGN_AFTER_MS)
    }

    /// An `ack` without references: it names the newest heads, and shows that our timer runs.
    fn sign_of_life(&mut self, now: Time, entropy: &mut Entropy) -> Result<bool, Error> {
        match self.say_all(vec![say::ack(Vec::new(), now)], now, entropy) {
            Ok(_) => Ok(true),
            Err(Error::NoEffect { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
