//! Making and opening a home.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use detente_accord::Card;
use detente_store::{Access, Error, Home};
use rusqlite::Connection;

use crate::child::{self, Process};
use crate::world::{Other, Place, card, create, listing, owner, seeds};

/// Opens a home and asserts the name of what is wrong, as far as its words tell.
fn check(path: &Path, access: Access, expected: &str) {
    let error = Home::open(path, access).err().map(|error| format!("{error:?}"));
    assert!(error.as_ref().is_some_and(|error| error.starts_with(expected)), "{error:?}, not {expected}");
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_home_opens_with_the_card_it_was_made_with() {
    let place = Place::new();
    for access in [Access::Write, Access::Read] {
        let home = Home::open(&place.home(), access).unwrap();
        assert_eq!(home.card(), &owner().card);
        assert_eq!(home.us().desk.public(), owner().keys.desk.public());
    }
}

#[test]
fn only_the_owner_can_read_a_home() {
    let place = Place::new();
    let home = place.home();
    assert_eq!(mode(&home), 0o700);
    assert_eq!(mode(&home.join("keys")), 0o700);
    for name in ["keys/identity.key", "keys/desk.key", "keys/node.key", "home.db", "lock"] {
        assert_eq!(mode(&home.join(name)), 0o600, "{name}");
    }
    // The files that SQLite makes beside it, while it is open.
    let _open = place.open();
    for name in ["home.db-wal", "home.db-shm"] {
        assert_eq!(mode(&home.join(name)), 0o600, "{name}");
    }
}

#[test]
fn keys_that_others_can_read_are_refused() {
    for name in ["keys/identity.key", "keys/desk.key", "keys/node.key"] {
        for open in [0o644, 0o640, 0o604, 0o660] {
            let place = Place::new();
            chmod(&place.home().join(name), open);
            for access in [Access::Read, Access::Write] {
                check(&place.home(), access, "TooOpen");
            }
        }
    }
}

#[test]
fn folders_that_others_can_enter_are_refused() {
    for name in ["", "keys"] {
        for open in [0o755, 0o750, 0o701] {
            let place = Place::new();
            chmod(&place.home().join(name), open);
            check(&place.home(), Access::Read, "TooOpen");
            chmod(&place.home().join(name), 0o700);
            assert!(Home::open(&place.home(), Access::Read).is_ok());
        }
    }
}

#[test]
fn a_home_is_never_made_over_something() {
    let place = Place::new();
    let before = listing(place.folder.path());
    let again = Home::create(&place.home(), &seeds(1), &owner().card);
    assert!(matches!(again, Err(Error::Exists(_))));
    assert_eq!(listing(place.folder.path()), before);

    let file = place.folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(Home::create(&file, &seeds(1), &owner().card), Err(Error::Exists(_))));
    assert_eq!(fs::read(&file).unwrap(), b"mine");

    let folder = place.folder.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("file"), "mine").unwrap();
    assert!(matches!(Home::create(&folder, &seeds(1), &owner().card), Err(Error::Exists(_))));
    assert_eq!(listing(&folder).len(), 1);
}

#[test]
fn an_empty_folder_can_become_a_home() {
    let place = Place::new();
    let empty = place.folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    drop(create(&empty));
    assert_eq!(mode(&empty), 0o700);
    assert!(Home::open(&empty, Access::Write).is_ok());
}

#[test]
fn a_home_that_cannot_be_finished_is_taken_away_again() {
    let place = Place::new();
    let path = place.folder.path().join("new");
    // A card whose keys are others than those of the home.
    let strange = card("a", &seeds(9).keys(), 1);
    assert!(matches!(Home::create(&path, &seeds(1), &strange), Err(Error::Damaged { .. })));
    assert!(!path.exists());
}

#[test]
fn nothing_is_no_home() {
    let place = Place::new();
    check(&place.folder.path().join("none"), Access::Read, "Missing");
    check(place.folder.path(), Access::Write, "Missing");
    check(&place.home().join("home.db"), Access::Write, "Missing");
    assert!(!place.folder.path().join("lock").exists(), "opening leaves nothing behind");
}

#[test]
fn a_second_writer_is_refused_by_name_while_readers_work() {
    let place = Place::new();
    let _first = place.open();
    let Err(Error::Locked { pid, .. }) = Home::open(&place.home(), Access::Write) else {
        panic!("two writers")
    };
    assert_eq!(pid, Some(std::process::id()));
    assert!(Home::open(&place.home(), Access::Read).is_ok());
}

#[test]
fn a_writer_in_another_process_is_named_and_its_death_frees_the_home() {
    let place = Place::new();
    let mut other = Process::start("homes::task_hold_the_home", "hold", &place.home());
    assert_eq!(other.says(), "held");
    let Err(error) = Home::open(&place.home(), Access::Write) else { panic!("two writers") };
    let words = format!("another détente process (pid {}) is using the home at", other.pid());
    assert!(error.to_string().starts_with(&words), "{error}");
    assert!(Home::open(&place.home(), Access::Read).is_ok());
    other.kill();
    assert!(Home::open(&place.home(), Access::Write).is_ok());
}

