//! A 128 × 128 bit matrix, turned over its diagonal in constant time.

/// Afterwards bit i of row j is what bit j of row i was.
pub(super) fn transpose(rows: &mut [u128; 128]) {
    // At each width the matrix falls into squares of two by two blocks, whose off-diagonal blocks change
    // places; `low` marks the columns in the left block of each square.
    let mut width = 64;
    let mut low = u128::from(u64::MAX);
    while width > 0 {
        for square in (0..128).step_by(2 * width) {
            for row in square..square + width {
                let crossed = (rows[row] >> width ^ rows[row + width]) & low;
                rows[row + width] ^= crossed;
                rows[row] ^= crossed << width;
            }
        }
        width /= 2;
        low ^= low << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_i_of_row_j_becomes_bit_j_of_row_i() {
        let rows: [u128; 128] =
            std::array::from_fn(|i| (i as u128 + 1).wrapping_mul(u128::MAX / 7919 + i as u128));
        let mut turned = rows;
        transpose(&mut turned);
        let bit = |rows: &[u128; 128], row: usize, column: usize| rows[row] >> column & 1;
        assert!((0..128 * 128).all(|at| bit(&turned, at / 128, at % 128) == bit(&rows, at % 128, at / 128)));
    }
}
