//! What the kernel keeps a running node from; what it says about itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::running::{Running, home, ok, program};

#[test]
fn the_process_is_confined_and_says_so() {
    let folder = home();
    let node = Running::start(folder.path(), &["--confinement", "weaker"]);
    let confinement = node.taken["confinement"].as_str().unwrap();
    if !confinement.starts_with("Landlock ") {
        println!("SKIPPED: needs a kernel with Landlock, this one says {confinement:?}");
        return;
    }
    assert!(confinement.contains(", seccomp, tried"), "{confinement}");
    // The kernel says the same: no new privileges, a filter (2).
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid())).unwrap();
    for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(status.lines().any(|found| found == line), "{line} in {status}");
    }
    assert!(ok(folder.path(), "a", &["node", "status"]).contains(confinement));
}

#[test]
fn a_value_that_is_no_confinement_is_refused() {
    let folder = home();
    let refused =
        program(folder.path()).args(["--home", "a", "serve", "--confinement", "none"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(78), "{refused:?}");
}

#[test]
fn metrics_are_on_a_socket_of_their_own() {
    let folder = home();
    let socket = folder.path().join("metrics.sock");
    let node = Running::start(folder.path(), &["--metrics", socket.to_str().unwrap()]);
    assert_eq!(node.taken["metrics"], socket.to_str().unwrap());
    node.get("/livez");
    let mut stream = UnixStream::connect(&socket).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    for line in [
        "detente_build_info{version=\"0.1.0\"} 1",
        "detente_accords 0",
        "detente_entries 0",
        "detente_panics_total 0",
        "detente_home_lent 0",
        "detente_peers{line=\"up\"} 0",
        "detente_http_answers_total{class=\"2xx\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(text.contains("detente_database_bytes "), "{text}");
    let beside_the_pages = node.get("/metrics");
    assert!(!beside_the_pages.starts_with("HTTP/1.1 200 ") && !beside_the_pages.contains("detente_accords"));
}

#[test]
fn logs_are_json_where_nobody_reads_them_and_their_level_is_read_again() {
    let folder = home();
    let file = folder.path().join("d.toml");
    std::fs::write(&file, "log = \"info\"\n").unwrap();
    let node = Running::start(folder.path(), &["--config", "d.toml"]);
    std::fs::write(&file, "log = \"error\"\n").unwrap();
    ok(folder.path(), "a", &["node", "reload"]);
    node.signal("TERM");
    let said = String::from_utf8(node.end().stderr).unwrap();
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["message"] == "started" && line["id"] == "cert-a"), "{said}");
    assert!(!said.contains("stopped"), "the level was not read again: {said}");
}

#[test]
fn a_configuration_that_was_broken_meanwhile_changes_nothing() {
    let folder = home();
    let file = folder.path().join("d.toml");
    std::fs::write(&file, "log = \"info\"\n").unwrap();
    let node = Running::start(folder.path(), &["--config", "d.toml"]);
    std::fs::write(&file, "log = \n").unwrap();
    let refused = program(folder.path()).args(["--home", "a", "node", "reload"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(78), "{refused:?}");
    assert!(node.get("/livez").starts_with("HTTP/1.1 200 "));
}

/// Sends this, then nothing; gives what came back and how long the node waited before it closed.
fn slowly(node: &Running, sent: &[u8]) -> (String, Duration) {
    let mut stream = TcpStream::connect(node.web()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let start = Instant::now();
    stream.write_all(sent).unwrap();
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), start.elapsed())
}

#[test]
fn who_sends_slowly_or_too_much_is_let_go_of() {
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    // A head that never ends, and no head at all: five seconds.
    for sent in [&b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: "[..], b""] {
        let (answer, waited) = slowly(&node, sent);
        assert!((4..12).contains(&waited.as_secs()), "{waited:?} {answer}");
    }
    // A head that is too large, or has too many lines.
    let large = format!("GET /livez HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(64 << 10));
    let many = format!("GET /livez HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(65));
    for sent in [large, many] {
        let (answer, _) = slowly(&node, sent.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    assert!(node.get("/livez").starts_with("HTTP/1.1 200 "));
}

#[test]
fn many_slow_connections_do_not_keep_the_node_from_stopping() {
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    let slow: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(node.web()).unwrap();
            stream.write_all(b"GET /livez HTTP/1.1\r\n").unwrap();
            stream
        })
        .collect();
    node.signal("TERM");
    let start = Instant::now();
    assert_eq!(node.end().status.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
    drop(slow);
}
