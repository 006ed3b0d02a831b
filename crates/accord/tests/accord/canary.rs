//! No item of either list stands in anything that leaves, in any plain form.

use detente_accord::b64;
use detente_accord::jcs::Value;
use sha2::{Digest, Sha256, Sha512};

use crate::world::{Items, Run};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What somebody could search for who guesses an item.
fn forms(item: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let body = &item[4..];
    let mut forms = vec![("item", item.to_vec()), ("text", body.to_vec())];
    for (name, plain) in [("hash of the item", item), ("hash of the text", body)] {
        let hashes = [
            Sha256::digest(plain).to_vec(),
            Sha512::digest(plain).to_vec(),
            blake3::hash(plain).as_bytes().to_vec(),
            blake3::Hasher::new().update(b"leaf").update(plain).finalize().as_bytes().to_vec(),
        ];
        for hash in hashes {
            forms.push((name, b64::encode(&hash).into_bytes()));
            forms.push((name, hex(&hash).into_bytes()));
            // Tags are cut to 16 bytes.
            forms.push((name, hash[..16].to_vec()));
        }
    }
    forms.push(("text in base64", b64::encode(body).trim_end_matches('=').as_bytes().to_vec()));
    forms.push(("text in hex", hex(body).into_bytes()));
    forms
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Asserts that no form of any of these items stands in `bytes`.
fn check(what: &str, bytes: &[u8], items: &Items) {
    for item in items {
        for (form, needle) in forms(item) {
            assert!(!contains(bytes, &needle), "{what} holds the {form} of an item");
        }
    }
}

fn domains(names: &[&str]) -> Items {
    names.iter().map(|name| [&[4, 1, name.len() as u8, 0], name.as_bytes()].concat()).collect()
}

fn run() -> Run {
    let asked = domains(&["canary-asked-alone.example", "canary-common.example"]);
    let held = domains(&["canary-held-alone.example", "canary-common.example"]);
    let run = Run::new(asked, held);
    assert_eq!(run.common.len(), 1);
    run
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let run = run();
    let item = run.asked.first().unwrap();
    let planted = [&b"...."[..], &Sha256::digest(item), b"...."].concat();
    assert!(forms(item).iter().any(|(_, needle)| contains(&planted, needle)));
    assert!(contains(&[b"..", &item[..]].concat(), &forms(item)[1].1));
}

#[test]
fn no_item_stands_in_any_of_the_three_files() {
    let run = run();
    for (what, bytes) in [("ask", &run.ask), ("answer", &run.answer), ("result", &run.result)] {
        check(what, bytes, &run.asked);
        check(what, bytes, &run.held);
    }
}

#[test]
fn no_item_stands_in_a_receipt_or_in_its_private_part() {
    let run = run();
    for author in [&run.a, &run.b] {
        let receipt = run.receipt(author);
        let private = receipt.closing.as_ref().map(|closing| closing.to_value().encode()).unwrap();
        for (what, bytes) in [("receipt", receipt.encode()), ("private receipt", private)] {
            check(what, &bytes, &run.asked);
            check(what, &bytes, &run.held);
        }
    }
}

#[test]
fn no_true_count_stands_in_what_leaves() {
    // 1 and 2 items stand everywhere; a count that is rare in JSON is looked for.
    let run = Run::new(crate::world::addresses(0..233), crate::world::addresses(0..239));
    let text = |value: &Value| String::from_utf8(value.encode()).unwrap();
    for said in [run.proposal.to_value(), run.acceptance.to_value()] {
        for count in [":233", ":239"] {
            assert!(!text(&said).contains(count), "the statements tell {count}");
        }
    }
    assert!(text(&run.proposal.to_private_value()).contains(":233"), "which the private form does hold");
    for author in [&run.a, &run.b] {
        let receipt = String::from_utf8(run.receipt(author).encode()).unwrap();
        assert!(!receipt.contains(":233") && !receipt.contains(":239"));
    }
}

#[test]
fn refusals_name_no_item() {
    let run = run();
    let mut list = crate::world::borrowed(&run.asked);
    list.reverse();
    let refused = detente_accord::exchange::ask_file(
        &run.a.us(),
        &run.proposal,
        &run.ask_secrets,
        &list,
        &detente_psi::Sequential,
    );
    let refused = refused.err().unwrap();
    assert_eq!(refused.name(), "items-not-ascending");
    check("a refusal", format!("{refused} {refused:?}").as_bytes(), &run.asked);
}
