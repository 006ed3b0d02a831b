//! Homes in one accord, and the nodes that run on them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::space::{Space, address};

/// The program, and where its homes are: what anybody needs who speaks for a node.
#[derive(Clone)]
pub(super) struct Desk {
    program: PathBuf,
    folder: PathBuf,
}

impl Desk {
    /// The program on the home of a node.
    pub(super) fn command(&self, node: usize, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--quiet", "--home", &home(node)]);
        command.current_dir(&self.folder).env_remove("DETENTE_HOME").stdin(Stdio::null());
        command
    }

    /// What it prints; an exit code other than 0 is an error.
    pub(super) fn output(&self, node: usize, arguments: &[&str]) -> Result<String> {
        let output = self.command(node, arguments).output().context("cannot run the program")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{} on node {}: {said}", arguments.join(" "), node + 1);
        Ok(String::from_utf8(output.stdout)?)
    }

    pub(super) fn json(&self, node: usize, arguments: &[&str]) -> Result<Value> {
        let document = self.output(node, &[arguments, &["--json"]].concat())?;
        serde_json::from_str(&document).with_context(|| format!("{} printed no JSON", arguments.join(" ")))
    }
}

/// All nodes.
pub(super) struct Cluster<'s> {
    space: &'s Space,
    pub(super) desk: Desk,
    running: Vec<Option<Child>>,
}

impl<'s> Cluster<'s> {
    /// Makes the homes, introduces them to each other and founds the accord of them all.
    pub(super) fn found(space: &'s Space, program: &Path) -> Result<Cluster<'s>> {
        let desk = Desk { program: program.to_owned(), folder: space.folder.clone() };
        let running = (0..space.nodes()).map(|_| None).collect();
        let cluster = Cluster { space, desk, running };
        cluster.meet()?;
        cluster.charter()?;
        for _ in 0..2 {
            cluster.exchange()?;
        }
        Ok(cluster)
    }

    fn meet(&self) -> Result<()> {
        for node in 0..self.nodes() {
            self.desk.output(node, &["init", &format!("CERT-{}", node + 1)])?;
            self.desk.output(node, &["card", "-o", &card(node)])?;
        }
        for (node, other) in self.pairs() {
            let words = self.desk.output(other, &["card", "--words"])?;
            let compared = ["--words", words.trim(), "--compared", "call"];
            self.desk.output(node, &[&["peer", "add", &card(other)], &compared[..]].concat())?;
        }
        Ok(())
    }

    fn charter(&self) -> Result<()> {
        let offers: Vec<String> = (0..self.nodes()).map(|node| format!("{node}.offer")).collect();
        for (node, offer) in offers.iter().enumerate() {
            self.desk.output(node, &["accord", "offer", "-o", offer])?;
        }
        let mut new = vec!["accord", "new", "--title", "Net", "--ours", "0.offer", "-o", "charter"];
        for offer in offers.iter().skip(1) {
            new.extend(["--with", offer]);
        }
        self.desk.output(0, &new)?;
        for node in 0..self.nodes() {
            self.desk.output(node, &["accord", "sign", "charter", "--yes"])?;
        }
        Ok(())
    }

    fn exchange(&self) -> Result<()> {
        for (node, other) in self.pairs() {
            self.desk.output(node, &["sync", "out", "--to", &party(other), "-o", "packet"])?;
            self.desk.output(other, &["sync", "in", "packet"])?;
        }
        Ok(())
    }

    /// Everybody gets the others' new cards, which name where to dial.
    pub(super) fn introduce(&self) -> Result<()> {
        for node in 0..self.nodes() {
            self.desk.output(node, &["card", "-o", &card(node)])?;
        }
        for (node, other) in self.pairs() {
            self.desk.output(node, &["peer", "add", &card(other)])?;
        }
        (0..self.nodes()).try_for_each(|node| self.desk.output(node, &["node", "reload"]).map(drop))
    }

    pub(super) fn start_all(&mut self) -> Result<()> {
        (0..self.nodes()).try_for_each(|node| self.start(node))
    }

    /// Starts a node and waits until it says where it listens. A command may have the home just then: again.
    pub(super) fn start(&mut self, node: usize) -> Result<()> {
        let until = Instant::now() + START_MAX;
        loop {
            match self.try_start(node) {
                Ok(child) => {
                    *self.running.get_mut(node).context("no such node")? = Some(child);
                    return Ok(());
                }
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn try_start(&self, node: usize) -> Result<Child> {
        let log = self.desk.folder.join(format!("{}.log", node + 1));
        let log = std::fs::File::options().create(true).append(true).open(log)?;
        let mut command = self.space.inside(node);
        command.arg(&self.desk.program).args(["serve", "--home", &home(node)]);
        command.args(["--peer", &format!("{}:7470", address(node)), "--web", "127.0.0.1:0"]);
        command.args(["--confinement", "weaker", "--json"]).current_dir(&self.desk.folder);
        command.env_remove("DETENTE_HOME").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().context("cannot run ip")?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut line)?;
        }
        if line.is_empty() {
            let ended = child.wait()?;
            anyhow::bail!("node {} ended with {ended}: {}", node + 1, self.last_words(node));
        }
        Ok(child)
    }

    /// The last line of what a node wrote to standard error.
    fn last_words(&self, node: usize) -> String {
        let path = self.desk.folder.join(format!("{}.log", node + 1));
        let log = std::fs::read_to_string(path).unwrap_or_default();
        log.lines().last().unwrap_or_default().to_owned()
    }

    /// Ends a node as a loss of power ends a process.
    pub(super) fn kill(&mut self, node: usize) -> Result<()> {
        if let Some(mut child) = self.running.get_mut(node).and_then(Option::take) {
            let before = child.try_wait()?;
            ensure!(before.is_none(), "node {} had ended by itself: {}", node + 1, self.last_words(node));
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    pub(super) fn nodes(&self) -> usize {
        self.running.len()
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        let nodes = self.nodes();
        (0..nodes)
            .flat_map(move |one| (0..nodes).map(move |other| (one, other)))
            .filter(|(one, other)| one != other)
    }

    /// Nodes that ended without having been told to.
    pub(super) fn ended(&mut self) -> Vec<String> {
        let mut ended = Vec::new();
        for node in 0..self.nodes() {
            let child = self.running.get_mut(node).and_then(Option::as_mut);
            if let Some(Ok(Some(status))) = child.map(Child::try_wait) {
                let words = self.last_words(node);
                ended.push(format!("node {} ended by itself with {status}: {words}", node + 1));
            }
        }
        ended
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        for child in self.running.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How long a start may take, with the tries that find the home in use.
const START_MAX: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(250);

fn home(node: usize) -> String {
    format!("home-{}", node + 1)
}

fn card(node: usize) -> String {
    format!("{}.card", node + 1)
}

fn party(node: usize) -> String {
    format!("cert-{}", node + 1)
}
