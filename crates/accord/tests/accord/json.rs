//! JCS: one byte form per meaning, and no other form is read.

use detente_accord::jcs::{Fault, INTEGER_MAX, Value};
use detente_accord::limits::JCS_DEPTH_MAX;
use proptest::prelude::*;

use crate::world::replayable;

/// Bytes that are refused, and by which name.
fn check(bytes: &[u8], fault: Fault) {
    let found = Value::decode(bytes).map_err(|error| error.fault);
    assert_eq!(found, Err(fault), "{}", String::from_utf8_lossy(bytes));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~\n\t]{0,12}", "\\PC{0,8}"]
        .prop_filter("characters of the profile", |text| detente_accord::jcs::is_allowed_text(text))
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0..=INTEGER_MAX).prop_map(Value::Integer),
        text().prop_map(Value::Text),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-z0-9_-]{1,4}", inner, 0..6).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #![proptest_config(replayable(400))]

    #[test]
    fn what_is_encoded_decodes_to_the_same_value(value in value()) {
        prop_assert_eq!(Value::decode(&value.encode()), Ok(value));
    }

    #[test]
    fn random_bytes_decode_only_if_they_are_the_encoding(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(value) = Value::decode(&bytes) {
            prop_assert_eq!(value.encode(), bytes);
        }
    }

    #[test]
    fn random_json_like_text_decodes_only_if_it_is_the_encoding(text in "[\\[\\]{}:,\"\\\\0-9a-f.eE +tnu-]{0,24}") {
        if let Ok(value) = Value::decode(text.as_bytes()) {
            prop_assert_eq!(value.encode(), text.as_bytes());
        }
    }

    #[test]
    fn a_changed_byte_never_gives_the_same_value(value in value(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = value.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(other) = Value::decode(&bytes) {
            prop_assert_ne!(&other, &value);
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn white_space_is_refused_wherever_it_stands(value in value(), at in any::<prop::sample::Index>(), blank in "[ \n\r\t]") {
        let mut bytes = value.encode();
        prop_assume!(!bytes.contains(&b'\\'));
        let at = at.index(bytes.len() + 1);
        let inside_text = bytes[..at].iter().filter(|byte| **byte == b'"').count() % 2 == 1;
        bytes.insert(at, blank.as_bytes()[0]);
        let found = Value::decode(&bytes);
        // Inside a text a blank is a character like any other.
        prop_assert!(found.is_err() || (inside_text && blank == " " && found != Ok(value)));
    }

    #[test]
    fn a_cut_encoding_is_refused(value in value(), at in any::<prop::sample::Index>()) {
        let bytes = value.encode();
        let cut = &bytes[..at.index(bytes.len())];
        // A number may lose digits and stay a number; it is another one then.
        let found = Value::decode(cut);
        if matches!(value, Value::Integer(_)) {
            prop_assert_ne!(found, Ok(value));
        } else {
            prop_assert_eq!(found.map_err(|error| error.fault), Err(Fault::Truncated));
        }
    }
}

#[test]
fn duplicate_keys_are_refused() {
    check(br#"{"a":1,"a":1}"#, Fault::DuplicateKey);
    check(br#"{"a":1,"b":2,"a":3}"#, Fault::KeysOutOfOrder);
    check(br#"{"a":1,"\u0061":2}"#, Fault::EscapeNotShortest);
}

#[test]
fn numbers_have_one_form() {
    for bytes in ["00", "01", "-0", "-1", "1.0", "1e2", "1E2", "1e400000"] {
        check(bytes.as_bytes(), Fault::NumberNotInteger);
    }
    check(b"9007199254740992", Fault::NumberTooLarge);
    check(format!("1{}", "0".repeat(400)).as_bytes(), Fault::NumberTooLarge);
    assert_eq!(Value::decode(b"9007199254740991"), Ok(Value::Integer(INTEGER_MAX)));
}

#[test]
fn byte_order_marks_and_second_values_are_refused() {
    check(b"\xef\xbb\xbf{}", Fault::UnexpectedByte);
    check(b"{}{}", Fault::TrailingBytes);
    check(b"{}\n", Fault::TrailingBytes);
    check(b"\xff\xfe{\0}\0", Fault::UnexpectedByte);
}

#[test]
fn noncharacters_and_controls_are_refused_inside_text() {
    for c in ['\u{fffe}', '\u{ffff}', '\u{fdd0}', '\u{10ffff}', '\u{0}', '\u{1b}', '\u{7f}', '\r'] {
        check(format!("\"{c}\"").as_bytes(), Fault::ForbiddenCharacter);
    }
    check(b"\"\xed\xa0\x80\"", Fault::NotUtf8);
    check(b"\"\xc0\xaf\"", Fault::NotUtf8);
}

#[test]
fn a_million_brackets_end_at_the_depth_limit() {
    check(&vec![b'['; 1_000_000], Fault::TooDeep);
    check(b"{\"a\":".repeat(200_000).as_slice(), Fault::TooDeep);
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(Value::decode(&nested(JCS_DEPTH_MAX + 1)).is_ok(), "the limit itself is allowed");
    check(&nested(JCS_DEPTH_MAX + 2), Fault::TooDeep);
}
