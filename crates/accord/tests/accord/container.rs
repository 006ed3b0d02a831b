//! The container: kinds, prefix, header, lengths.

use detente_accord::exchange::{ReceivedAnswer, ReceivedAsk, ReceivedResult};
use detente_accord::file::{self, File, Header, Kind, MAGIC};
use detente_accord::jcs::Value;
use detente_accord::limits::{HEADER_BYTES_MAX, STATEMENTS_BYTES_MAX};
use detente_accord::{PartyId, Rejection};

use crate::world::{Run, members, resign};

/// Reads bytes as a file of `kind` and asserts the verdict.
fn check(bytes: &[u8], kind: Kind, expected: Result<(), Rejection>) {
    let found = match kind {
        Kind::Ask => ReceivedAsk::read(bytes).map(|_| ()),
        Kind::Answer => ReceivedAnswer::read(bytes).map(|_| ()),
        Kind::Result => ReceivedResult::read(bytes).map(|_| ()),
    };
    assert_eq!(found, expected);
}

fn files(run: &Run) -> [(Kind, &[u8]); 3] {
    [(Kind::Ask, &run.ask), (Kind::Answer, &run.answer), (Kind::Result, &run.result)]
}

fn with(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn header_bytes(bytes: &[u8]) -> &[u8] {
    let length = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    &bytes[16..16 + length]
}

#[test]
fn each_file_reads_as_its_own_kind_and_says_what_it_is_otherwise() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        check(bytes, kind, Ok(()));
        for wanted in [Kind::Ask, Kind::Answer, Kind::Result].into_iter().filter(|wanted| *wanted != kind) {
            let expected = Rejection::OtherKind { wanted: wanted.in_words(), came: kind.in_words() };
            check(bytes, wanted, Err(expected));
        }
    }
}

#[test]
fn other_first_bytes_are_no_file_of_ours() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        check(b"", kind, Err(Rejection::BadMagic));
        check(&MAGIC[..7], kind, Err(Rejection::BadMagic));
        check(run.a.card.bytes(), kind, Err(Rejection::BadMagic));
        check(&with(bytes, 7, &[2]), kind, Err(Rejection::BadMagic));
        check(&[b" ", bytes].concat(), kind, Err(Rejection::BadMagic));
    }
}

#[test]
fn reserved_bytes_must_be_zero() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        for at in [9, 14, 15] {
            check(&with(bytes, at, &[1]), kind, Err(Rejection::BadPrefix));
        }
    }
}

#[test]
fn the_kind_stands_in_prefix_and_header_alike() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        for number in (0..=255).filter(|number| *number != bytes[8]) {
            check(&with(bytes, 8, &[number]), kind, Err(Rejection::BadPrefix));
        }
    }
}

#[test]
fn lying_lengths_are_refused_before_anything_is_read() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        // Longer than any header or statement may be.
        check(
            &with(bytes, 10, &(HEADER_BYTES_MAX as u16 + 1).to_le_bytes()),
            kind,
            Err(Rejection::BadPrefix),
        );
        check(&with(bytes, 10, &[255, 255]), kind, Err(Rejection::BadPrefix));
        check(
            &with(bytes, 12, &(STATEMENTS_BYTES_MAX as u16 + 1).to_le_bytes()),
            kind,
            Err(Rejection::BadPrefix),
        );
        check(&with(bytes, 12, &[255, 255]), kind, Err(Rejection::BadPrefix));
        // Longer than the file: the length that is implied is named.
        let cut = &bytes[..16 + 100];
        let statements = u64::from(u16::from_le_bytes([bytes[12], bytes[13]]));
        let expected = 16 + header_bytes(bytes).len() as u64 + statements + 64;
        check(cut, kind, Err(Rejection::BadLength { expected, came: 116 }));
        check(&bytes[..12], kind, Err(Rejection::BadLength { expected: 16, came: 12 }));
        // A header of no bytes holds no header.
        let rejection = Rejection::NotCanonical { part: "header", fault: Value::decode(b"").unwrap_err() };
        check(&with(bytes, 10, &[0, 0]), kind, Err(rejection));
    }
}

#[test]
fn a_statement_part_of_no_bytes_belongs_to_results_alone() {
    let run = Run::kept();
    for (kind, bytes) in [(Kind::Ask, &run.ask), (Kind::Answer, &run.answer)] {
        check(&with(bytes, 12, &[0, 0]), kind, Err(Rejection::BadPrefix));
    }
    check(&with(&run.result, 12, &[1, 0]), Kind::Result, Err(Rejection::BadPrefix));
}

#[test]
fn every_cut_and_every_added_byte_is_a_wrong_length() {
    let run = Run::kept();
    for (kind, bytes) in files(run) {
        let longer = [bytes, b"\n"].concat();
        let length = bytes.len() as u64;
        for changed in [&longer[..], &bytes[..bytes.len() - 1], &bytes[..bytes.len() - 64]] {
            let expected = Rejection::BadLength { expected: length, came: changed.len() as u64 };
            if kind == Kind::Answer {
                // An answer's length also follows from the terms, which its reader does not have yet.
                check(changed, kind, Ok(()));
                assert_eq!(
                    crate::judge::take_answer(run, changed).err().map(|e| e.name()),
                    Some("bad-signature")
                );
            } else {
                check(changed, kind, Err(expected));
            }
        }
    }
}

