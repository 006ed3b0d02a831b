//! The same with whole commands: two homes with an accord, and a command killed at each of its system calls that
//! change the disk. After each the command is given again, the record is checked, and the other side still takes
//! what comes from it: a second root for one size would be a fork, and refused there.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::{Goal, driver};
use crate::shell;

const GOAL: &str = "G6 commands killed";

const CALLS: [&str; 6] = ["fsync", "fdatasync", "pwrite64", "rename", "ftruncate", "unlink"];

/// A command of b's, after which it owes a an answer.
const COMMANDS: [(&str, &[&str]); 4] = [
    ("accord sign", &["accord", "sign", "charter.dtn", "--yes"]),
    ("sync in", &["sync", "in", "for-b.dtn"]),
    ("accord rotate", &["accord", "rotate"]),
    ("record backup", &["record", "backup", "saved"]),
];

/// Runs it on every `stride`-th place.
pub(super) fn run(stride: usize) -> Result<bool> {
    shell::run(&mut shell::cargo(&["build", "--package", "detente", "--bin", "detente"])?)?;
    let binary = shell::target_dir()?.join("debug/detente");
    let stage = Stage { binary, folder: driver::scratch("commands")? };
    let mut goal = Goal::begin(GOAL, false);
    for (name, command) in COMMANDS {
        let before = stage.before(name)?;
        for call in CALLS {
            for n in (1..).step_by(stride) {
                let case = stage.copy_of(&before)?;
                let (trace, inject) =
                    (format!("trace={call}"), format!("inject={call}:signal=KILL:when={n}"));
                let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
                let output = stage.home(&case, "b", &strace, command)?;
                let killed = output.status.signal() == Some(9) || output.status.code() == Some(137);
                if !killed {
                    ensure!(
                        output.status.success(),
                        "{name} ended with {}: {}",
                        output.status,
                        told(&output)
                    );
                    break;
                }
                goal.case(&format!("{name}, {call} {n}"), stage.after(&case, command)?);
            }
        }
    }
    drop(stage);
    Ok(goal.end())
}

/// The program, and a folder for the homes of a case.
struct Stage {
    binary: PathBuf,
    folder: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Stage {
    /// Two homes just before a command: founded up to it.
    fn before(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join("before");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir(&folder)?;
        let mut words = Vec::new();
        for (home, party) in [("a", "CERT-A"), ("b", "CERT-B")] {
            self.done(&folder, home, &["init", party])?;
            self.done(&folder, home, &["card", "-o", &format!("{home}.card")])?;
            words.push(self.done(&folder, home, &["card", "--words"])?.trim().to_owned());
        }
        for (home, card, words) in [("a", "b.card", &words[1]), ("b", "a.card", &words[0])] {
            self.done(&folder, home, &["peer", "add", card, "--words", words, "--compared", "call"])?;
        }
        self.done(&folder, "b", &["accord", "offer", "-o", "b.offer"])?;
        self.done(&folder, "a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"])?;
        self.done(&folder, "a", &["accord", "sign", "charter.dtn", "--yes"])?;
        if name != "accord sign" {
            self.done(&folder, "b", &["accord", "sign", "charter.dtn", "--yes"])?;
            self.answer(&folder)?;
            self.done(&folder, "a", &["accord", "leave", "--reason", "a test"])?;
            self.done(&folder, "a", &["sync", "out", "--to", "cert-b", "-o", "for-b.dtn"])?;
        }
        Ok(folder)
    }

    /// What b has goes to a.
    fn answer(&self, folder: &Path) -> Result<()> {
        self.done(folder, "b", &["sync", "out", "--to", "cert-a", "-o", "for-a.dtn"])?;
        self.done(folder, "a", &["sync", "in", "for-a.dtn"]).map(drop)
    }

    fn copy_of(&self, before: &Path) -> Result<PathBuf> {
        let case = self.folder.join("case");
        if case.exists() {
            std::fs::remove_dir_all(&case)?;
        }
        let copied = Command::new("cp").arg("-a").arg(before).arg(&case).status()?;
        ensure!(copied.success(), "the homes cannot be copied");
        Ok(case)
    }

    /// The command again, a check of every byte, and the way to the other side.
    fn after(&self, case: &Path, command: &[&str]) -> Result<Vec<String>> {
        let mut lost = Vec::new();
        for (home, arguments) in [
            ("b", command),
            ("b", &["record", "fsck"]),
            ("b", &["sync", "out", "--to", "cert-a", "-o", "for-a.dtn"]),
            ("a", &["sync", "in", "for-a.dtn"]),
            ("a", &["record", "fsck"]),
        ] {
            let output = self.home(case, home, &[], arguments)?;
            if !output.status.success() {
                lost.push(format!("{home} {}: {}", arguments.join(" "), told(&output)));
            }
        }
        Ok(lost)
    }

    fn done(&self, folder: &Path, home: &str, arguments: &[&str]) -> Result<String> {
        let output = self.home(folder, home, &[], arguments)?;
        ensure!(output.status.success(), "{home} {}: {}", arguments.join(" "), told(&output));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn home(&self, folder: &Path, home: &str, before: &[&str], arguments: &[&str]) -> Result<Output> {
        let mut command = match before.split_first() {
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        command.current_dir(folder).args(["--home", home]).args(arguments).stdin(Stdio::null());
        command.env_remove("DETENTE_HOME").output().context("cannot run the program")
    }
}

fn told(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    error.lines().find(|line| line.starts_with("error: ")).unwrap_or("no error was named").to_owned()
}
