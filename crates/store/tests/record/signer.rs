//! What the signer signs, what it refuses, and when it signs nothing at all.

use std::fs;
use std::path::Path;

use detente_store::record::{
    Access, CosignAs, CosignerSeeds, Error, Record, Refusal, Signer, SignerSeeds, read_seed, write_seed,
};
use detente_tlog::{Checkpoint, Hash, KeyType, Note};

use crate::child::{self, Process};
use crate::world::{Place, borrowed, check, checkpoint, fill, leaves, note, origin, seeds, sign, time, tree};

fn open(place: &Place, record: &Record) -> Signer {
    Signer::open(&place.path(), &seeds("a"), record).unwrap()
}

/// The names of what is in doubt.
fn doubts(signer: &Signer) -> Vec<&'static str> {
    signer.recovering().iter().map(|reason| reason.name()).collect()
}

fn state(place: &Place) -> Vec<u8> {
    fs::read(place.path().join("signer.json")).unwrap()
}

#[test]
fn signs_with_all_keys_of_a_log_and_remembers() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut both = seeds("a");
    both.logs[0].ml_dsa_44 = Some([7; 32]);
    let mut signer = Signer::open(&place.path(), &both, &record).unwrap();
    for size in [1, 2, 300] {
        fill(&mut record, &a, size);
        let bytes = sign(&mut signer, &mut record, "a").unwrap();
        let parsed = Note::parse(&bytes).unwrap();
        let keys = signer.verifiers();
        assert_eq!(
            keys.iter().map(|key| key.kind()).collect::<Vec<_>>(),
            [KeyType::Ed25519, KeyType::CosignatureMlDsa44, KeyType::CosignatureEd25519]
        );
        assert_eq!(parsed.verify(&keys).unwrap().len(), 2);
        let head = Checkpoint::parse(parsed.text()).unwrap();
        assert_eq!((head.size().get(), *head.root()), (size, tree(size).root()));
        assert_eq!(signer.signed(&a).unwrap().size, size);
    }
    drop(signer);
    let signer = Signer::open(&place.path(), &both, &record).unwrap();
    assert_eq!((signer.signed(&a).unwrap().size, doubts(&signer)), (300, vec![]));
}

