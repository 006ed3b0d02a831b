//! The peers that are Python packages, each in the environment that `cargo xtask` made for it.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Entry, Figures, Lists};
use crate::measure::{Cost, cost};

/// By name of the peer: the folder of its environment, or why there is none.
#[derive(Default)]
pub(super) struct Environments(BTreeMap<String, Result<PathBuf, String>>);

impl Environments {
    /// Takes `--python=NAME=FOLDER` and `--skip=NAME=REASON`; gives whether it was one of them.
    pub(super) fn take(&mut self, argument: &str) -> bool {
        let Some((flag, (name, value))) =
            argument.split_once('=').and_then(|(flag, rest)| Some((flag, rest.split_once('=')?)))
        else {
            return false;
        };
        let environment = match flag {
            "--python" => Ok(PathBuf::from(value)),
            "--skip" => Err(value.to_owned()),
            _ => return false,
        };
        self.0.insert(name.to_owned(), environment);
        true
    }

    /// A command that runs a script of ours, or why there is none.
    fn script(&self, name: &str) -> Result<Command, String> {
        let no_environment = || Err("no environment was made for it".to_owned());
        let folder = self.0.get(name).cloned().unwrap_or_else(no_environment)?;
        let mut command = Command::new(folder.join("bin/python"));
        command.arg(format!("benches/peers/{name}.py")).stdin(Stdio::null());
        Ok(command)
    }
}

/// SecretFlow's RR22, each party in its process.
pub(super) fn secretflow(environments: &Environments, lists: &Lists) -> Result<Entry> {
    let outcome = match environments.script("secretflow") {
        Ok(script) => Ok(secretflow_figures(script, lists)?),
        Err(reason) => Err(reason),
    };
    Ok(Entry { program: "secretflow", protocol: "RR22".into(), security: "semi-honest", outcome })
}

fn secretflow_figures(receiver: Command, lists: &Lists) -> Result<Figures> {
    let mut sender = Command::new(receiver.get_program());
    sender.args(receiver.get_args()).stdin(Stdio::null());
    let ports = [free_port()?, free_port()?].map(|port| port.to_string());
    let inputs = [lists.ours(), lists.theirs()];
    let mut parties = [receiver, sender];
    for (rank, party) in parties.iter_mut().enumerate() {
        party.arg(rank.to_string()).arg("RR22").args(&ports).arg(&inputs[rank]);
        party.arg(lists.path(format!("secretflow-{rank}.csv")));
    }
    let [receiver, sender] = &mut parties;
    let (receiver, sender) = std::thread::scope(|scope| {
        let sender = scope.spawn(|| figures(sender, lists, "secretflow-1"));
        (figures(receiver, lists, "secretflow-0"), sender.join())
    });
    let (receiver, sender) = (receiver?, sender.ok().context("a thread ended")??);
    Ok(Figures {
        cpu_seconds: receiver.cpu_seconds + sender.cpu_seconds,
        peak_bytes: receiver.peak_bytes.max(sender.peak_bytes),
        ..receiver
    })
}

/// OpenMined's, both parties in one process.
pub(super) fn openmined(environments: &Environments, lists: &Lists) -> Result<Entry> {
    let outcome = match environments.script("openmined") {
        Ok(mut script) => {
            script.args([lists.ours(), lists.theirs(), lists.path("openmined.csv")]);
            Ok(figures(&mut script, lists, "openmined")?)
        }
        Err(reason) => Err(reason),
    };
    Ok(Entry { program: "openmined", protocol: "ECDH".into(), security: "semi-honest", outcome })
}

/// Runs a script, which writes its own figures to the file that is its last argument.
fn figures(script: &mut Command, lists: &Lists, name: &str) -> Result<Figures> {
    let (told, log) = (lists.path(format!("{name}.json")), lists.path(format!("{name}.log")));
    let output = File::create(&log)?;
    script.arg(&told).stdout(output.try_clone()?).stderr(output);
    let cost = cost(script).with_context(|| format!("see {}", log.display()))?;
    read_figures(&told, &cost)
}

/// Common items and wall time as the script tells them, CPU and memory as the system does. The start of the
/// interpreter is left out of the seconds.
fn read_figures(told: &Path, cost: &Cost) -> Result<Figures> {
    let told: Value = serde_json::from_slice(&std::fs::read(told)?)?;
    let seconds = |name: &str| told[name].as_f64().with_context(|| format!("no {name}"));
    Ok(Figures {
        // The party that learns nothing tells −1.
        common: told["common"].as_u64().unwrap_or(0),
        wall_seconds: seconds("wall_seconds")?,
        cpu_seconds: cost.cpu.as_secs_f64() - seconds("start_cpu_seconds")?,
        peak_bytes: Some(cost.rss_bytes_max),
        bytes: told["bytes"].as_u64(),
    })
}

/// A port that was free just now.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
