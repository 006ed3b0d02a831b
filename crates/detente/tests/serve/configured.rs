//! What a node is told, and by whom.

use serde_json::Value;

use crate::running::{Running, home, ok, program};

#[test]
fn a_flag_before_a_variable_before_the_file() {
    let folder = home();
    let at = folder.path();
    std::fs::write(at.join("d.toml"), "# ours\npeer = \"127.0.0.1:1\"\nlog = \"warn\"\n").unwrap();
    let mut command = program(at);
    command.args(["config", "show", "--json", "--config", "d.toml"]).env("DETENTE_LOG", "debug");
    let shown: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!(shown["schema"], "detente.config.v1");
    assert_eq!(
        (&shown["values"]["peer"]["value"], &shown["values"]["peer"]["origin"]),
        (&"127.0.0.1:1".into(), &"d.toml:2".into())
    );
    assert_eq!(shown["values"]["log"]["origin"], "DETENTE_LOG");
    assert_eq!(shown["values"]["web"]["origin"], "default");
    // What it shows is a file that says the same.
    std::fs::write(at.join("again.toml"), ok(at, "a", &["config", "show", "--config", "d.toml"])).unwrap();
    let again: Value =
        serde_json::from_str(&ok(at, "a", &["config", "show", "--config", "again.toml", "--json"])).unwrap();
    assert_eq!(again["values"]["peer"]["value"], "127.0.0.1:1");
}

#[test]
fn a_configuration_that_cannot_be_is_2_for_a_check_and_78_for_a_node() {
    let folder = home();
    std::fs::write(folder.path().join("d.toml"), "web = \"127.0.0.1:0\"\nper = \"x\"\n").unwrap();
    for (args, code) in [(&["config", "check"][..], 2), (&["serve"][..], 78)] {
        let ran = program(folder.path()).args(args).args(["--config", "d.toml"]).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{said}");
        assert_eq!(said, "error: d.toml:2: there is no key \"per\"\nhint: did you mean peer?\n");
    }
}

#[test]
fn the_port_for_peers_goes_on_the_card() {
    let folder = home();
    let node = Running::start(folder.path(), &["--peer", "127.0.0.1:0"]);
    let peer = node.taken["peer"].as_str().unwrap();
    assert_eq!(node.taken["card_revision"], 2);
    let card = ok(folder.path(), "a", &["card"]);
    assert!(card.contains(peer), "{peer} {card}");
    // A node that is not told an address leaves the card as it is.
    node.signal("TERM");
    node.end();
    let node = Running::start(folder.path(), &[]);
    assert_eq!((&node.taken["peer"], &node.taken["card_revision"]), (&Value::Null, &Value::Null));
    assert_eq!(ok(folder.path(), "a", &["card"]), card);
}
