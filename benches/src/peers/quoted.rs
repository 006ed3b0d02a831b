//! Figures that somebody else's program once had, for what cannot be built and run here in a minute.

use serde_json::Value;

use crate::report::Report;

struct Quoted {
    security: &'static str,
    n: u64,
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_mb: f64,
    sent_mb: f64,
}

/// The C++ reference of RR22, volepsi at commit ec76012: measured once, one core for
/// each party over loopback, on a 2-core virtual machine of the Zen 3 class.
const VOLEPSI: [Quoted; 3] = [
    Quoted {
        security: "malicious",
        n: 1 << 16,
        wall_seconds: 0.123,
        cpu_seconds: 0.16,
        peak_mb: 24.1,
        sent_mb: 3.11,
    },
    Quoted {
        security: "malicious",
        n: 1 << 20,
        wall_seconds: 1.83,
        cpu_seconds: 1.85,
        peak_mb: 292.6,
        sent_mb: 40.24,
    },
    Quoted {
        security: "malicious",
        n: 1 << 22,
        wall_seconds: 7.32,
        cpu_seconds: 7.5,
        peak_mb: 1138.8,
        sent_mb: 159.1,
    },
];

/// Adds them below what was measured, and says so.
pub(super) fn add(report: &mut Report) {
    for quoted in VOLEPSI {
        report.row(vec![
            ("program", "volepsi (C++)".into()),
            ("protocol", "RR22".into()),
            ("security", quoted.security.into()),
            ("n", quoted.n.into()),
            ("figures", "quoted".into()),
            ("wall_seconds", quoted.wall_seconds.into()),
            ("cpu_seconds", quoted.cpu_seconds.into()),
            ("peak_mb", quoted.peak_mb.into()),
            ("sent_mb", quoted.sent_mb.into()),
            ("peer_wall_ratio", Value::Null),
            ("peer_cpu_ratio", Value::Null),
        ]);
    }
    report.note(
        "quoted: not measured here. Another run on another computer; compare only with that in mind, and no ratio is given",
    );
}
