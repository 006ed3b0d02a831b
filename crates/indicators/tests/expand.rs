//! The expansions: worked bytes of CANONICAL, containment at the agreed lengths, and where they stop.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;

use detente_indicators::Item;
use detente_indicators::canon::{Declared, canonicalise};
use detente_indicators::expand::{Expansions, Role, Unexpandable, keys};
use proptest::prelude::*;

const ALL: Expansions = Expansions { cidr: true, tree: true, url: true, mail: true };

fn item(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    canonicalise(Declared::Unknown, text, true, &mut bytes).unwrap();
    bytes
}

fn expanded(text: &str, role: Role, expansions: Expansions) -> Result<Vec<Vec<u8>>, Unexpandable> {
    let bytes = item(text);
    let mut all = Vec::new();
    keys(Item::from_bytes(&bytes).unwrap(), role, expansions, &mut |key| all.push(key.to_vec()))?;
    for key in &all {
        assert_eq!(usize::from(u16::from_le_bytes([key[2], key[3]])), key.len() - 4);
        assert_ne!(*key, bytes);
    }
    Ok(all)
}

/// The bodies as text, for keys that are text.
fn bodies(text: &str, role: Role) -> Vec<String> {
    let keys = expanded(text, role, ALL).unwrap();
    keys.into_iter()
        .map(|key| format!("{} {}", key[0], String::from_utf8(key[4..].to_vec()).unwrap()))
        .collect()
}

#[test]
fn off_unless_named() {
    for text in ["8.8.8.8", "8.8.8.0/24", "a.b.example.com", "http://example.com/a?b", "a+b@example.com"] {
        for role in [Role::Observation, Role::Rule] {
            assert_eq!(expanded(text, role, Expansions::NONE).unwrap(), Vec::<Vec<u8>>::new());
        }
    }
}

#[test]
fn worked_bytes() {
    let keys = expanded("8.8.8.8", Role::Observation, ALL).unwrap();
    assert_eq!(keys.len(), 7);
    assert!(keys.contains(&vec![0x0c, 1, 5, 0, 4, 24, 8, 8, 8]));
    assert_eq!(keys[6], [0x0c, 1, 6, 0, 4, 32, 8, 8, 8, 8]);
    let keys = expanded("a.b.example.com", Role::Observation, ALL).unwrap();
    assert_eq!(keys[1], [&[0x0d, 1, 11, 0][..], b"example.com"].concat());
}

#[test]
fn a_network_is_split_to_the_next_agreed_length() {
    let count = |text: &str| expanded(text, Role::Rule, ALL).map(|keys| keys.len());
    for (text, keys) in [
        ("8.8.0.0/16", 1),
        ("8.8.0.0/17", 8),
        ("8.8.8.0/24", 1),
        ("8.8.8.0/25", 2),
        ("8.8.8.0/29", 8),
        ("8.8.8.8", 1),
        ("2001:db8::/32", 1),
        ("2001:db8::/33", 128),
        ("2001:db8::/64", 1),
        ("2001:db8::/121", 128),
        ("2001:db8::1", 1),
    ] {
        assert_eq!(count(text), Ok(keys), "{text}");
    }
    assert_eq!(count("8.8.0.0/15"), Err(Unexpandable::TooWide { length: 15 }));
    assert_eq!(count("2001::/31"), Err(Unexpandable::TooWide { length: 31 }));
    assert_eq!(count("2001:db8::/65"), Err(Unexpandable::TooManyKeys { length: 65 }));
    assert_eq!(count("2001:db8::/120"), Err(Unexpandable::TooManyKeys { length: 120 }));
}

proptest! {
    #[test]
    fn an_address_shares_one_key_with_a_network_that_holds_it(
        address: u32, other: u32, length in 16_u8..=31,
    ) {
        let mask = u32::MAX << (32 - length);
        let dotted = |address: u32| std::net::Ipv4Addr::from(address).to_string();
        let rule: BTreeSet<_> = expanded(&format!("{}/{length}", dotted(address & mask)), Role::Rule, ALL)
            .unwrap().into_iter().collect();
        prop_assert!(rule.len() <= 16);
        for seen in [address, other, address ^ 1, address ^ (1 << (32 - length))] {
            let keys = expanded(&dotted(seen), Role::Observation, ALL).unwrap();
            prop_assert_eq!(keys.len(), 7);
            let shared = keys.iter().filter(|key| rule.contains(*key)).count();
            prop_assert_eq!(shared, usize::from(seen & mask == address & mask));
        }
    }

    #[test]
    fn the_same_for_ipv6(address: u128, other: u128, length in 32_u8..=64) {
        prop_assume!(address >> 112 != 0x64 && address >> 32 != 0xffff);
        let mask = u128::MAX << (128 - length);
        let text = |address: u128| std::net::Ipv6Addr::from(address).to_string();
        let rule: BTreeSet<_> = expanded(&format!("{}/{length}", text(address & mask)), Role::Rule, ALL)
            .unwrap().into_iter().collect();
        for seen in [address, other, address ^ 1] {
            let keys = expanded(&text(seen), Role::Observation, ALL).unwrap();
            let shared = keys.iter().filter(|key| rule.contains(*key)).count();
            prop_assert_eq!(shared, usize::from(seen & mask == address & mask));
        }
    }
}

#[test]
fn parents_stop_at_the_registrable_domain() {
    let seen = |name: &str| bodies(name, Role::Observation);
    assert_eq!(seen("a.b.example.com"), ["13 b.example.com", "13 example.com"]);
    assert_eq!(seen("a.example.co.uk"), ["13 example.co.uk"]);
    assert_eq!(seen("example.co.uk"), Vec::<String>::new());
    assert_eq!(seen("co.uk"), Vec::<String>::new());
    // A private suffix is one too: its customers do not belong together.
    assert_eq!(seen("a.someone.github.io"), ["13 someone.github.io"]);
    assert_eq!(seen("github.io"), Vec::<String>::new());
}

#[test]
fn a_rule_gives_its_own_name_unless_it_is_a_public_suffix() {
    assert_eq!(bodies("example.com", Role::Rule), ["13 example.com"]);
    assert_eq!(bodies("b.example.com", Role::Rule), ["13 b.example.com"]);
    assert_eq!(bodies("co.uk", Role::Rule), Vec::<String>::new());
    assert_eq!(bodies("github.io", Role::Rule), Vec::<String>::new());
}

#[test]
fn urls_lose_query_scheme_and_depth() {
    assert_eq!(
        bodies("https://example.com:8443/a/b/c/d?q=1", Role::Observation),
        [
            "5 https://example.com:8443/a/b/c/d",
            "5 example.com:8443/a",
            "5 example.com:8443/a/b",
            "5 example.com:8443/a/b/c",
        ]
    );
    assert_eq!(bodies("http://example.com/a/", Role::Rule), ["5 example.com/a"]);
    assert_eq!(bodies("http://example.com/", Role::Rule), Vec::<String>::new());
    assert_eq!(bodies("http://example.com/?a/b", Role::Rule), ["5 http://example.com/"]);
}

#[test]
fn addresses_lose_their_tag() {
    assert_eq!(bodies("Some.One+list+x@Example.com", Role::Rule), ["7 some.one@example.com"]);
    assert_eq!(bodies("someone@example.com", Role::Observation), ["7 someone@example.com"]);
    assert_eq!(bodies("+x@example.com", Role::Rule), Vec::<String>::new());
}
