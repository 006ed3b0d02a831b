//! One party in a process of its own: its list, its machine, what it cost.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use clap::{Args, ValueEnum};
use detente_psi::{Common, Items};
use serde::{Deserialize, Serialize};

use super::cost::{Account, Booked, peak_bytes};
use super::lists;
use super::order::Order;
use super::runs::runs;
use super::socket::Socket;
use super::workers::Workers;
use crate::exit::{Exit, Failure};
use crate::matching::{Machine, Means, Run, Stop, drive};
use crate::tui;

/// One party of `bench psi`; standard input is the socket to the other one
#[derive(Args)]
pub(crate) struct PartyArgs {
    /// Which of the two
    #[arg(long, value_enum)]
    role: Role,
    #[command(flatten)]
    order: Order,
}

/// A party by its role in the first run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Role {
    /// Learns what is in common
    Receiver,
    /// Answers
    Sender,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Role::Receiver => "receiver",
            Role::Sender => "sender",
        }
    }
}

/// What one party cost; what its process prints.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub(crate) struct Party {
    pub(crate) wall_seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_bytes: Option<u64>,
    pub(crate) phases: BTreeMap<String, f64>,
    pub(crate) bytes_sent: u64,
    /// How many items this party found to be in common, if it learned that.
    pub(crate) common: Option<u64>,
}

/// Runs the party, prints what it cost.
pub(crate) fn run(args: &PartyArgs) -> Result<Exit, Failure> {
    tui::answer_json(&measure(args.role, &args.order, socket()?)?)?;
    Ok(Exit::Done)
}

/// The socket that this process was started with.
fn socket() -> Result<UnixStream, Failure> {
    let failed = |error| Failure::usage(format!("standard input is no socket: {error}"));
    let stream = UnixStream::from(io::stdin().as_fd().try_clone_to_owned().map_err(failed)?);
    stream.peer_addr().map_err(failed)?;
    Ok(stream)
}

fn measure(role: Role, order: &Order, stream: UnixStream) -> Result<Party, Failure> {
    let (runs, workers, items) = (runs(order)?, Workers::new(order)?, list(order, role)?);
    let mut socket = Socket::open(stream, &runs)?;
    let mut account = Account::open();
    let common = workers.install(|par| {
        let mut common = None;
        for run in &runs {
            socket.begin(run);
            let means = Means { seed: &role.seed(), items: &items, par };
            common = one_run(role, run, means, &mut socket, &mut account)?.or(common);
        }
        Ok::<_, Stop>(common)
    })?;
    let Booked { wall_seconds, cpu_seconds, phases } = account.close();
    let common = common.map(|common| found(order, &common)).transpose()?;
    let bytes_sent = socket.bytes_sent();
    Ok(Party { wall_seconds, cpu_seconds, peak_bytes: peak_bytes(), phases, bytes_sent, common })
}

/// The list of a party.
pub(super) fn list(order: &Order, role: Role) -> Result<Items, Failure> {
    Ok(lists::items(order.n, role).map_err(Stop::Rejected)?)
}

fn one_run(
    role: Role,
    run: &Run,
    means: Means<'_>,
    socket: &mut Socket,
    account: &mut Account,
) -> Result<Option<Common>, Stop> {
    let mut machine = machine(role, run, means, account)?;
    let common = drive(&mut machine, socket, account)?;
    account.book("wiping", || drop(machine));
    Ok(common)
}

/// The machine of a party in one of the runs.
pub(super) fn machine<'a>(
    role: Role,
    run: &Run,
    means: Means<'a>,
    account: &mut Account,
) -> Result<Machine<'a>, Stop> {
    let made = account.book("start", || match role.asks_in(run) {
        true => Machine::asker(run, means),
        false => Machine::answerer(run, means),
    });
    made.map_err(Stop::Rejected)
}

/// How many items are in common, if it is as many as there are.
pub(super) fn found(order: &Order, common: &Common) -> Result<u64, Failure> {
    let (found, due) = (common.ranks().len() as u64, lists::common_count(order.n));
    if found != due {
        let text = format!("{found} items were found to be in common where there are {due}");
        return Err(Failure::new(Exit::Integrity, text));
    }
    Ok(found)
}
