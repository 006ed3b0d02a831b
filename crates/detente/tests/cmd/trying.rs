//! `detente try`, and the flags that say how lists are read.

use crate::world::World;

/// Compares two texts and asserts the exit code and the common values, sorted by type and value.
fn check(ours: &str, theirs: &str, flags: &[&str], code: i32, common: &[(&str, &str)]) {
    let world = World::empty();
    world.write("ours", ours);
    world.write("theirs", theirs);
    let args = [&["try", "ours", "theirs", "--json"], flags].concat();
    let document = world.run(&args).gives(code).json();
    let expected: Vec<_> =
        common.iter().map(|(kind, value)| serde_json::json!({"type": kind, "value": value})).collect();
    assert_eq!(document["common"], serde_json::json!(expected));
    assert_eq!(document["common_count"], common.len());
}

const ONE: &str = "b.example\n1.2.3.4\na.example\n9.9.9.9\n";
const OTHER: &str = "9.9.9.9\nb.example\na.example\n8.8.8.8\n";

#[test]
fn common_items_are_sorted_by_type_and_value() {
    check(ONE, OTHER, &[], 0, &[("domain", "a.example"), ("domain", "b.example"), ("ipv4", "9.9.9.9")]);
}

#[test]
fn nothing_in_common_is_exit_1_with_the_full_document() {
    check("a.example\n", "b.example\n", &[], 1, &[]);
    let world = World::empty();
    world.write("ours", "a.example\n");
    world.write("theirs", "b.example\n");
    let said = world.run(&["try", "ours", "theirs"]);
    assert!(said.gives(1).out.contains("no privacy, just a demonstration"), "{said:?}");
}

#[test]
fn types_narrow_what_is_compared() {
    check(ONE, OTHER, &["--types", "ipv4"], 0, &[("ipv4", "9.9.9.9")]);
    check(
        ONE,
        OTHER,
        &["--types", "ipv4,domain", "--types", "url"],
        0,
        &[("domain", "a.example"), ("domain", "b.example"), ("ipv4", "9.9.9.9")],
    );
    check(ONE, OTHER, &["--types", "sha256"], 1, &[]);
}

#[test]
fn values_for_one_side_leave_the_other_alone() {
    let table = "name,place\na.example,b.example\n";
    check(table, "b.example\n", &["--column", "ours:place"], 0, &[("domain", "b.example")]);
    check("b.example\n", table, &["--column", "theirs:2"], 0, &[("domain", "b.example")]);
    check(table, "a.example\n", &["--column", "ours:2"], 1, &[]);
    let both = ["--column", "name", "--column", "theirs:place"];
    check(table, "other,place\nc.example,a.example\n", &both, 0, &[("domain", "a.example")]);
    check(
        table,
        "b.example\n",
        &["--format", "ours:csv", "--column", "ours:2", "--format", "theirs:text"],
        0,
        &[("domain", "b.example")],
    );
}

#[test]
fn spelling_does_not_keep_items_apart() {
    check(
        "hxxp://A[.]Example/x\nMÜNCHEN.example\n",
        "http://a.example/x\nxn--mnchen-3ya.example\n",
        &[],
        0,
        &[("domain", "xn--mnchen-3ya.example"), ("url", "http://a.example/x")],
    );
}

#[test]
fn wrong_flags_are_usage() {
    let world = World::empty();
    world.write("l", ONE);
    let run = |flags: &[&str]| world.run(&[&["try", "l", "l"], flags].concat());
    run(&["--types", "phone"]).fails(2, "\"phone\" is not a type").hints("ipv4");
    run(&["--format", "word"]).fails(2, "\"word\" is not a format").hints("csv");
    run(&["--format", "ours:"]).fails(2, "--format has no value");
    run(&["--tlp", "purple"]).fails(2, "\"purple\" is no level of --tlp").hints("amber+strict");
    run(&["--pap", "amber+strict"]).fails(2, "is no level of --pap");
    run(&["--warninglist", "none.json"]).fails(2, "cannot read none.json");
}

