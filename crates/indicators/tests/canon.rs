//! What holds for every value: no panic, a length that is true, a printed form that gives the same item.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use detente_indicators::canon::{Declared, canonicalise, refang};
use detente_indicators::{Item, Kind, Note, Reason};
use proptest::prelude::*;

fn bytes_of(declared: Declared, text: &str) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    canonicalise(declared, text, false, &mut bytes).map(|_| bytes)
}

fn unknown(text: &str) -> Result<Vec<u8>, Reason> {
    bytes_of(Declared::Unknown, text)
}

fn declared() -> impl Strategy<Value = Declared> {
    let kinds = proptest::sample::select(Kind::ALL.to_vec()).prop_map(Declared::Kind);
    let others = [Declared::Unknown, Declared::Address, Declared::Host, Declared::Hash];
    prop_oneof![kinds, proptest::sample::select(others.to_vec())]
}

/// Text that often comes near a value.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "(hxxp|http|https|ftp)(\\[:\\]|:)//[a-zA-Z0-9.@\\[\\]:%-]{0,20}(/[ -~]{0,20})?(\\?[ -~]{0,8})?",
        "http://[a-z]{1,3}\\.com/[%0-9a-eA-E.\\[\\]/]{0,16}",
        "[\\PC&&[^@]]{1,6}@[a-zü.\\[\\]-]{1,12}",
        "[0-9a-f:.]{1,40}(/[0-9]{1,3})?",
        "[a-zäß例.\\[\\](){}-]{1,24}",
        "xn--[a-z0-9-]{1,12}\\.[a-z]{2,4}",
        "(.|\\n){0,30}",
    ]
}

fn check_any(declared: Declared, text: &str, special_use: bool) -> Result<(), TestCaseError> {
    let mut bytes = vec![1, 2, 3];
    match canonicalise(declared, text, special_use, &mut bytes) {
        Err(_) => prop_assert_eq!(bytes, [1, 2, 3]),
        Ok((kind, _)) => {
            let bytes = &bytes[3..];
            prop_assert_eq!(bytes.len(), 4 + usize::from(u16::from_le_bytes([bytes[2], bytes[3]])));
            let item = Item::from_bytes(bytes).unwrap();
            prop_assert_eq!(item.kind(), Some(kind));
            let printed = item.printed();
            for again in [Declared::Kind(kind), Declared::Unknown] {
                if kind == Kind::Imphash && again == Declared::Unknown {
                    continue;
                }
                // A name of which the grammar alone would make an address or a hash does not exist; an e-mail
                // address with a slash does, and needs to be declared.
                if kind == Kind::Email && again == Declared::Unknown && printed.contains('/') {
                    continue;
                }
                let mut second = Vec::new();
                let result = canonicalise(again, &printed, special_use, &mut second);
                prop_assert_eq!(
                    result.map(|(kind, notes)| (kind, notes.iter().count())),
                    Ok((kind, 0)),
                    "{:?}",
                    printed
                );
                prop_assert_eq!(bytes, &second[..]);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30_000))]

    #[test]
    fn lengths_are_true_and_printed_forms_stable(declared in declared(), text in text(), special: bool) {
        check_any(declared, &text, special)?;
    }

    #[test]
    fn any_bytes_are_an_item_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Some(item) = Item::from_bytes(&bytes) {
            let _ = item.printed();
        }
    }

    #[test]
    fn restored_text_is_stable(text in "[a-c.\\[\\](){}:/@ ]{0,16}|hxxps?[:\\[\\]/]{0,5}[a-c.\\[\\]]{0,8}") {
        if let Some(restored) = refang(&text) {
            prop_assert_eq!(refang(&restored), None, "{:?}", restored);
        }
    }

    #[test]
    fn addresses_print_and_read(address: u32, v6: u128) {
        for text in [std::net::Ipv4Addr::from(address).to_string(), std::net::Ipv6Addr::from(v6).to_string()] {
            check_any(Declared::Unknown, &text, true)?;
        }
        let v4 = std::net::Ipv4Addr::from(address);
        let mut direct = Vec::new();
        canonicalise(Declared::Address, &v4.to_string(), true, &mut direct).unwrap();
        for form in [format!("::ffff:{v4}"), format!("64:ff9b::{v4}"), format!("{v4}/32"), format!("{v4}:80"),
                     format!("::ffff:{v4}/128"), v4.to_string().replace('.', "[.]")] {
            let mut other = Vec::new();
            canonicalise(Declared::Address, &form, true, &mut other).unwrap();
            prop_assert_eq!(&direct, &other, "{}", form);
        }
    }

    #[test]
    fn hashes_ignore_case(raw in proptest::collection::vec(any::<u8>(), 16..=64)) {
        let hex: String = raw.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(bytes_of(Declared::Hash, &hex), bytes_of(Declared::Hash, &hex.to_uppercase()));
    }
}

