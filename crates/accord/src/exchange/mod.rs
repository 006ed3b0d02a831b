//! A match by three files: ask, answer, result.
//!
//! | file | made by | read by |
//! |---|---|---|
//! | ask | [`propose`] then [`ask_file`] | [`ReceivedAsk`] |
//! | answer | [`accept`] then [`answer_file`] | [`ReceivedAnswer`] |
//! | result | [`open`] | [`ReceivedResult`] |
//!
//! The functions that make a file draw nothing: the same statements, secrets and list give the same bytes,
//! which is how a party shows later that it did what it says.
//!
//! Each received file is checked in one order: form, agreement of header and statements, the author's
//! signature, and only then what it says. So a file that was changed on its way is never mistaken for one
//! that asks for something we refuse.

mod answer;
mod ask;
mod result;

pub use answer::{Making, ReceivedAnswer, accept, answer_file};
pub use ask::{AskOrder, ReceivedAsk, ask_file, propose};
pub use result::{Opened, ReceivedResult, open};

use detente_psi::{Items, Seed};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Entropy, ListSalt, Rejection};

/// What a party keeps secret of one run, and needs again to open, to replay or to show conduct. Wiped on
/// drop; no `Debug`, no `Clone`.
pub struct RunSecrets {
    /// The seed of all random choices of the run.
    pub seed: Seed,
    /// Salt of the commitment to the seed.
    pub seed_salt: Zeroizing<[u8; 32]>,
    /// Salt of the list's leaves.
    pub list_salt: ListSalt,
}

impl RunSecrets {
    /// Length of [`RunSecrets::to_bytes`].
    pub const BYTES: usize = 96;

    /// Draws fresh ones.
    pub fn draw(entropy: &mut Entropy) -> RunSecrets {
        let mut bytes: [u8; RunSecrets::BYTES] = entropy.draw();
        let secrets = RunSecrets::from_array(&bytes);
        bytes.zeroize();
        secrets
    }

    /// For the party's own home.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.seed.as_bytes()[..], &self.seed_salt[..], &self.list_salt.bytes()[..]].concat())
    }

    /// Reads them back; `None` if they have another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<RunSecrets> {
        bytes.try_into().ok().map(RunSecrets::from_array)
    }

    fn from_array(bytes: &[u8; RunSecrets::BYTES]) -> RunSecrets {
        let part = |i: usize| {
            let mut part = [0; 32];
            part.copy_from_slice(&bytes[32 * i..32 * (i + 1)]);
            part
        };
        RunSecrets {
            seed: Seed::from_bytes(part(0)),
            seed_salt: Zeroizing::new(part(1)),
            list_salt: ListSalt::from_bytes(part(2)),
        }
    }

    pub(crate) fn seed_commitment(&self) -> [u8; 32] {
        detente_psi::seed_commitment(&self.seed, &self.seed_salt)
    }
}

/// A list as it enters a run: encoded items, bytewise ascending, without duplicates.
pub type List<'a> = [&'a [u8]];

fn items(list: &List<'_>) -> Result<Items, Rejection> {
    Ok(Items::new(list)?)
}
