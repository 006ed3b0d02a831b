//! Invariant A1: the pure crates reach neither disk, net, clock, environment, threads, randomness nor the
//! terminal. What they do inside their tests is not looked at.

use super::Finding;
use super::rust::{closing, find_word};
use super::tree::{Tree, line_at};

const PURE: [&str; 4] = ["crates/psi", "crates/tlog", "crates/indicators", "crates/accord"];

/// Modules of the standard library that are out of bounds, as whole modules.
const MODULES: [&str; 5] = ["fs", "env", "thread", "process", "os"];

/// Of `std::net` addresses are values, and the rest is the world.
const NET: [&str; 3] = ["TcpStream", "TcpListener", "UdpSocket"];

/// Names that are out of bounds wherever they come from.
const NAMES: [&str; 17] = [
    "SystemTime",
    "Instant",
    "getrandom",
    "thread_rng",
    "OsRng",
    "ToSocketAddrs",
    "tokio",
    "async fn",
    "async move",
    ".await",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "stdin()",
    "stdout()",
    "stderr()",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, scanned) in PURE.iter().flat_map(|folder| tree.product(folder)) {
        let code = &scanned.product;
        let names =
            NAMES.iter().chain(&NET).flat_map(|name| find_word(code, name).map(move |at| (at, *name)));
        let modules = std_modules(code).into_iter().filter(|(_, name)| MODULES.contains(name));
        let rand = find_word(code, "rand::").map(|at| (at, "rand"));
        for (at, name) in names.chain(modules).chain(rand) {
            let (path, line) = (file.path.clone(), line_at(&file.text, at));
            let detail = format!("{name} in a pure crate: it is an argument, or another crate's work");
            findings.push(Finding { rule: "purity", path, line, detail });
        }
    }
    findings
}

/// The modules named right after `std::`, in paths and in groups (`use std::{fs, io}`).
fn std_modules(code: &str) -> Vec<(usize, &str)> {
    let mut modules = Vec::new();
    for at in find_word(code, "std::") {
        let after = at + "std::".len();
        if code[after..].starts_with('{') {
            let end = closing(code, after).unwrap_or(code.len());
            modules.extend(group_heads(&code[after + 1..end - 1]).into_iter().map(|name| (at, name)));
        } else {
            modules.push((at, first_name(&code[after..])));
        }
    }
    modules
}

/// The first name of each member of a group, whatever is nested in it.
fn group_heads(group: &str) -> Vec<&str> {
    let (mut heads, mut depth, mut start) = (Vec::new(), 0usize, 0);
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                heads.push(first_name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    heads.push(first_name(&group[start..]));
    heads
}

fn first_name(text: &str) -> &str {
    let text = text.trim_start();
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn check(path: &str, text: &str, due: usize) {
        assert_eq!(found(super::check, &[(path, text)]).len(), due, "{text}");
    }

    #[test]
    fn refuses_the_world_in_pure_crates() {
        for text in [
            "use std::fs;",
            "use std::{fmt, env};",
            "use std::{collections::{BTreeMap, HashMap}, thread};",
            "fn a() { std::process::exit(1) }",
            "use std::net::TcpStream;",
            "use std::time::Instant;",
            "let now = SystemTime::now();",
            "fn a() { println!(\"x\") }",
            "let x = rand::random();",
            "getrandom::fill(&mut seed);",
            "async fn a() {}",
        ] {
            check("crates/tlog/src/root.rs", text, 1);
            check("crates/store/src/home.rs", text, 0);
        }
    }

    #[test]
    fn values_words_and_tests_are_not_the_world() {
        for text in [
            "use std::net::{Ipv4Addr, Ipv6Addr};\nuse std::{fmt, io};",
            "// no std::fs here\nlet text = \"std::fs println!\";",
            "#[cfg(test)]\nmod tests { use std::fs; }",
            "fn instant() { operand::x() }",
        ] {
            check("crates/indicators/src/lib.rs", text, 0);
        }
        check("crates/psi/tests/voprf/main.rs", "use std::fs;", 0);
    }
}