#[test]
fn task_hold_the_home() {
    if let Some((task, path)) = child::task().filter(|(task, _)| task == "hold") {
        let _home = Home::open(&path, Access::Write).unwrap();
        child::say(if task == "hold" { "held" } else { "" });
        child::wait();
    }
}

#[test]
fn a_reader_sees_what_a_writer_committed_and_cannot_write() {
    let place = Place::new();
    let mut writer = place.open();
    let mut reader = Home::open(&place.home(), Access::Read).unwrap();
    let b = Other::new("b", 2).card;
    let peer = |card: Card| detente_store::Peer { card, added: crate::world::NOW, compared: None, budget: 5 };
    writer.put_peer(&peer(b.clone())).unwrap();
    assert_eq!(reader.peers().unwrap().len(), 1);
    assert!(matches!(reader.put_peer(&peer(b)), Err(Error::ReadOnly(_))));
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    let database = Connection::open(place.home().join("home.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    for access in [Access::Read, Access::Write] {
        let Err(error) = Home::open(&place.home(), access) else { panic!("opened") };
        assert!(matches!(error, Error::NewerSchema { found: 99, .. }), "{error:?}");
        assert!(error.hint().unwrap().contains("the version that wrote it"));
    }
}

#[test]
fn another_program_s_database_is_refused_and_left_alone() {
    let place = Place::new();
    let path = place.home().join("home.db");
    fs::remove_file(&path).unwrap();
    let database = Connection::open(&path).unwrap();
    database.execute_batch("PRAGMA application_id = 7; CREATE TABLE bookmarks (url TEXT)").unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    for access in [Access::Read, Access::Write] {
        let Err(Error::Damaged { detail, .. }) = Home::open(&place.home(), access) else { panic!("opened") };
        assert_eq!(detail, "its database belongs to another program");
    }
    // Turning on the write-ahead log marks the header; the content stays.
    let after = fs::read(&path).unwrap();
    assert_eq!(before.len(), after.len());
    assert!(after.windows(9).any(|window| window == b"bookmarks"));
}

#[test]
fn garbage_is_no_database() {
    let place = Place::new();
    let path = place.home().join("home.db");
    for garbage in [vec![7; 10_000], b"SQLite format 3\0 and nothing else".to_vec()] {
        fs::write(&path, &garbage).unwrap();
        for access in [Access::Read, Access::Write] {
            check(&place.home(), access, "Damaged");
        }
        assert_eq!(fs::read(&path).unwrap(), garbage);
    }
}

#[test]
fn an_empty_database_is_no_home() {
    let place = Place::new();
    fs::write(place.home().join("home.db"), b"").unwrap();
    check(&place.home(), Access::Read, "Damaged");
    check(&place.home(), Access::Write, "Damaged");
}

#[test]
fn keys_of_another_home_are_refused() {
    let (place, other) = (Place::new(), Place::new());
    drop(Home::create(&other.folder.path().join("b"), &seeds(2), &Other::new("b", 2).card).unwrap());
    fs::copy(other.folder.path().join("b/keys/desk.key"), place.home().join("keys/desk.key")).unwrap();
    let Err(Error::Damaged { detail, .. }) = Home::open(&place.home(), Access::Read) else {
        panic!("opened")
    };
    assert_eq!(detail, "its keys are not those of its card");
}

#[test]
fn key_files_have_one_form() {
    let good = fs::read_to_string(Place::new().home().join("keys/desk.key")).unwrap();
    assert!(good.starts_with("detente-key-v1 desk "));
    let long = format!("{}{}", good, "x".repeat(1000));
    for content in [
        "",
        "\n",
        good.trim_end(),
        &good.replace("desk", "node"),
        &good.replace("v1", "v2"),
        &long,
        &good[..40],
    ] {
        let place = Place::new();
        fs::write(place.home().join("keys/desk.key"), content).unwrap();
        check(&place.home(), Access::Read, "BadKeyFile");
    }
    let place = Place::new();
    fs::remove_file(place.home().join("keys/node.key")).unwrap();
    check(&place.home(), Access::Read, "Io");
}

#[test]
fn a_revised_card_is_kept() {
    let place = Place::new();
    let revised = card("a", &seeds(1).keys(), 2);
    place.open().set_card(revised.clone()).unwrap();
    assert_eq!(place.open().card(), &revised);
}

#[test]
fn errors_never_show_key_material() {
    let place = Place::new();
    let key = fs::read_to_string(place.home().join("keys/desk.key")).unwrap();
    let secret = key.split(' ').nth(2).unwrap().trim().to_owned();
    fs::write(place.home().join("keys/desk.key"), format!("detente-key-v1 desk {secret}")).unwrap();
    let error = Home::open(&place.home(), Access::Read).err().unwrap();
    assert!(!format!("{error} {error:?}").contains(&secret));
}
