//! The shape of a store for each size class. Numbers agreed in terms are compared elsewhere.

use crate::size::SizeClass;

/// The measures of a store, a public function of the size class of the list it encodes.
///
/// Real-number formulas never run in the product, where two machines might round differently: both sides take
/// the shape from a table, and a test derives the table again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// b: bins of the store.
    pub(crate) bins: usize,
    /// n*: rows that a bin of the encoder may hold. More come with probability 2^-40, over all bins.
    pub(crate) load: usize,
    /// m': sparse slots of a bin.
    pub(crate) sparse: usize,
    /// g: dense slots of a bin, and the rows that peeling may leave over.
    pub(crate) dense: usize,
}

impl Shape {
    /// The shape of a store of `class` items.
    pub(crate) fn for_class(class: SizeClass) -> Shape {
        let index = TABLE.partition_point(|entry| u64::from(entry.0) < class.get());
        let (_, bins, load, sparse, dense) = TABLE[index];
        Shape {
            bins: usize::from(bins),
            load: usize::from(load),
            sparse: usize::from(sparse),
            dense: usize::from(dense),
        }
    }

    /// Slots of one bin.
    pub(crate) fn slots_per_bin(&self) -> usize {
        self.sparse + self.dense
    }

    /// m: slots of the store.
    pub(crate) fn slots(&self) -> usize {
        self.bins * self.slots_per_bin()
    }
}

/// (class n, bins b, load n*, sparse slots m', dense slots g), so that encoding fails with probability 2^-λ,
/// λ = 40, over all bins. With λ_b = λ + log2 b:
///
/// - b = ⌈n / 2^14⌉: a bin and all that encoding it needs fit into the second-level cache of one processor;
/// - n* = the least k with b · Pr\[Binomial(n, 1/b) > k\] < 2^-λ, and n for a single bin;
/// - m' = ⌈e·n*⌉, e = 1.223 + (λ_b + 9.2) / 2^(0.55·log2 n* + 2.331): peeling leaves a large rest with
///   probability 2^-λ_b;
/// - g = ⌊λ_b / log2(e·n*)⌋ + 1, one more than needed for the few rows that coincide in their slots.
#[rustfmt::skip]
const TABLE: [(u32, u16, u16, u16, u8); 68] = [
    (256, 1, 256, 432, 5),
    (320, 1, 320, 523, 5),
    (384, 1, 384, 612, 5),
    (448, 1, 448, 701, 5),
    (512, 1, 512, 789, 5),
    (640, 1, 640, 962, 5),
    (768, 1, 768, 1134, 4),
    (896, 1, 896, 1305, 4),
    (1_024, 1, 1024, 1474, 4),
    (1_280, 1, 1280, 1811, 4),
    (1_536, 1, 1536, 2145, 4),
    (1_792, 1, 1792, 2477, 4),
    (2_048, 1, 2048, 2807, 4),
    (2_560, 1, 2560, 3466, 4),
    (3_072, 1, 3072, 4120, 4),
    (3_584, 1, 3584, 4773, 4),
    (4_096, 1, 4096, 5423, 4),
    (5_120, 1, 5120, 6719, 4),
    (6_144, 1, 6144, 8010, 4),
    (7_168, 1, 7168, 9298, 4),
    (8_192, 1, 8192, 10583, 3),
    (10_240, 1, 10240, 13148, 3),
    (12_288, 1, 12288, 15706, 3),
    (14_336, 1, 14336, 18259, 3),
    (16_384, 1, 16384, 20809, 3),
    (20_480, 2, 10751, 13799, 3),
    (24_576, 2, 12848, 16418, 3),
    (28_672, 2, 14941, 19028, 3),
    (32_768, 2, 17030, 21628, 3),
    (40_960, 3, 14343, 18291, 3),
    (49_152, 3, 17139, 21773, 3),
    (57_344, 4, 15091, 19229, 3),
    (65_536, 4, 17191, 21844, 3),
    (81_920, 5, 17221, 21887, 3),
    (98_304, 6, 17242, 21917, 3),
    (114_688, 7, 17257, 21939, 3),
    (131_072, 8, 17268, 21956, 3),
    (163_840, 10, 17285, 21983, 4),
    (196_608, 12, 17297, 22002, 4),
    (229_376, 14, 17305, 22015, 4),
    (262_144, 16, 17312, 22027, 4),
    (327_680, 20, 17322, 22045, 4),
    (393_216, 24, 17329, 22058, 4),
    (458_752, 28, 17335, 22069, 4),
    (524_288, 32, 17339, 22077, 4),
    (655_360, 40, 17346, 22091, 4),
    (786_432, 48, 17352, 22102, 4),
    (917_504, 56, 17356, 22111, 4),
    (1_048_576, 64, 17359, 22118, 4),
    (1_310_720, 80, 17364, 22129, 4),
    (1_572_864, 96, 17368, 22138, 4),
    (1_835_008, 112, 17372, 22147, 4),
    (2_097_152, 128, 17375, 22154, 4),
    (2_621_440, 160, 17379, 22164, 4),
    (3_145_728, 192, 17383, 22173, 4),
    (3_670_016, 224, 17386, 22180, 4),
    (4_194_304, 256, 17388, 22186, 4),
    (5_242_880, 320, 17392, 22196, 4),
    (6_291_456, 384, 17395, 22204, 4),
    (7_340_032, 448, 17398, 22212, 4),
    (8_388_608, 512, 17400, 22217, 4),
    (10_485_760, 640, 17404, 22227, 4),
    (12_582_912, 768, 17407, 22235, 4),
    (14_680_064, 896, 17410, 22243, 4),
    (16_777_216, 1024, 17412, 22248, 4),
    (20_971_520, 1280, 17416, 22258, 4),
    (25_165_824, 1536, 17419, 22266, 4),
    (29_360_128, 1792, 17421, 22272, 4),
];

