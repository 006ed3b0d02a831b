//! What the gate bounds. Times in milliseconds.

/// A session ends after a working day (SECURITY.md, section 5).
pub(crate) const SESSION_MS_MAX: u64 = 8 * 60 * 60 * 1000;

/// A session that nobody uses ends (SECURITY.md, section 5).
pub(crate) const SESSION_IDLE_MS_MAX: u64 = 15 * 60 * 1000;

/// Use of a session is written down at most this often: each note is a wait for the disk.
pub(crate) const SESSION_SEEN_MS: u64 = 30 * 1000;

/// Sessions of one officer; the oldest ends when one more begins.
pub(crate) const SESSIONS_MAX: usize = 8;

/// A one-time link: long enough to walk to the other desk, short enough to forget it in a terminal.
pub(crate) const LINK_MS: u64 = 60 * 60 * 1000;

/// The key of a program, unless less was asked for.
pub(crate) const PROGRAM_DAYS_MAX: u64 = 90;

/// Tries to sign in from one address in [`TRIES_MS`] (SECURITY.md, section 5).
pub(crate) const TRIES_MAX: u32 = 5;
/// See [`TRIES_MAX`].
pub(crate) const TRIES_MS: u64 = 60 * 1000;

/// Requests of one officer: a burst (SECURITY.md, section 5: those of a peer).
pub(crate) const REQUESTS_BURST: u32 = 100;
/// And after it, each second.
pub(crate) const REQUESTS_PER_SECOND: u32 = 50;

/// Addresses and officers whose rates are remembered; beyond that the longest unused is forgotten.
pub(crate) const RATES_MAX: usize = 4096;

/// A request to touch a passkey is answered in this time.
pub(crate) const TOUCH_MS: u64 = 5 * 60 * 1000;
/// Requests to touch that are open at a time, of all officers.
pub(crate) const TOUCHES_MAX: usize = 256;

/// An approval, and what waits for one, lives a day (SECURITY.md, section 5).
pub(crate) const APPROVAL_MS_MAX: u64 = 24 * 60 * 60 * 1000;

/// A form or JSON body: the largest disclosed value is 1 MiB, and escaping may double it.
pub(crate) const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A file that is dropped (SECURITY.md, section 5: import through web and API).
pub(crate) const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Parts of a form that carries a file.
pub(crate) const PARTS_MAX: usize = 64;

/// Passkeys of one officer: two in use, some spare.
pub(crate) const PASSKEYS_MAX: usize = 10;

/// The name of an officer or a passkey, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 64;

/// What is read before anybody is signed in.
pub(crate) const SMALL_BYTES_MAX: usize = 16 * 1024;
