//! Network namespaces, one for each node, all on a bridge that has one for itself.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::shell;

/// The namespaces, and a folder for the homes. They go away however this process ends.
pub(super) struct Space {
    prefix: String,
    nodes: usize,
    pub(super) folder: PathBuf,
    pub(super) has_nft: bool,
    sweeper: Child,
}

/// Waits until we are gone, by whatever way, and then ends what runs in the namespaces and removes them.
const SWEEP: &str = r#"
cat >/dev/null
folder=$1
shift
for space in "$@"; do
  for process in $(ip netns pids "$space" 2>/dev/null); do kill -9 "$process" 2>/dev/null; done
  ip netns del "$space" 2>/dev/null
done
rm -rf "$folder"
"#;

impl Space {
    /// Whether this computer lets us make a namespace.
    pub(super) fn probe() -> Result<()> {
        let name = format!("dtn{}-probe", std::process::id());
        shell::output(&mut shell::program("ip", &["netns", "add", &name])?)?;
        shell::output(&mut shell::program("ip", &["netns", "del", &name])?).map(drop)
    }

    pub(super) fn new(nodes: usize) -> Result<Space> {
        let prefix = format!("dtn{}", std::process::id());
        let folder = shell::target_dir()?.join("net").join(&prefix);
        std::fs::create_dir_all(&folder)?;
        let names = (0..nodes).map(|node| name(&prefix, node)).chain([hub(&prefix)]);
        let mut sweep = Command::new("sh");
        sweep.args(["-c", SWEEP, "sweep"]).arg(&folder).args(names);
        // In a group of its own, so that Ctrl-C does not end it as well.
        sweep.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let sweeper = sweep.spawn().context("cannot run sh")?;
        let space = Space { prefix, nodes, folder, has_nft: shell::answers("nft", &["--version"]), sweeper };
        space.lay()?;
        Ok(space)
    }

    fn lay(&self) -> Result<()> {
        let hub = hub(&self.prefix);
        ip(&["netns", "add", &hub])?;
        ip(&["-n", &hub, "link", "add", "bridge", "type", "bridge"])?;
        ip(&["-n", &hub, "link", "set", "bridge", "up"])?;
        for node in 0..self.nodes {
            let (space, port) = (self.name(node), format!("port{node}"));
            ip(&["netns", "add", &space])?;
            ip(&["-n", &space, "link", "set", "lo", "up"])?;
            let peer = ["type", "veth", "peer", "name", "net", "netns", &space];
            ip(&[&["-n", &hub, "link", "add", &port], &peer[..]].concat())?;
            ip(&["-n", &hub, "link", "set", &port, "master", "bridge", "up"])?;
            ip(&["-n", &space, "addr", "add", &format!("{}/24", address(node)), "dev", "net"])?;
            ip(&["-n", &space, "link", "set", "net", "up"])?;
        }
        Ok(())
    }

    pub(super) fn nodes(&self) -> usize {
        self.nodes
    }

    fn name(&self, node: usize) -> String {
        name(&self.prefix, node)
    }

    /// A program inside the namespace of a node.
    pub(super) fn inside(&self, node: usize) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(node)]);
        command
    }

    /// A share of what reaches this node is lost.
    pub(super) fn lose(&self, node: usize, percent: u32) -> Result<()> {
        self.filter(node, &format!("numgen random mod 100 < {percent} counter drop"))
    }

    /// This node no longer hears that one, and neither is told.
    pub(super) fn deafen(&self, node: usize, to: usize) -> Result<()> {
        self.filter(node, &format!("ip saddr {} counter drop", address(to)))
    }

    fn filter(&self, node: usize, rule: &str) -> Result<()> {
        let base = "add table inet f; add chain inet f i { type filter hook input priority 0; }";
        let mut nft = self.inside(node);
        // Its own pages and their loopback are not the network.
        nft.args(["nft", &format!("{base}; add rule inet f i iif != lo {rule}")]);
        shell::output(&mut nft).map(drop)
    }

    /// This node cannot send to that one, and is told at once.
    pub(super) fn part(&self, node: usize, from: usize) -> Result<()> {
        ip(&["-n", &self.name(node), "route", "add", "blackhole", &format!("{}/32", address(from))])
    }

    /// How many packets the losses and silent cuts of now have taken: none would be a fault that does not bite.
    pub(super) fn dropped(&self) -> Result<u64> {
        let mut dropped = 0;
        for node in (0..self.nodes).filter(|_| self.has_nft) {
            let rules = shell::output(self.inside(node).args(["nft", "list", "ruleset"]))?;
            let counted = rules.split("counter packets ").skip(1).filter_map(|rest| rest.split(' ').next());
            dropped += counted.filter_map(|count| count.parse::<u64>().ok()).sum::<u64>();
        }
        Ok(dropped)
    }

    /// All cuts and losses end.
    pub(super) fn heal(&self) -> Result<()> {
        for node in 0..self.nodes {
            ip(&["-n", &self.name(node), "route", "flush", "type", "blackhole"])?;
            if self.has_nft {
                shell::output(self.inside(node).args(["nft", "flush", "ruleset"]))?;
            }
        }
        Ok(())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        drop(self.sweeper.stdin.take());
        let _ = self.sweeper.wait();
    }
}

/// Where a node is.
pub(super) fn address(node: usize) -> String {
    format!("10.77.0.{}", node + 1)
}

fn name(prefix: &str, node: usize) -> String {
    format!("{prefix}-{}", node + 1)
}

fn hub(prefix: &str) -> String {
    format!("{prefix}-hub")
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ip {}: {}", arguments.join(" "), said.trim());
    Ok(())
}
