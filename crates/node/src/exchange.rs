//! When to dial a peer, and when to exchange packets with it, accord by accord. No I/O, no clock, no chance.
//!
//! An exchange is symmetric: whoever begins it brings a packet, the other takes it and answers with its own, and the
//! first says whether it took that. So one reachable side is enough, and whatever is new on either side is moved by
//! whoever begins. An exchange of ours is due when what we hold differs from what the peer was shown; when nothing
//! differs anywhere, nothing is sent but pings.
//!
//! Two nodes may begin at once. Then the exchange of the party whose id sorts first goes on, and it declines the
//! other's: never are two exchanges of one accord under way between two parties.
//!
//! The contract: after each [`Exchange::handle`], drain [`Exchange::poll`]; at [`Exchange::deadline`], hand it
//! [`Input::Tick`]. Times must not go back: they are those of a steady clock, not of the wall.

mod backoff;
mod line;
mod shared;

use std::collections::{BTreeMap, VecDeque};

use detente_accord::Time;
use detente_accord::record::RecordId;

use crate::limits::EXCHANGES_MAX;
use backoff::Dice;
use line::{Line, Want};
use shared::{Shared, Turn};

/// What became of the packet that we brought to an exchange, or answered with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The peer says that it took it. With the stamp of the accord when the packet was made.
    Taken(u64),
    /// The peer says that it refuses it.
    Refused,
    /// No word: the stream broke, a deadline passed, we made none.
    Lost,
    /// The peer says that another exchange of this accord is under way.
    Declined,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// We share this accord with the peer, and what we hold of it has this stamp: another one whenever there may be
    /// something that the peer lacks. The same stamp again changes nothing.
    Stands(RecordId, u64),
    /// We do not share this accord with the peer any more.
    Gone(RecordId),
    /// A connection stands, whoever dialled. Whatever ran on one before is over.
    Connected,
    /// No connection stands any more.
    Closed,
    /// A dial of ours came to nothing.
    Unreachable,
    /// Something came from the peer, be it the answer to a ping.
    Heard,
    /// The peer begins an exchange, on a stream that the driver knows by this number. Answered by exactly one
    /// [`Output::Serve`] or [`Output::Decline`].
    Asked(RecordId, u64),
    /// The exchange that was served is over.
    Served(RecordId, Fate),
    /// The exchange of ours with this number is over.
    Done(RecordId, u64, Fate),
    /// Time has passed.
    Tick,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// Dial. Ends in [`Input::Connected`] or [`Input::Unreachable`].
    Dial,
    /// Close the connection or give up the dial: nothing is heard. No [`Input::Closed`] need follow.
    HangUp,
    /// Ask for a sign of life.
    Ping,
    /// Begin an exchange of this accord, with this number. Ends in [`Input::Done`].
    Begin(RecordId, u64),
    /// Take part in the exchange on this stream. Ends in [`Input::Served`].
    Serve(RecordId, u64),
    /// Say on this stream that it is not to be.
    Decline(RecordId, u64, Why),
    /// Break off what runs for this accord.
    Abandon(RecordId),
}

/// Why an exchange is declined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Another one of this accord is under way with this peer.
    Busy,
    /// We share no such accord with the peer.
    UnknownAccord,
}

impl Why {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Why::Busy => "busy",
            Why::UnknownAccord => "unknown-accord",
        }
    }
}

/// How a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineView {
    /// Whether a connection stands.
    pub is_up: bool,
    /// Since when it does, or does not.
    pub since: Time,
    /// When something came from the peer last, on this connection.
    pub heard: Option<Time>,
    /// When the next dial is due.
    pub next_try: Option<Time>,
    /// Tries that failed in a row.
    pub failures: u32,
}

/// The exchanges with one peer, of all accords that we share with it.
#[derive(Clone, Debug)]
pub struct Exchange {
    is_first: bool,
    line: Line,
    failures: u32,
    shared: BTreeMap<RecordId, Shared>,
    dice: Dice,
    numbers: u64,
    now: Time,
    outputs: VecDeque<Output>,
}

