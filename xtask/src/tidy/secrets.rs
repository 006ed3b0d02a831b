//! Invariant A7, the part a text can show: secret types have no `Debug`, `Clone` or `Serialize`.

use super::Finding;
use super::rust::{Scanned, find_word};
use super::tree::{File, Tree, line_at};

/// A type that holds a secret, or an item of somebody's list.
struct Secret {
    name: &'static str,
    /// The crate it stands in; a name may be a secret in one crate and a plain word in another.
    folder: &'static str,
    /// What it may have all the same.
    allowed: &'static [&'static str],
}

const fn secret(folder: &'static str, name: &'static str) -> Secret {
    Secret { name, folder, allowed: &[] }
}

/// A borrowed look at bytes that stand elsewhere may be copied; it is still never printed.
const fn borrowed(folder: &'static str, name: &'static str) -> Secret {
    Secret { name, folder, allowed: &["Clone", "Copy"] }
}

const SECRETS: [Secret; 23] = [
    secret("crates/psi", "Seed"),
    secret("crates/psi", "Randomness"),
    secret("crates/psi", "Items"),
    secret("crates/psi", "Dummies"),
    secret("crates/psi", "Common"),
    secret("crates/accord", "SecretKey"),
    secret("crates/accord", "RunSecrets"),
    secret("crates/accord", "ListSalt"),
    secret("crates/accord", "Entropy"),
    secret("crates/tlog", "LogKey"),
    secret("crates/tlog", "CosignerKey"),
    secret("crates/store", "KeySeeds"),
    secret("crates/store", "Keys"),
    secret("crates/store", "LogSeeds"),
    secret("crates/store", "CosignerSeeds"),
    secret("crates/store", "SignerSeeds"),
    secret("crates/store", "ContentField"),
    secret("crates/indicators", "Items"),
    secret("crates/indicators", "Intake"),
    secret("crates/indicators", "List"),
    borrowed("crates/indicators", "Item"),
    borrowed("crates/indicators", "Candidate"),
    borrowed("crates/indicators", "Reject"),
];

/// What gives a secret away or multiplies it.
const REFUSED: [&str; 5] = ["Debug", "Display", "Serialize", "Clone", "Copy"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    SECRETS.iter().flat_map(|secret| check_secret(tree, secret)).collect()
}

fn check_secret(tree: &Tree, secret: &Secret) -> Vec<Finding> {
    let refused = |name: &&&str| !secret.allowed.contains(*name);
    let refused: Vec<&str> = REFUSED.iter().filter(refused).copied().collect();
    let (mut findings, mut is_defined) = (Vec::new(), false);
    for (file, scanned) in tree.product(secret.folder) {
        for at in definitions(scanned, secret.name) {
            is_defined = true;
            let derived = derives(&scanned.product, at);
            let named = refused.iter().filter(|name| derived.contains(*name));
            findings.extend(named.map(|name| finding(file, at, secret.name, name)));
        }
        for name in &refused {
            let places = implementations(&scanned.product, name, secret.name);
            findings.extend(places.into_iter().map(|at| finding(file, at, secret.name, name)));
        }
    }
    // A rule about a type that was renamed would be silent for ever.
    if !is_defined {
        let detail = format!("the secret type {} is not here: was it renamed?", secret.name);
        findings.push(Finding { rule: "secrets", path: secret.folder.into(), line: 0, detail });
    }
    findings
}

fn definitions<'a>(scanned: &'a Scanned, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    find_word(&scanned.product, name).filter(|at| {
        let before = scanned.product[..*at].trim_end();
        before.ends_with("struct") || before.ends_with("enum")
    })
}

/// The names in the `derive` attributes of the item at `at`.
fn derives(code: &str, at: usize) -> Vec<&str> {
    let item = code[..at].rfind(['}', ';']).map_or(0, |end| end + 1);
    let attributes = &code[item..at];
    let lists = attributes.split("derive(").skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
    lists
        .flat_map(|list| list.split(','))
        .map(|name| name.rsplit("::").next().unwrap_or(name).trim())
        .collect()
}

/// Where `impl … Trait for Type` stands.
fn implementations(code: &str, name: &str, secret: &str) -> Vec<usize> {
    let for_secret = |at: &usize| {
        let rest = code[at + name.len()..].trim_start();
        let target = rest.strip_prefix("for ").map(|target| target.trim_start().trim_start_matches('&'));
        target.is_some_and(|target| find_word(target, secret).next() == Some(0))
    };
    find_word(code, name).filter(for_secret).collect()
}

fn finding(file: &File, at: usize, secret: &str, name: &str) -> Finding {
    let detail = format!("the secret type {secret} has {name}");
    Finding { rule: "secrets", path: file.path.clone(), line: line_at(&file.text, at), detail }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn check(path: &str, text: &str, name: &str, due: &[&str]) {
        let all = found(super::check, &[(path, text)]);
        let about: Vec<&str> = all
            .iter()
            .filter(|found| found.contains(&format!("type {name} has")))
            .map(String::as_str)
            .collect();
        assert_eq!(about, due, "{text}");
    }

    #[test]
    fn refuses_derives_and_implementations_on_secrets() {
        let path = "crates/psi/src/seed.rs";
        check(path, "#[derive(Zeroize, ZeroizeOnDrop)]\npub struct Seed([u8; 32]);", "Seed", &[]);
        let due = ["crates/psi/src/seed.rs:2: the secret type Seed has Debug"];
        check(path, "#[derive(Zeroize, Debug)]\npub struct Seed([u8; 32]);", "Seed", &due);
        let due = ["crates/psi/src/seed.rs:3: the secret type Seed has Clone"];
        check(path, "#[derive(Zeroize)]\n#[derive(Clone)]\npub struct Seed([u8; 32]);", "Seed", &due);
        let due = ["crates/psi/src/seed.rs:2: the secret type Seed has Debug"];
        check(path, "pub struct Seed([u8; 32]);\nimpl fmt::Debug for Seed {}", "Seed", &due);
        check(path, "#[derive(Debug)]\nstruct Seedling;\nstruct Seed(u8);", "Seed", &[]);
    }

    #[test]
    fn a_look_at_an_item_may_be_copied_but_not_printed() {
        let path = "crates/indicators/src/item.rs";
        check(path, "#[derive(Clone, Copy, PartialEq)]\npub struct Item<'a>(&'a [u8]);", "Item", &[]);
        let due = ["crates/indicators/src/item.rs:2: the secret type Item has Serialize"];
        check(path, "#[derive(Clone, serde::Serialize)]\npub struct Item<'a>(&'a [u8]);", "Item", &due);
    }

    #[test]
    fn a_renamed_secret_is_missed() {
        let found = found(super::check, &[("crates/psi/src/seed.rs", "pub struct Grain([u8; 32]);")]);
        assert!(found.iter().any(|found| found.contains("Seed is not here")));
    }
}
