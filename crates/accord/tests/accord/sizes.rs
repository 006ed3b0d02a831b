//! Sizes of files follow from the terms alone.

use detente_accord::file::{File, Kind};
use detente_accord::limits::{ASKED_CLASS_MAX, HEADER_BYTES_MAX, HELD_CLASS_MAX, STATEMENTS_BYTES_MAX};
use detente_accord::words;
use detente_psi::size::{self, SizeClass};
use detente_psi::voprf;

use crate::world::{Run, addresses};

fn classes(max: u64) -> impl Iterator<Item = SizeClass> {
    size::all().filter(move |class| class.get() <= max)
}

#[test]
fn bodies_have_the_lengths_of_the_formulas_for_all_classes() {
    let mut pairs = 0;
    for asked in classes(ASKED_CLASS_MAX) {
        let n = asked.get();
        assert_eq!(voprf::ask_bytes(asked), 32 * n);
        for held in classes(HELD_CLASS_MAX) {
            let expected = 32 * n + 64 * n.div_ceil(8192) + 16 * held.get();
            assert_eq!(voprf::answer_bytes(asked, held), expected, "{n} and {}", held.get());
            pairs += 1;
        }
    }
    assert_eq!(pairs, 31 * 49, "classes up to 49 152, and up to 2^20");
}

#[test]
fn the_largest_file_fits_what_a_reader_takes_into_memory() {
    let largest = voprf::answer_bytes(
        classes(ASKED_CLASS_MAX).last().unwrap(),
        classes(HELD_CLASS_MAX).last().unwrap(),
    );
    let whole = 16 + HEADER_BYTES_MAX as u64 + STATEMENTS_BYTES_MAX as u64 + largest + 64;
    assert!(whole < 32 << 20, "{whole}");
}

#[test]
fn whole_files_are_prefix_header_statements_body_signature() {
    for (asked, held) in [(10, 30), (256, 300), (257, 500)] {
        let run = Run::new(addresses(0..asked), addresses(0..held));
        let classes = (run.proposal.list().class, run.acceptance.list().class);
        let whole = |kind, bytes: &[u8], body: u64| {
            let file = File::read(bytes, kind).unwrap();
            let statements = file.statements.map_or(0, |statements| statements.encode().len() as u64);
            assert_eq!(bytes.len() as u64, 16 + 1024 + statements + body + 64);
            assert_eq!(file.body.len() as u64, body);
        };
        whole(Kind::Ask, &run.ask, voprf::ask_bytes(classes.0));
        whole(Kind::Answer, &run.answer, voprf::answer_bytes(classes.0, classes.1));
        whole(Kind::Result, &run.result, 64);
    }
}

#[test]
fn files_of_one_class_have_one_size_whatever_the_lists_are() {
    let sizes = |asked, held| {
        let run = Run::new(asked, held);
        (run.ask.len(), run.answer.len(), run.result.len())
    };
    let one = sizes(addresses(0..1), addresses(0..1));
    assert_eq!(sizes(addresses(0..256), addresses(0..256)), one);
    assert_eq!(sizes(addresses(0..100), addresses(900..1000)), one);
    let above = sizes(addresses(0..257), addresses(0..1));
    assert_ne!(above.0, one.0, "the class does show");
}

#[test]
fn sizes_in_words_name_the_bounds_of_the_class() {
    let words = |class| words::size_in_words(SizeClass::from_u64(class).unwrap());
    assert_eq!(words(256), "at most 256 items");
    assert_eq!(words(320), "between 257 and 320 items");
    assert_eq!(words(1 << 20), "between 917 505 and 1 048 576 items");
}
