//! Honest runs: the result is the intersection, lengths follow the plan.

use detente_psi::vole::Code;

use crate::parties::{Run, items};

#[test]
fn finds_exactly_the_common_items() {
    let run = Run::new(Code::Fast, items(0..100_000), items((0..200_000).step_by(3)));
    let (found, said) = run.play();
    assert!(found == run.expected());
    let total = |from_answerer: bool| -> u64 {
        said.iter().filter(|(n, _)| (n % 2 == 1) == from_answerer).map(|(_, body)| body.len() as u64).sum()
    };
    assert_eq!(total(true), run.plan().bytes_to_asker());
    assert_eq!(total(false), run.plan().bytes_to_answerer());
}

#[test]
fn finds_exactly_the_common_items_with_the_code_qc() {
    for (asker, answerer) in [(0, 5), (1, 1), (300, 100), (20_000, 30_000)] {
        let run = Run::new(Code::Qc, items(0..asker), items((0..answerer).map(|i| i * 2)));
        assert!(run.play().0 == run.expected(), "{asker} and {answerer} items");
    }
}
