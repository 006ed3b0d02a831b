//! What each check keeps off: with it switched off an attack succeeds, with it on the same attack ends the run.

use std::collections::BTreeSet;

use super::cases::small;
use super::insider::{AnswererShares, AskerShares};
use super::parties::{Arrival, Outcome, Party, Run, Said, items};
use crate::common::Tag;
use crate::field::{Gf128, Kernels};
use crate::item::Items;
use crate::okvs::{self, Bins, Rows};
use crate::par::Sequential;
use crate::rejection::Rejection;
use crate::seams::{self, Seam};
use crate::seed::Seed;
use crate::slots::Slots;
use crate::vole::Code;
use crate::vole::bins::Binned;
use crate::vole::side::{Role, Side};

/// Runs with message `at` replaced, and keeps what was said.
fn with_message(run: &Run<'_>, at: usize, body: &[u8]) -> (Outcome, Said) {
    let mut said = Said::new();
    let outcome = run.carried(|index, number, honest| {
        let body = if index == at { body.to_vec() } else { honest };
        said.push((number, body.clone()));
        vec![Arrival::Vole(number, body)]
    });
    (outcome, said)
}

/// Bits of Δ in a group: R lets each of them disturb the same few slots.
const GROUP: usize = 8;

/// An R that puts β + 1 in place of β into base OT i, for every tree of the group of i.
///
/// What S then holds differs from C + A·Δ at the hole of such a tree by the bits of Δ in the group. Holes of the
/// second half of the noise go to one slot each, so that each group disturbs the slots of its trees, and R tries
/// 2^8 values of the bits on an item that it knows S to list.
struct Attack {
    run: Run<'static>,
    forged: Vec<u8>,
    /// The slot that each tree disturbs, with its group.
    slots: Vec<(usize, usize)>,
}

impl Attack {
    fn new(run: Run<'static>, honest: &Said, asker: &AskerShares<'_>) -> Attack {
        let plan = run.plan();
        let outputs = plan.noise.outputs;
        let mut slots = Vec::new();
        let mut trees = Vec::new();
        for (tree, hole) in asker.noise.holes.iter().enumerate() {
            let place = (tree << plan.noise.depth) + hole.position as usize;
            if (outputs..outputs + plan.shape.sparse).contains(&place) {
                let group = trees.len() % (128 / GROUP);
                trees.push((tree, group));
                slots.push((place - outputs, group));
            }
        }
        let column = plan.value_column_bytes();
        let forged = asker.forge(&honest[1].1, |tau| {
            for (tree, group) in &trees {
                (group * GROUP..(group + 1) * GROUP).for_each(|bit| tau[bit * column + 16 * tree] ^= 1);
            }
        });
        Attack { run, forged, slots }
    }

    /// Δ, from S's tags of items that both sides list.
    fn read_delta(&self, asker: &AskerShares<'_>, said: &Said) -> Gf128 {
        let (side, tags) = (&asker.side, tags(said));
        let binned = Binned::new(side, row_key(side, said));
        let (_, c) = asker.slots(&said[2].1);
        let values = decoded(side, said, &c);
        // For each entry the group that disturbs it, if it is disturbed by one slot alone.
        let mut disturbed = vec![Vec::new(); values.len()];
        for (slot, group) in &self.slots {
            let mut unit = vec![Gf128::ZERO; c.len()];
            unit[*slot] = Gf128::ONE;
            let hit = decoded(side, said, &unit);
            let hit = hit.iter().zip(&mut disturbed).filter(|(value, _)| **value != Gf128::ZERO);
            hit.for_each(|(_, groups)| groups.push(*group));
        }
        let mut delta = [None; 128 / GROUP];
        for bits in 0..1 << GROUP {
            let moved = |group: &usize| Gf128(bits << (group * GROUP));
            let tried: Vec<Gf128> = values
                .iter()
                .zip(&disturbed)
                .map(|(value, groups)| *value + mask(side, said) + groups.iter().map(moved).sum())
                .collect();
            for (tag, groups) in binned.tags(0, &tried).iter().zip(&disturbed) {
                if let ([group], true) = (&groups[..], tags.contains(tag)) {
                    delta[*group] = Some(moved(group));
                }
            }
        }
        delta.into_iter().map(|bits| bits.expect("an item that shows the bits of the group")).sum()
    }

    /// The guesses that S lists.
    fn test_guesses(
        &self,
        asker: &AskerShares<'_>,
        said: &Said,
        delta: Gf128,
        guesses: &BTreeSet<Vec<u8>>,
    ) -> BTreeSet<Vec<u8>> {
        let kernels = Kernels::new(self.run.cpu);
        let (a, mut b) = asker.slots(&said[2].1);
        let of_group = |group: usize| Gf128(delta.0 & ((1 << GROUP) - 1) << (group * GROUP));
        self.slots.iter().for_each(|(slot, group)| b[*slot] += of_group(*group));
        kernels.add_scaled(&mut b, delta, &a);
        let sorted: Vec<_> = guesses.iter().collect();
        let (seed, items) = (Seed::from_bytes(self.run.asker_seed), Items::new(&sorted).expect("items"));
        let side = Side::new(&Role::Answerer, self.run.parameters(&seed, &items)).expect("they fit");
        let binned = Binned::new(&side, row_key(&asker.side, said));
        let mut slots = Slots::default();
        slots.push(b);
        let mask = mask(&asker.side, said);
        let own = binned.evaluate(&side, &slots, delta, mask, 0, &said[5].1[48..]);
        let tags = tags(said);
        let hits = own.iter().zip(binned.entries(0)).filter(|(tag, _)| tags.contains(*tag));
        hits.filter_map(|(_, entry)| side.list.rank(*entry as usize))
            .map(|rank| sorted[rank].clone())
            .collect()
    }
}