impl Exchange {
    /// With a peer. `is_first`: whether our id sorts before the peer's; the two must not think the same. The seed
    /// scatters the waits, and should differ between nodes.
    pub fn new(now: Time, is_first: bool, seed: u64) -> Exchange {
        Exchange {
            is_first,
            line: Line::new(now),
            failures: 0,
            shared: BTreeMap::new(),
            dice: Dice::new(seed),
            numbers: 0,
            now,
            outputs: VecDeque::new(),
        }
    }

    /// Takes one input.
    pub fn handle(&mut self, now: Time, input: Input) {
        // A clock that jumped back must not stretch any wait.
        self.now = self.now.max(now);
        match input {
            Input::Stands(record, stamp) => self.stands(record, stamp),
            Input::Gone(record) => self.gone(record),
            Input::Connected => self.connected(),
            Input::Closed => self.closed(),
            Input::Unreachable if self.line.is_up() => {}
            Input::Unreachable => self.closed(),
            Input::Heard => self.line.heard(self.now),
            Input::Asked(record, stream) => self.asked(record, stream),
            Input::Served(record, ours) => self.served(record, ours),
            Input::Done(record, number, ours) => self.done(record, number, ours),
            Input::Tick => {}
        }
        self.advance();
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to hand it a tick, at the latest.
    pub fn deadline(&self) -> Option<Time> {
        let is_room = self.line.is_up() && self.running() < EXCHANGES_MAX;
        let due = self.shared.values().filter_map(|shared| shared.due().filter(|_| is_room));
        let until = self.shared.values().filter_map(Shared::until);
        due.chain(until).chain([self.line.deadline()]).min()
    }

    /// How the line stands.
    pub fn line(&self) -> LineView {
        let (since, heard, next_try) = match self.line {
            Line::Down { since, due } => (since, None, Some(due)),
            Line::Dialling { since, .. } => (since, None, None),
            Line::Up { since, heard, spoke, .. } => (since, spoke.then_some(heard), None),
        };
        LineView { is_up: self.line.is_up(), since, heard, next_try, failures: self.failures }
    }

    /// Whether a connection stands, the peer was shown all there is, and nothing runs.
    pub fn is_at_rest(&self) -> bool {
        let rests = |shared: &Shared| shared.is_shown() && shared.turn == Turn::Idle;
        self.line.is_up() && self.shared.values().all(rests)
    }

    fn stands(&mut self, record: RecordId, stamp: u64) {
        let now = self.now;
        self.shared.entry(record).or_insert_with(|| Shared::new(now, stamp)).stands(now, stamp);
    }

    fn gone(&mut self, record: RecordId) {
        if self.shared.remove(&record).is_some_and(|shared| shared.turn != Turn::Idle) {
            self.outputs.push_back(Output::Abandon(record));
        }
    }

    fn connected(&mut self) {
        self.line = Line::connected(self.now);
        self.shared.values_mut().for_each(|shared| shared.reconnected(self.now));
    }

    fn closed(&mut self) {
        self.failures = self.line.ended(self.now, self.failures, &mut self.dice);
        self.shared.values_mut().for_each(|shared| shared.reconnected(self.now));
    }

    fn asked(&mut self, record: RecordId, stream: u64) {
        self.line.heard(self.now);
        let output = match self.shared.get_mut(&record) {
            None => Output::Decline(record, stream, Why::UnknownAccord),
            Some(shared) => match shared.turn {
                Turn::Serving { .. } => Output::Decline(record, stream, Why::Busy),
                Turn::Asking { .. } if self.is_first => Output::Decline(record, stream, Why::Busy),
                // The peer will decline ours.
                Turn::Asking { .. } | Turn::Idle => {
                    shared.serve(self.now);
                    Output::Serve(record, stream)
                }
            },
        };
        self.outputs.push_back(output);
    }

    fn served(&mut self, record: RecordId, ours: Fate) {
        self.hear(ours);
        if let Some(shared) = self.shared.get_mut(&record)
            && matches!(shared.turn, Turn::Serving { .. })
        {
            shared.over(self.now, ours, &mut self.dice);
        }
    }

    fn done(&mut self, record: RecordId, number: u64, ours: Fate) {
        self.hear(ours);
        if let Some(shared) = self.shared.get_mut(&record)
            && matches!(shared.turn, Turn::Asking { number: running, .. } if running == number)
        {
            shared.over(self.now, ours, &mut self.dice);
        }
    }

    fn hear(&mut self, ours: Fate) {
        if ours != Fate::Lost {
            self.line.heard(self.now);
        }
    }

    /// Does what is due.
    fn advance(&mut self) {
        match self.line.due(self.now) {
            Some(Want::Dial) => self.outputs.push_back(Output::Dial),
            Some(Want::Ping) => self.outputs.push_back(Output::Ping),
            Some(Want::HangUp) => {
                self.outputs.push_back(Output::HangUp);
                self.closed();
            }
            None => {}
        }
        self.give_up();
        self.begin();
    }

    fn give_up(&mut self) {
        for (record, shared) in &mut self.shared {
            if shared.until().is_some_and(|until| until <= self.now) {
                self.outputs.push_back(Output::Abandon(*record));
                shared.over(self.now, Fate::Lost, &mut self.dice);
            }
        }
    }

    /// Begins exchanges that are due, those first that have been due for the longest.
    fn begin(&mut self) {
        if !self.line.is_up() {
            return;
        }
        let due = self.shared.iter().filter_map(|(record, shared)| Some((shared.due()?, *record)));
        let mut due: Vec<(Time, RecordId)> = due.filter(|(due, _)| *due <= self.now).collect();
        due.sort_unstable();
        let room = EXCHANGES_MAX.saturating_sub(self.running());
        for (_, record) in due.into_iter().take(room) {
            self.numbers = self.numbers.wrapping_add(1);
            if let Some(shared) = self.shared.get_mut(&record) {
                shared.ask(self.now, self.numbers);
                self.outputs.push_back(Output::Begin(record, self.numbers));
            }
        }
    }

    /// How many exchanges of ours run.
    fn running(&self) -> usize {
        self.shared.values().filter(|shared| matches!(shared.turn, Turn::Asking { .. })).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{
        EXCHANGE_MS_MAX, PING_MS, REFUSED_MS_MAX, RETRY_MS_MAX, RETRY_MS_MIN, SILENCE_MS_MAX, SLOW_MS,
    };

    fn one() -> RecordId {
        RecordId::from_bytes([1; 32])
    }

    fn drained(machine: &mut Exchange) -> Vec<Output> {
        std::iter::from_fn(|| machine.poll()).collect()
    }

    /// A machine with an accord, connected, whose first exchange is under way with number 1.
    fn asking(is_first: bool) -> Exchange {
        let mut machine = Exchange::new(Time(0), is_first, 7);
        for input in [Input::Stands(one(), 1), Input::Connected] {
            machine.handle(Time(0), input);
        }
        assert_eq!(drained(&mut machine), [Output::Dial, Output::Begin(one(), 1)]);
        machine
    }

    #[test]
    fn dials_for_ever_with_waits_that_stay_bounded() {
        let mut machine = Exchange::new(Time(0), true, 7);
        machine.handle(Time(0), Input::Tick);
        let mut waits = Vec::new();
        for _ in 0..100 {
            assert_eq!(drained(&mut machine), [Output::Dial]);
            let now = machine.now;
            machine.handle(now, Input::Unreachable);
            let due = machine.deadline().unwrap();
            waits.push(due.0 - now.0);
            machine.handle(due, Input::Tick);
        }
        assert!((250..=500).contains(&waits[0]), "{waits:?}");
        assert!(waits[10..].iter().all(|wait| (RETRY_MS_MAX / 2..=RETRY_MS_MAX).contains(wait)), "{waits:?}");
    }

    #[test]
    fn exchanges_on_connect_after_each_change_and_slowly_after() {
        let mut machine = asking(true);
        machine.handle(Time(5), Input::Stands(one(), 2));
        assert_eq!(drained(&mut machine), []);
        machine.handle(Time(10), Input::Done(one(), 1, Fate::Taken(1)));
        assert_eq!(drained(&mut machine), [Output::Begin(one(), 2)]);
        machine.handle(Time(20), Input::Done(one(), 2, Fate::Taken(2)));
        machine.handle(Time(30), Input::Stands(one(), 2));
        assert_eq!(drained(&mut machine), []);
        assert!(machine.is_at_rest());
        machine.handle(Time(20 + SLOW_MS), Input::Heard);
        assert_eq!(drained(&mut machine), [Output::Begin(one(), 3)]);
    }

    #[test]
    fn of_two_that_begin_at_once_the_first_goes_on() {
        let (mut first, mut second) = (asking(true), asking(false));
        first.handle(Time(5), Input::Asked(one(), 9));
        second.handle(Time(5), Input::Asked(one(), 8));
        assert_eq!(drained(&mut first), [Output::Decline(one(), 9, Why::Busy)]);
        assert_eq!(drained(&mut second), [Output::Serve(one(), 8)]);
        second.handle(Time(6), Input::Done(one(), 1, Fate::Declined));
        second.handle(Time(7), Input::Asked(one(), 10));
        assert_eq!(drained(&mut second), [Output::Decline(one(), 10, Why::Busy)]);
        second.handle(Time(8), Input::Served(one(), Fate::Taken(1)));
        assert_eq!(drained(&mut second), []);
        assert!(second.is_at_rest());
    }

    #[test]
    fn waits_long_after_a_refusal_until_something_is_new() {
        let mut machine = asking(true);
        for number in 1..20 {
            machine.handle(machine.now, Input::Done(one(), number, Fate::Refused));
            let due = machine.shared[&one()].due().unwrap();
            assert!(due.0 - machine.now.0 <= REFUSED_MS_MAX);
            machine.handle(due, Input::Heard);
            assert!(drained(&mut machine).contains(&Output::Begin(one(), number + 1)));
        }
        machine.handle(machine.now, Input::Done(one(), 20, Fate::Refused));
        let (now, due) = (machine.now, machine.shared[&one()].due().unwrap());
        assert!(due.0 - now.0 >= REFUSED_MS_MAX / 2);
        machine.handle(now, Input::Stands(one(), 2));
        assert_eq!(machine.shared[&one()].due(), Some(Time(now.0 + RETRY_MS_MIN)));
    }

    #[test]
    fn rests_after_a_packet_that_had_more_than_it_was_told_of() {
        let mut machine = asking(true);
        machine.handle(Time(10), Input::Done(one(), 1, Fate::Taken(2)));
        assert_eq!(drained(&mut machine), []);
        machine.handle(Time(11), Input::Stands(one(), 2));
        assert_eq!(drained(&mut machine), []);
        machine.handle(Time(12), Input::Stands(one(), 3));
        assert_eq!(drained(&mut machine), [Output::Begin(one(), 2)]);
    }

    #[test]
    fn asks_a_quiet_peer_for_a_word_and_hangs_up_in_the_end() {
        let mut machine = asking(true);
        machine.handle(Time(0), Input::Done(one(), 1, Fate::Taken(1)));
        machine.handle(Time(PING_MS), Input::Tick);
        assert_eq!(drained(&mut machine), [Output::Ping]);
        machine.handle(Time(PING_MS + 1), Input::Heard);
        assert_eq!(machine.line().heard, Some(Time(PING_MS + 1)));
        for quiet in 1..3 {
            machine.handle(Time(PING_MS + 1 + quiet * PING_MS), Input::Tick);
            assert_eq!(drained(&mut machine), [Output::Ping]);
        }
        machine.handle(Time(PING_MS + 1 + SILENCE_MS_MAX), Input::Tick);
        assert_eq!(drained(&mut machine), [Output::HangUp]);
        assert!(!machine.line().is_up);
    }

    #[test]
    fn declines_an_accord_that_is_not_shared() {
        let mut machine = asking(true);
        let other = RecordId::from_bytes([2; 32]);
        machine.handle(Time(1), Input::Asked(other, 4));
        machine.handle(Time(1), Input::Gone(one()));
        let expected = [Output::Decline(other, 4, Why::UnknownAccord), Output::Abandon(one())];
        assert_eq!(drained(&mut machine), expected);
        machine.handle(Time(2), Input::Done(one(), 1, Fate::Taken(1)));
        assert_eq!(drained(&mut machine), []);
    }

    #[test]
    fn gives_up_what_never_ends() {
        let mut machine = asking(true);
        let mut abandoned = false;
        while !abandoned && machine.now < Time(2 * EXCHANGE_MS_MAX) {
            let due = machine.deadline().unwrap();
            machine.handle(due, Input::Heard);
            abandoned = drained(&mut machine).contains(&Output::Abandon(one()));
        }
        assert_eq!(machine.now, Time(EXCHANGE_MS_MAX));
    }
}
