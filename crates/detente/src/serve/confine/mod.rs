//! Confinement of the process by the kernel, before the first byte of anybody is read.
//!
//! Files: the home, and what the configuration names. Ports: none besides those that are bound already. Calls: none
//! that starts a program or reaches into another process. All of it is tried afterwards: what should fail must fail.
//! Threads inherit it, so it comes before there are any.

mod calls;
mod files;
mod trial;

use std::path::PathBuf;

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, geteuid, getrlimit, set_dumpable_behavior, setrlimit, umask,
};

use crate::config::Config;
use crate::exit::{Exit, Failure};

/// What the kernel enforces on this process, and what it did not stop when it was tried.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Confinement {
    /// The level of Landlock that is in force.
    landlock: Option<String>,
    /// Whether calls are filtered.
    seccomp: bool,
    /// What should have failed when it was tried, and did not.
    open: Vec<&'static str>,
    /// Whether the process is root's.
    root: bool,
}

impl Confinement {
    /// Confines this thread and all that it starts, and tries whether it holds.
    ///
    /// # Errors
    /// Where something is open that should be shut, unless the configuration allows a weaker kernel.
    pub(super) fn begin(config: &Config) -> Result<Confinement, Failure> {
        keep_memory_here();
        let landlock = files::confine(&config.home, &readable(config));
        let seccomp = calls::filter();
        let open = trial::open(&config.home);
        let confinement = Confinement { landlock, seccomp, open, root: geteuid().is_root() };
        if confinement.open.is_empty() && confinement.seccomp || config.weaker_kernel {
            return Ok(confinement);
        }
        let why = format!("the kernel does not confine this process: {}", confinement.in_words());
        Err(Failure::new(Exit::Configuration, why).hint(
            "Linux 6.7 or later with Landlock and seccomp; a container may need leave for their calls; to start anyway: --confinement weaker",
        ))
    }

    /// In words.
    pub(crate) fn in_words(&self) -> String {
        let landlock = match &self.landlock {
            Some(level) => format!("Landlock {level}"),
            None => "no Landlock".to_owned(),
        };
        let seccomp = if self.seccomp { "seccomp" } else { "no seccomp" };
        let open = match self.open.as_slice() {
            [] => "tried".to_owned(),
            open => format!("NOT SHUT: {}", open.join(", ")),
        };
        let root = if self.root { ", as root" } else { "" };
        format!("{landlock}, {seccomp}, {open}{root}")
    }

    /// Whether everything that was tried was shut.
    pub(crate) fn holds(&self) -> bool {
        self.open.is_empty()
    }
}

/// No core file, no debugger of our own user, no file for others. Best effort: the trial does not depend on it.
fn keep_memory_here() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let limit = Rlimit { current: Some(0), maximum: getrlimit(Resource::Core).maximum.map(|_| 0) };
    let _ = setrlimit(Resource::Core, limit);
    umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// What is read again while the node runs: the configuration, and the folder of the certificate, which is renewed by
/// putting another file in its place.
fn readable(config: &Config) -> Vec<PathBuf> {
    let tls = config.tls.iter().flat_map(|tls| [&tls.certificate, &tls.key]);
    let folders = tls.flat_map(|file| [Some(file.clone()), file.canonicalize().ok()]).flatten();
    let folders = folders.filter_map(|file| file.parent().map(PathBuf::from));
    config.file.iter().cloned().chain(folders).collect()
}
