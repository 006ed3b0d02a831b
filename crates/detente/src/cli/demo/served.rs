//! The story half-way, on desks: three nodes on this computer, and a page for each officer to go on from.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde::Serialize;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use super::{Stage, half_way, unexpected};
use crate::exit::{Exit, Failure};
use crate::tui;

/// Who sits at the desks: home, name, offices. Two in each party, because what binds takes two.
const OFFICERS: [(&str, &str, &[&str]); 5] = [
    ("a", "Ada", &["--office", "desk"]),
    ("a", "Ben", &["--office", "chief"]),
    ("b", "Cleo", &["--office", "desk"]),
    ("b", "Dan", &["--office", "chief"]),
    ("o", "Olga", &["--role", "observer"]),
];

/// What a newcomer can do, in order.
const NEXT: &str = "Things to try, each at one of these desks:
  Cleo  Inquiries: open what A asks, acknowledge it, draft a denial. Dan reads and releases it.
  Ada   Norms: B accepts E3 only with a reservation. Ben accepts or refuses it.
  Ada   Matches: drop grizzly-steppe.csv; read what CERT-B will learn; start.
  Olga  Record: see what was asked and answered, and check it here again.
Ctrl-C ends the three nodes.";

/// A desk to sign in at.
#[derive(Serialize)]
struct Desk {
    officer: &'static str,
    home: &'static str,
    /// Opens once, and signs in.
    link: String,
}

#[derive(Serialize)]
struct Served {
    schema: &'static str,
    folder: String,
    nodes: Vec<Value>,
    desks: Vec<Desk>,
}

/// Runs the three nodes until one ends, or until the process is told to.
///
/// # Errors
/// If a step ends in another way than the story says.
pub(super) fn run(stage: &Stage<'_>, json: bool) -> Result<Exit, Failure> {
    half_way::tell(stage)?;
    let mut nodes = Vec::new();
    for (home, _) in half_way::HOMES {
        nodes.push(Node::start(stage, home)?);
    }
    introduce(stage)?;
    standing_list(stage)?;
    for home in ["a", "b"] {
        // Nobody has a passkey for a demonstration; every page says that a click is enough here.
        stage.ends(&["officer", "approvals", "session", "--home", home], Exit::Done)?;
    }
    let mut desks = Vec::new();
    for (home, officer, seat) in OFFICERS {
        let add = [&["officer", "add", officer], seat, &["--home", home]].concat();
        let added = stage.json(&add)?;
        let link = added["link"].as_str().ok_or_else(|| unexpected("officer"))?.to_owned();
        desks.push(Desk { officer, home, link });
    }
    let documents = nodes.iter().map(|node| node.taken.clone()).collect();
    let folder = stage.folder.display().to_string();
    let served = Served { schema: "detente.demo-serve.v1", folder, nodes: documents, desks };
    if json {
        tui::answer_line(&served)?
    } else {
        tui::answer(&in_words(&served))?
    }
    wait_for_the_end()?;
    for ((home, _), node) in half_way::HOMES.iter().zip(&mut nodes) {
        // Ctrl-C went to the nodes as well: most have ended by now.
        let _ = stage.command(&["node", "stop", "--home", home]);
        let _ = node.child.wait();
    }
    Ok(Exit::Done)
}

/// Waits until somebody ends the demonstration.
fn wait_for_the_end() -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("cannot wait for signals: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}

fn in_words(served: &Served) -> String {
    let rows =
        served.desks.iter().map(|desk| format!("  {:<5} ({})  {}\n", desk.officer, desk.home, desk.link));
    format!(
        "Three nodes run, with all they hold in {}. Each link opens once, and signs in:\n\n{}\n{NEXT}\n",
        served.folder,
        rows.collect::<String>()
    )
}

/// Each gets the others' new cards: they name where to dial.
fn introduce(stage: &Stage<'_>) -> Result<(), Failure> {
    for (home, _) in half_way::HOMES {
        stage.ends(&["card", "-o", &format!("{home}.card"), "--home", home], Exit::Done)?;
    }
    for (home, other) in half_way::pairs() {
        stage.ends(&["peer", "add", &format!("{other}.card"), "--home", home], Exit::Done)?;
    }
    for (home, _) in half_way::HOMES {
        stage.ends(&["node", "reload", "--home", home], Exit::Done)?;
    }
    Ok(())
}

/// B answers matches of A with a list that it keeps: relays of Tor.
fn standing_list(stage: &Stage<'_>) -> Result<(), Failure> {
    stage.ends(&["list", "keep", "relays", "tor-nodes.txt", "--home", "b"], Exit::Done)?;
    let policy = ["peer", "set", "cert-a", "--match", "allow", "--list", "relays", "--home", "b"];
    stage.ends(&policy, Exit::Done).map(drop)
}

/// A node of the demonstration: a process that ends with this one.
struct Node {
    child: Child,
    taken: Value,
}

impl Node {
    fn start(stage: &Stage<'_>, home: &str) -> Result<Node, Failure> {
        let failed = |error: std::io::Error| Failure::usage(format!("cannot start a node: {error}"));
        let ports = ["--peer", "127.0.0.1:0", "--web", "127.0.0.1:0", "--confinement", "weaker", "--json"];
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["serve", "--home", home]).args(ports).current_dir(stage.folder);
        command.env_remove("DETENTE_HOME").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut line).map_err(failed)?;
        }
        let taken = serde_json::from_str(&line).ok();
        match taken {
            Some(taken) => Ok(Node { child, taken }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(unexpected("serve"))
            }
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A demonstration: what is cut off here is taken up at the next start, as after any crash.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
