//! What time makes a node do by itself, in every accord, now and then.

use std::sync::Arc;

use tokio::time::{Duration, Instant, MissedTickBehavior, interval_at};

use super::Shared;
use crate::Error;
use crate::limits::TEND_MS;

/// Runs until the node stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let every = Duration::from_millis(TEND_MS);
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shared.stopped() => return,
            _ = ticks.tick() => {}
        }
        for record in shared.node.versions().into_keys() {
            let tended =
                shared.node.act(record, |accord, moment| accord.tend(moment.now, &mut moment.entropy));
            match tended.await {
                Ok(_) => {}
                Err(Error::Stopped) => return,
                Err(error) => tracing::warn!(name = error.name(), "an accord was not tended"),
            }
        }
    }
}
