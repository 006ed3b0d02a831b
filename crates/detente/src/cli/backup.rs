//! `detente backup`, `detente restore`: a whole home in one sealed file, and back.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use detente_store::record::{Access as RecordAccess, Record};
use detente_store::{Access, Home, SEAL_RANDOM_BYTES, SNAPSHOT_BYTES_MAX, Snapshot};
use serde_json::json;

use super::home::{new_passphrase, passphrase};
use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::{clock, homes};

/// Save the home with all its records in one file, sealed with a passphrase; also while a node runs
#[derive(Args)]
#[command(after_help = "Examples:
  detente backup --to daily.detente-backup --passphrase-file /run/secrets/passphrase
  detente backup --to offline.detente-backup --with-keys      once, and after each new key: for the safe

Without --with-keys there are no keys in it: restore takes them from such a second file.")]
pub(crate) struct BackupArgs {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Put the keys in too: whoever has the file and the passphrase is this party
    #[arg(long)]
    with_keys: bool,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Make a home from a backup; it signs nothing until its peers were asked
#[derive(Args)]
#[command(after_help = "Examples:
  detente restore daily.detente-backup --keys-from offline.detente-backup --home ./restored
  detente restore offline.detente-backup --home ./restored")]
pub(crate) struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// A backup with keys, where this one has none
    #[arg(long, value_name = "FILE")]
    keys_from: Option<PathBuf>,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(crate) fn backup(args: &BackupArgs, context: &Context) -> Result<Exit, Failure> {
    let passphrase = new_passphrase(args.passphrase_file.as_deref())?;
    // As a writer: what is saved is of one moment.
    let home = context.open(Access::Write)?;
    let snapshot = Snapshot::take(&home, args.with_keys)?;
    let bytes = snapshot.seal(&passphrase, clock::random::<SEAL_RANDOM_BYTES>()?)?;
    let (count, size) = (snapshot.files(), bytes.len());
    files::write(&Target::from(args.to.as_os_str()), bytes)?;
    let document = json!({
        "schema": "detente.backup.v1", "id": home.card().id().as_str(), "file": args.to, "files": count,
        "size_bytes": size, "keys": args.with_keys,
    });
    let keys = if args.with_keys { "with its keys" } else { "without its keys" };
    let words = format!("Saved the home of {} {keys} in {}.", home.card().id(), args.to.display());
    say(context, &document, &words)?;
    Ok(Exit::Done)
}

pub(crate) fn restore(args: &RestoreArgs, context: &Context) -> Result<Exit, Failure> {
    let place = homes::place(context.home.as_deref())?;
    let (file, keys) = (read(&args.file)?, args.keys_from.as_deref().map(read).transpose()?);
    let passphrase = passphrase(args.passphrase_file.as_deref(), false)?;
    let mut snapshot = Snapshot::open(&file, &passphrase)?;
    if let Some(keys) = keys {
        snapshot = snapshot.with_keys_of(Snapshot::open(&keys, &passphrase)?);
    }
    let home = snapshot.restore(&place).map_err(without_keys)?;
    let accords = rebuild(&home)?;
    let document = json!({
        "schema": "detente.restore.v1", "id": home.card().id().as_str(), "home": place, "accords": accords,
        "recovering": accords > 0,
    });
    let words = format!("Brought back the home of {} in {}.", home.card().id(), place.display());
    say(context, &document, &words)?;
    context.tui.disclose(
        "it signs nothing until its peers were asked what they hold of its logs: start the node, or take their packets with detente record recover",
    );
    Ok(Exit::Done)
}

fn without_keys(error: detente_store::Error) -> Failure {
    let is_missing = matches!(&error, detente_store::Error::Io { path, .. } if path.ends_with("keys"));
    let failure = Failure::from(error);
    match is_missing {
        true => failure.hint("there are no keys in this backup: name one that has them with --keys-from"),
        false => failure,
    }
}

/// Writes the tiles of every record anew. Gives how many accords there are.
fn rebuild(home: &Home) -> Result<usize, Failure> {
    let accords = detente_node::list(home)?;
    for found in &accords {
        let rebuilt = Record::open(&found.path, RecordAccess::Write).and_then(|mut record| {
            let origins: Vec<_> = record.logs()?.into_iter().map(|log| log.origin).collect();
            origins.iter().try_for_each(|origin| record.rebuild_tiles(origin).map(|_| ()))
        });
        rebuilt.map_err(detente_node::Error::from)?;
    }
    Ok(accords.len())
}

/// A sealed file: a little larger than what is in it.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(SNAPSHOT_BYTES_MAX as u64 + 1024).read_to_end(&mut bytes));
    read.map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    Ok(bytes)
}
