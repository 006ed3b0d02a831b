//! Running many cases: each by name, a few at a time.

use std::future::Future;
use std::pin::Pin;

/// A case: its name, and what became of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) run: Pin<Box<dyn Future<Output = Result<(), String>> + Send>>,
}

impl Case {
    pub(crate) fn new(name: String, run: impl Future<Output = Result<(), String>> + Send + 'static) -> Case {
        Case { name, run: Box::pin(run) }
    }
}

/// Runs all; fails with the names of those that went wrong, or if there are fewer than `least`.
pub(crate) async fn run_all(cases: Vec<Case>, least: usize) {
    let count = cases.len();
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two cases have one name");
    assert!(count >= least, "{count} cases");
    let mut wrong = Vec::new();
    let mut running = tokio::task::JoinSet::new();
    for case in cases {
        if running.len() >= 4 {
            wrong.extend(running.join_next().await.map(Result::unwrap).and_then(Result::err));
        }
        running.spawn(async move {
            let done = tokio::time::timeout(std::time::Duration::from_secs(20), case.run).await;
            done.unwrap_or(Err("takes too long".into())).map_err(|why| format!("{}: {why}", case.name))
        });
    }
    wrong.extend(running.join_all().await.into_iter().filter_map(Result::err));
    assert!(wrong.is_empty(), "{} of {count} cases went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// `Ok` if these are equal.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, due: T) -> Result<(), String> {
    (found == due).then_some(()).ok_or_else(|| format!("{what} is {found:?}, due is {due:?}"))
}
