//! `detente demo`: the whole story on real data. Every step is a real command, run as a user would run it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

mod half_way;
mod matching;
mod served;
mod talks;

use super::Context;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::tui;

/// See the whole story on real data, in a minute
#[derive(Args)]
#[command(after_help = "Examples:
  detente demo
  detente demo --serve            two desks and an observer's, the story half-way: go on in the browser
  detente demo --keep ./demo      leaves the homes and all files there")]
pub(crate) struct DemoArgs {
    /// Work in this new folder and leave everything there
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Run nodes with desks in the browser, half-way through the story, until Ctrl-C
    #[arg(long)]
    serve: bool,
}

/// What the US government published in December 2016 about the election hacking.
const GRIZZLY: &[u8] = include_bytes!("../../../../testdata/lists/grizzly-steppe.csv");
/// Addresses of Tor relays, February 2024.
const TOR: &[u8] = include_bytes!("../../../../testdata/lists/tor-nodes.txt");
/// The warninglist of networks of VPN providers.
const VPN: &[u8] = include_bytes!("../../../../testdata/lists/vpn-ipv4.json.zst");
/// A command that is longer goes on in another line.
const TYPED_WIDTH: usize = 100;

/// A packet from A to B, and one back: written there, taken in here.
const PACKETS: [[&[&str]; 2]; 2] = [
    [
        &["sync", "out", "--to", "cert-b", "-o", "packet.dtn", "--home", "a"],
        &["sync", "in", "packet.dtn", "--home", "b"],
    ],
    [
        &["sync", "out", "--to", "cert-a", "-o", "packet.dtn", "--home", "b"],
        &["sync", "in", "packet.dtn", "--home", "a"],
    ],
];

#[derive(Serialize)]
struct DemoJson {
    schema: &'static str,
    common_count: u64,
    receipts_verified: bool,
    bundle_verified: bool,
    over_budget_refused: bool,
    tampered_caught: bool,
    norms_in_force: bool,
    denial_contested: bool,
    undertaking_running: bool,
    tampered_bundle_refused: bool,
    on_vpn_warninglist: u64,
    seconds: f64,
    kept: Option<PathBuf>,
}

impl DemoJson {
    /// Whether everything came out as the story says.
    fn is_as_it_says(&self) -> bool {
        self.norms_in_force
            && self.tampered_caught
            && self.receipts_verified
            && self.over_budget_refused
            && self.denial_contested
            && self.undertaking_running
            && self.bundle_verified
            && self.tampered_bundle_refused
    }
}

pub(crate) fn run(args: &DemoArgs, context: &Context) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let failed = |error: io::Error| Failure::usage(format!("no room for the demonstration: {error}"));
    let temporary = match &args.keep {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(failed)?),
    };
    let folder = match (&args.keep, &temporary) {
        (Some(keep), _) => {
            fs::create_dir(keep)
                .map_err(|error| Failure::usage(format!("cannot make {}: {error}", keep.display())))?;
            keep.as_path()
        }
        (None, Some(temporary)) => temporary.path(),
        (None, None) => return Err(Failure::usage("no folder for the demonstration")),
    };
    let stage = Stage { folder, aloud: !context.json && !args.serve };
    for (name, bytes) in [("grizzly-steppe.csv", GRIZZLY), ("tor-nodes.txt", TOR), ("vpn-ipv4.json.zst", VPN)]
    {
        fs::write(folder.join(name), bytes).map_err(failed)?;
    }
    if args.serve {
        return served::run(&stage, context.json);
    }
    let mut told = tell(&stage)?;
    told.seconds = begun.elapsed().as_secs_f64();
    told.kept = args.keep.clone();
    if context.json {
        tui::answer_json(&told)?;
    } else {
        end(&stage, &told)?;
    }
    if told.is_as_it_says() { Ok(Exit::Done) } else { Err(unexpected("end")) }
}

fn tell(stage: &Stage<'_>) -> Result<DemoJson, Failure> {
    stage.say(
        "Two parties that do not trust each other. CERT-A holds the indicators that the US government published\n\
         in December 2016 after the election hacking (GRIZZLY STEPPE). CERT-B holds a list of Tor relays.\n\
         What do the two lists have in common? Neither will show its list.",
    )?;
    matching::meet(stage)?;
    matching::found(stage)?;
    let norms_in_force = talks::norms(stage)?;
    let matched = matching::match_by_files(stage)?;
    let on_vpn_warninglist = matching::doubt(stage)?;
    let receipts_verified = matching::show_receipts(stage)?;
    let over_budget_refused = matching::overspend(stage)?;
    let inquiry = talks::ask(stage)?;
    talks::deny(stage, &inquiry)?;
    let denial_contested = talks::contest(stage, &inquiry)?;
    let undertaking_running = talks::undertake(stage, &inquiry)?;
    talks::look_back(stage)?;
    let bundle = talks::export(stage)?;
    let bundle_verified = talks::verify(stage, &bundle)?;
    let tampered_bundle_refused = talks::verify_tampered(stage, &bundle)?;
    Ok(DemoJson {
        schema: "detente.demo.v1",
        common_count: matched.common_count,
        receipts_verified,
        bundle_verified,
        over_budget_refused,
        tampered_caught: matched.tampered_caught,
        norms_in_force,
        denial_contested,
        undertaking_running,
        tampered_bundle_refused,
        on_vpn_warninglist,
        seconds: 0.0,
        kept: None,
    })
}

