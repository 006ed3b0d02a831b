//! Lists made from numbers: canonical names of domains, 20 bytes an item with its header, half in common.
//!
//! A list is a function of its length and its party alone, so both parties and every run have the same ones.

use detente_psi::{Items, Rejection};

use super::party::Role;

/// Type 4 (domain), version 1, 16 bytes.
const HEADER: [u8; 4] = [4, 1, 16, 0];
const ENDING: &[u8; 3] = b".de";
const ITEM_BYTES: usize = 20;

/// How many of `n` items both lists have.
pub(super) fn common_count(n: u64) -> u64 {
    n / 2
}

/// The list of one party.
pub(super) fn items(n: u64, role: Role) -> Result<Items, Rejection> {
    let first = match role {
        Role::Receiver => 0,
        Role::Sender => n - common_count(n),
    };
    // Arrays, not slices: millions of them are sorted here, and copied once.
    let mut items: Vec<[u8; ITEM_BYTES]> = (first..first + n).map(item).collect();
    items.sort_unstable();
    Items::new(&items)
}

/// The item of a number; no two numbers have the same one.
fn item(number: u64) -> [u8; ITEM_BYTES] {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut item = [0; ITEM_BYTES];
    let (header, name) = item.split_at_mut(HEADER.len());
    let (label, ending) = name.split_at_mut(name.len() - ENDING.len());
    header.copy_from_slice(&HEADER);
    ending.copy_from_slice(ENDING);
    let mut rest = scatter(number);
    for letter in label {
        *letter = DIGITS[(rest % 32) as usize];
        rest /= 32;
    }
    item
}

/// The finaliser of SplitMix64: one to one, so that names differ, and without order, as real lists are.
fn scatter(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use detente_indicators::read::{self, Reading};
    use detente_indicators::{Intake, Item, Options};

    use super::*;

    fn options() -> Options {
        Options {
            types: None,
            all: false,
            observables: false,
            special_use: false,
            marking: detente_indicators::Marking { tlp: None, pap: None },
        }
    }

    #[test]
    fn items_are_those_that_a_list_of_the_same_names_gives() {
        let mut made: Vec<[u8; ITEM_BYTES]> = (0..1000).map(item).collect();
        made.sort_unstable();
        let text: Vec<u8> = made.iter().flat_map(|item| [&item[4..], b"\n"].concat()).collect();
        let mut intake = Intake::new(options());
        intake.begin_source("made");
        let reading = Reading { format: None, column: None, unpacked_bytes_max: None };
        read::read(text.as_slice(), &reading, &mut intake).unwrap();
        let list = intake.finish();
        let read: Vec<&[u8]> = list.items().map(Item::bytes).collect();
        assert!(made.iter().map(|item| item.as_slice()).eq(read));
    }

    #[test]
    fn half_of_the_items_are_in_common() {
        for n in [1_u64, 2, 3, 1001] {
            let first = n - common_count(n);
            assert_eq!(n - first, common_count(n));
            assert_eq!(items(n, Role::Sender).unwrap().len() as u64, n);
        }
    }
}
