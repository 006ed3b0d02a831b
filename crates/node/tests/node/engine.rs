//! The writer: one at a time, lent and returned, ended by what is fatal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use detente_accord::record::{Draft, RecordId};
use detente_node::engine::{Node, NodeHandle};
use detente_node::{Access, Accord, Error};
use detente_store::Home;

use crate::nodes::{Hands, only};
use crate::world::World;

/// Events that the writer keeps while its home is lent.
const PARKED_MAX: usize = 1024;

struct Stage {
    world: World,
    hands: Hands,
    path: std::path::PathBuf,
    node: Node,
    handle: NodeHandle,
    record: RecordId,
}

impl Stage {
    async fn new() -> Stage {
        let mut world = World::founded(&["a", "b"]);
        let (hands, path) = (Hands::new(), world.release("a"));
        let node = hands.start(&path, 1);
        let handle = node.handle();
        let record = only(&handle).await;
        Stage { world, hands, path, node, handle, record }
    }

    async fn size(&self) -> u64 {
        self.handle.look(self.record, |accord| Ok(accord.own_size())).await.unwrap()
    }

    async fn ends(self) -> Result<(), Error> {
        drop(self.handle);
        tokio::task::spawn_blocking(|| self.node.join()).await.unwrap()
    }
}

/// Says something that anybody may say at any time.
async fn say(handle: &NodeHandle, record: RecordId) -> Result<u64, Error> {
    handle
        .act(record, |accord, moment| {
            Ok(accord.say_all(vec![Draft::new("ack", [])], moment.now, &mut moment.entropy)?.size)
        })
        .await
}

#[tokio::test]
async fn what_was_said_is_there_after_a_restart() {
    let stage = Stage::new().await;
    let before = stage.size().await;
    assert_eq!(say(&stage.handle, stage.record).await.unwrap(), before + 1);
    let (hands, path, record, world) = (stage.hands.clone(), stage.path.clone(), stage.record, stage.world);
    stage.handle.stop().await;
    drop(stage.handle);
    stage.node.join().unwrap();
    let node = hands.start(&path, 2);
    assert_eq!(node.handle().look(record, |accord| Ok(accord.own_size())).await.unwrap(), before + 1);
    drop(world);
}

#[tokio::test]
async fn a_home_that_somebody_has_is_not_taken() {
    let world = World::founded(&["a", "b"]);
    let path = world.folder.path().join("a");
    let error = Node::start(&path, Hands::new().world(1)).err().unwrap();
    assert_eq!(error.name(), "home");
}

#[tokio::test]
async fn an_accord_that_is_not_here_is_unknown() {
    let stage = Stage::new().await;
    let other = RecordId::from_bytes([9; 32]);
    let error = stage.handle.look(other, |_| Ok(())).await.err().unwrap();
    assert_eq!(error.name(), "unknown");
    assert_eq!(say(&stage.handle, other).await.err().unwrap().name(), "unknown");
    assert!(say(&stage.handle, stage.record).await.is_ok());
}

#[tokio::test]
async fn while_it_is_lent_a_node_reads_and_what_would_write_waits() {
    let stage = Stage::new().await;
    let before = stage.size().await;
    let changes = stage.handle.changes();
    let lease = stage.handle.lend().await.unwrap();
    // Free for whoever asked for it.
    let other = Home::open(&stage.path, detente_store::Access::Write).unwrap();
    let (handle, record) = (stage.handle.clone(), stage.record);
    let waits = tokio::spawn(async move { say(&handle, record).await });
    assert_eq!(stage.size().await, before);
    assert!(changes.borrow().lent);
    {
        let path = &detente_node::list(&other).unwrap()[0].path;
        let mut accord = Accord::open(&other, path, Access::Write).unwrap();
        let mut entropy = (stage.hands.world(7).entropy)();
        accord.say_all(vec![Draft::new("ack", [])], stage.hands.now(), &mut entropy).unwrap();
    }
    drop(other);
    assert_eq!(stage.size().await, before, "a lent home shows what stood when it was lent");
    assert!(!waits.is_finished());
    drop(lease);
    assert_eq!(waits.await.unwrap().unwrap(), before + 2);
    assert_eq!(stage.size().await, before + 2);
    assert!(!changes.borrow().lent);
}

