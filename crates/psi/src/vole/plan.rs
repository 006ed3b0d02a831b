//! The public numbers of a run: they follow from the two classes and the code alone, both sides compute them,
//! and every length is checked against them before a byte is kept.

use super::Code;
use crate::common::TAG_BYTES;
use crate::field::Gf128;
use crate::okvs::Shape;
use crate::qc::Qc;
use crate::rejection::Rejection;
use crate::size::SizeClass;

/// Slots from which on the code `fast` is offered: below, `qc` needs one small transform and fewer bytes.
pub(super) const FAST_SLOTS_MIN: usize = 131_060;

/// Repetitions of the check of R's inputs, and masks that it uses up (`docs/matching.md`, the three checks).
pub(crate) const CHECKS: usize = 3;

/// Bins in a part of message 6: about 1.4 MB, a few milliseconds of work for each side.
const BINS_PER_PART: usize = 4;

/// Tags in a part of message 7: 1 MiB.
const TAGS_PER_PART: usize = 1 << 16;

/// The slots of the key-value store of a list of this class.
pub(super) fn slots(asker: SizeClass) -> usize {
    Shape::for_class(asker).slots()
}

/// The public numbers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    asker: SizeClass,
    answerer: SizeClass,
    code: Code,
    /// The key-value store of R's list.
    pub(crate) shape: Shape,
    /// The noise of one batch of the correlation.
    pub(crate) noise: Noise,
    /// Batches of the correlation, all under one Δ.
    pub(crate) batches: usize,
}

/// Regular noise: `blocks` blocks of 2^`depth` positions, each with one position that is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noise {
    /// t: blocks, and trees.
    pub(crate) blocks: usize,
    /// h: levels of a tree below its root.
    pub(crate) depth: usize,
    /// Outputs of the code that a batch gives.
    pub(crate) outputs: usize,
}

impl Noise {
    /// L: positions in a block, leaves of a tree.
    pub(crate) fn block_len(self) -> usize {
        1 << self.depth
    }

    /// N: positions of the vector.
    pub(crate) fn len(self) -> usize {
        self.blocks << self.depth
    }
}

impl Plan {
    /// The plan of a run of these classes under this code.
    ///
    /// # Errors
    /// [`Rejection::CodeNotOffered`] for `fast` where it is not offered ([`Code::is_offered`]).
    pub fn new(asker: SizeClass, answerer: SizeClass, code: Code) -> Result<Plan, Rejection> {
        if !code.is_offered(asker) {
            return Err(Rejection::CodeNotOffered { class: asker.get() });
        }
        let shape = Shape::for_class(asker);
        let (batches, noise) = match code {
            Code::Qc => qc_noise(shape.slots()),
            Code::Fast => fast_noise(shape.slots()),
        };
        Ok(Plan { asker, answerer, code, shape, noise, batches })
    }

    /// n_R.
    pub fn asker(&self) -> SizeClass {
        self.asker
    }

