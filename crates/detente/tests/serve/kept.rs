//! Looking over a home, saving it, bringing it back.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::running::{Running, ok, open_accord, pair, program};

const PASSPHRASE: [&str; 2] = ["--passphrase-file", "passphrase"];

fn json(folder: &Path, home: &str, args: &[&str]) -> Value {
    let ran = program(folder).args(["--home", home, "--json"]).args(args).output().unwrap();
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {args:?} {ran:?}"))
}

fn finding<'a>(document: &'a Value, what: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["what"] == what).unwrap_or_else(|| panic!("{what}: {document}"))
}

#[test]
fn a_backup_that_is_brought_back_signs_nothing_until_its_peer_was_asked() {
    let folder = open_accord();
    let at = folder.path();
    fs::write(at.join("passphrase"), "six words of a dice list\n").unwrap();
    let node = Running::start(at, &[]);
    ok(at, "a", &[&["backup", "--to", "keys.backup", "--with-keys"][..], &PASSPHRASE].concat());
    let saved = json(at, "a", &[&["backup", "--to", "daily.backup"][..], &PASSPHRASE].concat());
    assert_eq!((&saved["schema"], &saved["keys"]), (&"detente.backup.v1".into(), &false.into()));
    // After the backup something is said, and the peer has it.
    ok(at, "a", &["comcheck", "send", "--to", "cert-b", "--word", "lantern", "--yes"]);
    ok(at, "a", &["sync", "out", "--to", "cert-b", "-o", "1.packet"]);
    ok(at, "b", &["sync", "in", "1.packet"]);
    node.signal("TERM");
    node.end();
    // No keys in the daily file: it opens no home by itself.
    let restore = |args: &[&str]| {
        program(at).args(["--home", "r", "restore"]).args(args).args(PASSPHRASE).output().unwrap()
    };
    let without = restore(&["daily.backup"]);
    let said = String::from_utf8(without.stderr).unwrap();
    assert!(said.contains("hint: there are no keys in this backup"), "{said}");
    assert!(!at.join("r").exists());
    let restored = restore(&["daily.backup", "--keys-from", "keys.backup"]);
    assert!(restored.status.success(), "{restored:?}");
    // The bytes are whole, and nothing is signed.
    ok(at, "r", &["record", "fsck"]);
    let said = program(at)
        .args(["--home", "r", "comcheck", "send", "--to", "cert-b", "--word", "anchor", "--yes"])
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(3), "{said:?}");
    assert!(String::from_utf8(said.stderr).unwrap().contains("(no-state)"));
    let looked = json(at, "r", &["doctor"]);
    assert_eq!((&looked["well"], &finding(&looked, "record")["state"]), (&false.into(), &"amiss".into()));
    // The peer's packet gives back what came after the backup.
    ok(at, "b", &["sync", "out", "--to", "cert-a", "--all", "-o", "full.packet"]);
    ok(at, "r", &["record", "recover", "full.packet"]);
    ok(at, "r", &["comcheck", "send", "--to", "cert-b", "--word", "anchor", "--yes"]);
    assert_eq!(json(at, "r", &["doctor"])["well"], true);
}

#[test]
fn a_backup_is_not_opened_by_another_passphrase_nor_over_a_home() {
    let folder = pair();
    let at = folder.path();
    fs::write(at.join("passphrase"), "six words of a dice list\n").unwrap();
    fs::write(at.join("other"), "six words of another list\n").unwrap();
    ok(at, "a", &[&["backup", "--to", "a.backup", "--with-keys"][..], &PASSPHRASE].concat());
    let restore = |home: &str, passphrase: &str| {
        let args = ["--home", home, "restore", "a.backup", "--passphrase-file", passphrase];
        program(at).args(args).output().unwrap().status.code()
    };
    assert_eq!(restore("r", "other"), Some(2));
    assert_eq!(restore("b", "passphrase"), Some(2));
    assert_eq!(restore("r", "passphrase"), Some(0));
    assert_eq!(ok(at, "r", &["card"]), ok(at, "a", &["card"]));
}

#[test]
fn the_doctor_names_what_is_amiss_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let folder = open_accord();
    let at = folder.path();
    let looked = json(at, "a", &["doctor"]);
    assert_eq!((&looked["schema"], &looked["well"]), (&"detente.doctor.v1".into(), &true.into()), "{looked}");
    assert_eq!(finding(&looked, "node")["next"], "detente serve");
    let node = Running::start(at, &[]);
    let looked = json(at, "a", &["doctor"]);
    assert!(finding(&looked, "confinement")["says"].as_str().unwrap().contains("seccomp"), "{looked}");
    drop(node);
    fs::set_permissions(at.join("a"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = program(at).args(["--home", "a", "doctor", "--json"]).output().unwrap();
    let looked: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!((ran.status.code(), &finding(&looked, "files")["state"]), (Some(1), &"amiss".into()));
    fs::write(at.join("d.toml"), "prt = 1\n").unwrap();
    let looked = json(at, "a", &["doctor", "--config", "d.toml"]);
    assert_eq!(finding(&looked, "configuration")["state"], "amiss");
}
