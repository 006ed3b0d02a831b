//! Running nodes on real sockets of this computer: they find each other, come to rest with one state, and catch up with
//! whatever they missed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use detente_accord::record::{Draft, RecordId};
use detente_link::{Kind, Limits};
use detente_node::engine::{Node, NodeHandle};
use detente_node::links::{Line, Links, Offered, Standing};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::nodes::{Hands, only};
use crate::world::{World, copy_folder, id};

/// A net under everything that is waited for here; nothing comes near it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Nodes by name, and the homes of those that do not run.
struct Net {
    world: World,
    hands: Hands,
    record: Option<RecordId>,
    listens: BTreeMap<String, SocketAddr>,
    running: BTreeMap<String, Running>,
    starts: u8,
}

struct Running {
    node: Node,
    links: Links,
    offered: mpsc::Receiver<Offered>,
}

impl Net {
    /// Founders of an accord, nobody of whom runs yet. Of those that listen the others know where.
    async fn new(names: &[&str], listen: &[&str]) -> Net {
        let mut listens = BTreeMap::new();
        let mut taken = Vec::new();
        for name in listen {
            // Kept until all have one, so that no two have the same.
            let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listens.insert((*name).to_owned(), socket.local_addr().unwrap());
            taken.push(socket);
        }
        let world = World::reached(names, |name| listens.get(name).copied().into_iter().collect());
        Net { world, hands: Hands::new(), record: None, listens, running: BTreeMap::new(), starts: 0 }
    }

    async fn start(&mut self, name: &str) {
        let path = self.path(name);
        drop(self.world.release(name));
        self.starts += 1;
        let node = self.hands.start(&path, self.starts);
        let listener = match self.listens.get(name) {
            Some(at) => Some(TcpListener::bind(at).await.unwrap()),
            None => None,
        };
        let (links, offered) = Links::start(node.handle(), listener, Limits::default()).await.unwrap();
        self.record = Some(only(&node.handle()).await);
        self.running.insert(name.to_owned(), Running { node, links, offered });
    }

    async fn start_all(&mut self, names: &[&str]) {
        for name in names {
            self.start(name).await;
        }
    }

    async fn stop(&mut self, name: &str) {
        let Running { node, links, .. } = self.running.remove(name).unwrap();
        links.stop().await;
        drop(links);
        node.handle().stop().await;
        tokio::task::spawn_blocking(|| node.join()).await.unwrap().unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.folder.path().join(name)
    }

    fn handle(&self, name: &str) -> NodeHandle {
        self.running[name].node.handle()
    }

    /// How the line of one to another stands.
    fn line(&self, of: &str, to: &str) -> Line {
        let lines = self.running[of].links.status();
        lines.into_iter().find(|line| line.peer == id(to)).unwrap()
    }

    async fn say(&self, name: &str) -> u64 {
        let handle = self.handle(name);
        let said = handle.act(self.record.unwrap(), |accord, moment| {
            Ok(accord.say_all(vec![Draft::new("ack", [])], moment.now, &mut moment.entropy)?.size)
        });
        said.await.unwrap()
    }

    async fn digest(&self, name: &str) -> String {
        let handle = self.handle(name);
        handle.look(self.record.unwrap(), |accord| Ok(accord.state().digest_text())).await.unwrap()
    }

    async fn size(&self, name: &str) -> u64 {
        let handle = self.handle(name);
        handle.look(self.record.unwrap(), |accord| Ok(accord.own_size())).await.unwrap()
    }

    /// Waits until all that run rest with one state, and gives it.
    async fn agree(&self) -> String {
        let names: Vec<&str> = self.running.keys().map(String::as_str).collect();
        let agreed = self.until(|| async {
            let first = self.digest(names[0]).await;
            for name in &names {
                let rests = self.running[*name].links.status().iter().all(|line| {
                    let runs = self.running.contains_key(line.peer.as_str());
                    !runs || line.is_at_rest
                });
                if !rests || self.digest(name).await != first {
                    return None;
                }
            }
            Some(first)
        });
        if let Ok(digest) = tokio::time::timeout(PATIENCE, agreed).await {
            return digest;
        }
        let mut told = String::new();
        for name in &names {
            let lines = self.running[*name].links.status();
            told += &format!("{name}: {lines:#?}\n{}\n", self.digest(name).await);
        }
        panic!("no agreement: {told}");
    }

