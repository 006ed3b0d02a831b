use super::*;
use crate::Rejection;
use crate::jcs::Value;
use crate::record::tar::{self, Member};

const CHARTER: &[u8] = b"{}";

fn log(party: &str, epoch: u64) -> LogId {
    LogId::new(PartyId::parse(party).unwrap(), epoch)
}

fn entry(party: &str, seq: u64) -> Position {
    Position::new(log(party, 0), seq)
}

fn claims() -> [(Claim, &'static str); 4] {
    [
        (Claim::Said(entry("a", 17)), "said a/0/17"),
        (Claim::Acknowledged { entry: entry("a", 17), by: entry("b", 20) }, "acknowledged a/0/17 by b/0/20"),
        (Claim::Complete { log: log("a", 0), from: 0, to: 18, size: 18 }, "complete a/0 0..18 of 18"),
        (Claim::Fork(0), "fork evidence/0.evidence"),
    ]
}

/// A bundle with every kind of member. Nothing in it holds.
fn full() -> BundleBuilder {
    let mut bundle = BundleBuilder::new(CHARTER);
    claims().into_iter().for_each(|(claim, _)| bundle.claim(claim));
    bundle.leaf(&entry("a", 17), b"leaf");
    bundle.proof(&entry("a", 17), 18, b"proof");
    bundle.proof(&entry("a", 17), 20, b"another proof");
    bundle.content(b"content");
    bundle.head(b"note");
    bundle.leaves(&log("a", 0), &[detente_tlog::Hash::of_empty_tree(); 18]);
    bundle.policy(&log("a", 0), "policy");
    bundle.keyset(&log("a", 1), b"keys");
    bundle.offer(&PartyId::parse("c").unwrap(), b"offer");
    bundle.rules(b"rules");
    bundle.anchor(&entry("a", 17), AnchorToken::TimeStamp(b"token"));
    bundle.evidence(b"evidence");
    bundle
}

#[test]
fn reads_what_it_wrote() {
    let bytes = full().finish().unwrap();
    let bundle = Bundle::read(&bytes).unwrap();
    assert_eq!(bundle.record, RecordId::of(CHARTER));
    assert_eq!(
        bundle.claims.iter().map(Claim::to_string).collect::<Vec<_>>(),
        claims().map(|(_, text)| text)
    );
    let files = &bundle.entries[&entry("a", 17)];
    assert_eq!(files.leaf, Some(&b"leaf"[..]));
    assert_eq!(files.proofs.keys().collect::<Vec<_>>(), [&18, &20]);
    assert_eq!(bundle.leaves[&(log("a", 0), 18)].len(), 18 * 32);
    assert!(bundle.anchors.contains(&entry("a", 17)));
    assert_eq!(full().finish().unwrap(), bytes, "equal parts give equal bytes");
}

#[test]
fn the_extracted_files_are_the_same_bundle() {
    let bytes = full().finish().unwrap();
    let mut files = tar::read(&bytes, FIRST).unwrap();
    files.reverse();
    assert_eq!(Bundle::of_files(&files), Bundle::read(&bytes));
    files.push(Member { name: "README.txt", bytes: b"" });
    let fault = tar::Fault::OutOfOrder;
    let refused = Err(Rejection::NotArchive(tar::NotArchive { fault, offset: 0 }));
    assert_eq!(Bundle::of_files(&files).map(drop), refused);
    assert!(Bundle::of_files(&[]).is_err());
}

/// A bundle of the charter and one more member.
fn with(name: &str) -> Result<Vec<u8>, Rejection> {
    let mut bundle = BundleBuilder::new(CHARTER);
    bundle.insert(name.to_owned(), b"x");
    bundle.finish()
}

#[test]
fn only_the_names_of_the_table_have_a_place() {
    let zeros = "0".repeat(64);
    for name in [
        "bundle2.json",
        "LICENSE",
        "entry/a/0/0",
        "entry/a/0/00.json",
        "entry/a/0/0.json.json",
        "entry/a/0/0.disclosed",
        "entry/a/0/0.01.tlog-proof",
        "entry/a/0/9007199254740992.json",
        "entry/A/0/0.json",
        "entry/a/0/0/0.json",
        "entry/a/0.json",
        "policy/a/0.json",
        "policy/a/00.txt",
        "head/a.note",
        "leaves/a/0/1",
        "keys/a.json",
        "offer/a.txt",
        "anchor/a/0/1.txt",
        "evidence/00.evidence",
        "evidence/0",
        "content/",
        &format!("rules/{zeros}.json"),
        &format!("head/{}.note", zeros.replace('0', "A")),
    ] {
        assert_eq!(with(name), Err(Rejection::BadMember { name: name.to_owned() }), "{name}");
    }
    assert!(with("keys/a/0.json").is_ok(), "a name of the table; the keys are judged later");
}

#[test]
fn claims_have_one_form() {
    let read = |text: &str| Claim::from_value(Value::decode(text.as_bytes()).unwrap());
    let bad = |field| Err(Rejection::BadField { part: PART, field });
    for (text, field) in [
        (r#"{"claim":"said","epoch":0,"party":"a"}"#, "seq"),
        (r#"{"claim":"said","epoch":0,"party":"a","seq":1,"x":1}"#, "set of fields (one is unknown)"),
        (r#"{"claim":"Said","epoch":0,"party":"a","seq":1}"#, "claim"),
        (r#"{"claim":"acknowledged","epoch":0,"party":"a","seq":1}"#, "by"),
        (r#"{"claim":"complete","epoch":0,"from":2,"party":"a","size":5,"to":2}"#, "to"),
        (r#"{"claim":"complete","epoch":0,"from":2,"party":"a","size":5,"to":6}"#, "to"),
        (r#"{"claim":"fork","file":"evidence/00.evidence"}"#, "file"),
        (r#"{"claim":"fork","file":"charter.json"}"#, "file"),
    ] {
        assert_eq!(read(text), bad(field), "{text}");
    }
}

#[test]
fn a_bundle_needs_its_charter() {
    let mut bundle = BundleBuilder::new(CHARTER);
    bundle.members.remove("charter.json");
    assert_eq!(bundle.finish(), Err(Rejection::BadMember { name: "charter.json".to_owned() }));
}

#[test]
fn the_number_of_claims_has_a_limit() {
    let mut bundle = BundleBuilder::new(CHARTER);
    bundle.claims = vec![Claim::Fork(0); 10_001];
    assert_eq!(bundle.finish(), Err(Rejection::BadField { part: PART, field: "claims" }));
    bundle.claims.pop();
    assert!(bundle.finish().is_ok());
}
