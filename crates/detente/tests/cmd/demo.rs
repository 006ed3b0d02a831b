//! `detente demo`: the story ends as it says, and tells it.

use crate::world::World;

#[test]
fn the_story_ends_as_it_says() {
    let world = World::empty();
    let told = world.run(&["demo", "--json", "--keep", "kept"]).ok().json();
    assert_eq!(told["schema"], "detente.demo.v1");
    assert_eq!((&told["common_count"], &told["kept"]), (&25.into(), &"kept".into()));
    for fact in [
        "norms_in_force",
        "tampered_caught",
        "receipts_verified",
        "over_budget_refused",
        "denial_contested",
        "undertaking_running",
        "bundle_verified",
        "tampered_bundle_refused",
    ] {
        assert_eq!(told[fact], true, "{fact}: {told:#}");
    }
    // What is left behind says the same, and only one bit of the copy differs.
    let run =
        |home: &str, args: &[&str]| world.run(&[&["--home", home], args, &["--json"]].concat()).ok().json();
    let table = run("kept/b", &["norm", "table"]);
    let states: Vec<_> =
        table["cells"].as_array().unwrap().iter().map(|cell| cell["state"].clone()).collect();
    assert_eq!(states, ["as-written", "modified", "as-written"]);
    let overview = run("kept/b", &["overview"]);
    assert_eq!(
        (&overview["denials"][0]["contested"], &overview["shared"]["matches"]),
        (&1.into(), &1.into())
    );
    let (bundle, tampered) = (world.bytes("kept/case.detente.tar"), world.bytes("kept/tampered.detente.tar"));
    let bits: u32 = bundle.iter().zip(&tampered).map(|(one, other)| (one ^ other).count_ones()).sum();
    assert_eq!((bundle.len(), bits), (tampered.len(), 1));
}

#[test]
fn the_story_is_told_in_order() {
    let told = World::empty().run(&["demo"]).ok().out.clone();
    let mut rest = told.as_str();
    for says in [
        "── 3.",
        "E3 cert-a–cert-b      in force as modified",
        "In common     25: 25 ipv4",
        "a match is not attribution",
        "over-budget",
        "WE OWE (1)",
        "cert-b wrote, what is denied:",
        "| So you say.",
        " UND  cert-a to cert-b: running",
        "| Just make sure you don't.",
        "| Ok.",
        "DENIALS                cert-b 1 (1 contested)",
        "$ detente verify case.detente.tar",
        "\n    verified\n",
        "cert-b says (denial, ",
        "$ detente verify tampered.detente.tar",
        "    not verified: malformed",
        "(exit 1)",
        "nothing was left behind",
    ] {
        let at = rest.find(says).unwrap_or_else(|| panic!("{says:?} is not told in its place: {told}"));
        rest = &rest[at + says.len()..];
    }
}
