//! Counts answers by their class, for the metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::response::Response;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Answers so far, by class.
#[derive(Default)]
pub(crate) struct Answered([AtomicU64; CLASSES.len()]);

impl Answered {
    /// Class and count.
    pub(in crate::serve) fn by_class(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        CLASSES.into_iter().zip(self.0.iter().map(|count| count.load(Ordering::Relaxed)))
    }
}

/// Counts an answer that leaves.
pub(in crate::serve) async fn count(State(answered): State<Arc<Answered>>, answer: Response) -> Response {
    let class = usize::from(answer.status().as_u16() / 100).saturating_sub(1);
    if let Some(count) = answered.0.get(class) {
        count.fetch_add(1, Ordering::Relaxed);
    }
    answer
}
