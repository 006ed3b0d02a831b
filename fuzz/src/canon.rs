//! canon/1: what comes out is an item, and its printed form gives the same item again.

use detente_indicators::canon::{Declared, canonicalise, refang};
use detente_indicators::{Item, Kind};

use crate::planted;

/// The first byte says what the value is declared as, the rest is the value.
pub fn check(data: &[u8]) {
    let Some((first, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let special_use = first & 0x80 != 0;
    let _ = refang(text);
    let mut item = vec![0xee];
    match canonicalise(declared(*first & 0x7f), text, special_use, &mut item) {
        Err(_) => assert_eq!(item, [0xee], "nothing is left of a refused value"),
        Ok((kind, _)) => {
            let item = Item::from_bytes(&item[1..]).expect("an item has its form");
            assert_eq!(item.kind(), Some(kind));
            check_again(item);
            planted::in_item(item);
        }
    }
}

/// The printed form of an item is canonical: it gives the item again.
pub fn check_again(item: Item<'_>) {
    let (kind, printed) = (item.kind().expect("an item has a kind"), item.printed());
    let mut again = Vec::new();
    let result = canonicalise(Declared::Kind(kind), &printed, true, &mut again);
    assert!(
        result.is_ok() && again == item.bytes(),
        "{kind} {printed:?} is not its own canonical form: {result:?}"
    );
}

/// Everything a reader can say about a value.
fn declared(number: u8) -> Declared {
    let others = [Declared::Unknown, Declared::Address, Declared::Host, Declared::Hash, Declared::NotCarried];
    let number = usize::from(number) % (others.len() + Kind::ALL.len());
    others.get(number).copied().unwrap_or_else(|| Declared::Kind(Kind::ALL[number - others.len()]))
}
