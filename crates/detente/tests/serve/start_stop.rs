//! Starting and stopping.

use crate::running::{Running, home, program};

#[test]
fn says_which_addresses_it_took_and_stops_when_told() {
    let folder = home();
    let node = Running::start(folder.path(), &[]);
    assert_eq!(node.taken["schema"], "detente.serve.v1");
    assert_eq!(node.taken["id"], "cert-a");
    assert!(node.taken["web"].as_str().unwrap().starts_with("http://localhost:"));
    assert!(node.get("/livez").starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(node.get("/readyz").starts_with("HTTP/1.1 200 OK\r\n"));
    node.signal("TERM");
    assert_eq!(node.end().status.code(), Some(0));
}

#[test]
fn a_second_node_on_one_home_is_refused() {
    let folder = home();
    let _node = Running::start(folder.path(), &[]);
    let second = program(folder.path()).args(["--home", "a", "serve", "--web", "127.0.0.1:0"]).output();
    let second = second.unwrap();
    assert_eq!(second.status.code(), Some(75), "{second:?}");
}

#[test]
fn pages_elsewhere_are_refused_without_tls() {
    let folder = home();
    let refused = program(folder.path()).args(["--home", "a", "serve", "--web", "0.0.0.0:0"]).output();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(78), "{refused:?}");
}
