//! Telling the service manager how it stands. Without one, nothing is told.

use std::time::Duration;

use detente_node::engine::NodeHandle;
use sd_notify::NotifyState;
use tokio::time::{interval, timeout};

fn tell(states: &[NotifyState<'_>]) {
    // Nobody listens where no service manager started us.
    let _ = sd_notify::notify(states);
}

/// Everything is open.
pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The configuration is read again; [`ready`] ends it.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// The end has begun.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Tells the watchdog of the service manager that the writer answers, for as long as it does. Returns at once where
/// nobody asks for it.
pub(super) async fn watch(node: NodeHandle) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    let mut beats = interval((period / 3).max(Duration::from_millis(1)));
    loop {
        beats.tick().await;
        if timeout(period / 2, node.see(|_| Ok(()))).await.is_ok_and(|answered| answered.is_ok()) {
            tell(&[NotifyState::Watchdog]);
        }
    }
}
