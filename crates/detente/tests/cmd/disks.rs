//! Disks that are full or read-only, homes that are in use: clear words, the right code, no half of a file.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::world::{Mount, Ran, Stage, World, copy, program};

/// Runs a command whose output goes to a disk that has no room, and asserts that it says so and leaves nothing.
#[track_caller]
fn check_full(run: impl FnOnce(&World, &str) -> Ran, world: &World) {
    let Some(disk) = Mount::new("size=4k") else { return };
    fs::write(disk.path().join("filler"), [0; 4096]).unwrap();
    let output = disk.path().join("output").display().to_string();
    let ran = run(world, &output);
    ran.fails(75, "cannot write").hints("make room");
    let left: Vec<_> = fs::read_dir(disk.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["filler"]);
}

#[test]
fn an_ask_that_cannot_be_written_is_not_kept() {
    let world = World::at(Stage::Paired);
    check_full(|world, out| world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", out]), &world);
    assert!(!world.a(&["peer", "show", "cert-b"]).out.contains("Open ask"));
}

#[test]
fn an_ask_that_its_pipe_did_not_take_is_not_kept() {
    let world = World::at(Stage::Paired);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = program(world.path())
        .args(["--home", "a", "ask", "ours.txt", "--peer", "cert-b", "-o", "-"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(75), "{ran:?}");
    assert!(String::from_utf8(ran.stderr).unwrap().contains("error: cannot write the answer"));
    assert!(!world.a(&["peer", "show", "cert-b"]).out.contains("Open ask"));
}

#[test]
fn an_answer_that_cannot_be_written_is_written_the_second_time() {
    let world = World::at(Stage::Asked);
    check_full(|world, out| world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", out]), &world);
    world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
    world.a(&["open", "answer.dtn"]).ok();
    assert_eq!(
        world.b(&["peer", "show", "cert-a", "--json"]).json()["budget_left_items"],
        200_000 - 256,
        "charged once"
    );
}

#[test]
fn a_result_that_cannot_be_written_is_written_the_second_time() {
    let world = World::at(Stage::Answered);
    check_full(|world, out| world.a(&["open", "answer.dtn", "-o", out]), &world);
    check_full(|world, out| world.a(&["open", "answer.dtn", "--csv", out]), &world);
    world.a(&["open", "answer.dtn", "-o", "result.dtn"]).ok();
    world.b(&["receipt", "add", "result.dtn"]).ok();
}

#[test]
fn other_files_that_cannot_be_written_are_named_too() {
    let world = World::at(Stage::Opened);
    let run =
        world.a(&["receipt", "list", "--json"]).json()["receipts"][0]["run"].as_str().unwrap().to_owned();
    check_full(|world, out| world.a(&["receipt", "show", &run, "-o", out]), &world);
    check_full(|world, out| world.a(&["card", "-o", out]), &world);
    world.write("passphrase", "six words of a dice list\n");
    check_full(
        |world, out| world.a(&["home", "export", "--to", out, "--passphrase-file", "passphrase"]),
        &world,
    );
    world.write("long", "not an indicator !!\n".repeat(1000));
    check_full(|world, out| world.run(&["list", "show", "long", "--rejects", out]), &world);
}

#[test]
fn a_home_on_a_full_disk_is_temporary_trouble() {
    let world = World::at(Stage::Paired);
    let Some(disk) = Mount::new("size=320k") else { return };
    copy(&world.file("a"), &disk.path().join("a"));
    let mut length: usize = 320 << 10;
    while fs::write(disk.path().join("filler"), vec![0; length]).is_err() {
        length -= 4096;
    }
    let home = disk.path().join("a").display().to_string();
    let ran = world.home(&home, &["ask", "ours.txt", "--peer", "cert-b", "-o", "ask.dtn"]);
    ran.fails(75, "the disk is full: nothing was stored in").hints("make room");
    assert!(!world.file("ask.dtn").exists());
    fs::remove_file(disk.path().join("filler")).unwrap();
    world.home(&home, &["ask", "ours.txt", "--peer", "cert-b", "-o", "ask.dtn"]).ok();
    let made = world.home(&disk.path().join("new").display().to_string(), &["init", "CERT-C"]);
    assert!(made.code == 0 || made.code == 75, "{made:?}");
    assert_eq!(made.code == 0, disk.path().join("new").exists(), "half a home");
}

#[test]
fn a_read_only_home_can_be_read_and_not_written() {
    let world = World::at(Stage::Answered);
    let Some(disk) = Mount::new("size=4m") else { return };
    copy(&world.file("a"), &disk.path().join("a"));
    disk.make_read_only();
    let home = disk.path().join("a").display().to_string();
    for args in [
        &["ask", "ours.txt", "--peer", "cert-b", "-o", "x.dtn"][..],
        &["open", "answer.dtn", "-o", "x.dtn"],
        &["peer", "set", "cert-b", "--budget", "1"],
        &["card", "--set-name", "Other"],
    ] {
        world.home(&home, args).fails(77, "cannot be written").hints("mounted read-only");
    }
    assert!(!world.file("x.dtn").exists());
    assert!(world.home(&home, &["peer", "list"]).ok().out.contains("cert-b"));
    world.home(&home, &["receipt", "list"]).ok();
    let made = world.home(&disk.path().join("new").display().to_string(), &["init", "CERT-C"]);
    made.fails(77, "cannot be written");
}

#[test]
fn an_output_that_is_a_folder_or_lies_nowhere_is_usage() {
    let world = World::at(Stage::Paired);
    fs::create_dir(world.file("folder")).unwrap();
    let ask = |out| world.a(&["ask", "ours.txt", "--peer", "cert-b", "-o", out]);
    ask("folder").fails(2, "folder is a folder");
    ask("no/such/place.dtn").fails(2, "cannot write no/such/place.dtn");
    assert!(!world.a(&["peer", "show", "cert-b"]).out.contains("Open ask"));
}

#[test]
fn two_processes_do_not_write_one_home() {
    let world = World::at(Stage::Answered);
    let lock = OpenOptions::new().read(true).write(true).open(world.file("a/lock")).unwrap();
    lock.lock().unwrap();
    fs::write(world.file("a/lock"), "4242").unwrap();
    for args in [
        &["ask", "ours.txt", "--peer", "cert-b", "-o", "x.dtn"][..],
        &["open", "answer.dtn", "-o", "x.dtn"],
        &["receipt", "add", "answer.dtn"],
        &["peer", "remove", "cert-b"],
        &["card", "--set-name", "Other"],
    ] {
        let ran = world.a(args);
        if args[0] == "receipt" {
            ran.fails(2, "(other-kind)");
        } else {
            ran.fails(75, "another détente process (pid 4242) is using the home at")
                .hints("wait until it has finished");
        }
    }
    assert!(!world.file("x.dtn").exists());
    for args in [&["peer", "list"][..], &["peer", "show", "cert-b"], &["receipt", "list"], &["card"]] {
        world.a(args).ok();
    }
    lock.unlock().unwrap();
    world.a(&["open", "answer.dtn", "-o", "x.dtn"]).ok();
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let world = World::at(Stage::Paired);
    let key = world.file("a/keys/desk.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    world.a(&["card"]).fails(77, "can be read by others (mode 644)").hints("chmod 600");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    world.a(&["card"]).ok();
}

#[test]
fn homes_that_are_missing_newer_or_damaged_are_told_apart() {
    let world = World::at(Stage::Paired);
    world.home("none", &["card"]).fails(2, "there is no home at none").hints("detente init NAME");
    assert!(!world.file("none").exists());
    world.a(&["init", "CERT-A"]).fails(2, "a already holds something");
    let database = rusqlite::Connection::open(world.file("a/home.db")).unwrap();
    database.pragma_update(None, "user_version", 9).unwrap();
    drop(database);
    world
        .a(&["card"])
        .fails(78, "the home was written by a later version")
        .hints("use the version that wrote it");
    fs::write(world.file("b/home.db"), "no database").unwrap();
    world.b(&["card"]).fails(5, "is damaged").hints("detente home import");
}

#[test]
fn init_says_what_is_wrong_with_a_name() {
    let world = World::empty();
    world.home("a", &["init", "ЦЕРТ"]).fails(2, "no id can be made from the name").hints("--id");
    world.home("a", &["init", "CERT", "--id", "Not An Id"]).fails(2, "is not an id");
    world.home("a", &["init", ""]).fails(2, "no id can be made from the name");
    world.home("a", &["init", "a\u{1b}[31mb"]).fails(2, "the card has no acceptable name");
    assert!(!world.file("a").exists());
    world.home("a", &["init", "ЦЕРТ", "--id", "cert-x"]).ok();
}
