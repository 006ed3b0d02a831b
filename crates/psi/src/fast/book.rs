//! The book: 256 matrices M over F2, each such that the code {(a, a·M)} of length 64 has minimum distance 8.
//! Unchecked random matrices would leave a share of 2^-16 instead of 2^-54 of all codes with light words.

/// 32 rows; bit c of a row is column c.
pub(super) type Matrix = [u32; 32];

/// The attempt at which each matrix of the book passed the test: the first from 0 on. A test makes them anew.
const ATTEMPTS: [u8; 256] = [
    3, 9, 3, 10, 0, 0, 2, 15, 1, 0, 0, 6, 3, 6, 0, 1, 1, 1, 0, 3, 3, 1, 10, 5, 5, 2, 3, 5, 3, 2, 0, 1, 0, 0,
    10, 2, 2, 5, 0, 1, 6, 4, 0, 5, 0, 6, 0, 5, 2, 0, 3, 0, 0, 4, 4, 6, 5, 1, 0, 10, 0, 3, 4, 5, 1, 2, 4, 4,
    9, 0, 3, 4, 3, 2, 2, 3, 0, 13, 9, 0, 1, 2, 1, 1, 3, 0, 5, 0, 4, 2, 0, 7, 6, 1, 3, 5, 2, 1, 0, 1, 0, 1, 1,
    0, 0, 4, 3, 0, 10, 6, 7, 1, 10, 0, 2, 1, 9, 3, 13, 0, 1, 0, 2, 0, 2, 5, 7, 11, 0, 3, 19, 3, 3, 3, 7, 6,
    0, 7, 4, 12, 4, 0, 14, 1, 0, 1, 4, 5, 4, 0, 2, 2, 4, 7, 7, 1, 3, 0, 1, 7, 1, 2, 8, 0, 5, 0, 2, 2, 1, 0,
    4, 0, 6, 0, 3, 1, 2, 4, 1, 4, 4, 5, 1, 2, 1, 4, 4, 0, 4, 12, 0, 1, 0, 3, 0, 2, 0, 0, 1, 0, 0, 1, 2, 5, 5,
    0, 5, 3, 10, 1, 2, 1, 5, 2, 0, 1, 7, 4, 2, 22, 3, 1, 1, 1, 0, 0, 2, 5, 0, 0, 9, 2, 1, 1, 5, 4, 2, 3, 4,
    1, 1, 1, 4, 3, 6, 3, 6, 13, 1, 5, 8, 3, 0, 2, 13, 0,
];

/// All matrices of the book.
pub(super) fn all() -> Vec<Matrix> {
    (0..).zip(ATTEMPTS).map(|(number, attempt)| candidate(number, u32::from(attempt))).collect()
}

/// 128 bytes of BLAKE3-XOF("detente-psi fast book v1" ‖ number ‖ attempt), four to a row.
fn candidate(number: u32, attempt: u32) -> Matrix {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"detente-psi fast book v1").update(&number.to_le_bytes()).update(&attempt.to_le_bytes());
    let mut bytes = [0; 128];
    hasher.finalize_xof().fill(&mut bytes);
    let (rows, _) = bytes.as_chunks();
    std::array::from_fn(|r| u32::from_le_bytes(rows[r]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gauss and Jordan over F2; `None` for a singular matrix.
    fn inverse(matrix: &Matrix) -> Option<Matrix> {
        let mut rows: Vec<(u32, u32)> = matrix.iter().enumerate().map(|(i, row)| (*row, 1 << i)).collect();
        for column in 0..32 {
            let pivot = (column..32).find(|r| rows[*r].0 >> column & 1 == 1)?;
            rows.swap(column, pivot);
            let (left, right) = rows[column];
            for (r, row) in rows.iter_mut().enumerate() {
                if r != column && row.0 >> column & 1 == 1 {
                    *row = (row.0 ^ left, row.1 ^ right);
                }
            }
        }
        Some(std::array::from_fn(|r| rows[r].1))
    }

    /// Whether every a of weight 1 to 3 has a·M of weight at least 8 less its own.
    fn is_heavy(matrix: &Matrix) -> bool {
        let heavy = |own: u32, image: u32| own + image.count_ones() >= 8;
        (0..32).all(|a| {
            heavy(1, matrix[a])
                && (a + 1..32).all(|b| {
                    heavy(2, matrix[a] ^ matrix[b])
                        && (b + 1..32).all(|c| heavy(3, matrix[a] ^ matrix[b] ^ matrix[c]))
                })
        })
    }

    /// A word of weight below 8 has one half of weight at most 3: both directions are enough.
    fn passes(matrix: &Matrix) -> bool {
        inverse(matrix).is_some_and(|inverse| is_heavy(matrix) && is_heavy(&inverse))
    }

    #[test]
    fn every_matrix_is_the_first_that_passes() {
        let first = |number| (0..).find(|attempt| passes(&candidate(number, *attempt)));
        let attempts: Vec<u32> = (0..256).filter_map(first).collect();
        assert_eq!(attempts, ATTEMPTS.map(u32::from));
    }
}
