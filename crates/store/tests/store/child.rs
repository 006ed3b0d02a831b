//! This test binary as another process: a test that does nothing unless its parent names a task.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const TASK: &str = "DETENTE_TEST_TASK";
const PLACE: &str = "DETENTE_TEST_PLACE";

/// The task that this process was started for.
pub(crate) fn task() -> Option<(String, std::path::PathBuf)> {
    Some((std::env::var(TASK).ok()?, std::env::var_os(PLACE)?.into()))
}

/// Another process, ended when it is dropped.
pub(crate) struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Process {
    /// Starts `task`, which the test of this name does.
    pub(crate) fn start(test: &str, task: &str, place: &Path) -> Process {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(TASK, task)
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Process { child, out }
    }

    /// Reads until a line begins with `task: ` and gives the rest of it.
    pub(crate) fn says(&mut self) -> String {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            // The test runner writes its own words on the line where a test begins.
            if let Some((_, said)) = line.split_once("task: ") {
                return said.trim().to_owned();
            }
            line.clear();
        }
        panic!("the other process said nothing");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells the parent.
pub(crate) fn say(what: &str) {
    use std::io::Write;
    println!("task: {what}");
    std::io::stdout().flush().unwrap();
}

/// Waits until the parent goes away or ends this process.
pub(crate) fn wait() {
    let _ = std::io::stdin().read(&mut [0]);
}
