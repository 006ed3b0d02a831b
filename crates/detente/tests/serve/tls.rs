//! TLS of the pages: 1.3 alone, and pages that others can reach only where somebody has a passkey.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::running::{Running, home, program};

/// A certificate for the tests; false where there is no `openssl`.
fn certificate(folder: &Path) -> bool {
    let args = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=desk.example \
                -keyout key.pem -out cert.pem";
    let made = Command::new("openssl").current_dir(folder).args(args.split_whitespace()).output();
    let key = "web_origin = \"https://desk.example\"\nweb_certificate_file = \"cert.pem\"\nweb_key_file = \"key.pem\"\n";
    std::fs::write(folder.join("d.toml"), key).unwrap();
    let is_made = made.is_ok_and(|made| made.status.success());
    if !is_made {
        eprintln!("SKIPPED: needs openssl");
    }
    is_made
}

/// What a client of this version of TLS gets for `/livez`.
fn asked(node: &Running, version: &str) -> String {
    let at = node.web().to_string();
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-connect", &at, "-servername", "desk.example", version])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let request = b"GET /livez HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n";
    // One that was refused has closed its pipe.
    let _ = client.stdin.take().unwrap().write_all(request);
    String::from_utf8_lossy(&client.wait_with_output().unwrap().stdout).into_owned()
}

#[test]
fn pages_have_tls_1_3_alone() {
    let folder = home();
    if !certificate(folder.path()) {
        return;
    }
    let node = Running::start(folder.path(), &["--config", "d.toml"]);
    assert_eq!(node.taken["web"], "https://desk.example");
    assert!(asked(&node, "-tls1_3").starts_with("HTTP/1.1 200 "));
    assert_eq!(asked(&node, "-tls1_2"), "");
}

#[test]
fn pages_that_others_can_reach_need_a_passkey() {
    let folder = home();
    if !certificate(folder.path()) {
        return;
    }
    let args = ["--home", "a", "serve", "--config", "d.toml", "--web", "0.0.0.0:0"];
    let refused = program(folder.path()).args(args).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(78), "{said}");
    assert!(said.contains("need an officer with a passkey"), "{said}");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = home();
    if !certificate(folder.path()) {
        return;
    }
    std::fs::set_permissions(folder.path().join("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let args = ["--home", "a", "serve", "--config", "d.toml", "--web", "127.0.0.1:0"];
    let refused = program(folder.path()).args(args).output().unwrap();
    assert_eq!(refused.status.code(), Some(77), "{refused:?}");
}
