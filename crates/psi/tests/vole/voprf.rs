//! The suite against `voprf` and against plain sets, with true base OTs, and on the lists of the shared truth.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use detente_psi::size::SizeClass;
use detente_psi::vole::Code;
use detente_psi::voprf::{Answer, Answerer, AnswererParameters, Ask, Asker, AskerParameters};
use detente_psi::{Input, Items, Message, Output, Seed, Sequential, voprf};

use crate::parties::{NOW, Run, items};

/// What the suite `voprf` finds for the lists of a run.
fn by_voprf(run: &Run<'_>) -> BTreeSet<Vec<u8>> {
    let seeds = [[7; 32], [8; 32]].map(Seed::from_bytes);
    let lists = [&run.asker, &run.answerer].map(|list| Items::new(list).expect("items in form"));
    let class = |list: &Items| SizeClass::for_count(list.len() as u64).expect("a class");
    let (terms_id, nonce, par) = ([1; 32], [3; 32], &Sequential);
    let (asker_class, answerer_class) = (class(&lists[0]), class(&lists[1]));
    let asker =
        AskerParameters { terms_id, class: asker_class, seed: &seeds[0], nonce, items: &lists[0], par };
    let mut asker = Asker::new(asker).expect("the items fit");
    let mut answerer = Answerer::new(AnswererParameters {
        terms_id,
        accept_id: [2; 32],
        asker_nonce: nonce,
        answerer_nonce: [4; 32],
        asker_class,
        answerer_class,
        seed: &seeds[1],
        items: &lists[1],
        par,
    })
    .expect("the items fit");
    asker.handle(NOW, Input::Start).expect("an asker starts");
    let Some(Output::Send(Message::Voprf(voprf::Message::Ask(Ask { body })))) = asker.poll() else {
        panic!("an asker asks")
    };
    let ask = Input::Message(Message::Voprf(voprf::Message::Ask(Ask { body })));
    answerer.handle(NOW, ask).expect("an honest ask");
    let Some(Output::Send(Message::Voprf(voprf::Message::Answer(answer)))) = answerer.poll() else {
        panic!("an answerer answers")
    };
    let answer: Answer<'_> = answer;
    asker.handle(NOW, Input::Message(Message::Voprf(voprf::Message::Answer(answer)))).expect("an answer");
    let Some(Output::Done(common)) = asker.poll() else { panic!("an asker ends with its result") };
    common.ranks().map(|rank| run.asker[rank].clone()).collect()
}

/// Compares on as many threads as there are processors.
fn check(numbers: Range<u64>) {
    let (next, end) = (AtomicU64::new(numbers.start), numbers.end);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= end {
                return;
            }
            let run = pair(number);
            let (found, _) = run.play();
            assert!(found == run.expected(), "pair {number}");
            assert!(found == by_voprf(&run), "pair {number}");
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        (0..threads).for_each(|_| _ = scope.spawn(work));
    });
}

#[test]
fn thirty_pairs_give_what_voprf_and_plain_sets_give() {
    check(0..30);
}

#[test]
#[ignore = "takes a minute; docs/testing.md has the command"]
fn three_hundred_pairs_give_what_voprf_and_plain_sets_give() {
    check(30..330);
}

/// The folder of the shared lists; `None`, said aloud, where it was not handed out.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn shared_data() -> Option<PathBuf> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    if !data.join("truth/TRUTH.psv").is_file() {
        println!("SKIPPED: needs the lists of ../shared/data/truth");
        return None;
    }
    Some(data)
}

/// The lines of a list, packed or not, as items.
fn list(path: &Path) -> BTreeSet<Vec<u8>> {
    let mut bytes = fs::read(path).expect("a list");
    if path.extension().is_some_and(|extension| extension == "zst") {
        let packed = bytes;
        bytes = Vec::new();
        let mut reader = ruzstd::decoding::StreamingDecoder::new(&packed[..]).expect("a packed list");
        reader.read_to_end(&mut bytes).expect("a packed list");
    }
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| [&[1, 1, line.len() as u8, 0], line].concat()).collect()
}

#[test]
fn finds_the_known_answers_of_real_lists() {
    let Some(data) = shared_data() else { return };
    let pairs = [
        (
            "small-disposable",
            ["disposable/disposable_email_blocklist.conf", "wesbos-burner/emails.txt"],
            3981,
        ),
        ("small-ipsum2-tor", ["truth/sets/ipsum-level2.ipv4.txt", "truth/sets/tor-nodes.ipv4.txt"], 266),
        (
            "small-tweetfeed-ipsum2",
            ["truth/sets/tweetfeed-month.ipv4.txt", "truth/sets/ipsum-level2.ipv4.txt"],
            29,
        ),
        (
            "election-eset-maltrailapt",
            ["truth/sets/eset-sednit-dukes.domain.txt", "truth/sets/maltrail-apt.domain.txt"],
            90,
        ),
        ("election-grizzly-tor", ["truth/sets/grizzly-steppe.ipv4.txt", "truth/sets/tor-nodes.ipv4.txt"], 25),
        ("mid-ipsum-bitwire", ["truth/sets/ipsum.ipv4.txt.zst", "truth/sets/bitwire.ipv4.txt.zst"], 9490),
    ];
    for (name, lists, count) in pairs {
        let known = list(&data.join(format!("truth/{name}.intersection.txt")));
        assert_eq!(known.len(), count, "{name}");
        let [left, right] = lists.map(|path| list(&data.join(path)));
        for (asker, answerer) in [(left.clone(), right.clone()), (right, left)] {
            let run = Run::new(Code::Qc, asker, answerer);
            assert!(run.play().0 == known, "{name}");
            let class = SizeClass::for_count(run.asker.len() as u64).expect("a class");
            if Code::Fast.is_offered(class) {
                assert!(Run { code: Code::Fast, ..run }.play().0 == known, "{name}");
            }
        }
    }
}

fn pair(number: u64) -> Run<'static> {
    let digest = blake3::hash(&number.to_le_bytes());
    let byte = |at: usize| u64::from(digest.as_bytes()[at]);
    let counts = [0, 1, 255, 256, 257, 320, 321, byte(1), byte(2)];
    let (asker, answerer) = (counts[byte(3) as usize % 9], counts[byte(4) as usize % 9]);
    let start = [0, asker / 2, asker, byte(5)][byte(6) as usize % 4];
    let mut run = Run::new(Code::Qc, items(0..asker), items(start..start + answerer));
    (run.asker_seed, run.answerer_seed) = ([byte(7) as u8; 32], *digest.as_bytes());
    run
}
