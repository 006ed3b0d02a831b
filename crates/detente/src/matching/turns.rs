//! Two machines on one thread, in turns of one call each. For profiles: nothing runs beside anything else.

use std::collections::VecDeque;

use detente_psi::{Common, Input, Message, Output, Rejection};

use super::drive::{Stop, Watch, handle, poll};
use super::machine::Machine;
use super::wire::body_bytes;
use crate::exit::{Exit, Failure};

/// One of the two, with what was said to it and it did not take yet. That is never more than a few parts: a
/// side that is drained takes one at each of its turns.
struct Side<'m, 'a, W> {
    machine: &'m mut Machine<'a>,
    watch: &'m mut W,
    inbox: VecDeque<Message<'static>>,
    is_drained: bool,
    common: Option<Common>,
    bytes_received: u64,
}

/// What came of a run in turns.
pub(crate) struct Ended {
    pub(crate) common: Option<Common>,
    pub(crate) bytes_to_asker: u64,
    pub(crate) bytes_to_answerer: u64,
}

/// Runs both machines to their end.
pub(crate) fn in_turns<W: Watch>(
    (asker, asker_watch): (&mut Machine<'_>, &mut W),
    (answerer, answerer_watch): (&mut Machine<'_>, &mut W),
) -> Result<Ended, Stop> {
    let mut asker = Side::begin(asker, asker_watch)?;
    let mut answerer = Side::begin(answerer, answerer_watch)?;
    while !(asker.is_done() && answerer.is_done()) {
        let moved = asker.turn(&mut answerer)? | answerer.turn(&mut asker)?;
        if !moved {
            return Err(Stop::Link(Failure::new(Exit::Temporary, "both sides wait for each other")));
        }
    }
    Ok(Ended {
        common: asker.common,
        bytes_to_asker: asker.bytes_received,
        bytes_to_answerer: answerer.bytes_received,
    })
}

impl<'m, 'a, W: Watch> Side<'m, 'a, W> {
    fn begin(machine: &'m mut Machine<'a>, watch: &'m mut W) -> Result<Side<'m, 'a, W>, Rejection> {
        let speaks_first = machine.speaks_first();
        if speaks_first {
            handle(machine, watch, Input::Start)?;
        }
        let (inbox, is_drained) = (VecDeque::new(), !speaks_first);
        Ok(Side { machine, watch, inbox, is_drained, common: None, bytes_received: 0 })
    }

    fn is_done(&self) -> bool {
        self.is_drained && self.machine.is_over()
    }

    /// Takes one message or says one; whether there was anything to do.
    fn turn<V>(&mut self, other: &mut Side<'_, '_, V>) -> Result<bool, Rejection> {
        if self.is_drained {
            let Some(message) = self.inbox.pop_front() else { return Ok(false) };
            handle(self.machine, self.watch, Input::Message(message))?;
            self.is_drained = false;
        }
        match poll(self.machine, self.watch)? {
            Some(Output::Send(message)) => {
                other.bytes_received += body_bytes(&message);
                other.inbox.push_back(message);
            }
            Some(Output::Working) => {}
            Some(Output::Done(common)) => self.common = Some(common),
            None => self.is_drained = true,
        }
        Ok(true)
    }
}