#[cfg(test)]
mod tests {
    use super::*;

    const LAMBDA: f64 = 40.0;

    /// ln Γ(x) for x ≥ 1, by Stirling's series above 16.
    fn ln_gamma(x: f64) -> f64 {
        if x < 16.0 {
            return ln_gamma(x + 1.0) - x.ln();
        }
        let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
        (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series
    }

    #[test]
    fn stirling_is_close_enough() {
        for n in 1..30u32 {
            let factorial: f64 = (1..=n).map(|k| f64::from(k).ln()).sum();
            assert!((ln_gamma(f64::from(n) + 1.0) - factorial).abs() < 1e-9);
        }
    }

    /// log2 Pr[Binomial(n, 1/b) > k].
    fn log2_tail(n: usize, b: usize, k: usize) -> f64 {
        let (n_real, b_real) = (n as f64, b as f64);
        let ln_term = |j: usize| {
            let j = j as f64;
            ln_gamma(n_real + 1.0) - ln_gamma(j + 1.0) - ln_gamma(n_real - j + 1.0) - j * b_real.ln()
                + (n_real - j) * (-1.0 / b_real).ln_1p()
        };
        let first = ln_term(k + 1);
        let sum: f64 = (k + 1..=n.min(k + 2000)).map(|j| (ln_term(j) - first).exp()).sum();
        (first + sum.ln()) / std::f64::consts::LN_2
    }

    fn load(n: usize, b: usize) -> usize {
        if b == 1 {
            return n;
        }
        let (mut low, mut high) = (n / b, n.min(2 * n / b));
        while low < high {
            let middle = usize::midpoint(low, high);
            if (b as f64).log2() + log2_tail(n, b, middle) < -LAMBDA {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    fn derived(class: SizeClass) -> Shape {
        let bins = class.len().div_ceil(1 << 14);
        let load = load(class.len(), bins);
        let lambda = LAMBDA + (bins as f64).log2();
        let slope = (0.55 * (load as f64).log2() + 2.331).exp2();
        let slots = (1.223 + (lambda + 9.2) / slope) * load as f64;
        Shape { bins, load, sparse: slots.ceil() as usize, dense: (lambda / slots.log2()) as usize + 1 }
    }

    #[test]
    fn the_table_follows_the_formulas() {
        for class in crate::size::all() {
            assert_eq!(Shape::for_class(class), derived(class), "class {}", class.get());
        }
    }

    #[test]
    fn every_class_has_its_row() {
        assert!(crate::size::all().map(SizeClass::get).eq(TABLE.iter().map(|row| u64::from(row.0))));
    }

    #[test]
    fn slots_of_a_million_items() {
        let class = SizeClass::from_u64(1 << 20).expect("a class");
        assert_eq!(Shape::for_class(class), Shape { bins: 64, load: 17359, sparse: 22118, dense: 4 });
        assert_eq!(Shape::for_class(class).slots(), 1_415_808);
    }
}
