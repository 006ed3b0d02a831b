//! Proofs read from nodes against literal, recursive readings of RFC 6962 and RFC 9162, for all sizes up to 300.

#![allow(clippy::unwrap_used, reason = "what a test stands on is there")]

mod common;

use common::{hash, size};
use detente_tlog::{
    EntryIndex, Frontier, Hash, HashReader, HashTile, MemoryTree, Node, Rejection, TREE_SIZE_MAX, TileKind,
    TilePath, TileReader, check_consistency, check_inclusion, consistency_proof, full_form, inclusion_proof,
    leaf_hash, node_hash, root_at, root_of_hashes, roots_of_full_form,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

const SIZE_MAX: usize = 300;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

fn grown(leaves: &[Hash]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    leaves.iter().for_each(|leaf| tree.append(*leaf).unwrap());
    tree
}

fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_empty_tree(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

fn path(place: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, sibling) = if place < left.len() {
        (path(place, left), mth(right))
    } else {
        (path(place - left.len(), right), mth(left))
    };
    hashes.push(sibling);
    hashes
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn subproof(m: usize, leaves: &[Hash], is_known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if is_known { Vec::new() } else { vec![mth(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut hashes, sibling) = if m <= left.len() {
        (subproof(m, left, is_known), mth(right))
    } else {
        (subproof(m - left.len(), right, false), mth(left))
    };
    hashes.push(sibling);
    hashes
}

fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// The check as RFC 9162, section 2.1.4.2, words it.
fn extends(m: u64, n: u64, old: &Hash, new: &Hash, path: &[Hash]) -> bool {
    if m == n {
        return path.is_empty() && old == new;
    }
    let path = if m.is_power_of_two() { [&[*old], path].concat() } else { path.to_vec() };
    let (mut fn_, mut sn) = (m - 1, n - 1);
    while fn_ & 1 == 1 {
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    let Some((first, rest)) = path.split_first() else { return false };
    let (mut fr, mut sr) = (*first, *first);
    for c in rest {
        if sn == 0 {
            return false;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            (fr, sr) = (node_hash(c, &fr), node_hash(c, &sr));
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            sr = node_hash(&sr, c);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    sn == 0 && fr == *old && sr == *new
}

fn check(m: u64, n: u64, old: &Hash, new: &Hash, path: &[Hash]) -> Result<(), Rejection> {
    let verdict = check_consistency(size(m), old, size(n), new, path);
    if m > 0 && m <= n {
        assert_eq!(verdict.is_ok(), extends(m, n, old, new, path), "{m} in {n}: {verdict:?}");
    }
    verdict
}

#[test]
fn inclusion_from_nodes_equals_the_definition() {
    let all = leaves(SIZE_MAX);
    let tree = grown(&all);
    for n in 1..=SIZE_MAX {
        let root = mth(&all[..n]);
        assert_eq!(root_at(size(n as u64), &tree), Ok(root));
        for m in 0..n {
            let (index, n) = (EntryIndex::new(m as u64), size(n as u64));
            let hashes = inclusion_proof(index, n, &tree).unwrap();
            assert_eq!(hashes, path(m, &all[..n.get() as usize]), "{m} in {n}");
            assert_eq!(check_inclusion(index, n, &all[m], &hashes, &root), Ok(()));
        }
    }
}

#[test]
fn consistency_and_full_form_equal_the_definition() {
    let all = leaves(SIZE_MAX);
    let tree = grown(&all);
    let roots: Vec<Hash> = (0..=SIZE_MAX).map(|n| mth(&all[..n])).collect();
    for n in 1..=SIZE_MAX {
        for m in 1..=n {
            let (older, newer) = (size(m as u64), size(n as u64));
            let hashes = consistency_proof(older, newer, &tree).unwrap();
            assert_eq!(hashes, subproof(m, &all[..n], true), "{m} in {n}");
            assert_eq!(check(m as u64, n as u64, &roots[m], &roots[n], &hashes), Ok(()));
            if m == n {
                continue;
            }
            let full = full_form(older, newer, &tree).unwrap();
            assert_eq!(full, subproof(m, &all[..n], false), "{m} in {n}");
            assert_eq!(full.len(), hashes.len() + usize::from(m.is_power_of_two()));
            assert_eq!(roots_of_full_form(older, newer, &full), Ok((roots[m], roots[n])));
        }
    }
}

#[test]
fn a_touched_consistency_proof_does_not_hold() {
    let all = leaves(70);
    let tree = grown(&all);
    for n in 1..=all.len() {
        for m in 1..=n {
            let (old, new) = (mth(&all[..m]), mth(&all[..n]));
            let hashes = consistency_proof(size(m as u64), size(n as u64), &tree).unwrap();
            let judge = |old: &Hash, new: &Hash, hashes: &[Hash]| check(m as u64, n as u64, old, new, hashes);
            for at in 0..hashes.len() {
                let mut touched = hashes.clone();
                touched[at] = hash(7);
                assert_eq!(judge(&old, &new, &touched), Err(Rejection::RootDiffers));
            }
            let expected = hashes.len();
            let long = [hashes.as_slice(), &[hash(7)]].concat();
            let too_long = Rejection::PathTooLong { expected, found: expected + 1 };
            assert_eq!(judge(&old, &new, &long), Err(too_long));
            if expected > 0 {
                let too_short = Rejection::PathTooShort { expected, found: expected - 1 };
                assert_eq!(judge(&old, &new, &hashes[1..]), Err(too_short));
            }
            assert_eq!(judge(&hash(7), &new, &hashes), Err(Rejection::RootDiffers));
            assert_eq!(judge(&old, &hash(7), &hashes), Err(Rejection::RootDiffers));
        }
    }
}

#[test]
fn from_the_empty_tree_and_backwards() {
    let (empty, root) = (Hash::of_empty_tree(), hash(1));
    assert_eq!(check(0, 9, &empty, &root, &[]), Ok(()));
    assert_eq!(check(0, 9, &root, &root, &[]), Err(Rejection::RootDiffers));
    assert_eq!(check(0, 9, &empty, &root, &[root]), Err(Rejection::PathTooLong { expected: 0, found: 1 }));
    assert_eq!(check(9, 8, &root, &root, &[]), Err(Rejection::TreeShrank { older: 9, newer: 8 }));
    let tree = grown(&leaves(9));
    assert_eq!(consistency_proof(size(0), size(9), &tree), Ok(Vec::new()));
    for (m, n) in [(0, 9), (9, 9), (9, 8)] {
        let shrank = Rejection::TreeShrank { older: m, newer: n };
        assert_eq!(full_form(size(m), size(n), &tree), Err(shrank.clone()));
        assert_eq!(roots_of_full_form(size(m), size(n), &[root]), Err(shrank));
    }
    let beyond = Rejection::IndexBeyondTree { index: 9, size: 9 };
    assert_eq!(inclusion_proof(EntryIndex::new(9), size(9), &tree), Err(beyond));
    assert!(inclusion_proof(EntryIndex::new(0), size(10), &tree).is_err(), "more leaves than the tree has");
}

#[test]
fn a_frontier_goes_on_where_it_was_left() {
    let all = leaves(SIZE_MAX);
    let tree = grown(&all);
    for n in 0..=SIZE_MAX {
        let hashes: Vec<Hash> =
            Frontier::nodes(size(n as u64)).map(|node| tree.hash(node).unwrap()).collect();
        let mut frontier = Frontier::from_hashes(size(n as u64), hashes).unwrap();
        assert_eq!(frontier.root(), mth(&all[..n]), "{n} leaves");
        let mut told = Vec::new();
        if let Some(leaf) = all.get(n) {
            frontier.append(*leaf, |node, hash| told.push((node, hash))).unwrap();
            assert_eq!(frontier.root(), mth(&all[..=n]));
            assert_eq!(told.len() as u32, 1 + (n as u64).trailing_ones());
            assert!(told.iter().all(|(node, hash)| tree.hash(*node) == Ok(*hash)));
        }
    }
    let wrong = Rejection::FrontierLength { expected: 2, found: 1 };
    assert_eq!(Frontier::from_hashes(size(5), vec![hash(1)]), Err(wrong));
    let full = Frontier::from_hashes(size(TREE_SIZE_MAX), vec![hash(1); 53]);
    let over = Rejection::SizeOverLimit { size: TREE_SIZE_MAX + 1 };
    assert_eq!(full.unwrap().append(hash(1), |_, _| ()), Err(over));
}

#[test]
fn nodes_beyond_every_tree_are_refused() {
    assert!(Node::new(0, TREE_SIZE_MAX).is_ok());
    for (level, index) in
        [(0, TREE_SIZE_MAX + 1), (0, u64::MAX), (53, 1), (54, 0), (63, 0), (64, 0), (255, 7)]
    {
        assert!(Node::new(level, index).is_err(), "{level}, {index}");
    }
}

/// The tiles of a tree as a static file server has them.
fn serve(tree: &MemoryTree) -> impl Fn(TilePath) -> Result<Vec<u8>, Rejection> {
    |path| Ok(HashTile::read(path, tree)?.to_bytes())
}

#[test]
fn proofs_from_tiles_equal_those_from_memory() {
    let all = leaves(70_000);
    let tree = grown(&all);
    for n in [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000] {
        let tiles = TileReader::new(size(n), serve(&tree));
        assert_eq!(root_at(size(n), &tiles), root_at(size(n), &tree), "{n}");
        for m in [0, 1, n / 3, n / 2, n - 1] {
            let index = EntryIndex::new(m.min(n - 1));
            let path = inclusion_proof(index, size(n), &tiles).unwrap();
            assert_eq!(Ok(path), inclusion_proof(index, size(n), &tree), "{m} in {n}");
            let path = consistency_proof(size(m), size(n), &tiles).unwrap();
            assert_eq!(Ok(path), consistency_proof(size(m), size(n), &tree), "{m} in {n}");
        }
        assert!(tiles.hash(Node::new(0, n).unwrap()).is_err(), "a leaf behind the last");
    }
    let short = TileReader::new(size(300), |_| Ok::<_, Rejection>(vec![0; 31]));
    assert_eq!(root_at(size(300), &short).unwrap_err().name(), "bad-length");
    let level_2 = TilePath::in_tree(TileKind::Hashes(2), 0, size(70_000)).unwrap();
    assert_eq!(HashTile::read(level_2, &tree).unwrap().hashes(), [mth(&all[..65_536])]);
}

proptest! {
    // The same cases on every run.
    #![proptest_config(Config { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_sizes_and_paths_are_judged_as_by_the_reference(
        m in 0..=TREE_SIZE_MAX,
        n in 0..=TREE_SIZE_MAX,
        shrink in 0u32..53,
        length in 0usize..70,
    ) {
        let path = vec![hash(1); length];
        let _ = check(m >> shrink, n >> shrink, &hash(2), &hash(3), &path);
        let _ = check(m >> shrink, (n >> shrink) + 1, &hash(2), &hash(3), &path[..length.min(3)]);
        let _ = roots_of_full_form(size(m), size(n), &path);
    }

    #[test]
    fn full_forms_of_large_sizes_have_their_length(m in 1u64..1 << 40, more in 1u64..1 << 40) {
        // The nodes are all alike, so only the shape is looked at.
        struct Alike;
        impl HashReader for Alike {
            type Error = Rejection;
            fn hash(&self, _: Node) -> Result<Hash, Rejection> { Ok(hash(9)) }
        }
        let (older, newer) = (size(m), size(m + more));
        let full = full_form(older, newer, &Alike).unwrap();
        prop_assert!(full.len() <= 63);
        prop_assert!(roots_of_full_form(older, newer, &full).is_ok());
        let path = consistency_proof(older, newer, &Alike).unwrap();
        prop_assert_eq!(path.len() + usize::from(m.is_power_of_two()), full.len());
    }
}

#[test]
fn the_root_is_that_of_the_leaves() {
    let all = leaves(1000);
    assert_eq!(grown(&all).root(), root_of_hashes(all.iter().copied()));
    assert_eq!(MemoryTree::default().root(), Hash::of_empty_tree());
}
