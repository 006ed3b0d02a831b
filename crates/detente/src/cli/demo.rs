//! `detente demo`: the whole story on real data. Every step is a real command, run as a user would run it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;
use detente_accord::words::NOT_ATTRIBUTION;
use serde::Serialize;

use super::Context;
use crate::exit::{Exit, Failure};
use crate::tui;

/// See the whole story on real data, in a minute
#[derive(Args)]
#[command(after_help = "Examples:
  detente demo
  detente demo --keep ./demo      leaves both homes and all files there")]
pub(crate) struct DemoArgs {
    /// Work in this new folder and leave everything there
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// What the US government published in December 2016 about the election hacking.
const GRIZZLY: &[u8] = include_bytes!("../../../../testdata/lists/grizzly-steppe.csv");
/// Addresses of Tor relays, February 2024.
const TOR: &[u8] = include_bytes!("../../../../testdata/lists/tor-nodes.txt");
/// The warninglist of networks of VPN providers.
const VPN: &[u8] = include_bytes!("../../../../testdata/lists/vpn-ipv4.json.zst");
/// Where the tampered copy of the answer is changed: inside the body, past header and statements.
const TAMPERED_BYTE: usize = 9_000;

#[derive(Serialize)]
struct DemoJson {
    schema: &'static str,
    common_count: u64,
    receipts_verified: bool,
    bundle_verified: bool,
    over_budget_refused: bool,
    tampered_caught: bool,
    on_vpn_warninglist: u64,
    seconds: f64,
    kept: Option<PathBuf>,
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
    let stage = Stage { folder, aloud: !context.json };
    for (name, bytes) in [("grizzly-steppe.csv", GRIZZLY), ("tor-nodes.txt", TOR), ("vpn-ipv4.json.zst", VPN)]
    {
        fs::write(folder.join(name), bytes).map_err(failed)?;
    }
    let mut told = tell(&stage)?;
    told.seconds = begun.elapsed().as_secs_f64();
    told.kept = args.keep.clone();
    if context.json {
        tui::answer_json(&told)?;
    } else {
        end(&stage, &told)?;
    }
    Ok(Exit::Done)
}

fn tell(stage: &Stage<'_>) -> Result<DemoJson, Failure> {
    stage.say(
        "Two parties that do not trust each other. CERT-A holds the indicators that the US government published\n\
         in December 2016 after the election hacking (GRIZZLY STEPPE). CERT-B holds a list of Tor relays.\n\
         What do the two lists have in common? Neither will show its list.",
    )?;
    meet(stage)?;
    found(stage)?;
    let (common_count, tampered_caught) = match_by_files(stage)?;
    let on_vpn_warninglist = doubt(stage)?;
    let receipts_verified = show_receipts(stage)?;
    let bundle_verified = record(stage)?;
    let over_budget_refused = overspend(stage)?;
    Ok(DemoJson {
        schema: "detente.demo.v1",
        common_count,
        receipts_verified,
        bundle_verified,
        over_budget_refused,
        tampered_caught,
        on_vpn_warninglist,
        seconds: 0.0,
        kept: None,
    })
}

fn meet(stage: &Stage<'_>) -> Result<(), Failure> {
    stage.head("1. Each makes a home and a card; a person compares six words by telephone")?;
    stage.run(&["init", "CERT-A", "--home", "a"], Exit::Done)?;
    stage.run(&["init", "CERT-B", "--home", "b"], Exit::Done)?;
    stage.run(&["card", "--home", "a", "-o", "a.card"], Exit::Done)?;
    stage.run(&["card", "--home", "b", "-o", "b.card"], Exit::Done)?;
    let a_words = stage.run(&["card", "--words", "--home", "a"], Exit::Done)?;
    let b_words = stage.run(&["card", "--words", "--home", "b"], Exit::Done)?;
    let how = "call";
    stage.run(
        &["peer", "add", "b.card", "--words", b_words.trim(), "--compared", how, "--home", "a"],
        Exit::Done,
    )?;
    stage.run(
        &["peer", "add", "a.card", "--words", a_words.trim(), "--compared", how, "--home", "b"],
        Exit::Done,
    )?;
    Ok(())
}

fn found(stage: &Stage<'_>) -> Result<(), Failure> {
    stage.head("2. They found an accord: from now on what each says stands in a log that the other stores and cosigns")?;
    stage.run(&["accord", "offer", "-o", "b.offer", "--home", "b"], Exit::Done)?;
    stage.run(&["accord", "new", "--with", "b.offer", "-o", "charter.dtn", "--home", "a"], Exit::Done)?;
    stage.run(&["accord", "sign", "charter.dtn", "--yes", "--home", "a"], Exit::Done)?;
    stage.run(&["accord", "sign", "charter.dtn", "--yes", "--home", "b"], Exit::Done)?;
    exchange(stage)
}

/// One packet each way.
fn exchange(stage: &Stage<'_>) -> Result<(), Failure> {
    for (from, to, home) in [("a", "cert-b", "b"), ("b", "cert-a", "a")] {
        stage.run(&["sync", "out", "--to", to, "-o", "packet.dtn", "--home", from], Exit::Done)?;
        stage.run(&["sync", "in", "packet.dtn", "--home", home], Exit::Done)?;
    }
    Ok(())
}

/// The record of the match: exchanged, and shown to somebody who trusts neither side.
fn record(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head(
        "9. The record: neither can deny it or delete it unseen, and a stranger can check it offline",
    )?;
    exchange(stage)?;
    let size = stage.quietly(&["accord", "show", "--json", "--home", "a"])?;
    let shown: serde_json::Value = serde_json::from_str(&size).map_err(|_| unexpected("accord show"))?;
    let accord = shown["accord"].as_str().ok_or_else(|| unexpected("accord show"))?;
    let range = format!("cert-b/0/0..{}", held(&shown, "cert-b/0").ok_or_else(|| unexpected("accord show"))?);
    let export = ["bundle", "export", "--entries", &range, "-o", "case.detente.tar", "--home", "a"];
    stage.run(&export, Exit::Done)?;
    stage.say("A journalist gets this one file, and the accord's number from a printed page:")?;
    let verdict = stage.quietly(&["verify", "case.detente.tar", "--accord", accord])?;
    let first: Vec<&str> = verdict.lines().take(8).collect();
    stage.say(&format!(
        "$ detente verify case.detente.tar --accord {accord}\n    {}\n    …",
        first.join("\n    ")
    ))?;
    Ok(verdict.starts_with("verified"))
}

/// How many entries of a log the other side has stored.
fn held(shown: &serde_json::Value, log: &str) -> Option<u64> {
    let logs = shown["logs"].as_array()?;
    let of_log = logs.iter().find(|entry| entry["log"] == log)?;
    of_log["held_by"].as_object()?.values().filter_map(serde_json::Value::as_u64).max()
}

fn match_by_files(stage: &Stage<'_>) -> Result<(u64, bool), Failure> {
    stage.head(
        "3. A asks. The file holds signed terms and blinded items: nothing that B, or the mail, can read",
    )?;
    let purpose = "which of these are Tor relays?";
    let ask = [
        "ask",
        "grizzly-steppe.csv",
        "--peer",
        "cert-b",
        "--purpose",
        purpose,
        "-o",
        "ask.dtn",
        "--home",
        "a",
    ];
    stage.run(&ask, Exit::Done)?;
    stage.head("4. B reads the terms in words, and answers")?;
    stage.run(
        &["answer", "ask.dtn", "tor-nodes.txt", "--yes", "-o", "answer.dtn", "--home", "b"],
        Exit::Done,
    )?;

    stage.head("5. Somebody changes one byte of the answer on its way. A notices")?;
    stage.tamper("answer.dtn", "tampered.dtn")?;
    let caught = stage.run(&["open", "tampered.dtn", "--home", "a"], Exit::Integrity)?;

    stage.head(
        "6. The true answer: A learns what is in common, B learns only that A asked, and about how many",
    )?;
    let open = ["open", "answer.dtn", "-o", "result.dtn", "--csv", "result.csv", "--home", "a"];
    stage.run(&open, Exit::Done)?;
    let opened = stage.quietly(&["open", "answer.dtn", "--json", "--home", "a"])?;
    let opened: serde_json::Value = serde_json::from_str(&opened).map_err(|_| unexpected("open"))?;
    let common = opened["common_count"].as_u64().ok_or_else(|| unexpected("open"))?;
    Ok((common, caught.contains("bad-signature")))
}

fn doubt(stage: &Stage<'_>) -> Result<u64, Failure> {
    stage.head("7. The lesson: a match is not attribution")?;
    stage.say(&format!(
        "These addresses are Tor relays: anybody may have come from them. And many of the rest belong to VPN\n\
         providers, as a public warninglist shows. Remember:\n{NOT_ATTRIBUTION}."
    ))?;
    let list =
        ["list", "show", "grizzly-steppe.csv", "--types", "ipv4", "--warninglist", "vpn-ipv4.json.zst"];
    stage.run(&list, Exit::Done)?;
    let shown = stage.quietly(&[&list[..], &["--json"]].concat())?;
    let shown: serde_json::Value = serde_json::from_str(&shown).map_err(|_| unexpected("list show"))?;
    shown["dropped"]["warninglist"].as_u64().ok_or_else(|| unexpected("list show"))
}

fn show_receipts(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head("8. Both hold a signed receipt; each checks the other's")?;
    stage.run(&["receipt", "add", "result.dtn", "--home", "b"], Exit::Done)?;
    let listed = stage.quietly(&["receipt", "list", "--json", "--home", "a"])?;
    let listed: serde_json::Value = serde_json::from_str(&listed).map_err(|_| unexpected("receipt list"))?;
    let run = listed["receipts"][0]["run"]
        .as_str()
        .and_then(|run| run.get(..8))
        .ok_or_else(|| unexpected("receipt list"))?;
    stage.run(&["receipt", "show", run, "-o", "a.receipt", "--home", "a"], Exit::Done)?;
    stage.run(&["receipt", "show", run, "-o", "b.receipt", "--home", "b"], Exit::Done)?;
    let of_b = stage.run(&["receipt", "verify", "b.receipt", "--home", "a"], Exit::Done)?;
    let of_a = stage.run(&["receipt", "verify", "a.receipt", "--home", "b"], Exit::Done)?;
    stage.say(
        "And each can prove its own conduct: the kept seed and the list give the same files, byte for byte.",
    )?;
    stage.run(&["receipt", "replay", run, "tor-nodes.txt", "--home", "b"], Exit::Done)?;
    Ok(of_a.starts_with("verified") && of_b.starts_with("verified"))
}

fn overspend(stage: &Stage<'_>) -> Result<bool, Failure> {
    stage.head(
        "10. A party can ask about guesses. So B gives each peer a budget, and refuses what is over it",
    )?;
    stage.run(&["peer", "set", "cert-a", "--budget", "1000", "--home", "b"], Exit::Done)?;
    stage.run(
        &["ask", "grizzly-steppe.csv", "--peer", "cert-b", "-o", "again.dtn", "--home", "a"],
        Exit::Done,
    )?;
    let answer = ["answer", "again.dtn", "tor-nodes.txt", "--yes", "-o", "again-answer.dtn", "--home", "b"];
    let refused = stage.run(&answer, Exit::Refused)?;
    Ok(refused.contains("over-budget"))
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
        self.say(&format!("── {text}"))
    }

