//! Bundles that hold: every kind of claim, its labels, its interval, and what is not proved.

use detente_accord::record::Position;
use detente_accord::record::bundle::{AnchorToken, Claim};
use detente_accord::record::verify::{
    Judged, Options, Outcome, Reason, Trust, Verdict, verify, verify_files,
};
use detente_accord::record::{Pq, tar};

use crate::world::{Shape, T, World, entry, log, story};

pub(crate) const CHECKED: Options = Options { ml_dsa: true };

pub(crate) fn judge(world: &World, bytes: &[u8]) -> Verdict {
    verify(bytes, Trust::Record(world.record()), CHECKED)
}

/// The one claim of a bundle of this world.
fn claimed(world: &World, claim: Claim, disclosed: &[&str]) -> Judged {
    let mut bundle = world.bundle();
    bundle.claim(claim);
    for (at, held) in &world.logs {
        (0..held.leaves.len() as u64)
            .for_each(|seq| world.show(&mut bundle, &Position::new(at.clone(), seq)));
    }
    if !disclosed.is_empty() {
        world.disclose(&mut bundle, &entry("a", 1), disclosed);
    }
    let mut verdict = judge(world, &bundle.finish().unwrap());
    assert_eq!(verdict.claims.len(), 1);
    verdict.claims.remove(0)
}

#[test]
fn what_was_said_has_holders_readers_and_an_interval() {
    let world = story();
    let judged = claimed(&world, Claim::Said(entry("a", 1)), &["text"]);
    assert_eq!((judged.outcome, judged.reason), (Outcome::Verified, Reason::Ok), "{:?}", judged.shown);
    assert_eq!(judged.labels, ["acknowledged(b)", "held(2)", "logged"]);
    // With one liar: the second smallest of 90 (c), 95 (o), 100 (b), 120 (w).
    assert_eq!(judged.not_after, Some(T + 95));
    // The second largest of 10 (c) and 20 (w); a's own 15 does not count.
    assert_eq!(judged.not_before, Some(T + 10));
    let open = ["authors-mind", "completeness", "later-withdrawal", "truth-of-content", "undisclosed-fields"];
    assert_eq!(judged.not_proved, open);
    assert!(judged.shown.iter().any(|line| line == "  text: \"Is this yours?\""), "{:?}", judged.shown);
    assert!(judged.shown.iter().any(|line| line.contains("content not shown: meta")));
}

#[test]
fn all_fields_disclosed_leave_none_hidden() {
    let judged = claimed(&story(), Claim::Said(entry("a", 1)), &["meta", "text"]);
    assert!(!judged.not_proved.contains(&"undisclosed-fields"));
}

#[test]
fn who_named_a_head_has_acknowledged() {
    let world = story();
    let judged = claimed(&world, Claim::Acknowledged { entry: entry("a", 1), by: entry("b", 1) }, &[]);
    assert_eq!((judged.outcome, judged.reason), (Outcome::Verified, Reason::Ok));
    assert_eq!(judged.claim, "acknowledged a/0/1 by b/0/1");
    assert_eq!(judged.labels, ["acknowledged(b)", "held(2)", "logged"]);
}

#[test]
fn a_complete_range_covers_what_was_said() {
    let world = story();
    let mut bundle = world.everything();
    bundle.leaves(&log("a", 0), &world.hashes(&log("a", 0)));
    let complete = Claim::Complete { log: log("a", 0), from: 0, to: 2, size: 2 };
    bundle.claim(complete.clone());
    let verdict = judge(&world, &bundle.finish().unwrap());
    assert_eq!(verdict.outcome, Outcome::Verified);
    let of = |claim: &str| verdict.claims.iter().find(|judged| judged.claim == claim).unwrap();
    let judged = of(&complete.to_string());
    assert_eq!(judged.labels, ["held(2)", "logged"]);
    assert_eq!(judged.not_proved, ["authors-mind", "later-withdrawal", "truth-of-content"]);
    assert_eq!((judged.not_before, judged.not_after), (None, None));
    assert!(!of("said a/0/1").not_proved.contains(&"completeness"));
    assert!(of("said b/0/1").not_proved.contains(&"completeness"));
}

#[test]
fn the_bundles_for_the_other_verifiers_hold() {
    for (name, bytes, record) in crate::cases::good() {
        let verdict = verify(&bytes, Trust::Record(record), CHECKED);
        assert_eq!(verdict.outcome, Outcome::Verified, "{name}: {:?}", verdict.claims);
    }
}