#[test]
fn the_state_file_is_that_of_the_specification() {
    let place = Place::new();
    let mut record = place.open();
    let mut signer = open(&place, &record);
    assert_eq!(state(&place), br#"{"instance":"BwcHBwcHBwcHBwcHBwcHBw==","origins":{},"v":1}"#);
    fill(&mut record, &origin("a"), 1);
    sign(&mut signer, &mut record, "a").unwrap();
    let text = String::from_utf8(state(&place)).unwrap();
    let begins =
        format!(r#"{{"instance":"BwcHBwcHBwcHBwcHBwcHBw==","origins":{{"{}":{{"body":""#, origin("a"));
    assert!(text.starts_with(&begins), "{text}");
    assert!(text.ends_with(r#"","size":1}},"v":1}"#), "{text}");
}

/// One head that is asked for after 5 leaves were signed.
struct Asked {
    from: u64,
    size: u64,
    root: Hash,
    proof: Vec<Hash>,
    due: Option<&'static str>,
}

#[test]
fn signs_what_extends_and_refuses_all_else_by_name() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut signer = open(&place, &record);
    fill(&mut record, &a, 5);
    sign(&mut signer, &mut record, "a").unwrap();
    fill(&mut record, &a, 9);
    let (root, other, proof) = (tree(9).root(), tree(8).root(), record.consistency_proof(&a, 5, 9).unwrap());
    let five = tree(5).root();
    let ask = |from, size, root, proof: &[Hash], due| Asked { from, size, root, proof: proof.to_vec(), due };
    let table = [
        ask(5, 4, tree(4).root(), &[], Some("shrunk")),
        ask(0, 0, Hash::of_empty_tree(), &[], Some("shrunk")),
        ask(5, 5, other, &[], Some("other-signed-root")),
        ask(4, 9, root, &proof, Some("other-start")),
        ask(0, 9, root, &[], Some("other-start")),
        ask(5, 9, other, &proof, Some("not-extended")),
        ask(5, 9, root, &proof[1..], Some("not-extended")),
        ask(5, 9, root, &[], Some("not-extended")),
        ask(5, 5, five, &[], None),
        ask(0, 5, five, &[], None),
        ask(5, 9, root, &proof, None),
        ask(5, 9, root, &proof, None),
        ask(5, 5, five, &[], Some("shrunk")),
    ];
    for (number, asked) in table.iter().enumerate() {
        let before = state(&place);
        let head = checkpoint(&a, asked.size, asked.root);
        let signed = signer.sign_head(asked.from, &head, &asked.proof, time());
        assert_eq!(signed.as_ref().err().map(Error::name), asked.due, "row {number}");
        let is_new = asked.due.is_none() && asked.size == 9 && before != state(&place);
        assert!(is_new || before == state(&place), "row {number} changed the state");
        if let Err(Error::Refused(refusal)) = signed {
            assert_eq!(refusal.is_alarm(), asked.due != Some("other-start"), "row {number}");
        }
    }
    let b = checkpoint(&origin("b"), 1, tree(1).root());
    check(signer.sign_head(0, &b, &[], time()), "no-key");
}

#[test]
fn cosigns_other_logs_by_the_same_rule() {
    let place = Place::new();
    let (mut record, b) = (place.open(), origin("b"));
    let mut signer = open(&place, &record);
    fill(&mut record, &b, 9);
    let proof = record.consistency_proof(&b, 4, 9).unwrap();
    let four = checkpoint(&b, 4, tree(4).root());
    let nine = checkpoint(&b, 9, tree(9).root());
    let mut ask =
        |head: &Checkpoint, proof: &[Hash]| signer.cosign_head(head, proof, time(), CosignAs::Mirror);
    let lines = ask(&four, &[]).unwrap();
    let whole = [note("b", 4, tree(4).root(), 0), lines.into_bytes()].concat();
    assert_eq!(Note::parse(&whole).unwrap().signatures().len(), 2);
    check(ask(&checkpoint(&b, 4, tree(5).root()), &[]), "other-signed-root");
    check(ask(&checkpoint(&b, 3, tree(3).root()), &[]), "shrunk");
    check(ask(&nine, &[]), "not-extended");
    check(ask(&checkpoint(&b, 9, tree(8).root()), &proof), "not-extended");
    ask(&nine, &proof).unwrap();
    ask(&nine, &[]).unwrap();
    check(ask(&four, &[]), "shrunk");
    check(ask(&checkpoint(&origin("a"), 1, tree(1).root()), &[]), "own-log");
    check(signer.cosign_head(&nine, &[], time(), CosignAs::Witness), "no-key");
    drop(signer);
    assert_eq!(open(&place, &record).signed(&b).unwrap().size, 9);
}

#[test]
fn a_witness_cosigns_what_it_has_not_stored() {
    let place = Place::new();
    let (record, b) = (place.open(), origin("b"));
    let name = detente_tlog::KeyName::parse("accord.example/w/0123456789abcdef0123456789abcdef/a/0").unwrap();
    let witness = CosignerSeeds { name, ed25519: [3; 32], ml_dsa_44: Some([4; 32]) };
    let seeds = SignerSeeds { logs: Vec::new(), mirror: None, witness: Some(witness) };
    let mut signer = Signer::open(&place.path(), &seeds, &record).unwrap();
    let head = checkpoint(&b, 4, tree(4).root());
    let lines = signer.cosign_head(&head, &[], time(), CosignAs::Witness).unwrap();
    assert_eq!(lines.lines().count(), 2);
    drop(signer);
    assert!(Signer::open(&place.path(), &seeds, &record).unwrap().recovering().is_empty());
}

#[test]
fn one_process_has_the_signer() {
    if let Some((_, path)) = child::task() {
        let record = Record::open(&path, Access::Read).unwrap();
        let _signer = Signer::open(&path, &seeds("a"), &record).unwrap();
        child::say("open");
        child::wait();
        return;
    }
    let place = Place::new();
    let mut other = Process::start("signer::one_process_has_the_signer", "hold", &place.path());
    other.says();
    let record = place.open();
    match Signer::open(&place.path(), &seeds("a"), &record).err() {
        Some(Error::Locked { pid, path }) => {
            assert_eq!((pid, path), (Some(other.pid()), place.path().join("signer.lock")));
        }
        error => panic!("{error:?}, not locked"),
    }
    other.kill();
    open(&place, &record);
}

#[test]
fn the_state_may_stand_on_another_disk() {
    let place = Place::new();
    let elsewhere = place.folder.path().join("other/disk");
    let mut record = place.open();
    let mut signer = Signer::open(&elsewhere, &seeds("a"), &record).unwrap();
    fill(&mut record, &origin("a"), 2);
    sign(&mut signer, &mut record, "a").unwrap();
    assert!(elsewhere.join("signer.json").exists() && !place.path().join("signer.json").exists());
}

/// A record with 5 signed leaves, and what a test does to it before it is opened again.
fn doubt(change: impl FnOnce(&Place), due: &[&str]) -> (Place, Record, Signer) {
    let place = Place::new();
    let mut record = place.open();
    let mut signer = open(&place, &record);
    fill(&mut record, &origin("a"), 5);
    sign(&mut signer, &mut record, "a").unwrap();
    drop((record, signer));
    change(&place);
    let record = place.open();
    let signer = open(&place, &record);
    assert_eq!(doubts(&signer), due);
    (place, record, signer)
}

/// Nothing is signed before the head was adopted, and everything after.
fn recover((_place, mut record, mut signer): (Place, Record, Signer)) {
    fill(&mut record, &origin("a"), 7);
    match sign(&mut signer, &mut record, "a").err() {
        Some(Error::Refused(Refusal::Recovering(_))) => {}
        error => panic!("{error:?}, not recovering"),
    }
    signer.adopt(&origin("a"), 6, tree(6).root()).unwrap();
    sign(&mut signer, &mut record, "a").unwrap();
}

fn remove_state(place: &Place) {
    fs::remove_file(place.path().join("signer.json")).unwrap();
}

fn edit_state(place: &Place, edit: impl Fn(&str) -> String) {
    let path = place.path().join("signer.json");
    fs::write(&path, edit(&fs::read_to_string(&path).unwrap())).unwrap();
}

#[test]
fn nothing_is_signed_while_the_state_is_in_doubt() {
    recover(doubt(remove_state, &["no-state", "state-behind"]));
    recover(doubt(
        |place| edit_state(place, |text| text.replace("\"size\":5", "\"size\":4")),
        &["unreadable-state", "state-behind"],
    ));
    recover(doubt(
        |place| edit_state(place, |text| format!("{text} ")),
        &["unreadable-state", "state-behind"],
    ));
    recover(doubt(|place| edit_state(place, |text| text.replace("BwcHBw", "BwcHCA")), &["other-instance"]));
}

#[test]
fn a_state_that_is_an_older_copy_is_seen_by_the_notes() {
    let place = Place::new();
    let mut record = place.open();
    let mut signer = open(&place, &record);
    fill(&mut record, &origin("a"), 3);
    sign(&mut signer, &mut record, "a").unwrap();
    let old = state(&place);
    fill(&mut record, &origin("a"), 5);
    sign(&mut signer, &mut record, "a").unwrap();
    drop(signer);
    fs::write(place.path().join("signer.json"), old).unwrap();
    let signer = open(&place, &record);
    assert_eq!(doubts(&signer), ["state-behind"]);
    recover((place, record, signer));
}

#[test]
fn a_line_that_only_bears_our_name_stops_nobody() {
    let place = Place::new();
    let mut record = place.open();
    let mut signer = open(&place, &record);
    fill(&mut record, &origin("a"), 3);
    sign(&mut signer, &mut record, "a").unwrap();
    let forged = detente_tlog::LogKey::from_seed(origin("a"), &[66; 32]).unwrap();
    record.put_note(forged.sign(&checkpoint(&origin("a"), 9, tree(9).root())).unwrap().as_bytes()).unwrap();
    drop(signer);
    assert!(open(&place, &record).recovering().is_empty());
}

#[test]
fn a_record_that_is_an_older_copy_is_seen_by_the_state() {
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut signer = open(&place, &record);
    fill(&mut record, &a, 3);
    sign(&mut signer, &mut record, "a").unwrap();
    drop(record);
    let copy = place.folder.path().join("copy");
    copy_folder(&place.path(), &copy);
    let mut record = place.open();
    fill(&mut record, &a, 6);
    sign(&mut signer, &mut record, "a").unwrap();
    drop((record, signer));
    // The older copy of the database beside the newest state of the signer.
    fs::copy(place.path().join("signer.json"), copy.join("signer.json")).unwrap();
    let mut record = Record::open(&copy, Access::Write).unwrap();
    let mut signer = Signer::open(&copy, &seeds("a"), &record).unwrap();
    assert_eq!(doubts(&signer), ["record-behind"]);
    // What is known to be signed is never taken back, not by adoption either.
    check(signer.adopt(&a, 5, tree(5).root()), "shrunk");
    check(signer.adopt(&a, 6, tree(7).root()), "other-signed-root");
    check(sign(&mut signer, &mut record, "a"), "recovering");
    // Other leaves at the places that were signed.
    record.append(&a, 3, &[b"x", b"y", b"z"], &crate::world::NOTHING).unwrap();
    assert_eq!(
        signer.check(&record).unwrap().iter().map(|one| one.name()).collect::<Vec<_>>(),
        ["other-root"]
    );
    check(sign(&mut signer, &mut record, "a"), "recovering");
}

fn copy_folder(from: &Path, to: &Path) {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_lost_state_is_not_made_good_for_other_logs_by_adopting_one() {
    let place = Place::new();
    let (mut record, b) = (place.open(), origin("b"));
    let mut signer = open(&place, &record);
    fill(&mut record, &origin("a"), 2);
    sign(&mut signer, &mut record, "a").unwrap();
    fill(&mut record, &b, 4);
    let head = checkpoint(&b, 4, tree(4).root());
    let lines = signer.cosign_head(&head, &[], time(), CosignAs::Mirror).unwrap();
    record.put_note(&[note("b", 4, tree(4).root(), 0), lines.into_bytes()].concat()).unwrap();
    drop(signer);
    remove_state(&place);
    let mut signer = open(&place, &record);
    signer.adopt(&origin("a"), 2, tree(2).root()).unwrap();
    sign(&mut signer, &mut record, "a").unwrap();
    check(signer.cosign_head(&head, &[], time(), CosignAs::Mirror), "recovering");
    drop(signer);
    // In the next process the notes tell that this log was cosigned here.
    let mut signer = open(&place, &record);
    assert_eq!(doubts(&signer), ["state-behind"]);
    check(signer.cosign_head(&head, &[], time(), CosignAs::Mirror), "recovering");
    signer.adopt(&b, 4, tree(4).root()).unwrap();
    signer.cosign_head(&head, &[], time(), CosignAs::Mirror).unwrap();
}

#[test]
fn a_record_that_never_signed_needs_no_state() {
    let place = Place::new();
    let mut record = place.open();
    fill(&mut record, &origin("b"), 5);
    drop(open(&place, &record));
    remove_state(&place);
    assert!(open(&place, &record).recovering().is_empty());
    fill(&mut record, &origin("a"), 1);
    remove_state(&place);
    assert_eq!(doubts(&open(&place, &record)), ["no-state"]);
}

#[test]
fn after_a_write_that_failed_nothing_is_signed() {
    let place = Place::new();
    let mut record = place.open();
    let folder = place.folder.path().join("signer");
    let mut signer = Signer::open(&folder, &seeds("a"), &record).unwrap();
    fill(&mut record, &origin("a"), 1);
    let away = place.folder.path().join("away");
    fs::rename(&folder, &away).unwrap();
    check(sign(&mut signer, &mut record, "a"), "io");
    fs::rename(&away, &folder).unwrap();
    check(sign(&mut signer, &mut record, "a"), "poisoned");
    check(signer.adopt(&origin("a"), 1, tree(1).root()), "poisoned");
    drop(signer);
    let mut signer = Signer::open(&folder, &seeds("a"), &record).unwrap();
    sign(&mut signer, &mut record, "a").unwrap();
}

#[test]
fn seeds_are_kept_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let folder = place.path().join("keys");
    assert!(read_seed(&folder, "log-0").unwrap().is_none());
    write_seed(&folder, "log-0", &[5; 32]).unwrap();
    check(write_seed(&folder, "log-0", &[6; 32]), "exists");
    assert_eq!(*read_seed(&folder, "log-0").unwrap().unwrap(), [5; 32]);
    fs::copy(folder.join("log-0.key"), folder.join("log-1.key")).unwrap();
    check(read_seed(&folder, "log-1"), "damaged");
    fs::set_permissions(folder.join("log-0.key"), fs::Permissions::from_mode(0o640)).unwrap();
    check(read_seed(&folder, "log-0"), "too-open");
}

#[test]
fn leaves_that_were_not_checked_are_not_what_is_signed() {
    // The root that is signed follows from the stored bytes: see `flips`. Here: a head of leaves that the record
    // does not have is refused by the proof alone.
    let place = Place::new();
    let (mut record, a) = (place.open(), origin("a"));
    let mut signer = open(&place, &record);
    record.append(&a, 0, &borrowed(&leaves(0, 4)), &crate::world::NOTHING).unwrap();
    sign(&mut signer, &mut record, "a").unwrap();
    let head = checkpoint(&a, 6, tree(6).root());
    check(signer.sign_head(4, &head, &[], time()), "not-extended");
}
