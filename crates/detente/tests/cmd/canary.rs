//! No item of a list is found on the other side, in a file that travels, or in what the program says.

use crate::world::{Ran, Stage, World, holding};

const OURS_ALONE: [&str; 2] = ["canary-ours-alone.example", "203.0.113.77"];
const THEIRS_ALONE: [&str; 2] = ["canary-theirs-alone.example", "198.51.100.99"];
const COMMON: &str = "canary-common.example";

/// Forms in which an item would be recognised.
fn forms(item: &str) -> Vec<Vec<u8>> {
    use sha2::{Digest, Sha256};
    let mut forms = vec![item.as_bytes().to_vec()];
    if let Ok(address) = item.parse::<std::net::Ipv4Addr>() {
        // Four bytes alone stand anywhere by chance; with the header of an item they do not.
        forms.push([&[1, 1, 4, 0][..], &address.octets()].concat());
    }
    forms.push(Sha256::digest(item).to_vec());
    forms.push(detente_accord::b64::encode(item.as_bytes()).trim_end_matches('=').as_bytes().to_vec());
    forms
}

#[track_caller]
fn check_silent(ran: &Ran, items: &[&str]) {
    for item in items {
        assert!(!ran.out.contains(item) && !ran.err.contains(item), "{item} is said: {ran:?}");
    }
}

/// Asserts that no form of an item stands in a file or a folder.
#[track_caller]
fn check_absent(world: &World, place: &str, items: &[&str]) {
    for form in items.iter().flat_map(|item| forms(item)) {
        let path = world.file(place);
        let found = match path.is_dir() {
            true => holding(&path, &form),
            false if world.bytes(place).windows(form.len()).any(|window| window == form) => {
                vec![place.to_owned()]
            }
            false => Vec::new(),
        };
        assert!(found.is_empty(), "{} in {found:?}", String::from_utf8_lossy(&form));
    }
}

#[test]
fn a_whole_match_leaves_each_list_at_home() {
    let world = World::at(Stage::Paired);
    world.write("ours.txt", [&OURS_ALONE[..], &[COMMON]].concat().join("\n"));
    world.write("theirs.txt", [&THEIRS_ALONE[..], &[COMMON]].concat().join("\n"));
    let asked = world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", "ask.dtn"]);
    check_silent(asked.ok(), &[OURS_ALONE[0], OURS_ALONE[1], COMMON]);
    assert!(
        !holding(&world.file("a"), OURS_ALONE[0].as_bytes()).is_empty(),
        "until the answer comes a needs its list"
    );
    let answered = world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]);
    check_silent(answered.ok(), &[THEIRS_ALONE[0], THEIRS_ALONE[1], COMMON]);
    let opened = world.a(&["open", "answer.dtn", "-o", "result.dtn", "--json"]);
    check_silent(opened.ok(), &[OURS_ALONE[0], OURS_ALONE[1], THEIRS_ALONE[0], THEIRS_ALONE[1]]);
    assert!(opened.out.contains(COMMON), "what is in common is the answer");
    check_silent(world.b(&["receipt", "add", "result.dtn"]).ok(), &[COMMON]);

    let everything = [&OURS_ALONE[..], &THEIRS_ALONE, &[COMMON]].concat();
    for file in ["ask.dtn", "answer.dtn", "result.dtn"] {
        check_absent(&world, file, &everything);
    }
    let run = opened.json()["run"].as_str().unwrap().to_owned();
    for home in ["a", "b"] {
        let file = format!("{home}.receipt");
        world.home(home, &["receipt", "show", &run, "-o", &file]).ok();
        check_absent(&world, &file, &everything);
    }
    // The answerer's home never holds a list; the asker's lets its own go, and keeps what is in common.
    check_absent(&world, "b", &everything);
    check_absent(&world, "a", &[&OURS_ALONE[..], &THEIRS_ALONE].concat());
    assert!(!holding(&world.file("a"), COMMON.as_bytes()).is_empty());
}

#[test]
fn refusals_name_no_item() {
    let world = World::at(Stage::Asked);
    let canary = "canary-in-bad-input.example";
    let lists = [
        format!("{{\"Event\":{{\"Attribute\":[{{\"type\":\"domain\",\"value\":\"{canary}\""),
        format!("\u{feff}\u{0}{canary}\u{0}"),
        format!("one,two\n{canary},1.2.3.4\n{canary},1.2.3.4\n"),
        format!("<ioc><{canary}></ioc>"),
        format!("{{\"type\":\"bundle\",\"objects\":[{{\"pattern\":\"[domain-name:value = '{canary}\"}}]}}"),
        format!("{canary} !! {canary} ?? {canary}\n"),
        format!("{canary}\n"),
    ];
    for list in lists {
        world.write("list", &list);
        for ran in [
            world.run(&["list", "show", "list"]),
            world.run(&["list", "show", "list", "--format", "misp"]),
            world.run(&["list", "show", "list", "--format", "stix"]),
            world.run(&["list", "show", "list", "--format", "openioc"]),
            world.run(&["list", "show", "list", "--column", "seven"]),
            world.a(&["ask", "list", "--peer", "nobody", "-o", "x.dtn"]),
            world.a(&["ask", "list", "--peer", "cert-b", "-o", "no/such/folder"]),
            world.b(&["answer", "ask.dtn", "list", "-o", "x.dtn"]),
            world.b(&["answer", "list", "list", "-o", "x.dtn"]),
            world.a(&["open", "list"]),
            world.a(&["peer", "add", "list"]),
            world.a(&["receipt", "add", "list"]),
        ] {
            check_silent(&ran, &[canary]);
        }
    }
}

#[test]
fn keys_and_seeds_are_never_said() {
    let world = World::at(Stage::Opened);
    let mut secrets = Vec::new();
    for key in ["identity", "desk", "node"] {
        let line = String::from_utf8(world.bytes(&format!("a/keys/{key}.key"))).unwrap();
        secrets.push(line.split(' ').nth(2).unwrap().trim().to_owned());
    }
    let run =
        world.a(&["receipt", "list", "--json"]).json()["receipts"][0]["run"].as_str().unwrap().to_owned();
    world.a(&["receipt", "show", &run, "-o", "a.receipt"]).ok();
    for args in [
        &["card"][..],
        &["receipt", "show", &run, "--json"],
        &["receipt", "replay", &run, "ours.txt"],
        &["peer", "list", "--json"],
    ] {
        let ran = world.a(args);
        assert!(secrets.iter().all(|secret| !ran.out.contains(secret) && !ran.err.contains(secret)));
    }
    for file in ["ask.dtn", "answer.dtn", "result.dtn", "a.receipt", "a.card", "a/home.db"] {
        let bytes = world.bytes(file);
        for secret in &secrets {
            let raw: [u8; 32] = detente_accord::b64::decode(secret).unwrap();
            for needle in [secret.as_bytes(), &raw] {
                assert!(
                    !bytes.windows(needle.len()).any(|window| window == needle),
                    "a key stands in {file}"
                );
            }
        }
    }
}