#[test]
fn evidence_of_a_fork_convicts_one_key() {
    let world = story();
    let mut bundle = world.bundle();
    bundle.evidence(&crate::cases::fork_same(&world));
    let verdict = judge(&world, &bundle.finish().unwrap());
    let [judged] = verdict.claims.as_slice() else { panic!("one claim") };
    assert_eq!((judged.outcome, judged.claim.as_str()), (Outcome::Verified, "fork evidence/0.evidence"));
    assert_eq!(judged.not_proved, ["motive"]);
    assert!(judged.labels.is_empty());
    assert!(judged.shown[0].starts_with("two versions of the log accord.example/r/"), "{:?}", judged.shown);
}

#[test]
fn every_kind_of_evidence_convicts() {
    for (name, world, evidence) in crate::cases::evidence() {
        let mut bundle = world.bundle();
        bundle.evidence(&evidence);
        let verdict = judge(&world, &bundle.finish().unwrap());
        assert_eq!(verdict.outcome, Outcome::Verified, "{name}: {:?}", verdict.claims);
    }
}

#[test]
fn keys_of_a_later_epoch_and_of_a_party_that_joined_are_followed() {
    let mut world = story();
    let (_, new) = world.rotate("a");
    world.publish(&log("a", 0), &[("b", T + 300), ("c", T + 300)]);
    world.publish(&new, &[("b", T + 310), ("c", T + 320)]);
    let (_, newest) = world.rotate("a");
    world.publish(&new, &[("b", T + 330), ("c", T + 330)]);
    world.publish(&newest, &[("b", T + 340), ("c", T + 350)]);
    world.invite("b", "d");
    world.publish(&log("b", 0), &[("a", T + 400), ("c", T + 400)]);
    world.open_log(&log("d", 0));
    world.publish(&log("d", 0), &[("a", T + 410), ("b", T + 420), ("c", T + 430)]);
    let verdict = judge(&world, &world.everything().finish().unwrap());
    assert_eq!(verdict.outcome, Outcome::Verified, "{:?}", verdict.claims);
    let of = |claim: &str| verdict.claims.iter().find(|judged| judged.claim == claim).unwrap();
    assert_eq!(of("said a/2/0").labels, ["acknowledged(b)", "acknowledged(d)", "held(2)", "logged"]);
    // The second smallest of 410 (a), 420 (b) and 430 (c): a cosigns with the keys of its newest epoch.
    assert_eq!(of("said d/0/0").not_after, Some(T + 420));
}

#[test]
fn without_liars_the_first_cosignature_is_the_end() {
    let mut world = World::found(&Shape::pair());
    world.open_log(&log("a", 0));
    world.publish(&log("a", 0), &[("b", T + 5)]);
    let verdict = judge(&world, &world.everything().finish().unwrap());
    let judged = &verdict.claims[0];
    assert_eq!((judged.not_before, judged.not_after), (None, Some(T + 5)));
    assert_eq!(judged.labels, ["held(1)", "logged"]);
    assert!(judged.not_proved.contains(&"not-before"));
}

#[test]
fn required_ml_dsa_is_checked_or_nothing_is_decided() {
    let mut world = World::found(&Shape { pq: Some(Pq::Required), ..Shape::pair() });
    world.open_log(&log("a", 0));
    world.publish(&log("a", 0), &[("b", T + 5)]);
    let bytes = world.everything().finish().unwrap();
    let checked = judge(&world, &bytes);
    assert_eq!(checked.outcome, Outcome::Verified);
    assert_eq!(checked.claims[0].labels, ["held(1)", "logged"]);
    assert!(!checked.claims[0].not_proved.contains(&"ml-dsa"));
    let unchecked = verify(&bytes, Trust::Record(world.record()), Options { ml_dsa: false });
    assert_eq!(unchecked.exit_code(), 2);
    assert_eq!(unchecked.claims[0].reason, Reason::PqNotChecked);
    assert_eq!(unchecked.claims[0].labels, ["logged"], "unchecked is not held");
    assert!(unchecked.claims[0].not_proved.contains(&"ml-dsa"));
}

#[test]
fn carried_ml_dsa_may_stay_unchecked() {
    let mut world = World::found(&Shape { pq: Some(Pq::Carried), ..Shape::pair() });
    world.open_log(&log("a", 0));
    world.publish(&log("a", 0), &[("b", T + 5)]);
    let bytes = world.everything().finish().unwrap();
    let unchecked = verify(&bytes, Trust::Record(world.record()), Options { ml_dsa: false });
    assert_eq!(unchecked.outcome, Outcome::Verified);
    assert_eq!(unchecked.claims[0].labels, ["held(1)", "logged"]);
    assert!(unchecked.claims[0].not_proved.contains(&"ml-dsa"));
}

