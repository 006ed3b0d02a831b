//! Controls: code that gives its secret away, and must be caught.

use std::hint::black_box;

use detente_psi::ct::FIXED;

/// Bytes of the lookup's table: more than the second cache of any processor holds.
const TABLE_BYTES: usize = 64 << 20;

/// A comparison that ends at the first difference. The box keeps the compiler from comparing without a branch.
pub(crate) fn compare() -> impl Fn(u128) {
    let due = FIXED.to_le_bytes();
    move |secret| {
        let received = secret.to_le_bytes();
        black_box((0..16).all(|at| black_box(received[at]) == due[at]));
    }
}

/// A lookup at a secret place: always the same, it stays in the nearest cache.
pub(crate) fn lookup() -> impl Fn(u128) {
    let table = vec![1u8; TABLE_BYTES];
    move |secret| {
        black_box(table[secret as usize % TABLE_BYTES]);
    }
}
