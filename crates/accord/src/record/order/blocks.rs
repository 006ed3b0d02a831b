//! The order laid out for the eye: what everybody had seen stands above what came after it, and what nobody can put
//! in one order stands side by side.

use std::collections::BTreeMap;

use super::Order;
use crate::record::{LogId, Position};

/// Entries that nobody can put in one order: a column for each log, from its first to its last. Where there is one
/// column alone, the order is proved.
pub type Block = BTreeMap<LogId, Vec<Position>>;

impl Order {
    /// These positions in blocks. Whoever wrote an entry of a later block had seen all of the earlier ones. The
    /// positions come in the order of [`Order::positions`], some of them left out or not.
    pub fn blocks(&self, shown: &[Position]) -> Vec<Block> {
        let (mut blocks, mut block) = (Vec::new(), Block::new());
        for (position, ends) in shown.iter().zip(self.ends(shown)) {
            block.entry(position.log.clone()).or_default().push(position.clone());
            if ends {
                blocks.push(std::mem::take(&mut block));
            }
        }
        blocks
    }

    /// For each position, whether everybody who wrote one behind it had seen it and all before it.
    fn ends(&self, shown: &[Position]) -> Vec<bool> {
        let mut before: BTreeMap<&LogId, Vec<u64>> = BTreeMap::new();
        for position in shown {
            before.entry(&position.log).or_default().push(position.seq.saturating_add(1));
        }
        let logs: Vec<&LogId> = before.keys().copied().collect();
        // How many entries of each log all authors behind had seen.
        let mut seen_by_all: BTreeMap<&LogId, u64> = BTreeMap::new();
        let mut ends = Vec::with_capacity(shown.len());
        for position in shown.iter().rev() {
            let all_seen = before.iter().all(|(log, sizes)| match (sizes.last(), seen_by_all.get(log)) {
                (Some(size), Some(seen)) => seen >= size,
                _ => true,
            });
            ends.push(all_seen);
            for log in &logs {
                let seen = self.seen(position, log);
                let least = seen_by_all.entry(log).or_insert(seen);
                *least = seen.min(*least);
            }
            before.get_mut(&position.log).and_then(Vec::pop);
        }
        ends.reverse();
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PartyId;

    /// An order of the logs `a` and `b`, written as one letter an entry with how many of `a` and `b` it had seen.
    fn order(entries: &[(usize, [u64; 2])]) -> Order {
        let logs = ["a", "b"].map(|id| LogId::new(PartyId::parse(id).unwrap(), 0)).to_vec();
        let mut order = Order { logs, clocks: vec![Vec::new(); 2], sequence: Vec::new(), is_forced: false };
        for (log, clock) in entries {
            order.sequence.push((*log, order.done(*log)));
            order.clocks[*log].extend(clock);
        }
        order
    }

    /// The blocks as text: columns with `|` between them.
    fn shown(order: &Order, is_shown: impl Fn(&Position) -> bool) -> Vec<String> {
        let positions: Vec<Position> = order.positions().filter(is_shown).collect();
        let column = |(log, entries): (&LogId, &Vec<Position>)| {
            let seqs: Vec<String> = entries.iter().map(|position| position.seq.to_string()).collect();
            format!("{}{}", log.party, seqs.join(","))
        };
        let block = |block: &Block| block.iter().map(column).collect::<Vec<_>>().join(" | ");
        order.blocks(&positions).iter().map(block).collect()
    }

    const A: usize = 0;
    const B: usize = 1;

    #[test]
    fn what_was_seen_stands_above_and_what_crossed_stands_beside() {
        // a0; b0 had seen it; then a1 and b1 cross; a2 had seen both.
        let order = order(&[(A, [1, 0]), (B, [1, 1]), (A, [2, 1]), (B, [1, 2]), (A, [3, 2])]);
        assert_eq!(shown(&order, |_| true), ["a0", "b0", "a1 | b1", "a2"]);
    }

    #[test]
    fn a_block_goes_on_until_somebody_had_seen_all_of_it() {
        // b writes three times before it hears of a1; a2 follows a1 in the same block.
        let order = order(&[(A, [1, 0]), (A, [2, 0]), (B, [1, 1]), (A, [3, 0]), (B, [1, 2]), (B, [3, 3])]);
        assert_eq!(shown(&order, |_| true), ["a0", "a1,2 | b0,1", "b2"]);
    }

    #[test]
    fn what_is_left_out_parts_nothing_and_joins_nothing() {
        let order = order(&[(A, [1, 0]), (B, [0, 1]), (A, [2, 1]), (B, [2, 2])]);
        assert_eq!(shown(&order, |_| true), ["a0 | b0", "a1", "b1"]);
        assert_eq!(shown(&order, |position| position.seq > 0), ["a1", "b1"]);
        assert_eq!(shown(&order, |position| position.log.party.as_str() == "a"), ["a0", "a1"]);
    }
}
