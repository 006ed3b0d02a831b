//! Opening a home for writing while a node runs on it: the node lends it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use detente_store::{Access, Error, Home};

use super::{Answer, Call, LEND_WAIT, Request, call};
use crate::exit::{Exit, Failure};
use crate::tui;

/// The connection under which the home is ours: held until this process ends or gives it back, so that the node takes
/// the home back then and not before, however it ends.
static LENT: Mutex<Option<Call>> = Mutex::new(None);

/// A command ends by itself so long before the node counts on having the home back.
const MARGIN: Duration = Duration::from_secs(5);

/// How long the lock of a home that was lent to us may still be another command's, which came in between.
const LOCK_WAIT: Duration = Duration::from_secs(2);
/// Between two tries.
const LOCK_STEP: Duration = Duration::from_millis(20);

/// Opens a home for writing; asks the node for it where one runs.
///
/// # Errors
/// Those of opening; temporary where the node does not lend it in time.
pub(crate) fn open_beside_node(place: &Path) -> Result<Home, Failure> {
    match Home::open(place, Access::Write) {
        Err(error @ Error::Locked { .. }) if lent().is_none() => borrow(place, error),
        opened => Ok(opened?),
    }
}

fn borrow(place: &Path, locked: Error) -> Result<Home, Failure> {
    let Some(mut call) = call(place, &Request::Lend {}, LEND_WAIT)? else { return Err(locked.into()) };
    let Some(Answer::Lent { seconds }) = call.next()? else { return Err(locked.into()) };
    watch(Duration::from_secs(seconds).saturating_sub(MARGIN))?;
    *lent() = Some(call);
    open_within(place, Instant::now() + LOCK_WAIT)
}

/// Gives the home back to the node before this process ends. No handle on it is open any more.
pub(crate) fn give_back() {
    lent().take();
}

fn lent() -> MutexGuard<'static, Option<Call>> {
    LENT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_within(place: &Path, until: Instant) -> Result<Home, Failure> {
    loop {
        match Home::open(place, Access::Write) {
            Err(Error::Locked { .. }) if Instant::now() < until => std::thread::sleep(LOCK_STEP),
            opened => return Ok(opened?),
        }
    }
}

/// Ends this process when its time with the home is over. What it did is whole or absent, as after a power cut.
fn watch(time: Duration) -> Result<(), Failure> {
    let ended = move || {
        std::thread::sleep(time);
        if lent().is_none() {
            return;
        }
        let why = format!("this took longer than {} s while a node runs on the home", time.as_secs());
        let failure =
            Failure::new(Exit::Temporary, why).hint("stop the node for long work: detente node stop");
        tui::fail(&failure);
        std::process::exit(i32::from(failure.exit.code()));
    };
    let started = std::thread::Builder::new().name("lease".to_owned()).spawn(ended);
    started
        .map(|_| ())
        .map_err(|error| Failure::new(Exit::Temporary, format!("no thread can be started: {error}")))
}
