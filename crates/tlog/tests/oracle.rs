//! The tree against a literal, recursive reading of RFC 6962, for all sizes up to 300, and against roots
//! known from elsewhere.

use detente_tlog::{
    EntryIndex, Hash, PATH_HASHES_MAX, Rejection, TREE_SIZE_MAX, TreeSize, check_inclusion, inclusion_path,
    leaf_hash, node_hash, root, root_of_hashes,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

const SIZE_MAX: usize = 300;

/// MTH of RFC 6962, section 2.1, for one leaf or more.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn path(place: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut hashes, sibling) =
        if place < k { (path(place, left), mth(right)) } else { (path(place - k, right), mth(left)) };
    hashes.push(sibling);
    hashes
}

/// The largest power of two smaller than `size`.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The check as RFC 9162, section 2.1.3.2, words it.
fn accepts(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut fn_, mut sn, mut r) = (index, size - 1, *leaf);
    for p in path {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            r = node_hash(p, &r);
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            r = node_hash(&r, p);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    sn == 0 && r == *root
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn check(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> Result<(), Rejection> {
    let verdict = check_inclusion(EntryIndex::new(index), TreeSize::new(size)?, leaf, path, root);
    assert_eq!(verdict.is_ok(), accepts(index, size, leaf, path, root), "{index} in {size}: {verdict:?}");
    verdict
}

#[test]
fn roots_equal_the_recursive_definition() {
    let all = leaves(SIZE_MAX);
    for size in 1..=SIZE_MAX {
        assert_eq!(root_of_hashes(all[..size].iter().copied()), mth(&all[..size]), "{size} leaves");
    }
}

#[test]
fn paths_equal_the_recursive_definition_and_check() {
    let all = leaves(SIZE_MAX);
    for size in 1..=SIZE_MAX {
        let root = mth(&all[..size]);
        for index in 0..size {
            let hashes = inclusion_path(EntryIndex::new(index as u64), &all[..size]).unwrap();
            assert_eq!(hashes, path(index, &all[..size]), "{index} in {size}");
            assert_eq!(check(index as u64, size as u64, &all[index], &hashes, &root), Ok(()));
        }
    }
}

#[test]
fn refuses_a_path_of_another_length() {
    let all = leaves(70);
    for size in 1..=all.len() {
        let root = mth(&all[..size]);
        for index in 0..size {
            let mut hashes = path(index, &all[..size]);
            let expected = hashes.len();
            let leaf = &all[index];
            hashes.push(*leaf);
            let long = Rejection::PathTooLong { expected, found: expected + 1 };
            assert_eq!(check(index as u64, size as u64, leaf, &hashes, &root), Err(long));
            hashes.truncate(expected);
            if hashes.pop().is_some() {
                let short = Rejection::PathTooShort { expected, found: expected - 1 };
                assert_eq!(check(index as u64, size as u64, leaf, &hashes, &root), Err(short));
            }
        }
    }
}

#[test]
fn refuses_another_leaf_place_size_path_or_root() {
    let all = leaves(40);
    let root = mth(&all);
    for index in 0..all.len() {
        let hashes = path(index, &all);
        for other in (0..all.len()).filter(|other| *other != index) {
            assert!(check(other as u64, 40, &all[index], &hashes, &root).is_err(), "{index} as {other}");
            assert_eq!(check(index as u64, 40, &all[other], &hashes, &root), Err(Rejection::RootDiffers));
        }
        for at in 0..hashes.len() {
            let mut changed = hashes.clone();
            changed[at] = leaf_hash(b"changed");
            assert_eq!(check(index as u64, 40, &all[index], &changed, &root), Err(Rejection::RootDiffers));
        }
        let wrong_root = mth(&all[..39]);
        assert_eq!(check(index as u64, 40, &all[index], &hashes, &wrong_root), Err(Rejection::RootDiffers));
    }
}

#[test]
fn agrees_with_the_reference_check_on_every_size_and_path_length() {
    // Whether the place and size fit the path is judged alike, whatever the hashes are.
    let hashes: Vec<Hash> = leaves(9);
    for size in 0..=66 {
        for index in 0..=66 {
            for length in 0..=hashes.len() {
                let _ = check(index, size, &hashes[0], &hashes[..length], &hashes[1]);
            }
        }
    }
}

#[test]
fn refuses_an_index_beyond_the_tree() {
    let all = leaves(5);
    let beyond = Rejection::IndexBeyondTree { index: 5, size: 5 };
    assert_eq!(check(5, 5, &all[0], &[], &all[0]), Err(beyond.clone()));
    assert_eq!(inclusion_path(EntryIndex::new(5), &all), Err(beyond));
    let none = Rejection::IndexBeyondTree { index: 0, size: 0 };
    assert_eq!(check(0, 0, &all[0], &[], &root_of_hashes([])), Err(none.clone()));
    assert_eq!(inclusion_path(EntryIndex::new(0), &[]), Err(none));
    let far = Rejection::IndexBeyondTree { index: u64::MAX, size: 5 };
    assert_eq!(inclusion_path(EntryIndex::new(u64::MAX), &all), Err(far));
}

#[test]
fn the_largest_tree_takes_short_paths_and_larger_ones_are_refused() {
    let leaf = leaf_hash(b"leaf");
    let path = vec![leaf; 64];
    let verdict = check(0, TREE_SIZE_MAX, &leaf, &path, &leaf);
    assert_eq!(verdict, Err(Rejection::PathTooLong { expected: 53, found: 64 }));
    const { assert!(53 <= PATH_HASHES_MAX) };
    assert_eq!(check(0, TREE_SIZE_MAX, &leaf, &path[..53], &leaf), Err(Rejection::RootDiffers));
    let over = Rejection::SizeOverLimit { size: TREE_SIZE_MAX + 1 };
    assert_eq!(TreeSize::new(TREE_SIZE_MAX + 1), Err(over));
    assert_eq!(TreeSize::new(u64::MAX), Err(Rejection::SizeOverLimit { size: u64::MAX }));
}

#[test]
fn roots_known_from_certificate_transparency() {
    // The eight leaves that the logs of RFC 6962 have been tested with from the beginning.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let known = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, expected) in known.iter().enumerate() {
        assert_eq!(root(&leaves[..size]).to_string(), *expected, "{size} leaves");
    }
}

#[test]
fn names_are_stable() {
    let rejections = [
        (Rejection::SizeOverLimit { size: 1 }, "size-over-limit"),
        (Rejection::IndexBeyondTree { index: 1, size: 1 }, "index-beyond-tree"),
        (Rejection::PathTooShort { expected: 1, found: 0 }, "path-too-short"),
        (Rejection::PathTooLong { expected: 0, found: 1 }, "path-too-long"),
        (Rejection::RootDiffers, "root-differs"),
    ];
    for (rejection, name) in rejections {
        assert_eq!(rejection.name(), name);
        let text = rejection.to_string();
        assert!(text.starts_with(char::is_lowercase) && !text.ends_with('.'), "{text}");
    }
}

proptest! {
    // The same cases on every run.
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]
    #[test]
    fn any_index_size_and_path_are_judged_as_by_the_reference(
        index in any::<u64>(),
        bits in 0u32..64,
        size in 0..=TREE_SIZE_MAX,
        shrink in 0u32..53,
        length in 0usize..70,
    ) {
        let path = vec![leaf_hash(b"sibling"); length];
        let _ = check(index >> bits, size >> shrink, &leaf_hash(b"leaf"), &path, &leaf_hash(b"root"));
    }
}