    /// Runs a command of ours in the folder, shows it with what it printed, and gives that back.
    ///
    /// # Errors
    /// If it ends in another way than the story says.
    fn run(&self, args: &[&str], expected: Exit) -> Result<String, Failure> {
        let (printed, code) = self.command(args)?;
        if code != Some(i32::from(expected.code())) {
            return Err(unexpected(args.first().unwrap_or(&"")).hint(printed.trim()));
        }
        if self.aloud {
            let shown: Vec<String> = args.iter().map(|arg| shell_word(arg)).collect();
            let indented: String = printed.lines().map(|line| format!("    {line}\n")).collect();
            let code = match expected {
                Exit::Done => String::new(),
                other => format!("    (exit {})\n", other.code()),
            };
            tui::answer(&format!("$ detente {}\n{indented}{code}", shown.join(" ")))?;
        }
        Ok(printed)
    }

    /// Runs a command and gives what it printed.
    fn quietly(&self, args: &[&str]) -> Result<String, Failure> {
        Ok(self.command(args)?.0)
    }

    /// Both streams come through one pipe, so that they stay in the order in which they were written.
    fn command(&self, args: &[&str]) -> Result<(String, Option<i32>), Failure> {
        let failed =
            |error: io::Error| Failure::usage(format!("cannot run a step of the demonstration: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        let (mut reader, writer) = io::pipe().map_err(failed)?;
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder).env_remove("DETENTE_HOME").stdin(Stdio::null());
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

    /// Copies a file with one bit changed.
    fn tamper(&self, from: &str, to: &str) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::usage(format!("cannot tamper with a file: {error}"));
        let mut bytes = fs::read(self.folder.join(from)).map_err(failed)?;
        if let Some(byte) = bytes.get_mut(TAMPERED_BYTE) {
            *byte ^= 1;
        }
        fs::write(self.folder.join(to), bytes).map_err(failed)
    }
}

fn shell_word(arg: &str) -> String {
    if arg.contains([' ', '?']) { format!("\"{arg}\"") } else { arg.to_owned() }
}

fn unexpected(step: &str) -> Failure {
    Failure::new(
        Exit::Integrity,
        format!("the demonstration's step {step} ended in an unexpected way; please report this"),
    )
}