/// One packet each way, as they are seen once.
fn exchange(stage: &Stage<'_>) -> Result<(), Failure> {
    for [out, into] in PACKETS {
        stage.run(out, Exit::Done)?;
        stage.run(into, Exit::Done)?;
    }
    Ok(())
}

/// The same again, not told.
fn exchange_quietly(stage: &Stage<'_>) -> Result<(), Failure> {
    for [out, into] in PACKETS {
        stage.ends(out, Exit::Done)?;
        stage.ends(into, Exit::Done)?;
    }
    Ok(())
}

fn end(stage: &Stage<'_>, told: &DemoJson) -> Result<(), Failure> {
    stage.head(&format!(
        "Done in {:.1} seconds; {}",
        told.seconds,
        match &told.kept {
            Some(folder) => format!("everything is in {}", folder.display()),
            None => "nothing was left behind (--keep FOLDER keeps it)".to_owned(),
        }
    ))?;
    stage.say(
        "Try next:\n  detente try OURS THEIRS        your own two files, both sides on this computer\n  \
         detente init NAME              a home of your own\n  detente list show FILE         how a file of yours is read",
    )
}

/// Where the story plays: a folder, and whether it is told aloud.
struct Stage<'a> {
    folder: &'a Path,
    aloud: bool,
}

impl Stage<'_> {
    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.aloud { tui::answer(&format!("{text}\n")) } else { Ok(()) }
    }

    fn head(&self, text: &str) -> Result<(), Failure> {
        self.say(&format!("\n── {text}"))
    }

    /// Runs a command of ours in the folder, shows it with what it printed, and gives that back.
    ///
    /// # Errors
    /// If it ends in another way than the story says.
    fn run(&self, args: &[&str], expected: Exit) -> Result<String, Failure> {
        let printed = self.ends(args, expected)?;
        let indented: String = printed.lines().map(|line| format!("    {line}\n")).collect();
        let code = match expected {
            Exit::Done => String::new(),
            other => format!("    (exit {})\n", other.code()),
        };
        self.show(args, &format!("{indented}{code}"))?;
        Ok(printed)
    }

    /// Shows a command as it is typed, and what stands below it.
    fn show(&self, args: &[&str], below: &str) -> Result<(), Failure> {
        self.say(format!("$ {}\n{below}", typed(args)).trim_end())
    }

    /// Runs a command without telling it, and gives what it printed.
    ///
    /// # Errors
    /// If it ends in another way than the story says.
    fn ends(&self, args: &[&str], expected: Exit) -> Result<String, Failure> {
        let (printed, code) = self.command(args)?;
        if code == Some(i32::from(expected.code())) {
            return Ok(printed);
        }
        Err(unexpected(args.first().unwrap_or(&"")).hint(printed.trim()))
    }

    /// The document of a command.
    fn json(&self, args: &[&str]) -> Result<Value, Failure> {
        let printed = self.ends(&[args, &["--json"]].concat(), Exit::Done)?;
        serde_json::from_str(&printed).map_err(|_| unexpected(args.first().unwrap_or(&"")))
    }

    /// Both streams come through one pipe, so that they stay in the order in which they were written.
    fn command(&self, args: &[&str]) -> Result<(String, Option<i32>), Failure> {
        let failed =
            |error: io::Error| Failure::usage(format!("cannot run a step of the demonstration: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        let (mut reader, writer) = io::pipe().map_err(failed)?;
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder).stdin(Stdio::null());
        command.env_remove("DETENTE_HOME").env_remove(clock::REHEARSAL);
        command.stderr(if args.contains(&"--json") {
            Stdio::null()
        } else {
            writer.try_clone().map_err(failed)?.into()
        });
        let mut child = command.stdout(writer).spawn().map_err(failed)?;
        // The command still holds ends of the pipe that would keep it open.
        drop(command);
        let mut printed = String::new();
        reader.read_to_string(&mut printed).map_err(failed)?;
        Ok((printed, child.wait().map_err(failed)?.code()))
    }

    /// Copies a file with one bit changed, at this byte.
    fn tamper(&self, from: &str, to: &str, at: usize) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::usage(format!("cannot tamper with a file: {error}"));
        let mut bytes = self.read(from)?;
        *bytes.get_mut(at).ok_or_else(|| unexpected("tamper"))? ^= 1;
        fs::write(self.folder.join(to), bytes).map_err(failed)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        fs::read(self.folder.join(name))
            .map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))
    }
}

/// A command as it is typed, a long one over several lines; an option stays with its value.
fn typed(args: &[&str]) -> String {
    let mut lines = vec!["detente".to_owned()];
    for part in args.chunk_by(|_, next| !next.starts_with("--")) {
        let part = part.iter().map(|arg| shell_word(arg)).collect::<Vec<String>>().join(" ");
        match lines.last_mut() {
            Some(line) if line.len().saturating_add(part.len()) < TYPED_WIDTH => *line += &format!(" {part}"),
            _ => lines.push(format!("    {part}")),
        }
    }
    lines.join(" \\\n")
}

/// An argument as it is typed at a shell: in quotes if it has to be. None here has a character that quotes keep.
fn shell_word(arg: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=".contains(c);
    if arg.chars().all(is_plain) { arg.to_owned() } else { format!("\"{arg}\"") }
}

fn unexpected(step: &str) -> Failure {
    Failure::new(
        Exit::Integrity,
        format!("the demonstration's step {step} ended in an unexpected way; please report this"),
    )
}
