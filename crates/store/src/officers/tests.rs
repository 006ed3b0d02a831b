use detente_accord::Time;

use super::*;

fn officers() -> (tempfile::TempDir, Officers) {
    use std::os::unix::fs::PermissionsExt as _;
    let private = std::fs::Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new().permissions(private).tempdir().expect("a folder");
    let opened = Officers::open(folder.path()).expect("opens");
    (folder, opened)
}

fn stored(id: u8, name: &str) -> StoredOfficer {
    StoredOfficer {
        id: [id; 16],
        name: name.into(),
        role: "officer".into(),
        offices: vec!["desk".into(), "release".into()],
        made: Time(1),
    }
}

#[test]
fn a_name_is_one_officers_until_it_is_removed() {
    let (folder, mut officers) = officers();
    assert!(officers.add(&stored(1, "ada")).expect("added"));
    assert!(!officers.add(&stored(2, "ada")).expect("asked"));
    officers.remove(&[1; 16], Time(2)).expect("removed");
    assert!(officers.add(&stored(2, "ada")).expect("added"));
    drop(officers);
    let again = Officers::open(folder.path()).expect("opens again");
    assert_eq!(again.all().expect("read"), [stored(2, "ada")]);
    assert_eq!(again.officer(&[1; 16]).expect("read"), None);
}

#[test]
fn a_link_lets_in_once_and_in_time() {
    let (_folder, mut officers) = officers();
    officers.add(&stored(1, "ada")).expect("added");
    officers.put_way_in(WayIn::Link, &[7; 32], &[1; 16], (Time(0), Time(10))).expect("kept");
    assert_eq!(officers.use_way_in(WayIn::Program, &[7; 32], Time(1)).expect("asked"), None);
    assert_eq!(officers.use_way_in(WayIn::Link, &[7; 32], Time(10)).expect("asked"), None);
    assert_eq!(officers.use_way_in(WayIn::Link, &[7; 32], Time(9)).expect("used"), Some([1; 16]));
    assert_eq!(officers.use_way_in(WayIn::Link, &[7; 32], Time(9)).expect("asked"), None);
}

#[test]
fn removing_an_officer_ends_every_way_in() {
    let (_folder, mut officers) = officers();
    officers.add(&stored(1, "ada")).expect("added");
    let session = StoredSession { officer: [1; 16], way: "link".into(), began: Time(1), seen: Time(1) };
    officers.begin_session(&[3; 32], &session, (Time(0), Time(0)), 4).expect("begun");
    officers.put_way_in(WayIn::Program, &[4; 32], &[1; 16], (Time(0), Time(10))).expect("kept");
    assert_eq!(officers.session(&[3; 32]).expect("read"), Some(session));
    officers.remove(&[1; 16], Time(2)).expect("removed");
    assert_eq!(officers.session(&[3; 32]).expect("read"), None);
    assert_eq!(officers.way_in(WayIn::Program, &[4; 32], Time(2)).expect("read"), None);
}

#[test]
fn the_newest_sessions_of_an_officer_stay() {
    let (_folder, mut officers) = officers();
    officers.add(&stored(1, "ada")).expect("added");
    for at in 0_u8..4 {
        let began = Time(u64::from(at) + 10);
        let session = StoredSession { officer: [1; 16], way: "link".into(), began, seen: began };
        officers.begin_session(&[at; 32], &session, (Time(0), Time(0)), 2).expect("begun");
    }
    let stands = |at: u8| officers.session(&[at; 32]).expect("read").is_some();
    assert_eq!([0, 1, 2, 3].map(stands), [false, false, true, true]);
}

#[test]
fn a_changed_audit_line_is_found() {
    let (_folder, mut officers) = officers();
    let line = |what: &str| AuditLine {
        at: Time(1),
        officer: "ada".into(),
        what: what.into(),
        about: String::new(),
        outcome: "done".into(),
        proof: Vec::new(),
    };
    for what in ["sign-in", "release", "sign-out"] {
        officers.audit(&line(what)).expect("added");
    }
    assert_eq!(officers.audit_fault().expect("read"), None);
    assert_eq!(officers.audit_lines(Some(3), 1).expect("read").first().map(|row| row.seq), Some(2));
    let change = |sql: &'static str| officers.run(|db| db.execute(sql, [])).expect("changed");
    change("UPDATE audit SET outcome = 'two-persons' WHERE seq = 2");
    assert_eq!(officers.audit_fault().expect("read"), Some(2));
    change("UPDATE audit SET outcome = 'done' WHERE seq = 2");
    assert_eq!(officers.audit_fault().expect("read"), None);
    change("DELETE FROM audit WHERE seq = 1");
    assert_eq!(officers.audit_fault().expect("read"), Some(1));
}

#[test]
fn a_proposal_is_taken_once() {
    let (_folder, mut officers) = officers();
    let proposal = Proposal {
        record: [9; 32],
        name: "3f9c21aa".into(),
        action: "release".into(),
        officer: [1; 16],
        subject: [2; 32],
        body: Vec::new(),
        made: Time(5),
    };
    officers.put_proposal(&proposal).expect("kept");
    assert_eq!(officers.proposals(&[9; 32]).expect("read"), [proposal]);
    assert!(officers.take_proposal(&[9; 32], "3f9c21aa").expect("taken"));
    assert!(!officers.take_proposal(&[9; 32], "3f9c21aa").expect("asked"));
}
