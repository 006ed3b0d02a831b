//! A panic ends its task and nothing else; it is counted and logged by its place. Its text may hold foreign words, so
//! it is not written anywhere.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Counts panics from now on.
pub(super) fn count() {
    panic::set_hook(Box::new(|panicked| {
        COUNT.fetch_add(1, Ordering::Relaxed);
        let place = panicked.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(place, "internal: a task ended by a panic; report this place");
    }));
}

/// How many there were.
pub(super) fn counted() -> u64 {
    COUNT.load(Ordering::Relaxed)
}
