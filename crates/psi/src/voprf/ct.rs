//! A door to a kernel of this suite, for timing it: see [`ct`](crate::ct).

use std::hint::black_box;

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;

use super::asker;

/// R's blinding of one item. The fixed secret gives a blind whose half is 1.
pub fn blind() -> impl Fn(u128) {
    let point = RistrettoPoint::mul_base(&Scalar::from(7u8));
    move |secret| {
        let bytes: [u8; 64] = std::array::from_fn(|at| (!secret >> (at % 16 * 8)) as u8);
        let blind = Scalar::from_bytes_mod_order_wide(&bytes) + Scalar::from(2u8);
        black_box(asker::blind(&mut [point], &[blind]));
    }
}
