//! A home in a scratch folder and the node that runs on it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program with none of the surroundings of whoever runs the tests.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_detente"));
    command.current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.join("nobody"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command with a home that ends well, and gives what it printed.
#[track_caller]
pub(crate) fn ok(folder: &Path, home: &str, args: &[&str]) -> String {
    let ran = program(folder).args(["--home", home]).args(args).output().unwrap();
    assert!(ran.status.success(), "{args:?}: {ran:?}");
    String::from_utf8(ran.stdout).unwrap()
}

/// A folder with the home `a`.
pub(crate) fn home() -> TempDir {
    let folder = TempDir::new().unwrap();
    ok(folder.path(), "a", &["init", "CERT-A"]);
    folder
}

/// A folder with the homes `a` and `b`, which have each other's cards, compared.
pub(crate) fn pair() -> TempDir {
    let folder = home();
    let at = folder.path();
    ok(at, "b", &["init", "CERT-B"]);
    for (one, other) in [("a", "b"), ("b", "a")] {
        let card = format!("{other}.card");
        ok(at, other, &["card", "-o", &card]);
        let words = ok(at, other, &["card", "--words"]);
        ok(at, one, &["peer", "add", &card, "--words", words.trim(), "--compared", "call"]);
    }
    folder
}

/// As [`pair`], with an accord that is open: each holds the other's log.
pub(crate) fn open_accord() -> TempDir {
    let folder = pair();
    let at = folder.path();
    ok(at, "b", &["accord", "offer", "-o", "b.offer"]);
    ok(at, "a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"]);
    ok(at, "a", &["accord", "sign", "charter.dtn", "--yes"]);
    ok(at, "b", &["accord", "sign", "charter.dtn", "--yes"]);
    for (from, to, other) in [("a", "cert-b", "b"), ("b", "cert-a", "a")] {
        ok(at, from, &["sync", "out", "--to", to, "-o", "packet"]);
        ok(at, other, &["sync", "in", "packet"]);
    }
    folder
}

/// A node that runs; ended with the test.
pub(crate) struct Running {
    child: Child,
    pub(crate) taken: Value,
}

impl Running {
    /// Starts the node of the home `a`, and waits for its line.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Running {
        Running::start_home(folder, "a", args)
    }

    /// The same for another home.
    pub(crate) fn start_home(folder: &Path, home: &str, args: &[&str]) -> Running {
        let mut command = program(folder);
        command.args(["--home", home, "serve", "--json", "--web", "127.0.0.1:0"]).args(args);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let taken = serde_json::from_str(&line).unwrap_or_else(|error| {
            let mut said = String::new();
            child.stderr.as_mut().unwrap().read_to_string(&mut said).unwrap();
            panic!("{error}: {line:?} {said}")
        });
        Running { child, taken }
    }

    /// Where the pages are.
    pub(crate) fn web(&self) -> SocketAddr {
        self.taken["web_address"].as_str().unwrap().parse().unwrap()
    }

    /// Asks for a path: the status line and everything after it.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.web()).unwrap();
        let host = self.web().port();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// What it ended with.
    pub(crate) fn end(mut self) -> Output {
        let mut child = std::mem::replace(&mut self.child, Command::new("true").spawn().unwrap());
        let status = child.wait().unwrap();
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
        child.stderr.take().unwrap().read_to_end(&mut stderr).unwrap();
        Output { status, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
