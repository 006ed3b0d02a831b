//! Commands beside a running node: it lends them the home.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::running::{Running, home, ok, pair, program};

/// A lease taken as a command takes it.
fn borrow(folder: &Path) -> UnixStream {
    let mut stream = UnixStream::connect(folder.join("a/node.sock")).unwrap();
    stream.write_all(b"{\"ask\":\"lend\"}\n").unwrap();
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    assert_eq!(line, "{\"answer\":\"lent\",\"seconds\":120}\n");
    stream
}

fn status(folder: &Path) -> Value {
    serde_json::from_str(&ok(folder, "a", &["node", "status", "--json"])).unwrap()
}

/// Waits until the node says so.
fn until_lent_is(folder: &Path, lent: bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while status(folder)["lent"] != lent {
        assert!(Instant::now() < end, "lent is not {lent}");
    }
}

#[test]
fn commands_that_write_work_beside_a_node() {
    let folder = pair();
    let at = folder.path();
    let node = Running::start(at, &[]);
    ok(at, "a", &["peer", "set", "cert-b", "--budget", "1000"]);
    let shown: Value = serde_json::from_str(&ok(at, "a", &["peer", "show", "cert-b", "--json"])).unwrap();
    assert_eq!(shown["budget_items"], 1000);
    // Founding an accord, talking in it, exchanging packets: each of them a writer of the record.
    ok(at, "b", &["accord", "offer", "-o", "b.offer"]);
    ok(at, "a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"]);
    ok(at, "a", &["accord", "sign", "charter.dtn", "--yes"]);
    ok(at, "b", &["accord", "sign", "charter.dtn", "--yes"]);
    ok(at, "a", &["comcheck", "send", "--to", "cert-b", "--word", "lantern", "--yes"]);
    ok(at, "a", &["sync", "out", "--to", "cert-b", "-o", "1.packet"]);
    ok(at, "b", &["sync", "in", "1.packet"]);
    ok(at, "b", &["sync", "out", "--to", "cert-a", "-o", "2.packet"]);
    ok(at, "a", &["sync", "in", "2.packet"]);
    ok(at, "a", &["desk"]);
    ok(at, "a", &["record", "fsck"]);
    until_lent_is(at, false);
    assert_eq!(status(at)["accords"], 1);
    assert!(node.get("/readyz").starts_with("HTTP/1.1 200 "));
}

#[test]
fn many_commands_at_once_take_turns() {
    let folder = pair();
    let _node = Running::start(folder.path(), &[]);
    let set = |budget: usize| {
        let mut command = program(folder.path());
        command.args(["--home", "a", "peer", "set", "cert-b", "--budget", &budget.to_string()]);
        command.spawn().unwrap()
    };
    let ran: Vec<_> = (1..9).map(|i| set(i * 1000)).collect();
    for child in ran {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    }
    until_lent_is(folder.path(), false);
}

#[test]
fn a_node_whose_home_is_lent_reads_and_stops() {
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    let lease = borrow(folder.path());
    assert_eq!(status(folder.path())["lent"], true);
    assert!(node.get("/readyz").starts_with("HTTP/1.1 200 "));
    ok(folder.path(), "a", &["node", "stop"]);
    assert_eq!(node.end().status.code(), Some(0));
    drop(lease);
}

#[test]
fn a_lease_ends_with_its_command() {
    let folder = home();
    let _node = Running::start(folder.path(), &[]);
    let lease = borrow(folder.path());
    lease.shutdown(Shutdown::Both).unwrap();
    until_lent_is(folder.path(), false);
}

#[test]
fn a_home_that_another_process_took_in_between_is_waited_for() {
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    let lease = borrow(folder.path());
    // Somebody holds the lock of the home and never asked the node.
    let lock = std::fs::File::open(folder.path().join("a/lock")).unwrap();
    lock.lock().unwrap();
    drop(lease);
    assert!(node.get("/readyz").starts_with("HTTP/1.1 200 "));
    drop(lock);
    until_lent_is(folder.path(), false);
}

#[test]
fn what_is_no_request_is_refused() {
    let folder = home();
    let _node = Running::start(folder.path(), &[]);
    for line in ["", "{}", "{\"ask\":\"lend\",\"more\":1}", "{\"ask\":\"sign\"}", "\u{0}"] {
        let mut stream = UnixStream::connect(folder.path().join("a/node.sock")).unwrap();
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((&answer["answer"], &answer["exit"]), (&"refused".into(), &2.into()), "{line:?}");
    }
    assert_eq!(status(folder.path())["lent"], false);
}

#[test]
fn the_socket_is_the_owner_s_alone_and_a_dead_node_s_is_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    let mode = std::fs::metadata(folder.path().join("a/node.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    node.signal("KILL");
    node.end();
    let none = program(folder.path()).args(["--home", "a", "node", "status"]).output().unwrap();
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    let _node = Running::start(folder.path(), &[]);
    assert_eq!(status(folder.path())["id"], "cert-a");
}
