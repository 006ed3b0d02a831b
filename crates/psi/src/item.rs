//! The items of one side: checked on the way in, padded for a run. What an item means, and how its bytes
//! came about, is not known here.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::lanes::Stretch;
use crate::limits::ITEM_BYTES_MAX;
use crate::oracle::Ro;
use crate::rejection::Rejection;
use crate::seed::Randomness;
use crate::size::SizeClass;

/// A list of items that may enter a run: canonical byte strings, strictly ascending bytewise, each with a
/// type byte other than 0 in front and at most [`ITEM_BYTES_MAX`] bytes long. Wiped on drop.
///
/// The *rank* of an item is its place in this list, from 0.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Items {
    /// All items, one after the other.
    bytes: Vec<u8>,
    /// Where each item ends in `bytes`, counted from its group's base: half the memory of whole positions.
    ends: Vec<u32>,
    /// Where each group of [`GROUP`] items begins in `bytes`.
    bases: Vec<usize>,
}

/// Items of a group. They have less than 2^32 bytes together.
const GROUP: usize = 1 << 12;

const _: () = assert!((GROUP as u64) * (ITEM_BYTES_MAX as u64) < 1 << 32);

impl Items {
    /// Takes items that are already sorted bytewise and distinct; copies them.
    ///
    /// # Errors
    /// [`Rejection::ItemEmpty`], [`Rejection::ItemTypeZero`], [`Rejection::ItemTooLong`],
    /// [`Rejection::ItemRepeated`] or [`Rejection::ItemsNotAscending`] for the first item that does not
    /// belong; [`Rejection::ItemsOverClass`] if there are more than the largest class holds.
    pub fn new<T: AsRef<[u8]>>(sorted: &[T]) -> Result<Items, Rejection> {
        fits(sorted.len(), SizeClass::MAX)?;
        // Sized exactly: a buffer that grows would leave unwiped copies behind.
        let mut items = Items {
            bytes: Vec::with_capacity(sorted.iter().map(|item| item.as_ref().len()).sum()),
            ends: Vec::with_capacity(sorted.len()),
            bases: Vec::with_capacity(sorted.len().div_ceil(GROUP)),
        };
        let mut previous: &[u8] = &[];
        for (rank, item) in sorted.iter().map(AsRef::as_ref).enumerate() {
            check_item(rank, item)?;
            check_order(rank, previous, item)?;
            items.push(item);
            previous = item;
        }
        Ok(items)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn item(&self, rank: usize) -> &[u8] {
        self.stretch(rank).message()
    }

    fn stretch(&self, rank: usize) -> Stretch<'_> {
        let start = match rank % GROUP {
            0 => 0,
            _ => self.ends[rank - 1],
        };
        let base = self.bases[rank / GROUP];
        Stretch::new(&self.bytes[base + start as usize..], (self.ends[rank] - start) as usize)
    }

    fn push(&mut self, item: &[u8]) {
        if self.ends.len().is_multiple_of(GROUP) {
            self.bases.push(self.bytes.len());
        }
        self.bytes.extend_from_slice(item);
        let base = self.bases[self.ends.len() / GROUP];
        // Below 2^32 by the length of an item, which was checked.
        self.ends.push((self.bytes.len() - base) as u32);
    }
}

/// The input list of a run: the items and the dummies that fill them up to the class, sorted bytewise.
///
/// A dummy's type byte is 0 and an item's is not, so all dummies come first and an item's index in this list
/// is its rank plus the number of dummies.
pub(crate) struct RunList<'a> {
    dummies: Dummies,
    items: &'a Items,
}

impl<'a> RunList<'a> {
    /// Fills `items` up to `class` with dummies from `randomness`.
    ///
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than the class holds.
    pub(crate) fn new(
        items: &'a Items,
        class: SizeClass,
        ro: &Ro,
        randomness: &Randomness,
    ) -> Result<RunList<'a>, Rejection> {
        fits(items.len(), class)?;
        let mut dummies: Vec<Dummy> =
            (0..class.len() - items.len()).map(|i| dummy(ro, randomness, i as u64)).collect();
        // Two equal dummies would spoil the run, once in 2^128 / n^2 runs.
        dummies.sort_unstable();
        Ok(RunList { dummies: Dummies(dummies), items })
    }

    /// The size of the class.
    pub(crate) fn len(&self) -> usize {
        self.dummies.0.len() + self.items.len()
    }

    /// How many entries are dummies: the index of the item of rank 0.
    pub(crate) fn padding(&self) -> usize {
        self.dummies.0.len()
    }

    /// The rank of the entry at `index`, if it is an item.
    pub(crate) fn rank(&self, index: usize) -> Option<usize> {
        index.checked_sub(self.padding())
    }

    /// The entry at `index`, below [`Self::len`].
    pub(crate) fn entry(&self, index: usize) -> &[u8] {
        match self.rank(index) {
            Some(rank) => self.items.item(rank),
            None => &self.dummies.0[index],
        }
    }

    /// The entry at `index`, below [`Self::len`], for hashing many entries at once.
    pub(crate) fn stretch(&self, index: usize) -> Stretch<'_> {
        match self.rank(index) {
            Some(rank) => self.items.stretch(rank),
            None => Stretch::new(self.dummies.0[index..].as_flattened(), size_of::<Dummy>()),
        }
    }
}

/// 00 01 10 00 ‖ RO("dummy"; ρ, i)[16]: the encoding of an item of type 0 with 16 bytes.
type Dummy = [u8; 20];

/// Dummies tell padding from items, so they are as secret as items.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Dummies(Vec<Dummy>);

fn dummy(ro: &Ro, randomness: &Randomness, index: u64) -> Dummy {
    let mut dummy = [0; 20];
    dummy[..4].copy_from_slice(&[0x00, 0x01, 0x10, 0x00]);
    ro.fill("dummy", &[randomness.as_bytes(), &index.to_le_bytes()], &mut dummy[4..]);
    dummy
}

fn fits(count: usize, class: SizeClass) -> Result<(), Rejection> {
    if count > class.len() {
        return Err(Rejection::ItemsOverClass { count: count as u64, class: class.get() });
    }
    Ok(())
}

fn check_item(rank: usize, item: &[u8]) -> Result<(), Rejection> {
    let rank = rank as u64;
    match item.first() {
        None => Err(Rejection::ItemEmpty { rank }),
        Some(0) => Err(Rejection::ItemTypeZero { rank }),
        Some(_) if item.len() > ITEM_BYTES_MAX => {
            Err(Rejection::ItemTooLong { rank, bytes: item.len() as u64 })
        }
        Some(_) => Ok(()),
    }
}

/// `previous` is empty before the first item, and no item is.
fn check_order(rank: usize, previous: &[u8], item: &[u8]) -> Result<(), Rejection> {
    match previous.cmp(item) {
        std::cmp::Ordering::Less => Ok(()),
        std::cmp::Ordering::Equal => Err(Rejection::ItemRepeated { rank: rank as u64 }),
        std::cmp::Ordering::Greater => Err(Rejection::ItemsNotAscending { rank: rank as u64 }),
    }
}
