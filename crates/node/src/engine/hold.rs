//! The writer's loop: the home and its accords, open; one event after the other.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use detente_accord::record::RecordId;
use detente_store::{Access as HomeAccess, Home};
use tokio::sync::{mpsc, oneshot, watch};

use super::event::{Event, Moment, Next};
use super::versions::Versions;
use super::{Change, World};
use crate::{Access, Accord, Error, Found, list};

/// Events that wait for a home that is lent, at most; one more is refused.
const PARKED_MAX: usize = 1024;

/// Why a home is let go of.
enum Until {
    /// For a command of another process, which is told on this way once the lock is free.
    Lent(oneshot::Sender<()>),
    /// That command is done.
    Back,
    /// The end.
    Stopped,
}

/// Where events come from, and who is told of changes.
pub(super) struct Ways {
    pub(super) events: mpsc::Receiver<Event>,
    pub(super) changed: watch::Sender<Change>,
    pub(super) versions: Versions,
    /// What waits until a lent home is back.
    pub(super) parked: VecDeque<Event>,
    /// For trying again later; weak, so that the writer ends with the last of those who ask.
    pub(super) later: mpsc::WeakSender<Event>,
}

/// How long the writer reads on where a home that is back is still locked: by the command that ends, or by another one
/// that was quicker.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// Runs until it is stopped, or until an error that is fatal. Tells `opened` once, when everything is open.
pub(super) fn run(path: &Path, world: &World, mut ways: Ways, opened: &SyncSender<()>) -> Result<(), Error> {
    let mut access = HomeAccess::Write;
    let mut waits: Option<oneshot::Sender<()>> = None;
    let mut was_open = false;
    loop {
        let home = match Home::open(path, access).map_err(Error::from) {
            Err(error) if was_open && is_locked(&error) => {
                access = ways.read_on();
                continue;
            }
            home => home?,
        };
        let mut open = match Open::all(&home, access, world) {
            Err(error) if was_open && is_locked(&error) => {
                access = ways.read_on();
                continue;
            }
            open => open?,
        };
        was_open = true;
        // Nobody listens the second time.
        let _ = opened.try_send(());
        if let Some(granted) = waits.take()
            && granted.send(()).is_err()
        {
            // Whoever asked for the home is gone.
            access = HomeAccess::Write;
            continue;
        }
        ways.tell(open.found.iter().map(|found| found.record), access == HomeAccess::Read);
        let until = open.take_events(&mut ways)?;
        open.write_files()?;
        match until {
            Until::Stopped => return Ok(()),
            Until::Back => access = HomeAccess::Write,
            Until::Lent(granted) => (access, waits) = (HomeAccess::Read, Some(granted)),
        }
    }
}

/// An open home.
struct Open<'h> {
    home: &'h Home,
    /// For what is changed in the home itself, beside the accords that are open on the first handle.
    desk: Home,
    access: HomeAccess,
    accords: BTreeMap<RecordId, Accord<'h>>,
    found: Vec<Found>,
    world: &'h World,
}

impl<'h> Open<'h> {
    fn all(home: &'h Home, access: HomeAccess, world: &'h World) -> Result<Open<'h>, Error> {
        let (desk, found) = (home.second()?, list(home)?);
        let mut open = Open { home, desk, access, accords: BTreeMap::new(), found, world };
        for place in open.found.clone() {
            open.accord(place.record)?;
        }
        Ok(open)
    }

    fn take_events(&mut self, ways: &mut Ways) -> Result<Until, Error> {
        let lent = self.access == HomeAccess::Read;
        loop {
            let parked = if lent { None } else { ways.parked.pop_front() };
            let Some(event) = parked.or_else(|| ways.events.blocking_recv()) else {
                return Ok(Until::Stopped);
            };
            match event {
                // While the home is lent too: what waits for it was never acknowledged.
                Event::Stop => return Ok(Until::Stopped),
                Event::Returned if lent => return Ok(Until::Back),
                Event::Returned => {}
                Event::Look(record, look) => look(self.accord(record).map(|accord| &*accord)),
                Event::See(see) => see(&self.desk),
                Event::List(reply) => {
                    self.found = list(self.home)?;
                    let _ = reply.send(Ok(self.found.clone()));
                }
                // The sender is told, because the answer's way is dropped.
                event if lent && ways.parked.len() >= PARKED_MAX => drop(event),
                event if lent => ways.parked.push_back(event),
                Event::Lend(granted) => return Ok(Until::Lent(granted)),
                Event::Act(record, act) => {
                    let mut moment = self.moment();
                    let next = act(self.accord(record), &mut moment);
                    go_on(next)?;
                    ways.tell([record], lent);
                }
                Event::Home(work) => {
                    let mut moment = self.moment();
                    go_on(work(&mut self.desk, &mut moment))?;
                    ways.tell([], lent);
                }
            }
        }
    }

    /// Before somebody else may look at them.
    fn write_files(&mut self) -> Result<(), Error> {
        match self.access {
            HomeAccess::Write => self.accords.values_mut().try_for_each(Accord::write_files),
            HomeAccess::Read => Ok(()),
        }
    }

    fn moment(&self) -> Moment {
        Moment { now: (self.world.now)(), entropy: (self.world.entropy)() }
    }

    /// The accord, opened where it was not yet.
    fn accord(&mut self, record: RecordId) -> Result<&mut Accord<'h>, Error> {
        if !self.accords.contains_key(&record) {
            if !self.found.iter().any(|found| found.record == record) {
                self.found = list(self.home)?;
            }
            let found = self.found.iter().find(|found| found.record == record);
            let path =
                &found.ok_or_else(|| Error::Unknown("there is no such accord in this home".into()))?.path;
            let access = if self.access == HomeAccess::Write { Access::Write } else { Access::Read };
            let mut accord = Accord::open(self.home, path, access)?;
            if access == Access::Write && accord.recovering().is_empty() {
                // After a crash between an entry and its head.
                accord.sign_what_stands((self.world.now)())?;
            }
            if access == Access::Write {
                accord.defer_files()?;
            }
            self.accords.insert(record, accord);
        }
        self.accords.get_mut(&record).ok_or(Error::Stopped)
    }
}

fn go_on(next: Next) -> Result<(), Error> {
    match next {
        Next::Go => Ok(()),
        Next::Fatal(error) => Err(error),
    }
}

/// Whether another process has it.
fn is_locked(error: &Error) -> bool {
    use detente_store::record::Error as RecordError;
    matches!(
        error,
        Error::Home(detente_store::Error::Locked { .. }) | Error::Record(RecordError::Locked { .. })
    )
}

impl Ways {
    /// Reads on, and tries to have the home back soon.
    fn read_on(&self) -> HomeAccess {
        let later = self.later.clone();
        let back = move || {
            thread::sleep(TRY_AGAIN);
            later.upgrade().map(|events| events.blocking_send(Event::Returned))
        };
        // Where no thread can be started, the next lease that ends brings it back.
        let _ = thread::Builder::new().name("back".to_owned()).spawn(back);
        HomeAccess::Read
    }

    fn tell(&self, records: impl IntoIterator<Item = RecordId>, lent: bool) {
        self.versions.raise(records);
        self.changed.send_modify(|change| *change = Change { count: change.count.wrapping_add(1), lent });
    }
}
