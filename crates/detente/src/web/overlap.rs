//! How our lists and those of a peer overlap over time: a drawing, and the same numbers in a table.

use std::collections::BTreeMap;

use detente_accord::words::grouped;
use detente_accord::{PartyId, Time};
use detente_node::live::{Outcome, Role, RunView};
use maud::{Markup, html};

use super::layout::{Column, column, numbers, table, time};
use super::plot::{Plot, Series, Shape};

/// The matches with one peer of which we know what was in common.
pub(crate) struct Overlap {
    peer: PartyId,
    points: Vec<Point>,
}

/// One of them. Sizes are size classes: upper ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Point {
    at: Time,
    ours: u64,
    theirs: u64,
    common: u64,
}

impl Overlap {
    /// One for each peer, by id; each in the order of time.
    pub(crate) fn of(runs: &[RunView]) -> Vec<Overlap> {
        let mut by_peer: BTreeMap<PartyId, Vec<Point>> = BTreeMap::new();
        for (run, point) in runs.iter().filter_map(|run| Some((run, point(run)?))) {
            by_peer.entry(run.peer.clone()).or_default().push(point);
        }
        let sorted = |(peer, mut points): (PartyId, Vec<Point>)| {
            points.sort_by_key(|point| point.at);
            Overlap { peer, points }
        };
        by_peer.into_iter().map(sorted).collect()
    }

    /// The drawing with its table.
    pub(crate) fn section(&self) -> Markup {
        html! {
            section {
                h2 { "How our lists overlap with those of " (self.peer) " over time" }
                figure { (self.plot().svg()) }
                (self.table())
            }
        }
    }

    fn plot(&self) -> Plot {
        let series = |name, shape, of: fn(&Point) -> u64| Series {
            name,
            shape,
            points: self.points.iter().map(|point| (point.at, of(point))).collect(),
        };
        Plot {
            id: format!("overlap-{}", self.peer),
            title: format!("Overlap with {} over time", self.peer),
            desc: self.sentence(),
            unit: "items (each line ten times the last)",
            series: vec![
                series("our list", Shape::Ours, |point| point.ours),
                series("their list", Shape::Theirs, |point| point.theirs),
                series("in common", Shape::Common, |point| point.common),
            ],
        }
    }

    fn sentence(&self) -> String {
        let of = |point: &Point| {
            format!(
                "{} in common, our list at most {} items, theirs at most {}",
                grouped(point.common),
                grouped(point.ours),
                grouped(point.theirs)
            )
        };
        match self.points.as_slice() {
            [] => String::new(),
            [only] => format!("One match: {}.", of(only)),
            [first, .., last] => {
                format!("{} matches. First: {}. Last: {}.", self.points.len(), of(first), of(last))
            }
        }
    }

    fn table(&self) -> Markup {
        const COLUMNS: [Column; 4] = [
            column("when"),
            numbers("our list, at most"),
            numbers("their list, at most"),
            numbers("in common"),
        ];
        let row = |point: &Point| {
            vec![
                html! { (time(point.at)) },
                html! { (grouped(point.ours)) },
                html! { (grouped(point.theirs)) },
                html! { (grouped(point.common)) },
            ]
        };
        let rows: Vec<Vec<Markup>> = self.points.iter().map(row).collect();
        table(&format!("The same in numbers: matches with {}", self.peer), &COLUMNS, &rows)
    }
}

fn point(run: &RunView) -> Option<Point> {
    let Some(Outcome::Done(Some(common))) = run.outcome else { return None };
    let (asked, held) = (run.asked.get(), run.held?.get());
    let (ours, theirs) = match run.role {
        Role::Proposer => (asked, held),
        Role::Answerer => (held, asked),
    };
    Some(Point { at: run.made, ours, theirs, common })
}
