//! Real lists whose answers are known: the pairs of the shared truth, each list as it was taken.

use std::fs;
use std::path::PathBuf;

use crate::world::{Stage, World};

/// The folder of the truth; `None`, said aloud, where it was not handed out.
fn truth() -> Option<PathBuf> {
    let package = fs::canonicalize(env!("CARGO_MANIFEST_DIR")).unwrap();
    let truth = package.join("../../../shared/data/truth");
    if !truth.join("TRUTH.psv").is_file() {
        println!("SKIPPED: needs the lists of ../shared/data/truth");
        return None;
    }
    Some(truth)
}

/// A pair as the table names it: sizes of both sides and of what is in common, and the common values.
struct Pair {
    ours: PathBuf,
    theirs: PathBuf,
    sizes: [u64; 3],
    common: Vec<String>,
}

fn pair(name: &str, ours: &str, theirs: &str) -> Option<Pair> {
    let truth = truth()?;
    let table = fs::read_to_string(truth.join("TRUTH.psv")).unwrap();
    let row: Vec<&str> =
        table.lines().find(|line| line.starts_with(&format!("{name}|"))).unwrap().split('|').collect();
    let sizes = [4, 5, 6].map(|column: usize| row[column].parse().unwrap());
    let common = fs::read_to_string(truth.join(format!("{name}.intersection.txt"))).unwrap();
    let mut common: Vec<String> = common.lines().map(str::to_owned).collect();
    common.sort();
    let set = |set: &str| truth.join("sets").join(set);
    Some(Pair { ours: set(ours), theirs: set(theirs), sizes, common })
}

fn values(document: &serde_json::Value) -> Vec<String> {
    let rows = document["common"].as_array().unwrap();
    let mut values: Vec<String> = rows.iter().map(|row| row["value"].as_str().unwrap().to_owned()).collect();
    values.sort();
    values
}

/// Compares by `try`, under one suite after the other.
fn check(name: &str, ours: &str, theirs: &str, suites: &[&[&str]]) {
    let Some(pair) = pair(name, ours, theirs) else { return };
    let (one, other) = (pair.ours.display().to_string(), pair.theirs.display().to_string());
    for flags in suites {
        let args = [&["try", &one, &other, "--json"], *flags].concat();
        let document = World::empty().run(&args).ok().json();
        // The table counts addresses that no list of ours keeps, such as those of a loopback.
        let number = |value: &serde_json::Value| value.as_u64().unwrap_or(0);
        let whole =
            |side: &str| number(&document[side]["items"]) + number(&document[side]["dropped"]["special-use"]);
        let sizes = [whole("ours"), whole("theirs"), number(&document["common_count"])];
        assert_eq!(sizes, pair.sizes, "{flags:?}");
        assert_eq!(values(&document), pair.common, "{flags:?}");
    }
}

const VOPRF: &[&str] = &["--suite", "voprf"];
const VOLE: &[&str] = &["--suite", "vole"];
const VOLE_QC: &[&str] = &["--suite", "vole", "--code", "qc"];
const VOLE_FAST: &[&str] = &["--suite", "vole", "--code", "fast"];

/// Compares by three files between two homes.
fn check_by_files(name: &str, ours: &str, theirs: &str) {
    let Some(pair) = pair(name, ours, theirs) else { return };
    let world = World::at(Stage::Paired);
    let (one, other) = (pair.ours.display().to_string(), pair.theirs.display().to_string());
    let asked = world.a(&["ask", &one, "--peer", "cert-b", "-o", "ask.dtn", "--json"]).ok().json();
    let answered = world.b(&["answer", "ask.dtn", &other, "--yes", "-o", "answer.dtn", "--json"]).ok().json();
    let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--json"]).ok().json();
    world.b(&["receipt", "add", "result.dtn"]).ok();
    let sizes = [&asked["ours"]["items"], &answered["ours"]["items"], &opened["common_count"]];
    assert_eq!(sizes.map(|size| size.as_u64().unwrap()), pair.sizes);
    assert_eq!(values(&opened), pair.common);
    let run = opened["run"].as_str().unwrap();
    for (home, list) in [("a", &one), ("b", &other)] {
        world.home(home, &["receipt", "verify", run]).ok();
        world.home(home, &["receipt", "replay", run, list]).ok();
    }
}

#[test]
fn grizzly_steppe_and_tor() {
    check("election-grizzly-tor", "grizzly-steppe.ipv4.txt", "tor-nodes.ipv4.txt", &[VOPRF, VOLE]);
}

#[test]
fn grizzly_steppe_and_tor_by_files() {
    check_by_files("election-grizzly-tor", "grizzly-steppe.ipv4.txt", "tor-nodes.ipv4.txt");
}

#[test]
fn eset_and_maltrail() {
    check(
        "election-eset-maltrailapt",
        "eset-sednit-dukes.domain.txt",
        "maltrail-apt.domain.txt",
        &[VOPRF, VOLE],
    );
}

#[test]
fn eset_and_maltrail_by_files() {
    check_by_files("election-eset-maltrailapt", "eset-sednit-dukes.domain.txt", "maltrail-apt.domain.txt");
}

#[test]
fn tweetfeed_and_ipsum_by_files() {
    check_by_files("small-tweetfeed-ipsum2", "tweetfeed-month.ipv4.txt", "ipsum-level2.ipv4.txt");
}

#[test]
fn ipsum_and_tor() {
    check("small-ipsum2-tor", "ipsum-level2.ipv4.txt", "tor-nodes.ipv4.txt", &[VOPRF, VOLE]);
}

#[test]
fn ipsum_and_bitwire_under_both_codes() {
    check("mid-ipsum-bitwire", "ipsum.ipv4.txt.zst", "bitwire.ipv4.txt.zst", &[VOLE_QC, VOLE_FAST]);
}
