//! Bytes follow from seeds and lists alone: not from threads, not from the processor; and no two runs share any.

use std::collections::BTreeSet;

use detente_psi::run::Direction;
use detente_psi::vole::Code;
use detente_psi::{Cpu, Par};
use serde_json::{Value, json};

use crate::parties::{Arrival, Run, Said, items};

/// Spreads jobs over threads that each take every n-th, from the back.
struct Threads(usize);

impl Par for Threads {
    fn run(&self, jobs: usize, job: &(dyn Fn(usize) + Sync)) {
        let threads = self.0;
        std::thread::scope(|scope| {
            for first in 0..threads {
                scope.spawn(move || (0..jobs).rev().filter(|i| i % threads == first).for_each(job));
            }
        });
    }
}

/// One run of each code, of more than one bin.
fn runs() -> [Run<'static>; 2] {
    [
        Run::new(Code::Qc, items(0..20_000), items(15_000..17_000)),
        Run::new(Code::Fast, items(0..90_000), items(80_000..95_000)),
    ]
}

fn check_replay(run: &Run<'_>) {
    let (found, said) = run.play();
    assert!(found == run.expected());
    for threads in [1, 2, 3, 16] {
        let par = &Threads(threads);
        assert!(Run { par, ..run.clone() }.play().1 == said, "{threads} threads");
    }
    for cpu in Cpu::all_here() {
        assert!(Run { cpu, ..run.clone() }.play().1 == said, "{cpu:?}");
    }
    let cpu = Cpu::portable();
    assert!(Run { cpu, par: &Threads(3), ..run.clone() }.play().1 == said, "portable, 3 threads");
}

#[test]
fn the_same_seeds_give_the_same_bytes_with_the_code_qc() {
    check_replay(&runs()[0]);
}

#[test]
fn the_same_seeds_give_the_same_bytes_with_the_code_fast() {
    check_replay(&runs()[1]);
}

/// All stretches of 16 bytes of what was said, cut at multiples of 16 from the front of each message.
fn pieces(said: &Said) -> BTreeSet<&[u8; 16]> {
    said.iter().flat_map(|(_, body)| body.as_chunks().0).collect()
}

#[test]
fn the_two_directions_of_a_match_share_no_derived_value() {
    let list = items(0..100);
    let there = Run::new(Code::Qc, list.clone(), list);
    // The same two parties with the same seeds and nonces, the other way round.
    let back = Run {
        direction: Direction::ProposerSends,
        asker_seed: there.answerer_seed,
        answerer_seed: there.asker_seed,
        asker_nonce: there.answerer_nonce,
        answerer_nonce: there.asker_nonce,
        ..there.clone()
    };
    let (there, back) = (there.play().1, back.play().1);
    assert!(pieces(&there).is_disjoint(&pieces(&back)));
}

#[test]
fn other_seeds_nonces_or_sessions_share_no_derived_value() {
    let list = items(0..100);
    let run = Run::new(Code::Qc, list.clone(), list);
    let (_, said) = run.play();
    let others = [
        Run { accept_id: [20; 32], ..run.clone() },
        Run { asker_nonce: [30; 32], ..run.clone() },
        Run { answerer_nonce: [40; 32], ..run.clone() },
        Run { asker_seed: [50; 32], answerer_seed: [60; 32], ..run.clone() },
    ];
    for other in others {
        assert!(pieces(&said).is_disjoint(&pieces(&other.play().1)));
    }
}

#[test]
fn transcripts_are_the_known_ones() {
    let text = include_str!("../../../../testdata/vectors/psi/vole_transcript.json");
    let known: Value = serde_json::from_str(text).expect("JSON");
    let runs = runs().into_iter().chain([Run::new(Code::Qc, items(0..40), items(20..70))]);
    let known: Vec<_> = known["runs"].as_array().expect("a list").iter().collect();
    let made = runs.map(|run| {
        let outcome = run.carried(|_, number, body| vec![Arrival::Vole(number, body)]);
        assert_eq!(outcome.transcripts[0], outcome.transcripts[1]);
        let hex: String = outcome.transcripts[0].iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "code": run.code.name(),
            "asker_items": run.asker.len(),
            "answerer_items": run.answerer.len(),
            "transcript": hex,
        })
    });
    assert_eq!(made.collect::<Vec<_>>().iter().collect::<Vec<_>>(), known);
}
