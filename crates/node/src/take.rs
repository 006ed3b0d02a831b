//! Taking a packet in: all of it is checked before any of it is kept; kept durably before it is cosigned.

mod answers;
mod bound;
mod check;
pub(crate) mod evidence;
mod forks;
mod keep;
mod lines;

use detente_accord::record::LogId;
use detente_accord::record::packet::Packet;
use detente_accord::{Entropy, Time};

use crate::{Accord, Error, New, Refused};

/// What a packet brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    /// Entries that were not here before.
    pub new: Vec<New>,
    /// Heads of others that were cosigned: log and size.
    pub cosigned: Vec<(LogId, u64)>,
    /// Statements whose sealed content was opened here.
    pub opened: usize,
    /// Evidence files that came or were found.
    pub evidence: Vec<[u8; 32]>,
    /// Whether our log has an entry now that names what came.
    pub acknowledged: bool,
    /// Whether our node answered by itself: that an entry has no effect, or that a comcheck arrived.
    pub answered: bool,
}

impl Taken {
    /// Whether nothing was signed here because of it: all that is new is the sender's.
    pub fn made_nothing(&self) -> bool {
        self.cosigned.is_empty() && self.evidence.is_empty() && !self.acknowledged && !self.answered
    }
}

impl Accord<'_> {
    /// Takes a packet in. The same packet again changes nothing; packets may come in any order.
    ///
    /// # Errors
    /// [`Error::Rejected`] for a file out of form, [`Error::Refused`] for one that is refused for what it says:
    /// nothing of it was kept, but evidence. [`Error::Record`] for the disk.
    pub fn take(&mut self, packet: &[u8], now: Time, entropy: &mut Entropy) -> Result<Taken, Error> {
        // The static files of a log are written once, however often it grows meanwhile.
        let defers = std::mem::replace(&mut self.defers_files, true);
        let taken = self.take_in(packet, now, entropy);
        self.defers_files = defers;
        if !defers {
            self.write_files()?;
        }
        taken
    }

    fn take_in(&mut self, packet: &[u8], now: Time, entropy: &mut Entropy) -> Result<Taken, Error> {
        let packet = Packet::read(packet)?;
        self.check_sender(&packet)?;
        let checked = match check::check(self, &packet) {
            Ok(checked) => checked,
            Err(check::Fault::Refused(refused)) => return Err(refused.into()),
            Err(check::Fault::Fork(fork)) => return Err(self.keep_fork(fork, now, entropy)?.into()),
            Err(check::Fault::Ahead { note, here, there }) => {
                // Kept: from now on every start finds that more was signed than this home has.
                self.keep_note(&note)?;
                self.open_signer()?;
                return Err(Refused::OwnLogAhead { here, there }.into());
            }
            Err(check::Fault::Error(error)) => return Err(error),
        };
        self.keep(&packet, checked, now, entropy)
    }

    fn check_sender(&self, packet: &Packet<'_>) -> Result<(), Refused> {
        if packet.record != self.charter.record_id() {
            return Err(Refused::OtherRecord);
        }
        if packet.to != *self.us.id() {
            return Err(Refused::NotForUs(packet.to.clone()));
        }
        Ok(())
    }
}