#[test]
fn an_answer_of_another_length_is_refused_even_if_its_author_signed_it() {
    let run = Run::kept();
    let expected = run.answer.len() as u64;
    for (cut, came) in [(true, expected - 16), (false, expected + 16)] {
        let resized = resign(&run.answer, Kind::Answer, &run.b.node, |_, _, body| {
            let length = if cut { body.len() - 16 } else { body.len() + 16 };
            body.resize(length, 255);
        });
        assert_eq!(crate::judge::take_answer(run, &resized), Err(Rejection::BadLength { expected, came }));
    }
}

#[test]
fn headers_are_padded_so_that_names_do_not_show_in_sizes() {
    let run = Run::kept();
    for (_, bytes) in files(run) {
        assert_eq!(header_bytes(bytes).len(), 1024);
    }
    let long = Header {
        kind: Kind::Answer,
        terms: [0; 32],
        from: PartyId::parse(&"a".repeat(32)).unwrap(),
        to: PartyId::parse(&"b".repeat(32)).unwrap(),
        n: (1 << 53) - 1,
        prev: Some([255; 32]),
        accept: Some([255; 32]),
        pk: Some([255; 32]),
    };
    let bytes = file::write(&long, Some(&Value::Null), b"", &run.b.node);
    assert_eq!(header_bytes(&bytes).len(), 1024);
    assert_eq!(File::read(&bytes, Kind::Answer).map(|file| file.header), Ok(long));
}

/// Replaces the header of a result by this one, as its author could.
fn with_header(run: &Run, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut header = Value::decode(header_bytes(&run.result)).unwrap();
    change(&mut header);
    let header = header.encode();
    let body = &run.result[16 + 1024..run.result.len() - 64];
    let mut bytes = run.result[..16].to_vec();
    bytes[10..12].copy_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(body);
    let signed = [&b"detente-psi file v1"[..], blake3::hash(&bytes).as_bytes()].concat();
    bytes.extend_from_slice(&run.a.node.sign(&signed));
    bytes
}

fn bad(field: &'static str) -> Result<(), Rejection> {
    Err(Rejection::BadField { part: "header", field })
}

/// Gives the padding the length that makes the header a multiple of 1024 bytes again.
fn repad(header: &mut Value) {
    members(header).insert("pad".into(), Value::text(""));
    let bare = header.encode().len();
    members(header).insert("pad".into(), Value::text("0".repeat(bare.next_multiple_of(1024) - bare)));
}

#[test]
fn every_header_field_is_needed_and_none_is_added() {
    let run = Run::kept();
    check(&with_header(run, |_| ()), Kind::Result, Ok(()));
    for field in ["accept", "from", "kind", "n", "pad", "prev", "terms", "to"] {
        let bytes = with_header(run, |header| drop(members(header).remove(field)));
        check(&bytes, Kind::Result, bad(field));
    }
    for field in ["pk", "zz"] {
        let bytes = with_header(run, |header| {
            members(header).insert(field.into(), Value::Integer(1));
            repad(header);
        });
        check(&bytes, Kind::Result, bad("set of fields (one is unknown)"));
    }
}

#[test]
fn header_fields_of_the_wrong_form_are_named() {
    let run = Run::kept();
    for (field, value) in [
        ("kind", Value::Integer(0)),
        ("kind", Value::Integer(4)),
        ("terms", Value::text("AAAA")),
        ("from", Value::text("A")),
        ("to", Value::text("")),
        ("n", Value::text("0")),
        ("prev", Value::text("AAAA")),
        ("accept", Value::Null),
    ] {
        let bytes = with_header(run, |header| drop(members(header).insert(field.into(), value)));
        check(&bytes, Kind::Result, bad(field));
    }
    let bytes = with_header(run, |header| {
        members(header).insert("n".into(), Value::Integer(1));
        repad(header);
    });
    check(&bytes, Kind::Result, Err(Rejection::Contradiction { field: "n" }));
}

#[test]
fn padding_has_one_form() {
    let run = Run::kept();
    let padded =
        |pad: String| with_header(run, |header| drop(members(header).insert("pad".into(), Value::text(pad))));
    let right = Value::decode(header_bytes(&run.result))
        .map(|mut header| crate::world::at(&mut header, &["pad"]).clone());
    let Ok(Value::Text(right)) = right else { panic!("padding") };
    check(&padded(right.clone()), Kind::Result, Ok(()));
    check(&padded(right.clone() + "0"), Kind::Result, bad("pad"));
    check(&padded(right.clone() + &"0".repeat(1024)), Kind::Result, bad("pad"));
    check(&padded(right[1..].to_owned()), Kind::Result, bad("pad"));
    check(&padded(right.replacen('0', "1", 1)), Kind::Result, bad("pad"));
    check(&padded(right.replacen('0', " ", 1)), Kind::Result, bad("pad"));
}
