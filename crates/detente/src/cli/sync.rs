//! `detente sync`: what the other side lacks, in one file; and taking such a file in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use detente_accord::record::packet::Packet;
use detente_accord::record::{Effect, RecordId};
use detente_node::{New, Taken, What};
use detente_store::Access;
use serde::Serialize;

use super::{Context, say};
use crate::accords::{self, AccordFlag};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::tui;
use crate::{clock, shown};

#[derive(Subcommand)]
pub(crate) enum SyncCommand {
    /// Write what another party lacks: entries, heads, cosignatures, what is sealed for it
    Out(OutArgs),
    /// Take a packet in: checks it, stores it, cosigns it, says what is new
    In(InArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente sync out --to cert-b -o packet.dtn
  detente sync out --to cert-b --all -o packet.dtn      everything: they lost their disk, or they join")]
pub(crate) struct OutArgs {
    /// For whom
    #[arg(long, value_name = "PARTY")]
    to: String,
    /// Everything, not only what they have not shown to hold
    #[arg(long)]
    all: bool,
    /// Write the packet to a file; - is standard output
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    accord: AccordFlag,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente sync in packet.dtn")]
pub(crate) struct InArgs {
    /// The packet; - is standard input
    packet: PathBuf,
}

pub(crate) fn run(command: &SyncCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        SyncCommand::Out(args) => out(args, context),
        SyncCommand::In(args) => take_in(args, context),
    }
}

fn out(args: &OutArgs, context: &Context) -> Result<Exit, Failure> {
    let home = context.open(Access::Read)?;
    let to = accords::party(&args.to)?;
    let accord = args.accord.open(&home, detente_node::Access::Read)?;
    let what = if args.all { What::Everything } else { What::Lacking };
    let packet = accord.packet_for(&to, what, clock::now(), &mut clock::entropy()?)?;
    let target = Target::from(args.output.as_os_str());
    let bytes = packet.bytes.len();
    files::write(&target, packet.bytes)?;
    if target == Target::Stdout {
        return Ok(Exit::Done);
    }
    let document = serde_json::json!({
        "schema": "detente.sync-out.v1", "to": to.as_str(), "entries": packet.entries, "sealed": packet.sealed,
        "left": packet.left, "bytes": bytes, "file": target.to_string(),
    });
    let mut words = tui::table(&[
        ("Packet", format!("{target}, {bytes} bytes, for {to}")),
        (
            "Holds",
            format!(
                "{} that they have not shown to hold, {} sealed",
                accords::entries(packet.entries),
                packet.sealed
            ),
        ),
        (
            "Shows",
            "to whoever carries it: who says what kind of thing when, and heads; no sealed content".into(),
        ),
    ]);
    if packet.left > 0 {
        words += &format!(
            "\nLeft      {} did not fit: make another packet once they have answered",
            accords::entries(packet.left)
        );
    }
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    accord: String,
    from: String,
    new: Vec<Told>,
    cosigned: Vec<Cosigned>,
    opened: usize,
    evidence: Vec<String>,
    acknowledged: bool,
    to_erase: usize,
}

#[derive(Serialize)]
struct Told {
    entry: String,
    says: Option<String>,
    effect: String,
}

#[derive(Serialize)]
struct Cosigned {
    log: String,
    entries: u64,
}

fn take_in(args: &InArgs, context: &Context) -> Result<Exit, Failure> {
    let bytes = files::read_large(&args.packet)?;
    let (record, from) = {
        let packet = Packet::read(&bytes).map_err(shown::about(&args.packet))?;
        (packet.record, packet.from.clone())
    };
    let home = context.open(Access::Write)?;
    let mut accord = open(&home, &record)?;
    let taken = accord.take(&bytes, clock::now(), &mut clock::entropy()?)?;
    let to_erase = accord.to_erase();
    let words = in_words(&taken, from.as_str(), to_erase);
    let document = Document {
        schema: "detente.sync-in.v1",
        accord: record.to_string(),
        from: from.to_string(),
        new: taken.new.iter().map(told).collect(),
        cosigned: taken
            .cosigned
            .iter()
            .map(|(log, entries)| Cosigned { log: log.to_string(), entries: *entries })
            .collect(),
        opened: taken.opened,
        evidence: taken.evidence.iter().map(|hash| shown::hex(hash)).collect(),
        acknowledged: taken.acknowledged,
        to_erase,
    };
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

/// The accord of a packet.
fn open<'h>(home: &'h detente_store::Home, record: &RecordId) -> Result<detente_node::Accord<'h>, Failure> {
    let found = detente_node::list(home)?.into_iter().find(|found| found.record == *record);
    let found = found.ok_or_else(|| {
        Failure::refused(format!(
            "the packet belongs to accord {}, which is not in this home",
            record.prefix()
        ))
        .hint("sign its charter first: detente accord sign CHARTER")
    })?;
    Ok(detente_node::Accord::open(home, &found.path, detente_node::Access::Write)?)
}

fn told(new: &New) -> Told {
    Told { entry: new.position.to_string(), says: new.says.clone(), effect: new.effect.to_string() }
}

fn in_words(taken: &Taken, from: &str, to_erase: usize) -> String {
    let mut lines = Vec::new();
    if taken.new.is_empty() {
        lines.push(format!("Nothing new from {from}."));
    }
    for new in &taken.new {
        let says = new.says.as_deref().unwrap_or("something that can't be read");
        let effect = match &new.effect {
            Effect::Took => String::new(),
            other => format!("   ({other})"),
        };
        lines.push(format!(
            "{:<14} {} says: {says}{effect}",
            new.position.to_string(),
            new.position.log.party
        ));
    }
    for (log, size) in &taken.cosigned {
        lines.push(format!("Stored and cosigned: log {log}, {}", accords::entries(*size)));
    }
    if taken.opened > 0 {
        lines.push(format!("Opened: what was sealed for us in {} statements", taken.opened));
    }
    for evidence in &taken.evidence {
        lines.push(format!("Evidence kept: {} (detente record evidence)", shown::short(evidence)));
    }
    if taken.acknowledged {
        lines.push(format!(
            "Acknowledged in our log: send it back with detente sync out --to {from} -o packet.dtn"
        ));
    }
    if to_erase > 0 {
        lines.push(format!(
            "Their authors ask that the content of {} goes: detente record erase deletes it here",
            accords::entries(to_erase as u64)
        ));
    }
    lines.join("\n")
}
