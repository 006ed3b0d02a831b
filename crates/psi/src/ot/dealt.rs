//! Base OTs without their cost, for tests of what is built on them: every key is the hybrid of two halves that
//! are zero, so it still hangs on transfer, slot, run and transcript.

use super::{Choices, ChosenKeys, Key, KeyPairs, OFFER_BYTES, Offer, REPLY_BYTES, Reply, TRANSFERS, lattice};
use crate::oracle::Ro;
use crate::seams::{self, Seam};
use zeroize::Zeroizing;

const HALF: Key = [0; 32];

pub(super) fn is_on() -> bool {
    seams::is_on(Seam::DealtTransfers)
}

pub(super) fn offer(choices: Choices) -> (Offer, Vec<u8>) {
    let (scalars, private_keys) = (Zeroizing::new(Vec::new()), lattice::PrivateKeys(Vec::new()));
    (Offer { choices, scalars, private_keys }, vec![0; OFFER_BYTES])
}

pub(super) fn answer() -> (Reply, Vec<u8>) {
    let halves = || Zeroizing::new(vec![[HALF; 2]; TRANSFERS]);
    (Reply { curve: halves(), lattice: halves() }, vec![0; REPLY_BYTES])
}

pub(super) fn chosen_keys(ro: &Ro, choices: &Choices, t_ot: &[u8; 32]) -> ChosenKeys {
    let key = |j| super::hybrid(ro, j, choices.slot(j), &HALF, &HALF, t_ot);
    ChosenKeys((0..TRANSFERS).map(key).collect())
}

/// The pairs that R holds after `t_ot`.
pub(crate) fn pairs(ro: &Ro, t_ot: &[u8; 32]) -> KeyPairs {
    answer().0.keys(ro, t_ot)
}