#[test]
fn a_folder_is_its_files_in_name_order() {
    let world = World::empty();
    std::fs::create_dir_all(world.file("feeds/deeper")).unwrap();
    for (name, text) in [
        ("feeds/b.txt", "b.example\n"),
        ("feeds/a.txt", "b.example\na.example\n"),
        ("feeds/.hidden", "c.example\n"),
    ] {
        world.write(name, text);
    }
    world.write("feeds/c.txt", "");
    world.write("feeds/deeper/d.txt", "d.example\n");
    let shown = world.run(&["list", "show", "feeds", "--json"]);
    let names: Vec<String> = shown.ok().json()["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["feeds/a.txt", "feeds/b.txt"]);
    assert_eq!(shown.json()["items"]["domain"], 2);
    assert!(shown.err.contains("warning: feeds/c.txt is empty"), "{shown:?}");
    std::fs::create_dir(world.file("bare")).unwrap();
    world.run(&["list", "show", "bare"]).fails(2, "there is no file to read in bare");
}

#[test]
fn canonical_values_come_in_the_order_of_sort() {
    let world = World::empty();
    world.write("l", "z.example\n10.0.0.2\nA.example\n9.9.9.9\n2001:DB8::1\n1.2.3.4\na.example\n");
    let canon = world.run(&["list", "canon", "l"]).ok().out.clone();
    let mut sorted: Vec<&str> = canon.lines().collect();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(canon.lines().collect::<Vec<_>>(), sorted);
    assert!(canon.contains("a.example\n") && !canon.contains("A.example"));
    let types = world.run(&["list", "canon", "l", "--types", "ipv4"]).ok().out.clone();
    assert_eq!(types.lines().filter(|line| !line.chars().all(|c| c.is_ascii_digit() || c == '.')).count(), 0);
}

#[test]
fn rejects_are_written_with_their_place_and_reason() {
    let world = World::empty();
    world.write("l", "a.example\nnot an indicator at all !!\n=HYPERLINK(1)\n");
    world.run(&["list", "show", "l", "--format", "text", "--rejects", "dropped.csv"]).ok();
    let dropped = String::from_utf8(world.bytes("dropped.csv")).unwrap();
    assert!(dropped.starts_with("source,line,reason,value\r\nl,2,"), "{dropped}");
    assert!(
        !dropped.contains(",=HYPERLINK") && !dropped.contains("\r\n="),
        "a formula for a spreadsheet: {dropped}"
    );
}

/// The document of a comparison of two lists that ship with the program.
fn real_lists(world: &World, flags: &[&str]) -> serde_json::Value {
    for name in ["grizzly-steppe.csv", "tor-nodes.txt"] {
        let lists = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/lists/");
        world.write(name, std::fs::read(format!("{lists}{name}")).unwrap());
    }
    world.run(&[&["try", "grizzly-steppe.csv", "tor-nodes.txt", "--json"], flags].concat()).ok().json()
}

#[test]
fn both_suites_find_the_same() {
    let world = World::empty();
    let voprf = real_lists(&world, &["--suite", "voprf"]);
    let vole = real_lists(&world, &["--suite", "vole"]);
    assert_eq!(voprf["common_count"], 25);
    assert_eq!(voprf["common"], vole["common"]);
    assert_eq!((&voprf["suite"], &voprf["code"]), (&"voprf".into(), &serde_json::Value::Null));
    assert_eq!((&vole["suite"], &vole["code"]), (&"vole".into(), &"qc".into()));
    // Thousands of items on one side are enough.
    assert_eq!(real_lists(&world, &[])["suite"], "vole");
}

#[test]
fn small_lists_can_be_compared_under_vole_too() {
    let common = [("domain", "a.example"), ("domain", "b.example"), ("ipv4", "9.9.9.9")];
    check(ONE, OTHER, &["--suite", "vole"], 0, &common);
    check(ONE, OTHER, &["--code", "qc"], 0, &common);
    check("a.example\n", "b.example\n", &["--suite", "vole"], 1, &[]);
    check("c.example\n", "c.example\n", &["--suite", "vole"], 0, &[("domain", "c.example")]);
}

#[test]
fn bytes_of_both_directions_follow_from_the_classes() {
    let world = World::empty();
    world.write("ours", ONE);
    world.write("theirs", OTHER);
    let bytes = |suite| {
        world.run(&["try", "ours", "theirs", "--suite", suite, "--json"]).ok().json()["bytes"].clone()
    };
    // 256 elements there; 256 elements, a proof and 256 tags back.
    assert_eq!(bytes("voprf"), 2 * 32 * 256 + 64 + 16 * 256);
    let class = detente_psi::size::SizeClass::MIN;
    let plan = detente_psi::vole::Plan::new(class, class, detente_psi::vole::Code::Qc).unwrap();
    assert_eq!(bytes("vole"), plan.bytes_to_asker() + plan.bytes_to_answerer());
}

#[test]
fn codes_are_refused_where_they_do_not_fit() {
    let world = World::empty();
    world.write("l", ONE);
    let run = |flags: &[&str]| world.run(&[&["try", "l", "l"], flags].concat());
    run(&["--code", "fast"])
        .fails(3, "the code fast is not offered for a list of at most 256")
        .hints("--code qc");
    run(&["--suite", "vole", "--code", "fast"]).fails(3, "fast is not offered").hints("--code qc");
    run(&["--suite", "voprf", "--code", "qc"]).fails(2, "the suite voprf has no code").hints("--suite vole");
    assert_eq!(run(&["--suite", "rsa"]).code, 2);
}