/// What R knows once the run is over: r, w, S's tags, and the values of its own entries in some slots.
fn row_key(side: &Side<'_>, said: &Said) -> [u8; 32] {
    side.row_key(&said[2].1[..32], &side.draw("r"))
}

fn mask(side: &Side<'_>, said: &Said) -> Gf128 {
    side.tag_mask() + Gf128::from_bytes(said[6].1[..16].try_into().expect("16 bytes"))
}

fn tags(said: &Said) -> BTreeSet<Tag> {
    said[6].1[16..].as_chunks().0.iter().copied().collect()
}

fn decoded(side: &Side<'_>, said: &Said, slots: &[Gf128]) -> Vec<Gf128> {
    let shape = &side.plan.shape;
    let bins = Bins::new(&side.list, &row_key(side, said), shape, &Sequential);
    let mut rows = Rows::with_capacity(0);
    rows.load(&bins, 0, 0..side.list.len(), shape);
    let mut values = vec![Gf128::ZERO; rows.len()];
    okvs::decode(&rows, slots, shape, side.kernels, &mut values);
    values
}

/// R's list is S's but for one item, which R guesses.
const LISTED: u64 = 8192;

fn attacked() -> Run<'static> {
    Run::new(Code::Qc, items(0..LISTED - 1), items(0..LISTED))
}

#[test]
fn without_its_check_an_asker_reads_delta_and_tests_guesses() {
    seams::with(&[Seam::DealtTransfers], || {
        let run = attacked();
        let (_, honest) = run.play();
        let (seed, list) = (Seed::from_bytes(run.asker_seed), Items::new(&run.asker).expect("items"));
        let asker = AskerShares::new(run.parameters(&seed, &list), &honest[0].1, &honest[1].1);
        let attack = Attack::new(run.clone(), &honest, &asker);

        let (outcome, _) = with_message(&run, 1, &attack.forged);
        assert_eq!(outcome.refused, Some((Party::Answerer, Rejection::CorrelationInconsistent)));

        // R of course does not mind what S's trees look like to it.
        let off = [Seam::NoCorrelationCheck, Seam::NoTreeCheck];
        let (outcome, said) = seams::with(&off, || with_message(&run, 1, &attack.forged));
        assert_eq!(outcome.refused, None);
        let delta = attack.read_delta(&asker, &said);
        let (seed, list) = (Seed::from_bytes(run.answerer_seed), Items::new(&run.answerer).expect("items"));
        let answerer = AnswererShares::new(run.parameters(&seed, &list), &said[0].1, &said[1].1);
        assert!(delta == answerer.delta);

        // With Δ, R has S's share and evaluates whatever it likes: no more need to list it.
        let guesses: BTreeSet<_> = items((LISTED - 5)..(LISTED + 5));
        let listed: BTreeSet<_> = items((LISTED - 5)..LISTED);
        assert!(attack.test_guesses(&asker, &said, delta, &guesses) == listed);
    });
}

#[test]
fn without_its_check_an_asker_accepts_wrong_trees() {
    seams::with(&[Seam::DealtTransfers], || {
        let run = small();
        let (_, honest) = run.play();
        let (seed, list) = (Seed::from_bytes(run.asker_seed), Items::new(&run.asker).expect("items"));
        let asker = AskerShares::new(run.parameters(&seed, &list), &honest[0].1, &honest[1].1);
        let (seed, list) = (Seed::from_bytes(run.answerer_seed), Items::new(&run.answerer).expect("items"));
        let answerer = AnswererShares::new(run.parameters(&seed, &list), &honest[0].1, &honest[1].1);
        let kernels = Kernels::new(run.cpu);
        let (depth, b) = (run.plan().noise.depth, answerer.slots());
        let mut position = 0;
        for level in 0..depth {
            // S does not know which of two sums R reads. From whether the run ends it does.
            let mut changed = honest[2].1.clone();
            changed[32 + 16 * 2 * level] ^= 1;
            let (outcome, _) = with_message(&run, 2, &changed);
            let read = outcome.refused == Some((Party::Asker, Rejection::TreesInconsistent));
            assert!(read || outcome.found == Some(run.expected()), "level {level}");
            position = position << 1 | u64::from(read);

            let (outcome, _) = seams::with(&[Seam::NoTreeCheck], || with_message(&run, 2, &changed));
            assert_eq!(outcome.refused, None);
            assert_eq!(outcome.found == Some(run.expected()), !read, "a wrong result that nobody notices");
            let (a, c) = asker.slots(&changed);
            let holds = (0..b.len()).all(|i| c[i] == b[i] + kernels.mul(a[i], answerer.delta));
            assert_eq!(holds, !read);
        }
        assert_eq!(position, asker.noise.holes[0].position);
    });
}