    /// n_S.
    pub fn answerer(&self) -> SizeClass {
        self.answerer
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// m: slots of the key-value store, in all its bins.
    pub fn slots(&self) -> u64 {
        self.shape.slots() as u64
    }

    /// Bins of the key-value store.
    pub fn bins(&self) -> u64 {
        self.shape.bins as u64
    }

    /// Batches of the correlation.
    pub fn batches(&self) -> u64 {
        self.batches as u64
    }

    /// t: the noise weight of a batch.
    pub fn noise_weight(&self) -> u64 {
        self.noise.blocks as u64
    }

    /// The default of the terms for [`Parameters::time_limit`](super::Parameters::time_limit), in
    /// milliseconds: 20 s, 20 µs for each item of R, and message 6 at `bytes_per_second`.
    ///
    /// # Panics
    /// If the rate is 0.
    pub fn time_limit(&self, bytes_per_second: u64) -> u64 {
        20_000 + self.asker.get() / 50 + self.masked_bytes() * 1000 / bytes_per_second
    }

    /// The length of message 1.
    pub fn offer_bytes(&self) -> u64 {
        (2 * 32 + crate::ot::OFFER_BYTES) as u64
    }

    /// The length of message 2.
    pub fn correlation_bytes(&self) -> u64 {
        (32 + crate::ot::REPLY_BYTES + self.corrections_bytes() + 2 * CHECKS * 2 * Gf128::BYTES) as u64
    }

    /// The length of message 3.
    pub fn trees_bytes(&self) -> u64 {
        (32 + self.batches * self.trees_batch_bytes()) as u64
    }

    /// The length of message 4.
    pub fn points_bytes(&self) -> u64 {
        (self.batches * Gf128::BYTES) as u64
    }

    /// The length of message 5.
    pub fn digests_bytes(&self) -> u64 {
        (self.batches * 32) as u64
    }

    /// The length of message 6, all parts.
    pub fn masked_bytes(&self) -> u64 {
        (2 * Gf128::BYTES + 16 + self.shape.slots() * Gf128::BYTES) as u64
    }

    /// The length of message 7, all parts.
    pub fn tags_bytes(&self) -> u64 {
        (Gf128::BYTES + self.answerer.len() * TAG_BYTES) as u64
    }

    /// Message 7 as a whole, cut into the parts that R takes.
    pub fn cut_tags<'b>(&self, mut body: &'b [u8]) -> Vec<&'b [u8]> {
        let head = |part: usize| if part == 0 { Gf128::BYTES } else { 0 };
        let length = |part: usize| head(part) + self.tags_part(part).len() * TAG_BYTES;
        let mut parts = Vec::new();
        for part in 0..self.tags_parts() as usize {
            let (now, later) = body.split_at(length(part).min(body.len()));
            parts.push(now);
            body = later;
        }
        parts
    }

    /// The bytes that S receives in a run.
    pub fn bytes_to_answerer(&self) -> u64 {
        self.correlation_bytes() + self.points_bytes() + self.masked_bytes()
    }

    /// The bytes that R receives in a run.
    pub fn bytes_to_asker(&self) -> u64 {
        self.offer_bytes() + self.trees_bytes() + self.digests_bytes() + self.tags_bytes()
    }

    /// The longest body of a message or part: what a transport must be able to carry.
    pub fn longest_body(&self) -> u64 {
        let masked = 48 + BINS_PER_PART * self.shape.slots_per_bin() * Gf128::BYTES;
        let tags = Gf128::BYTES + TAGS_PER_PART * TAG_BYTES;
        self.offer_bytes().max(self.correlation_bytes()).max(self.trees_bytes()).max(masked.max(tags) as u64)
    }

    /// Parts of message 6.
    pub fn masked_parts(&self) -> u64 {
        self.shape.bins.div_ceil(BINS_PER_PART) as u64
    }

    /// Parts of message 7.
    pub fn tags_parts(&self) -> u64 {
        self.answerer.len().div_ceil(TAGS_PER_PART) as u64
    }

    /// The bins of a part of message 6.
    pub(crate) fn masked_part(&self, part: usize) -> std::ops::Range<usize> {
        crate::par::block(self.shape.bins, BINS_PER_PART, part)
    }

    /// The tags of a part of message 7.
    pub(crate) fn tags_part(&self, part: usize) -> std::ops::Range<usize> {
        crate::par::block(self.answerer.len(), TAGS_PER_PART, part)
    }

    /// ℓ without masks, of the correlation with Δ: β of each tree and one check value, batch by batch.
    pub(crate) fn values(&self) -> usize {
        self.batches * (self.noise.blocks + 1)
    }

    /// ℓ without masks, of the correlation with Δ′: one bit for each level of each tree.
    pub(crate) fn bits(&self) -> usize {
        self.batches * self.noise.blocks * self.noise.depth
    }

    /// A bin of message 6.
    pub(crate) fn bin_bytes(&self) -> usize {
        self.shape.slots_per_bin() * Gf128::BYTES
    }

    /// A column of τ_v.
    pub(crate) fn value_column_bytes(&self) -> usize {
        (self.values() + CHECKS) * Gf128::BYTES
    }

    /// A column of τ_o.
    pub(crate) fn bit_column_bytes(&self) -> usize {
        self.bits().div_ceil(8) + CHECKS * Gf128::BYTES
    }

    /// τ_v ‖ τ_o.
    pub(crate) fn corrections_bytes(&self) -> usize {
        128 * (self.value_column_bytes() + self.bit_column_bytes())
    }

    /// One batch of message 3: two masked sums for each level of each tree, then one correction a tree.
    pub(crate) fn trees_batch_bytes(&self) -> usize {
        let Noise { blocks, depth, .. } = self.noise;
        blocks * (2 * depth + 1) * Gf128::BYTES
    }
}

