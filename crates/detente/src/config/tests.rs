use std::path::Path;

use super::{Config, Origin, RawConfig};

fn said(text: &str) -> Result<Config, String> {
    let mut raw = RawConfig::defaults();
    let read = raw.read(Path::new("d.toml"), text);
    let checked = read.and_then(|()| Config::check(&raw, Path::new("home"), None));
    checked.map_err(|wrong| format!("{}: {}|{}", wrong.origin, wrong.why, wrong.hint.unwrap_or_default()))
}

#[test]
fn nothing_said_is_a_safe_node() {
    let config = said("").unwrap();
    assert_eq!((config.peer, config.metrics, config.tls), (None, None, None));
    assert!(config.web.ip().is_loopback());
    assert!(!config.weaker_kernel);
}

#[test]
fn what_cannot_be_is_refused_with_its_place() {
    for (text, refused) in [
        ("per = \"x\"", "d.toml:1: there is no key \"per\"|did you mean peer?"),
        ("\n\nvolume = 3", "d.toml:3: there is no key \"volume\"|detente config show lists the keys"),
        (
            "peer = \"host:1\"",
            "d.toml:1: peer is an address with a port, such as 127.0.0.1:7480 or [::]:7470, not \"host:1\"|",
        ),
        ("peer = true", "d.toml:1: peer is a text or a number, not a boolean|"),
        ("peer = [\"127.0.0.1:1\"]", "d.toml:1: peer is one value, not a list|"),
        ("web = \"\"", "d.toml:1: web needs an address|"),
        (
            "web = \"0.0.0.0:80\"",
            "d.toml:1: pages at an address that is not of this computer alone need TLS|set web_certificate_file and web_key_file",
        ),
        (
            "stop_wait_ms = 60001",
            "d.toml:1: stop_wait_ms is a number of milliseconds, 60000 at most, not \"60001\"|",
        ),
        (
            "web_origin = \"https://a/b\"",
            "d.toml:1: web_origin is an origin, such as https://desk.cert-a.example, without a path, not \"https://a/b\"|",
        ),
        (
            "metrics = \"0.0.0.0:9\"",
            "d.toml:1: metrics is the path of a socket from the root on, or an address of this computer with a port, not \"0.0.0.0:9\"|",
        ),
        ("confinement = \"off\"", "d.toml:1: confinement is required or weaker, not \"off\"|"),
        ("log_format = \"xml\"", "d.toml:1: log_format is auto, text or json, not \"xml\"|"),
        (
            "log = \"=loud=\"",
            "d.toml:1: log is a level (error, warn, info, debug, trace), or levels by part, not \"=loud=\"|",
        ),
        ("\nweb_key_file = \"k\"", "d.toml:2: a key needs web_certificate_file too|"),
        ("web_certificate_file = \"c\"", "d.toml:1: a certificate needs web_key_file too|"),
    ] {
        assert_eq!(said(text).unwrap_err(), refused, "{text}");
    }
    assert!(said("peer = \n").unwrap_err().starts_with("d.toml:1: this is not TOML: "));
}

#[test]
fn pages_elsewhere_need_tls_and_a_name() {
    let tls = "web = \"0.0.0.0:80\"\nweb_certificate_file = \"c\"\nweb_key_file = \"k\"\n";
    assert!(said(tls).unwrap_err().starts_with("d.toml:1: pages at this address need the name"));
    assert!(said(&format!("{tls}web_origin = \"https://desk.example\"")).is_ok());
}

#[test]
fn flag_before_environment_before_file_before_default() {
    let mut raw = RawConfig::defaults();
    let said = |raw: &RawConfig| {
        let said = raw.said("peer");
        (said.parts.first().cloned().unwrap_or_default(), said.origin.to_string())
    };
    assert_eq!(said(&raw), (String::new(), "default".into()));
    raw.read(Path::new("d.toml"), "# a comment\npeer = \"127.0.0.1:1\"").unwrap();
    assert_eq!(said(&raw), ("127.0.0.1:1".into(), "d.toml:2".into()));
    raw.environment(|name| (name == "DETENTE_PEER").then(|| "127.0.0.1:2".into()));
    assert_eq!(said(&raw), ("127.0.0.1:2".into(), "DETENTE_PEER".into()));
    raw.flag("peer", ["127.0.0.1:3".to_owned()]);
    assert_eq!(said(&raw), ("127.0.0.1:3".into(), "--peer".into()));
    assert_eq!(raw.said("web").origin, Origin::Default);
}

#[test]
fn a_list_is_parted_by_commas_in_the_environment() {
    let mut raw = RawConfig::defaults();
    raw.environment(|name| (name == "DETENTE_ANNOUNCE").then(|| "192.0.2.1:7470, [2001:db8::1]:7470".into()));
    assert_eq!(Config::check(&raw, Path::new("home"), None).unwrap().announce.len(), 2);
}
