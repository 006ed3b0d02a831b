//! Tries what a confined process must not be able to do. Nothing here changes anything where it is shut, and what was
//! not shut is undone.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

/// What is open that should be shut: nothing, in a process that is confined.
pub(super) fn open(home: &Path) -> Vec<&'static str> {
    let tried = [
        ("reading files", reads()),
        ("writing files", writes(home)),
        ("taking ports", binds()),
        ("starting programs", starts()),
    ];
    tried.into_iter().filter(|(_, done)| *done).map(|(what, _)| what).collect()
}

/// A folder that is everywhere and never ours.
fn reads() -> bool {
    fs::read_dir("/").is_ok() || fs::File::open("/etc/passwd").is_ok()
}

fn writes(home: &Path) -> bool {
    let places = [home.parent().unwrap_or(Path::new("/")).to_owned(), std::env::temp_dir()];
    places.iter().any(|place| {
        let file = place.join(format!(".detente-trial-{}", std::process::id()));
        let made = fs::OpenOptions::new().write(true).create_new(true).open(&file);
        // One that could be made can be taken away.
        made.is_ok() && (fs::remove_file(&file).is_ok() || file.exists())
    })
}

fn binds() -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).is_ok()
}

/// This program again, which would print its version.
fn starts() -> bool {
    let program = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(mut child) => {
            let _ = child.wait();
            true
        }
        Err(_) => false,
    }
}