#[test]
fn an_anchor_token_is_carried_and_not_judged() {
    let world = story();
    let mut bundle = world.everything();
    bundle.anchor(&entry("a", 1), AnchorToken::OpenTimestamps(b"token"));
    let verdict = judge(&world, &bundle.finish().unwrap());
    let judged = verdict.claims.iter().find(|judged| judged.claim == "said a/0/1").unwrap();
    assert!(judged.not_proved.contains(&"anchor-token"));
}

#[test]
fn without_a_record_id_nothing_is_decided() {
    let world = story();
    let verdict = verify(&world.everything().finish().unwrap(), Trust::None, CHECKED);
    assert_eq!(verdict.exit_code(), 2);
    assert!(verdict.claims.iter().all(|judged| judged.reason == Reason::NoTrustRoot));
    let judged = verdict.claims.iter().find(|judged| judged.claim == "said a/0/1").unwrap();
    assert_eq!(judged.labels, ["acknowledged(b)", "held(2)", "logged"]);
}

#[test]
fn a_bundle_without_claims_decides_nothing() {
    let world = story();
    let verdict = judge(&world, &world.bundle().finish().unwrap());
    assert_eq!((verdict.exit_code(), verdict.claims[0].reason), (2, Reason::NoClaims));
    assert_eq!(verdict.claims[0].claim, "bundle");
}

#[test]
fn the_same_world_gives_the_same_bytes_and_the_same_verdict() {
    let (one, two) = (story().everything(), story().everything());
    let bytes = one.finish().unwrap();
    assert_eq!(bytes, two.finish().unwrap());
    let world = story();
    assert_eq!(judge(&world, &bytes).to_json(), judge(&world, &bytes).to_json());
    // The order in which files were added leaves no trace.
    let (mut forwards, mut backwards) = (world.bundle(), world.bundle());
    for seq in 0..2 {
        world.show(&mut forwards, &entry("a", seq));
        world.show(&mut backwards, &entry("a", 1 - seq));
    }
    assert_eq!(forwards.finish().unwrap(), backwards.finish().unwrap());
}

#[test]
fn the_extracted_folder_has_the_same_verdict() {
    let world = story();
    let bytes = world.everything().finish().unwrap();
    let mut files = tar::read(&bytes, "bundle.json").unwrap();
    files.reverse();
    let trust = Trust::Record(world.record());
    assert_eq!(verify_files(&files, trust, CHECKED), judge(&world, &bytes));
}

#[test]
fn the_verdict_is_one_json_document() {
    let mut world = World::found(&Shape::pair());
    world.open_log(&log("a", 0));
    world.publish(&log("a", 0), &[("b", T + 5)]);
    let verdict = judge(&world, &world.everything().finish().unwrap());
    let json = String::from_utf8(verdict.to_json()).unwrap();
    let open = r#"["authors-mind","completeness","later-withdrawal","not-before","truth-of-content"]"#;
    assert_eq!(
        json,
        format!(
            r#"{{"claims":[{{"claim":"said a/0/0","labels":["held(1)","logged"],"not_after":{},"not_before":null,"not_proved":{open},"reason":"ok","verdict":"verified"}}],"schema":"detente/verdict@v1","verdict":"verified"}}"#,
            T + 5
        )
    );
}

#[test]
fn the_text_says_who_says_what_and_what_is_not_proved() {
    let world = story();
    let mut bundle = world.bundle();
    world.show(&mut bundle, &entry("a", 1));
    world.disclose(&mut bundle, &entry("a", 1), &["text"]);
    bundle.claim(Claim::Said(entry("a", 1)));
    let text = judge(&world, &bundle.finish().unwrap()).to_text(|time| format!("{}s", time.0 / 1000 - T));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "verified");
    for line in [
        "said a/0/1: verified",
        "  a says (inquiry, entry a/0/1):",
        "    text: \"Is this yours?\"",
        "  labels: held(2), logged",
        "  not after: 95s",
    ] {
        assert!(lines.contains(&line), "{line} in\n{text}");
    }
    let other = verify(&bundle.finish().unwrap(), Trust::None, CHECKED).to_text(|_| String::new());
    assert!(other.starts_with("cannot decide: no-trust-root\n"));
}
