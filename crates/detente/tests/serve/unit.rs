//! The unit for the service manager.

use std::path::Path;
use std::process::Command;

/// SECURITY's bar, in tenths.
const EXPOSURE_TENTHS_MAX: &str = "--threshold=15";

fn dist(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist").join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_unit_leaves_little_open() {
    let analyze = |args: &[&str]| Command::new("systemd-analyze").args(args).output();
    let unit = dist("detente.service");
    let Ok(scored) = analyze(&["security", "--offline=true", EXPOSURE_TENTHS_MAX, &unit]) else {
        eprintln!("SKIPPED: needs systemd-analyze");
        return;
    };
    assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stdout));
    let said = String::from_utf8_lossy(&scored.stderr);
    assert!(!said.contains("ignoring"), "the unit has lines that are not understood: {said}");
}
