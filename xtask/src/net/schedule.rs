//! What happens to the network and the nodes, in an order that the seed chooses.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::chance::Chance;
use super::cluster::Cluster;
use super::space::Space;
use super::speaker::Speakers;

#[derive(Clone, Copy)]
enum Fault {
    Loss,
    SilentCut,
    LoudPartition,
    Kill,
}

const FAULTS: [Fault; 4] = [Fault::Loss, Fault::SilentCut, Fault::LoudPartition, Fault::Kill];

/// Of a hundred packets.
const LOSS: u32 = 30;

/// How long one round of the four takes, about.
const ROUND: Duration = Duration::from_secs(40);

/// Makes rounds of all faults. Each stays for two thirds of its time, then all is healed. Gives the number of kills.
pub(super) fn run(
    time: Duration,
    chance: &mut Chance,
    space: &Space,
    cluster: &mut Cluster<'_>,
    speakers: &Speakers,
) -> Result<u32> {
    let rounds = u32::try_from(time.as_secs() / ROUND.as_secs()).unwrap_or(1).max(1);
    let each = time / (rounds * 4);
    let mut kills = 0;
    for _ in 0..rounds {
        let mut faults = FAULTS;
        chance.shuffle(&mut faults);
        for fault in faults {
            // Also a killed node in the midst of another fault, in one case of three.
            let is_kill = matches!(fault, Fault::Kill) || chance.below(3) == 0;
            let begun = Instant::now();
            let mut told = make(fault, chance, space)?;
            if is_kill {
                told = format!("{told}{}", kill_and_start(chance, cluster, each / 6)?);
                kills += 1;
            }
            wait_until(begun + each * 2 / 3);
            let dropped = space.dropped()?;
            let bites = !space.has_nft || dropped > 0 || !matches!(fault, Fault::Loss | Fault::SilentCut);
            ensure!(bites, "{told}: but no packet was dropped");
            space.heal()?;
            wait_until(begun + each);
            let (tried, acknowledged) = speakers.counts();
            let counts = format!("so far said {tried}, acknowledged {acknowledged}");
            let seconds = begun.elapsed().as_secs_f32();
            println!("net: {told}; {dropped} packets dropped; healed; {seconds:.1} s; {counts}");
        }
    }
    Ok(kills)
}

/// Makes the fault and tells it.
fn make(fault: Fault, chance: &mut Chance, space: &Space) -> Result<String> {
    let (one, other) = chance.pair(space.nodes());
    match fault {
        Fault::Loss | Fault::SilentCut if !space.has_nft => {
            Ok("SKIPPED: loss and silent cuts need nft".into())
        }
        Fault::Loss => {
            (0..space.nodes()).try_for_each(|node| space.lose(node, LOSS))?;
            Ok(format!("everybody loses {LOSS} %"))
        }
        Fault::SilentCut => {
            space.deafen(one, other)?;
            Ok(format!("node {} no longer hears node {}", one + 1, other + 1))
        }
        Fault::LoudPartition => {
            for node in (0..space.nodes()).filter(|node| *node != one) {
                space.part(one, node)?;
                space.part(node, one)?;
            }
            Ok(format!("node {} and the others have no route", one + 1))
        }
        Fault::Kill => Ok(String::from("no fault of the network")),
    }
}

fn kill_and_start(chance: &mut Chance, cluster: &mut Cluster<'_>, down: Duration) -> Result<String> {
    let node = chance.below(cluster.nodes());
    cluster.kill(node)?;
    std::thread::sleep(down);
    let begun = Instant::now();
    cluster.start(node)?;
    Ok(format!(", node {} killed, up again in {:.1} s", node + 1, begun.elapsed().as_secs_f32()))
}

fn wait_until(then: Instant) {
    std::thread::sleep(then.saturating_duration_since(Instant::now()));
}
