//! What is to go wrong in a run, and when it ends. All of it follows from the seed and the mode.

use crate::dice::Dice;

/// What a run is to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// Nothing false ever, whatever goes wrong.
    Safety,
    /// Rest and agreement soon after what went wrong is mended.
    Live,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The link between two is cut: loudly, or so that each thinks that it stands.
    Cut { one: usize, other: usize, silent: bool },
    /// It is back.
    Mend { one: usize, other: usize },
    /// A node is killed, and comes back from its disk as it was in that moment.
    Crash { node: usize, for_ms: u64 },
    /// A copy of the home is put aside.
    Copy { node: usize },
    /// A node is killed, and comes back from that copy, without its signer's memory.
    Restore { node: usize },
    /// The wall clock of a node is moved.
    Skew { node: usize, ms: i64 },
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) mode: Mode,
    pub(crate) nodes: usize,
    /// When faults end and all that was broken is mended.
    pub(crate) healed_at: u64,
    pub(crate) acts: Vec<(u64, usize)>,
    pub(crate) faults: Vec<(u64, Fault)>,
    /// Of a thousand frames, how many are lost, come twice, are changed on the way.
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) changed: u64,
    pub(crate) delay_ms_max: u64,
    /// Who can be dialled: of a pair at least one.
    pub(crate) reachable: Vec<Vec<bool>>,
}

impl Plan {
    pub(crate) fn of(seed: u64, mode: Mode, nodes_max: usize) -> Plan {
        let mut dice = Dice::new(seed ^ 0x5eed);
        // Small ones often: most of what can go wrong goes wrong between three.
        let nodes = [2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 9][dice.below(11) as usize].min(nodes_max);
        let healed_at = dice.within(20_000..=60_000);
        let count = dice.within(4..=16);
        let mut acts: Vec<(u64, usize)> =
            (0..count).map(|_| (dice.below(healed_at), dice.below(nodes as u64) as usize)).collect();
        acts.sort_unstable();
        let wild = mode == Mode::Safety;
        let mut plan = Plan {
            mode,
            nodes,
            healed_at,
            acts,
            faults: Vec::new(),
            lost: [0, 20, 100][dice.below(3) as usize],
            doubled: [0, 100][dice.below(2) as usize],
            changed: if wild { [0, 50][dice.below(2) as usize] } else { 0 },
            delay_ms_max: [20, 200, 1500][dice.below(3) as usize],
            reachable: reachable(nodes, &mut dice),
        };
        for _ in 0..dice.below(8) {
            plan.fault(&mut dice, wild);
        }
        plan.faults.sort_by_key(|(at, _)| *at);
        plan
    }

    fn fault(&mut self, dice: &mut Dice, wild: bool) {
        let at = dice.below(self.healed_at);
        let node = dice.below(self.nodes as u64) as usize;
        match dice.below(if wild { 6 } else { 4 }) {
            0 | 1 => {
                let other = (node + 1 + dice.below(self.nodes as u64 - 1) as usize) % self.nodes;
                let until = at + dice.within(1_000..=30_000);
                self.faults.push((at, Fault::Cut { one: node, other, silent: dice.below(2) == 0 }));
                self.faults.push((until.min(self.healed_at), Fault::Mend { one: node, other }));
            }
            2 | 3 => self.faults.push((at, Fault::Crash { node, for_ms: dice.within(100..=20_000) })),
            4 => {
                let later = dice.within(at..=self.healed_at);
                self.faults.push((at, Fault::Copy { node }));
                self.faults.push((later, Fault::Restore { node }));
            }
            _ => {
                let ms = i64::try_from(dice.below(600_000)).unwrap() - 300_000;
                self.faults.push((at, Fault::Skew { node, ms }));
            }
        }
    }
}

fn reachable(nodes: usize, dice: &mut Dice) -> Vec<Vec<bool>> {
    let mut reachable = vec![vec![true; nodes]; nodes];
    for (one, other) in (0..nodes).flat_map(|one| (one + 1..nodes).map(move |other| (one, other))) {
        match dice.below(4) {
            0 => reachable[one][other] = false,
            1 => reachable[other][one] = false,
            _ => {}
        }
    }
    reachable
}