    /// Asks again after every change of a node, and every few of its links, until there is an answer.
    async fn until<T, F: Future<Output = Option<T>>>(&self, mut ask: impl FnMut() -> F) -> T {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn until_up(&self, of: &str, to: &str) {
        let up = self.until(|| async { self.line(of, to).is_up().then_some(()) });
        tokio::time::timeout(PATIENCE, up).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_open_their_accord_through_one_reachable_side() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    let digest = net.agree().await;
    assert!(digest.contains("a/0/0 took held=b acks=b"), "{digest}");
    assert!(digest.contains("b/0/0 took held=a acks=a"), "{digest}");
    // Both push: the one that was called too.
    for name in ["b", "a", "b"] {
        let size = net.say(name).await;
        let digest = net.agree().await;
        let last = format!("{name}/0/{} took held={}", size - 1, if name == "a" { "b" } else { "a" });
        assert!(digest.contains(&last), "{last} in {digest}");
    }
    let (a, b) = (net.line("a", "b"), net.line("b", "a"));
    assert!(a.is_up() && b.is_up() && a.heard.is_some() && b.heard.is_some(), "{a:?} {b:?}");
    assert_eq!((a.fault, b.fault), (None, None));
    assert!(a.receipt.is_some() && b.receipt.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_rest_nothing_is_said_and_nothing_sent() {
    let mut net = Net::new(&["a", "b"], &["a", "b"]).await;
    net.start_all(&["a", "b"]).await;
    net.agree().await;
    let before = (net.size("a").await, net.size("b").await, net.line("a", "b").taken);
    net.say("a").await;
    net.agree().await;
    let after = (net.size("a").await, net.size("b").await, net.line("a", "b").taken);
    assert_eq!((after.0, after.1), (before.0 + 1, before.1), "heads alone are not receipted");
    assert!(after.2 > before.2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_away_catches_up() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.agree().await;
    net.stop("b").await;
    for _ in 0..3 {
        net.say("a").await;
    }
    let size = net.size("a").await;
    net.start("b").await;
    let digest = net.agree().await;
    assert!(digest.contains(&format!("a/0/{} took held=b", size - 1)), "{digest}");
    // And the other way: who called is away.
    net.stop("a").await;
    let size = net.say("b").await;
    net.start("a").await;
    let digest = net.agree().await;
    assert!(digest.contains(&format!("b/0/{} took held=a", size - 1)), "{digest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_is_away_is_tried_again_and_shown_as_away() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start("a").await;
    let tried = net.until(|| async {
        let line = net.line("a", "b");
        matches!(line.standing, Standing::Down { failures: 1.., .. }).then_some(line)
    });
    let line = tokio::time::timeout(PATIENCE, tried).await.unwrap();
    assert_eq!(line.fault.as_deref(), Some("unreachable"));
    assert_eq!(line.heard, None);
    net.start("b").await;
    net.until_up("a", "b").await;
    assert_eq!(net.line("a", "b").fault, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_nodes_come_to_one_state_while_each_of_them_is_away_for_a_while() {
    let names = ["a", "b", "c", "d", "e"];
    // Of every two at least one can be reached.
    let mut net = Net::new(&names, &["b", "c", "d", "e"]).await;
    net.start_all(&names).await;
    net.agree().await;
    for away in names {
        net.stop(away).await;
        for name in names.iter().filter(|name| **name != away) {
            net.say(name).await;
        }
        net.start(away).await;
        net.say(away).await;
    }
    let digest = net.agree().await;
    for name in names {
        let size = net.size(name).await;
        let others: Vec<&str> = names.into_iter().filter(|other| *other != name).collect();
        let last = format!("{name}/0/{} took held={}", size - 1, others.join(","));
        assert!(digest.contains(&last), "{last} in {digest}");
    }
    assert!(!digest.contains("frozen") && !digest.contains("no effect"), "{digest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_a_home_takes_its_log_up_again_from_its_peer() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.agree().await;
    net.stop("b").await;
    let (path, copy) = (net.path("b"), net.world.folder.path().join("copy"));
    copy_folder(&path, &copy);
    net.start("b").await;
    let size = net.say("b").await;
    net.agree().await;
    net.stop("b").await;
    std::fs::remove_dir_all(&path).unwrap();
    std::fs::rename(&copy, &path).unwrap();
    net.start("b").await;
    let digest = net.agree().await;
    assert_eq!(net.size("b").await, size + 1, "what was said, and that it was recovered");
    assert!(digest.contains(&format!("b/0/{} took held=a", size)), "{digest}");
    assert!(!digest.contains("frozen"), "{digest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_is_lent_takes_packets_in_once_it_is_back() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.agree().await;
    let lease = net.handle("b").lend().await.unwrap();
    let size = net.say("a").await;
    let seen = net.digest("b").await;
    assert!(!seen.contains(&format!("a/0/{}", size - 1)));
    drop(lease);
    let digest = net.agree().await;
    assert!(digest.contains(&format!("a/0/{} took held=b", size - 1)), "{digest}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_a_match_comes_out_with_the_name_of_who_opened_it() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.until_up("a", "b").await;
    let connection = net.running["a"].links.connection(&id("b")).unwrap();
    let mut stream = connection.open(Kind::Match).await.unwrap();
    stream.send(b"first".to_vec()).await.unwrap();
    let offered = net.running.get_mut("b").unwrap().offered.recv();
    let mut offered = tokio::time::timeout(PATIENCE, offered).await.unwrap().unwrap();
    assert_eq!(offered.peer, id("a"));
    assert_eq!(offered.stream.receive(16).await.unwrap().as_deref(), Some(&b"first"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_no_exchange_ends_its_stream_alone() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.agree().await;
    let connection = net.running["a"].links.connection(&id("b")).unwrap();
    let mut stream = connection.open(Kind::Exchange).await.unwrap();
    stream.send(b"?".to_vec()).await.unwrap();
    let error = stream.receive(16).await.err().unwrap();
    assert_eq!(error.name(), "refused");
    net.say("a").await;
    net.agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_is_none_any_more_is_hung_up_on() {
    let mut net = Net::new(&["a", "b"], &["b"]).await;
    net.start_all(&["a", "b"]).await;
    net.until_up("a", "b").await;
    net.handle("b").home(|home, _| Ok(home.remove_peer(&id("a"))?)).await.unwrap();
    net.running["b"].links.reload().await.unwrap();
    assert_eq!(net.running["b"].links.status(), []);
    let gone = net.until(|| async { (!net.line("a", "b").is_up()).then_some(()) });
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
    assert!(net.running["b"].links.connection(&id("a")).is_none());
}
