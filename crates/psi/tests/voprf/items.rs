//! What may be a list, and how long it may be for a class.

use detente_psi::size::SizeClass;
use detente_psi::voprf::{Answerer, AnswererParameters, Asker, AskerParameters};
use detente_psi::{ITEM_BYTES_MAX, Items, Rejection, Seed, Sequential};
use proptest::prelude::*;

use crate::parties::replayable;

fn check(items: &[&[u8]], expected: Rejection) {
    assert_eq!(Items::new(items).err(), Some(expected));
}

#[test]
fn refuses_an_item_without_bytes() {
    check(&[b""], Rejection::ItemEmpty { rank: 0 });
    check(&[b"\x01", b""], Rejection::ItemEmpty { rank: 1 });
}

#[test]
fn refuses_an_item_of_the_type_of_padding() {
    check(&[b"\x00\x01\x10\x00"], Rejection::ItemTypeZero { rank: 0 });
    check(&[b"\x01", b"\x00"], Rejection::ItemTypeZero { rank: 1 });
}

#[test]
fn refuses_an_item_that_is_too_long() {
    let bytes = ITEM_BYTES_MAX as u64 + 1;
    assert_eq!(bytes, 65_504);
    check(&[b"\x01", &vec![2; ITEM_BYTES_MAX + 1]], Rejection::ItemTooLong { rank: 1, bytes });
    assert!(Items::new(&[vec![2; ITEM_BYTES_MAX]]).is_ok());
}

#[test]
fn refuses_items_out_of_order_or_twice() {
    check(&[b"\x02", b"\x01"], Rejection::ItemsNotAscending { rank: 1 });
    check(&[b"\x01\x01", b"\x01"], Rejection::ItemsNotAscending { rank: 1 });
    check(&[b"\x01", b"\x02", b"\x02"], Rejection::ItemRepeated { rank: 2 });
}

#[test]
fn refuses_more_items_than_the_class_holds() {
    let sorted: Vec<[u8; 3]> = (0..257u16).map(|i| [1, (i >> 8) as u8, i as u8]).collect();
    let (items, seed) = (Items::new(&sorted).unwrap(), Seed::from_bytes([0; 32]));
    let class = SizeClass::MIN;
    let asker = AskerParameters {
        terms_id: [0; 32],
        class,
        seed: &seed,
        nonce: [0; 32],
        items: &items,
        par: &Sequential,
    };
    let over = Rejection::ItemsOverClass { count: 257, class: 256 };
    assert_eq!(Asker::new(asker).err(), Some(over.clone()));
    let answerer = AnswererParameters {
        terms_id: [0; 32],
        accept_id: [0; 32],
        asker_nonce: [0; 32],
        answerer_nonce: [0; 32],
        asker_class: SizeClass::MAX,
        answerer_class: class,
        seed: &seed,
        items: &items,
        par: &Sequential,
    };
    assert_eq!(Answerer::new(answerer).err(), Some(over));
}

#[test]
fn counts_what_it_was_given() {
    let items = Items::new(&[&b"\x01"[..], b"\x02"]).unwrap();
    assert_eq!((items.len(), items.is_empty()), (2, false));
    assert!(Items::new::<&[u8]>(&[]).unwrap().is_empty());
}

proptest! {
    #![proptest_config(replayable(256))]
    #[test]
    fn any_byte_strings_are_a_list_or_refused(
        strings in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..20),
    ) {
        let in_form = strings.windows(2).all(|pair| pair[0] < pair[1])
            && strings.iter().all(|string| string.first().is_some_and(|kind| *kind != 0));
        prop_assert_eq!(Items::new(&strings).is_ok(), in_form);
    }
}
