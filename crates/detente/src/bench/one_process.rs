//! Both parties in this process, in turns on one thread: what a profiler should see.

use super::cost::{Account, Booked, peak_bytes};
use super::order::Order;
use super::party::{Party, Role, found, list, machine};
use super::processes::Both;
use super::runs::runs;
use super::workers::Workers;
use crate::exit::Failure;
use crate::matching::{Means, Run, in_turns};

/// One party while it is measured.
struct Measured<'a> {
    role: Role,
    means: Means<'a>,
    account: Account,
    bytes_sent: u64,
    common: Option<u64>,
}

/// Measures both; they share one peak of memory.
pub(crate) fn measure(order: &Order) -> Result<Both, Failure> {
    let workers = Workers::new(order)?;
    let (our_list, their_list) = (list(order, Role::Receiver)?, list(order, Role::Sender)?);
    let (our_seed, their_seed) = (Role::Receiver.seed(), Role::Sender.seed());
    let runs = runs(order)?;
    workers.install(|par| {
        let party = |role, seed, items| Measured {
            role,
            means: Means { seed, items, par },
            account: Account::open(),
            bytes_sent: 0,
            common: None,
        };
        let mut receiver = party(Role::Receiver, &our_seed, &our_list);
        let mut sender = party(Role::Sender, &their_seed, &their_list);
        for run in &runs {
            if Role::Receiver.asks_in(run) {
                one_run(order, run, &mut receiver, &mut sender)?;
            } else {
                one_run(order, run, &mut sender, &mut receiver)?;
            }
        }
        Ok(Both { receiver: receiver.ended(), sender: sender.ended() })
    })
}

fn one_run(
    order: &Order,
    run: &Run,
    asker: &mut Measured<'_>,
    answerer: &mut Measured<'_>,
) -> Result<(), Failure> {
    let mut asking = machine(asker.role, run, asker.means, &mut asker.account)?;
    let mut answering = machine(answerer.role, run, answerer.means, &mut answerer.account)?;
    let ended = in_turns((&mut asking, &mut asker.account), (&mut answering, &mut answerer.account))?;
    asker.account.book("wiping", || drop(asking));
    answerer.account.book("wiping", || drop(answering));
    asker.bytes_sent += ended.bytes_to_answerer;
    answerer.bytes_sent += ended.bytes_to_asker;
    asker.common = ended.common.map(|common| found(order, &common)).transpose()?;
    Ok(())
}

impl Measured<'_> {
    fn ended(self) -> Party {
        let Booked { wall_seconds, cpu_seconds, phases } = self.account.close_shared();
        let (bytes_sent, common) = (self.bytes_sent, self.common);
        Party { wall_seconds, cpu_seconds, peak_bytes: peak_bytes(), phases, bytes_sent, common }
    }
}
