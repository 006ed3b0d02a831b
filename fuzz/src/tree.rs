//! Inclusion paths: no path of foreign bytes breaks the check, and an honest path holds until it is touched.

use detente_tlog::{EntryIndex, Hash, TreeSize, check_inclusion, inclusion_path, leaf_hash, root_of_hashes};

use crate::planted;

/// `index ‖ size ‖ leaf ‖ root ‖ path` as they come, and a small honest tree that the same bytes choose.
pub fn check(data: &[u8]) {
    check_foreign(data);
    check_honest(data);
}

fn check_foreign(data: &[u8]) {
    let Some((index, rest)) = data.split_first_chunk::<8>() else { return };
    let Some((size, rest)) = rest.split_first_chunk::<8>() else { return };
    let mut hashes = rest.as_chunks::<32>().0.iter().map(|bytes| Hash::from_bytes(*bytes));
    let (Some(leaf), Some(root)) = (hashes.next(), hashes.next()) else { return };
    let Ok(size) = TreeSize::new(u64::from_le_bytes(*size)) else { return };
    let path: Vec<Hash> = hashes.collect();
    let verdict = check_inclusion(EntryIndex::new(u64::from_le_bytes(*index)), size, &leaf, &path, &root);
    planted::in_path(size.get(), &verdict);
}

fn check_honest(data: &[u8]) {
    let [count, index, place, bit, ..] = *data else { return };
    let count = count % 40 + 1;
    let leaves: Vec<Hash> = (0..count).map(|number| leaf_hash(&[number, index])).collect();
    let (size, root) =
        (TreeSize::new(u64::from(count)).expect("a small tree"), root_of_hashes(leaves.iter().copied()));
    let index = index % count;
    let mut path = inclusion_path(EntryIndex::new(index.into()), &leaves).expect("the leaf is there");
    let leaf = &leaves[usize::from(index)];
    let holds =
        |path: &[Hash]| check_inclusion(EntryIndex::new(index.into()), size, leaf, path, &root).is_ok();
    assert!(holds(&path), "an honest path holds");
    let touched = usize::from(place) % path.len().max(1);
    if let Some(hash) = path.get_mut(touched) {
        let mut bytes = *hash.as_bytes();
        bytes[usize::from(bit >> 3)] ^= 1 << (bit & 7);
        *hash = Hash::from_bytes(bytes);
        assert!(!holds(&path), "a touched path does not");
    }
}
