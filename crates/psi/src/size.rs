//! Size classes: the only set sizes a peer ever sees. What a class costs or whether terms allow it is not
//! decided here.

/// One of the 68 agreed set sizes 2^j, 1.25 · 2^j, 1.5 · 2^j, 1.75 · 2^j for j = 8, …, 24.
///
/// Both sides pad their sets up to a class, so the class is all that a count reveals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SizeClass(u32);

impl SizeClass {
    /// The smallest class, 256.
    pub const MIN: SizeClass = SizeClass(1 << EXPONENT_MIN);

    /// The largest class, 1.75 · 2^24 = 29,360,128.
    pub const MAX: SizeClass = SizeClass(7 << (EXPONENT_MAX - 2));

    /// The smallest class that holds `count` items; `None` if none does.
    pub fn for_count(count: u64) -> Option<SizeClass> {
        all().find(|class| class.get() >= count)
    }

    /// The class of exactly this size; `None` if there is no such class.
    pub fn from_u64(size: u64) -> Option<SizeClass> {
        SizeClass::for_count(size).filter(|class| class.get() == size)
    }

    /// The size: how many items a set of this class has once padded.
    pub fn get(self) -> u64 {
        u64::from(self.0)
    }

    /// The smallest count that needs this class: what a peer can conclude about the true count. 0 for the
    /// smallest class, else one more than the class below.
    pub fn lower_bound(self) -> u64 {
        all().take_while(|class| *class < self).last().map_or(0, |below| below.get() + 1)
    }

    /// The size as a length in memory.
    pub(crate) fn len(self) -> usize {
        // A class is below 2^25, which fits `usize` on every target with 32-bit pointers or wider.
        self.0 as usize
    }
}

/// All classes, ascending.
pub fn all() -> impl Iterator<Item = SizeClass> {
    (EXPONENT_MIN..=EXPONENT_MAX).flat_map(|j| (4..8u32).map(move |quarters| SizeClass(quarters << (j - 2))))
}

const EXPONENT_MIN: u32 = 8;
const EXPONENT_MAX: u32 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_ascend_from_min_to_max() {
        let sizes: Vec<u64> = all().map(SizeClass::get).collect();
        assert_eq!(sizes.len(), 68);
        assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(&sizes[..6], &[256, 320, 384, 448, 512, 640]);
        assert_eq!(sizes[0], SizeClass::MIN.get());
        assert_eq!(sizes[67], SizeClass::MAX.get());
    }

    #[test]
    fn every_count_gets_the_smallest_class_that_holds_it() {
        let class = |count| SizeClass::for_count(count).map(SizeClass::get);
        assert_eq!(class(0), Some(256));
        assert_eq!(class(256), Some(256));
        assert_eq!(class(257), Some(320));
        assert_eq!(class(8193), Some(10_240));
        assert_eq!(class(29_360_128), Some(29_360_128));
        assert_eq!(class(29_360_129), None);
        assert_eq!(class(u64::MAX), None);
    }

    #[test]
    fn only_exact_sizes_are_classes() {
        assert_eq!(SizeClass::from_u64(320).map(SizeClass::get), Some(320));
        assert_eq!(SizeClass::from_u64(321), None);
        assert_eq!(SizeClass::from_u64(0), None);
        assert_eq!(SizeClass::from_u64(u64::MAX), None);
    }

    #[test]
    fn lower_bounds_meet_the_class_below() {
        assert_eq!(SizeClass::MIN.lower_bound(), 0);
        for class in all().skip(1) {
            assert_eq!(SizeClass::for_count(class.lower_bound()), Some(class));
            assert!(SizeClass::for_count(class.lower_bound() - 1) < Some(class));
        }
    }
}
