//! Every step's failure with its reason, and every changed byte.

use detente_accord::record::bundle::Claim;
use detente_accord::record::verify::{Outcome, Reason, Trust, verify};

use crate::cases::refused;
use crate::good::{CHECKED, judge};
use crate::world::{Shape, T, World, entry, log};

#[test]
fn each_failure_has_its_reason() {
    let mut seen = std::collections::BTreeSet::new();
    for case in refused() {
        let verdict = verify(&case.bytes, Trust::Record(case.record), CHECKED);
        let first = &verdict.claims[0];
        let found = first.reason;
        assert_eq!(found.name(), case.reason.name(), "{}: {:?}", case.name, first.shown);
        assert_ne!(verdict.outcome, Outcome::Verified, "{}", case.name);
        let undecided = matches!(found, Reason::Missing | Reason::NoClaims);
        let outcome = if undecided { Outcome::CannotDecide } else { Outcome::NotVerified };
        assert_eq!(first.outcome, outcome, "{}", case.name);
        assert!(first.labels.is_empty() && first.not_proved.is_empty(), "{}", case.name);
        seen.insert(found);
    }
    // What no case gives is shown where good bundles are.
    let elsewhere =
        [Reason::Ok, Reason::PqNotChecked, Reason::NoTrustRoot, Reason::NoClaims, Reason::Unreadable];
    let all: std::collections::BTreeSet<Reason> = Reason::ALL.iter().copied().collect();
    let missed: Vec<_> = all.difference(&seen).filter(|reason| !elsewhere.contains(reason)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn no_bundle_with_a_changed_byte_is_verified() {
    let mut world = World::found(&Shape::pair());
    world.open_log(&log("a", 0));
    world.publish(&log("a", 0), &[("b", T + 5)]);
    let mut bundle = world.bundle();
    world.show(&mut bundle, &entry("a", 0));
    bundle.claim(Claim::Said(entry("a", 0)));
    let bytes = bundle.finish().unwrap();
    assert_eq!(judge(&world, &bytes).outcome, Outcome::Verified);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        // A changed claim may be about what is not there; everything else stands under a hash.
        assert_ne!(judge(&world, &changed).outcome, Outcome::Verified, "byte {at}");
    }
}
