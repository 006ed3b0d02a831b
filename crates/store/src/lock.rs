//! The lock of the one process that writes: held by the operating system, let go of when the process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A lock that is held.
pub(crate) struct Lock(File);

/// Why it was not taken.
pub(crate) enum LockFault {
    /// Another process has it; with its process id, where it could be read.
    Held(Option<u32>),
    /// The file failed.
    Io(io::Error),
}

impl Lock {
    /// Takes the lock of this file, which is made where it is missing (0600). Does not wait.
    pub(crate) fn take(file: &Path) -> Result<Lock, LockFault> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut lock = options.open(file).map_err(LockFault::Io)?;
        match lock.try_lock() {
            Ok(()) => {
                // The pid is for the message that the next process prints; the lock itself is the operating
                // system's.
                let _ = lock.set_len(0).and_then(|()| write!(lock, "{}", std::process::id()));
                Ok(Lock(lock))
            }
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = lock.take(PID_BYTES_MAX).read_to_string(&mut pid);
                Err(LockFault::Held(pid.trim().parse().ok()))
            }
            Err(TryLockError::Error(error)) => Err(LockFault::Io(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // By name and not by closing alone: a process that is being started may hold a copy of the handle.
        let _ = self.0.unlock();
    }
}

/// A process id has ten digits at most.
const PID_BYTES_MAX: u64 = 16;
