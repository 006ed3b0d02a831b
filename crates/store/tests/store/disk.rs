//! Disks that are full, and disks that cannot be written.

use std::fs;
use std::path::Path;
use std::process::Command;

use detente_store::{Access, Error, Home, SEAL_RANDOM_BYTES};
use tempfile::TempDir;

use crate::world::{Other, Place, create, domains, listing, owner, seeds, stored_ask};

/// A file system of its own size, gone when dropped.
struct Mount(TempDir);

impl Mount {
    /// `None`, said aloud, where this process may not mount.
    fn new(options: &str) -> Option<Mount> {
        let folder = TempDir::new().unwrap();
        if mount(&["-t", "tmpfs", "-o", options, "tmpfs"], folder.path()) {
            return Some(Mount(folder));
        }
        println!("SKIPPED: needs root to mount a small file system");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn make_read_only(&self) {
        assert!(mount(&["-o", "remount,ro"], self.path()));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    Command::new("mount").args(arguments).arg(at).output().is_ok_and(|output| output.status.success())
}

#[test]
fn a_disk_too_small_for_a_home_holds_nothing_of_it() {
    let mut refused = 0;
    for kib in [4, 8, 16, 24, 32, 40, 64, 96, 112, 128, 160, 192, 256] {
        let Some(disk) = Mount::new(&format!("size={kib}k")) else { return };
        match Home::create(&disk.path().join("home"), &seeds(1), &owner().card) {
            Ok(home) => drop(home),
            Err(error) => {
                assert!(matches!(error, Error::DiskFull(_)), "{kib} KiB: {error:?}");
                assert_eq!(listing(disk.path()), Vec::<String>::new(), "{kib} KiB");
                refused += 1;
            }
        }
    }
    assert!(refused > 3, "none of the disks was too small");
}

#[test]
fn a_full_disk_keeps_no_part_of_an_ask() {
    let Some(disk) = Mount::new("size=512k") else { return };
    let path = disk.path().join("home");
    let mut home = create(&path);
    let (a, b) = (owner(), Other::new("b", 2));
    let small = stored_ask(&a.us(), &b.card, &domains(&["one.example"]), 1);
    home.put_ask(&small).unwrap();
    let mut large = stored_ask(&a.us(), &b.card, &domains(&["two.example"]), 2);
    large.file = vec![7; 1 << 20];
    let error = home.put_ask(&large).err();
    assert!(matches!(error, Some(Error::DiskFull(_))), "{error:?}");
    assert!(error.unwrap().hint().unwrap().contains("make room"));
    // What was there before is there still, in this process and the next.
    assert_eq!(home.asks(None).unwrap().len(), 1);
    drop(home);
    let home = Home::open(&path, Access::Write).unwrap();
    assert_eq!(home.asks(None).unwrap().iter().map(|ask| ask.terms_id).collect::<Vec<_>>(), [small.terms_id]);
    assert!(home.ask(&small.terms_id).unwrap().unwrap().file == small.file);
}

#[test]
fn room_that_is_made_is_used() {
    let Some(disk) = Mount::new("size=512k") else { return };
    let filler = disk.path().join("filler");
    let mut home = create(&disk.path().join("home"));
    let mut length = 512 << 10;
    while fs::write(&filler, vec![0; length]).is_err() {
        length -= 4 << 10;
    }
    let (a, b) = (owner(), Other::new("b", 2));
    let stored = stored_ask(&a.us(), &b.card, &domains(&["one.example"]), 1);
    let error = home.put_ask(&stored).err();
    assert!(matches!(error, Some(Error::DiskFull(_))), "{error:?}");
    fs::remove_file(&filler).unwrap();
    home.put_ask(&stored).unwrap();
    assert_eq!(home.asks(None).unwrap().len(), 1);
}

#[test]
fn an_import_onto_a_full_disk_leaves_nothing() {
    let place = Place::new();
    let export = place.open().export("correct horse battery staple", [5; SEAL_RANDOM_BYTES]).unwrap();
    for kib in [8, 40, 80] {
        let Some(disk) = Mount::new(&format!("size={kib}k")) else { return };
        let error = Home::import(&disk.path().join("home"), &export, "correct horse battery staple").err();
        assert!(matches!(error, Some(Error::DiskFull(_))), "{kib} KiB: {error:?}");
        assert_eq!(listing(disk.path()), Vec::<String>::new());
    }
}

#[test]
fn a_table_of_files_that_is_full_counts_as_a_full_disk() {
    let Some(disk) = Mount::new("size=4m,nr_inodes=6") else { return };
    let error = Home::create(&disk.path().join("home"), &seeds(1), &owner().card).err();
    assert!(matches!(error, Some(Error::DiskFull(_))), "{error:?}");
    assert_eq!(listing(disk.path()), Vec::<String>::new());
}

#[test]
fn a_read_only_disk_is_named() {
    let Some(disk) = Mount::new("size=4m") else { return };
    let path = disk.path().join("home");
    drop(create(&path));
    disk.make_read_only();
    let error = Home::open(&path, Access::Write).err();
    assert!(matches!(error, Some(Error::ReadOnly(_))), "{error:?}");
    let made = Home::create(&disk.path().join("other"), &seeds(1), &owner().card).err();
    assert!(matches!(made, Some(Error::ReadOnly(_))), "{made:?}");
}

#[test]
fn a_home_on_a_read_only_disk_can_be_read() {
    let Some(disk) = Mount::new("size=4m") else { return };
    let path = disk.path().join("home");
    let stored = stored_ask(&owner().us(), &Other::new("b", 2).card, &domains(&["one.example"]), 1);
    create(&path).put_ask(&stored).unwrap();
    disk.make_read_only();
    let home = Home::open(&path, Access::Read).unwrap();
    assert_eq!(home.asks(None).unwrap().len(), 1);
}

#[test]
fn a_disk_that_turns_read_only_under_way_is_named() {
    let Some(disk) = Mount::new("size=4m") else { return };
    let path = disk.path().join("home");
    let mut home = create(&path);
    let stored = stored_ask(&owner().us(), &Other::new("b", 2).card, &domains(&["one.example"]), 1);
    // A file that is open for writing keeps a plain remount from happening; the kernel says so.
    if !mount(&["-o", "remount,ro"], disk.path()) {
        drop(home);
        disk.make_read_only();
        assert!(matches!(Home::open(&path, Access::Write), Err(Error::ReadOnly(_))));
        return;
    }
    let error = home.put_ask(&stored).err();
    assert!(matches!(error, Some(Error::ReadOnly(_))), "{error:?}");
}
