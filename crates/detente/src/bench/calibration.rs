//! Work that everybody knows, timed on one core of this computer, so that figures of others can be compared.

use std::hint::black_box;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};
use serde::Serialize;

use super::cost::cpu;

/// CPU seconds for as many operations as each party has items.
#[derive(Serialize, Clone, Copy, Debug)]
pub(crate) struct Calibration {
    /// BLAKE3 of 32 bytes, one after the other.
    #[serde(rename = "blake3_32B_seconds")]
    pub(crate) blake3_seconds: f64,
    /// Blocks of AES-128 under one key, many at a time.
    pub(crate) aes_blocks_seconds: f64,
}

/// Rounds of which the fastest counts: whatever else runs only adds.
const ROUNDS: usize = 3;

/// Times `n` operations of each kind on the calling thread.
pub(crate) fn calibrate(n: u64) -> Calibration {
    Calibration {
        blake3_seconds: fastest(|| hash_chain(n)),
        aes_blocks_seconds: fastest(|| encrypt_blocks(n)),
    }
}

fn fastest(work: impl Fn()) -> f64 {
    let timed = (0..ROUNDS).map(|_| {
        let begun = cpu();
        work();
        (cpu() - begun).as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

/// Each hash takes the one before it, so that no two run side by side.
fn hash_chain(n: u64) {
    let mut hash = blake3::hash(&[0; 32]);
    for _ in 1..n {
        hash = blake3::hash(black_box(hash.as_bytes()));
    }
    black_box(hash);
}

fn encrypt_blocks(n: u64) {
    const AT_ONCE: u64 = 4096;
    let cipher = Aes128::new(&[0; 16].into());
    let mut blocks = vec![Block::default(); AT_ONCE as usize];
    let mut left = n;
    while left > 0 {
        let now = left.min(AT_ONCE);
        cipher.encrypt_blocks(black_box(&mut blocks[..now as usize]));
        left -= now;
    }
    black_box(blocks);
}