/// Field coefficients keep every noise value apart from the others, so 256 blocks are far more than the 160
/// that 128 bits need (`docs/matching.md`).
const QC_BLOCKS: usize = 256;

fn qc_noise(slots: usize) -> (usize, Noise) {
    let (k, batches) = Qc::params(slots);
    (batches, Noise { blocks: QC_BLOCKS, depth: k as usize - 7, outputs: Qc::prime(k) })
}

/// At a relative distance of 0.105, 820 blocks leave a bias below 2^-131 (`docs/matching.md`).
const FAST_BLOCKS_MIN: usize = 820;

/// Slots that a batch of `fast` gives at most: its vectors should fit the memory of a small machine.
const FAST_BATCH_SLOTS_MAX: usize = 1 << 21;

fn fast_noise(slots: usize) -> (usize, Noise) {
    let batches = slots.div_ceil(FAST_BATCH_SLOTS_MAX);
    let outputs = slots.div_ceil(batches);
    let depth = (2 * outputs / FAST_BLOCKS_MIN).ilog2() as usize;
    (batches, Noise { blocks: (2 * outputs).div_ceil(1 << depth), depth, outputs })
}

const _: () = assert!(QC_BLOCKS >= 160 && FAST_BLOCKS_MIN >= 820, "see the noise weight in docs/matching.md");

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(asker: u64, code: Code) -> Plan {
        let class = SizeClass::from_u64(asker).expect("a class");
        Plan::new(class, class, code).expect("an offered code")
    }

    /// All bodies but the base OTs, com, r, w, A′ and tags: what MATCHING tabulates as setup.
    fn setup(plan: &Plan) -> u64 {
        let base = (crate::ot::OFFER_BYTES + crate::ot::REPLY_BYTES + 4 * 32) as u64;
        let all = plan.bytes_to_answerer() + plan.bytes_to_asker();
        all - base - plan.masked_bytes() - plan.tags_bytes()
    }

    #[test]
    fn lengths_equal_the_tables_of_the_model() {
        assert_eq!(setup(&plan(256, Code::Qc)), 628_976);
        assert_eq!(setup(&plan(1 << 20, Code::Qc)), 1_392_928);
        assert_eq!(setup(&plan(1 << 20, Code::Fast)), 3_599_360);
        assert_eq!(setup(&plan(1 << 24, Code::Qc)), 15_197_408);
        assert_eq!(setup(&plan(1 << 24, Code::Fast)), 29_424_016);
    }

    #[test]
    fn the_plan_of_a_million() {
        let plan = plan(1 << 20, Code::Fast);
        assert_eq!((plan.slots(), plan.bins(), plan.batches()), (1_415_808, 64, 1));
        assert_eq!((plan.noise.blocks, plan.noise.block_len(), plan.noise.len()), (1383, 2048, 2_832_384));
        assert_eq!((plan.masked_bytes(), plan.tags_bytes()), (16 * 1_415_808 + 48, (1 << 24) + 16));
    }

    #[test]
    fn fast_noise_never_falls_below_its_floor() {
        for class in crate::size::all().filter(|class| Code::Fast.is_offered(*class)) {
            let noise = Plan::new(class, class, Code::Fast).expect("offered").noise;
            assert!((820..=1641).contains(&noise.blocks), "{noise:?}");
            assert!(noise.len() >= 2 * noise.outputs && noise.len().is_multiple_of(64), "{noise:?}");
        }
    }

    #[test]
    fn fast_is_refused_where_it_is_not_offered() {
        let class = SizeClass::for_count(60_000).expect("a class");
        let refused = Plan::new(class, class, Code::Fast);
        assert_eq!(refused, Err(Rejection::CodeNotOffered { class: class.get() }));
    }
}