#[tokio::test]
async fn what_does_not_fit_while_it_is_lent_is_refused_by_name() {
    let stage = Stage::new().await;
    let lease = stage.handle.lend().await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let mut asked = Vec::new();
    for _ in 0..PARKED_MAX + 5 {
        let (handle, done) = (stage.handle.clone(), done.clone());
        asked.push(tokio::spawn(async move {
            let work = move |_: &mut Home, _: &mut detente_node::engine::Moment| {
                done.fetch_add(1, Ordering::SeqCst);
                Ok(())
            };
            handle.home(work).await
        }));
        // In their order.
        tokio::task::yield_now().await;
    }
    // All of them were taken in once what came after them is answered.
    let _ = stage.size().await;
    // Whoever was refused is told on another thread.
    let told = async {
        while asked.iter().filter(|task| task.is_finished()).count() < 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.unwrap();
    let refused: Vec<_> = asked.extract_if(.., |task| task.is_finished()).collect();
    assert_eq!(refused.len(), 5);
    for task in refused {
        assert_eq!(task.await.unwrap().err().unwrap().name(), "lent");
    }
    assert_eq!(done.load(Ordering::SeqCst), 0);
    drop(lease);
    for task in asked {
        task.await.unwrap().unwrap();
    }
    assert_eq!(done.load(Ordering::SeqCst), PARKED_MAX);
}

#[tokio::test]
async fn whoever_asked_for_the_home_and_went_leaves_it_here() {
    let stage = Stage::new().await;
    let before = stage.size().await;
    {
        let mut lend = Box::pin(stage.handle.lend());
        // Sent, and given up before it was granted.
        assert!(futures_poll(lend.as_mut()).await);
    }
    assert_eq!(say(&stage.handle, stage.record).await.unwrap(), before + 1);
}

/// Polls once; gives whether it waits.
async fn futures_poll<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn what_was_asked_before_the_end_is_done() {
    let stage = Stage::new().await;
    let before = stage.size().await;
    let (handle, record) = (stage.handle.clone(), stage.record);
    let said = tokio::spawn(async move { say(&handle, record).await });
    tokio::task::yield_now().await;
    stage.handle.stop().await;
    assert_eq!(said.await.unwrap().unwrap(), before + 1);
    let (handle, record) = (stage.handle.clone(), stage.record);
    stage.ends().await.unwrap();
    assert_eq!(say(&handle, record).await.err().unwrap().name(), "stopped");
}

#[tokio::test]
async fn what_is_refused_ends_nothing() {
    let stage = Stage::new().await;
    let before = stage.size().await;
    let refused = stage
        .handle
        .act(stage.record, |accord, moment| accord.take(b"no packet", moment.now, &mut moment.entropy));
    assert_eq!(refused.await.err().unwrap().name(), "archive-truncated");
    assert_eq!(say(&stage.handle, stage.record).await.unwrap(), before + 1);
}

#[tokio::test]
async fn what_is_fatal_ends_the_writer_and_is_told_to_whoever_waits_for_its_end() {
    let stage = Stage::new().await;
    let path = stage.path.clone();
    let fatal = move || Error::Record(detente_store::record::Error::Poisoned(path));
    assert!(fatal.clone()().is_fatal());
    let failed = stage.handle.act(stage.record, move |_, _| Err::<(), _>(fatal()));
    assert_eq!(failed.await.err().unwrap().name(), "stopped");
    let (handle, record) = (stage.handle.clone(), stage.record);
    assert_eq!(stage.ends().await.err().unwrap().name(), "poisoned");
    assert_eq!(say(&handle, record).await.err().unwrap().name(), "stopped");
    assert!(handle.changes().wait_for(|_| false).await.is_err());
}

#[tokio::test]
async fn a_panic_of_the_writer_is_its_end() {
    let stage = Stage::new().await;
    let failed = stage.handle.act(stage.record, |_, _| -> Result<(), Error> { panic!("a bug") });
    assert_eq!(failed.await.err().unwrap().name(), "stopped");
    assert_eq!(stage.ends().await.err().unwrap().name(), "stopped");
}

#[tokio::test]
async fn versions_are_raised_by_what_writes_alone() {
    let stage = Stage::new().await;
    let version = || stage.handle.versions()[&stage.record];
    let before = version();
    let _ = stage.size().await;
    assert_eq!(version(), before);
    let count = stage.handle.changes().borrow().count;
    say(&stage.handle, stage.record).await.unwrap();
    stage.handle.changes().wait_for(|change| change.count > count).await.unwrap();
    assert_eq!(version(), before + 1);
    drop(stage.handle.lend().await.unwrap());
    stage.handle.changes().wait_for(|change| !change.lent && change.count > count + 2).await.unwrap();
    assert!(version() > before + 1, "another process may have changed anything");
}