#[test]
fn worked_bytes() {
    assert_eq!(unknown("8.8.8.8").unwrap(), [1, 1, 4, 0, 8, 8, 8, 8]);
    assert_eq!(unknown("Example.COM.").unwrap(), [&[4, 1, 11, 0][..], b"example.com"].concat());
    let mut v6 = vec![2, 1, 16, 0, 0x20, 1, 0x0d, 0xb8];
    v6.extend([0; 11]);
    v6.push(1);
    assert_eq!(unknown("2001:db8::1").unwrap(), v6);
}

#[test]
fn defanged_variants_are_one_item() {
    let plain = unknown("https://www.example.com/a.php").unwrap();
    for defanged in [
        "hxxps://www.example.com/a.php",
        "hXXps://www[.]example[.]com/a.php",
        "hxxps[:]//www[.]example[.]com/a[.]php",
        "hxxps[://]www(.)example[dot]com/a.php",
        "h**ps://www{.}example(dot)com/a.php",
        "httxs://www.example[.com/a.php",
        "hxxps ://www.example.]com[/]a.php",
        "hxxps://www。example．com/a.php",
    ] {
        let mut bytes = Vec::new();
        let (_, notes) = canonicalise(Declared::Unknown, defanged, false, &mut bytes).unwrap();
        assert!(notes.contains(Note::Refanged), "{defanged}");
        assert_eq!(bytes, plain, "{defanged}");
    }
}

#[test]
fn words_in_a_path_stay_words() {
    for url in ["http://example.com/(at)", "http://example.com/a[dot]b", "http://example.com/?q={.}"] {
        let mut bytes = Vec::new();
        let (_, notes) = canonicalise(Declared::Unknown, url, false, &mut bytes).unwrap();
        assert!(!notes.contains(Note::Refanged), "{url}");
    }
}

#[test]
fn a_hash_is_never_the_beginning_of_another() {
    let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let md5 = unknown(&sha256[..32]).unwrap();
    assert_ne!(md5[4..], unknown(sha256).unwrap()[4..md5.len()]);
    assert_ne!(md5, bytes_of(Declared::Kind(Kind::Imphash), &sha256[..32]).unwrap());
}

#[test]
fn one_item_for_each_kind_of_address_in_a_url() {
    for (url, expected) in [
        ("http://0x8.8.8.8/", "http://8.8.8.8/"),
        ("http://134744072/", "http://8.8.8.8/"),
        ("http://[64:ff9b::808:808]/", "http://8.8.8.8/"),
    ] {
        assert_eq!(unknown(url), unknown(expected), "{url}");
    }
    for url in ["http://127.1/", "http://[fe80::1]/", "http://0/", "http://[::ffff:10.0.0.1]/"] {
        assert_eq!(unknown(url), Err(Reason::SpecialUse), "{url}");
    }
}

#[test]
fn very_long_values_are_refused_not_cut() {
    let long = "a".repeat(70_000);
    assert_eq!(unknown(&long), Err(Reason::NotAnIndicator));
    assert_eq!(unknown(&format!("http://example.com/{long}")), Err(Reason::NotAnIndicator));
    assert_eq!(
        bytes_of(Declared::Kind(Kind::Url), &format!("http://example.com/{long}")),
        Err(Reason::BadUrl)
    );
    // Escaping makes it longer than an item can be.
    let umlauts = "ü".repeat(20_000);
    assert_eq!(unknown(&format!("http://example.com/{umlauts}")), Err(Reason::BadUrl));
    assert_eq!(bytes_of(Declared::Kind(Kind::Email), &format!("{long}@example.com")), Err(Reason::BadEmail));
    // And hostile repetition takes no time.
    for part in [" ", ".]", "[.", " ://", "(", "a.", "xn--", "ü", "字.", "@", "%2", "[[.]]", "http://"] {
        let text = format!("a{}b", part.repeat(65_000 / part.len()));
        for declared in
            [Declared::Unknown, Declared::Host, Declared::Kind(Kind::Url), Declared::Kind(Kind::Email)]
        {
            assert!(bytes_of(declared, &text).is_err(), "{part}");
        }
        assert!(unknown(&format!("a{}b", part.repeat(300_000))).is_err(), "{part}");
    }
    assert_eq!(unknown(&"[".repeat(60_000)), Err(Reason::NotAnIndicator));
    assert!(unknown(&format!("{}.{}", "[".repeat(30_000), "]".repeat(30_000))).is_err());
}

/// A value of blanks once took a second: every blank looked at all that followed.
#[test]
fn a_long_run_of_blanks_is_no_scheme() {
    let text = format!("a{}://b.example.com", " ".repeat(60_000));
    let result = canonicalise(Declared::Unknown, &text, false, &mut Vec::new());
    assert_eq!(result.err(), Some(Reason::NotAnIndicator));
}
