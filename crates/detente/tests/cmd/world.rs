//! A scratch folder, the homes of two parties in it, and the program run there.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// What one run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Asserts the exit code and that stderr begins with these words.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, error: &str) -> &Ran {
        assert_eq!(self.code, code, "{self:?}");
        let said = self.err.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        assert!(said.contains(error), "{said:?} does not say {error:?}");
        assert_eq!(self.out, "", "a failure prints no answer");
        self
    }

    #[track_caller]
    pub(crate) fn hints(&self, hint: &str) {
        let said = self.err.lines().find(|line| line.starts_with("hint: ")).unwrap_or_default();
        assert!(said.contains(hint), "{said:?} does not hint {hint:?}");
    }

    #[track_caller]
    pub(crate) fn ok(&self) -> &Ran {
        self.gives(0)
    }

    #[track_caller]
    pub(crate) fn gives(&self, code: i32) -> &Ran {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program with none of the surroundings of whoever runs the tests.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_detente"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.join("nobody"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().expect("ended by a signal"),
        out: String::from_utf8(output.stdout).expect("text on stdout"),
        err: String::from_utf8(output.stderr).expect("text on stderr"),
    }
}

/// The list that a asks about in most tests, and the one that b holds: three in common.
pub(crate) const OURS: &str =
    "192.0.2.1\n198.51.100.7\ncommon-one.example\ncommon-two.example\n1.2.3.4\nours-alone.example\n";
pub(crate) const THEIRS: &str =
    "common-one.example\ncommon-two.example\n1.2.3.4\ntheirs-alone.example\n9.9.9.9\n";

/// How far a run of three files has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Homes and compared cards.
    Paired,
    /// `ask.dtn` is there.
    Asked,
    /// `answer.dtn` too.
    Answered,
    /// `result.dtn` too.
    Opened,
}

pub(crate) struct World(TempDir);

impl World {
    /// An empty folder.
    pub(crate) fn empty() -> World {
        World(TempDir::new().unwrap())
    }

    /// Two parties at a stage. What leads there is run once for all tests, and copied.
    pub(crate) fn at(stage: Stage) -> World {
        static STAGES: [OnceLock<PathBuf>; 4] = [const { OnceLock::new() }; 4];
        let kept = STAGES[stage as usize].get_or_init(|| {
            let world = World::bring_to(stage);
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
            sweep(folder);
            let kept = folder.join(format!("cmd-{}-{}", std::process::id(), stage as usize));
            copy(world.path(), &kept);
            kept
        });
        let world = World::empty();
        copy(kept, world.path());
        world
    }

    fn bring_to(stage: Stage) -> World {
        match stage {
            Stage::Paired => {
                let world = World::empty();
                world.write("ours.txt", OURS);
                world.write("theirs.txt", THEIRS);
                world.make("a", "CERT-A");
                world.make("b", "CERT-B");
                world.compare("a", "b");
                world.compare("b", "a");
                world
            }
            Stage::Asked => {
                let world = World::at(Stage::Paired);
                world
                    .a(&["ask", "ours.txt", "--peer", "cert-b", "--purpose", "a test", "-o", "ask.dtn"])
                    .ok();
                world
            }
            Stage::Answered => {
                let world = World::at(Stage::Asked);
                world.b(&["answer", "ask.dtn", "theirs.txt", "--yes", "-o", "answer.dtn"]).ok();
                world
            }
            Stage::Opened => {
                let world = World::at(Stage::Answered);
                world.a(&["open", "answer.dtn", "-o", "result.dtn"]).ok();
                world
            }
        }
    }

    /// Makes the home `home` of a party and its card `home.card`.
    pub(crate) fn make(&self, home: &str, name: &str) {
        self.home(home, &["init", name]).ok();
        self.home(home, &["card", "-o", &format!("{home}.card")]).ok();
    }

    /// Has the party of home `one` add the card of `other`, compared.
    pub(crate) fn compare(&self, one: &str, other: &str) {
        let words = self.home(other, &["card", "--words"]).out;
        let card = format!("{other}.card");
        self.home(one, &["peer", "add", &card, "--words", words.trim(), "--compared", "call"]).ok();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(program(self.path()).args(args))
    }

    /// Runs with one of the homes.
    pub(crate) fn home(&self, home: &str, args: &[&str]) -> Ran {
        ran(program(self.path()).args(["--home", home]).args(args))
    }

    pub(crate) fn a(&self, args: &[&str]) -> Ran {
        self.home("a", args)
    }

    pub(crate) fn b(&self, args: &[&str]) -> Ran {
        self.home("b", args)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.file(name), bytes).unwrap();
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap()
    }

    /// Every file below the folder, by name and hash; of a database only the name, and not the files that
    /// SQLite keeps beside it.
    pub(crate) fn listing(&self) -> BTreeMap<String, u64> {
        let mut found = BTreeMap::new();
        list(self.path(), &mut found);
        found
    }
}

/// Takes away what test runs that have ended kept.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let pid = name.strip_prefix("cmd-").and_then(|rest| rest.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn list(folder: &Path, found: &mut BTreeMap<String, u64>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            list(&path, found);
        } else if name.ends_with("home.db") || name.ends_with("/lock") {
            found.insert(name, 0);
        } else if !name.contains("home.db-") {
            found.insert(
                name,
                u64::from_le_bytes(
                    detente_accord::file::hash(&fs::read(&path).unwrap())[..8].try_into().unwrap(),
                ),
            );
        }
    }
}

/// Copies a folder with the modes of what is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    let mode = fs::metadata(from).unwrap().permissions().mode() & 0o777;
    if !to.exists() {
        fs::DirBuilder::new().mode(mode).create(to).unwrap();
    }
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The files below a folder in which these bytes stand.
pub(crate) fn holding(folder: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else if fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A tmpfs of its own size, gone when dropped.
pub(crate) struct Mount(TempDir);

impl Mount {
    /// `None`, said aloud, where this process may not mount.
    pub(crate) fn new(options: &str) -> Option<Mount> {
        let folder = TempDir::new().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", options, "tmpfs"], folder.path());
        if !mounted {
            println!("SKIPPED: needs root to mount a small file system");
        }
        mounted.then_some(Mount(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn make_read_only(&self) {
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
