//! `detente home`: save it, bring it back.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use detente_store::{Access, Home, SEAL_RANDOM_BYTES};
use zeroize::Zeroizing;

use super::{Context, say};
use crate::exit::{Exit, Failure};
use crate::files::{self, Target};
use crate::{clock, homes};

#[derive(Subcommand)]
pub(crate) enum HomeCommand {
    /// Save keys and home into one file, sealed with a passphrase
    Export(ExportArgs),
    /// Make a home from a saved one
    Import(ImportArgs),
}

#[derive(Args)]
#[command(after_help = "Examples:
  detente home export --to cert-a.detente-home
  detente home export --to cert-a.detente-home --passphrase-file /run/secrets/passphrase")]
pub(crate) struct ExportArgs {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "Example:
  detente home import cert-a.detente-home --home ./restored")]
pub(crate) struct ImportArgs {
    /// The saved home
    file: PathBuf,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Enough of a file to tell a saved home by.
const HEAD_BYTES: u64 = 64;
/// Largest saved home that is read: fifty answers of the largest class.
const EXPORT_BYTES_MAX: u64 = 1 << 30;

/// Shortest passphrase. The file may lie anywhere for years; Argon2id slows guessing, it does not stop it.
const PASSPHRASE_CHARACTERS_MIN: usize = 12;

pub(crate) fn run(command: &HomeCommand, context: &Context) -> Result<Exit, Failure> {
    match command {
        HomeCommand::Export(args) => export(args, context),
        HomeCommand::Import(args) => import(args, context),
    }
}

fn export(args: &ExportArgs, context: &Context) -> Result<Exit, Failure> {
    // A writer's lock, so that the copy is of one moment.
    let mut home = context.open(Access::Write)?;
    let passphrase = new_passphrase(args.passphrase_file.as_deref())?;
    let bytes = home.export(&passphrase, clock::random::<SEAL_RANDOM_BYTES>()?)?;
    let size = bytes.len();
    files::write(&Target::from(args.to.as_os_str()), bytes)?;
    let document = serde_json::json!({
        "schema": "detente.home-export.v1", "id": home.card().id().as_str(), "file": args.to, "size_bytes": size,
    });
    let text = format!(
        "Saved keys and home of {} in {}. Whoever has this file and the passphrase is this party.",
        home.card().id(),
        args.to.display()
    );
    say(context, &document, &text)?;
    Ok(Exit::Done)
}

fn import(args: &ImportArgs, context: &Context) -> Result<Exit, Failure> {
    let place = homes::place(context.home.as_deref())?;
    let bytes = read_export(&args.file)?;
    let passphrase = passphrase(args.passphrase_file.as_deref(), false)?;
    let home = Home::import(&place, &bytes, &passphrase)?;
    let document = serde_json::json!({
        "schema": "detente.home-import.v1", "id": home.card().id().as_str(), "home": place,
    });
    say(
        context,
        &document,
        &format!("Brought back the home of {} in {}.", home.card().id(), place.display()),
    )?;
    context.tui.warn(
        "what happened after it was saved is not in it; use one copy of a home only, or two answers to one ask can exist",
    );
    Ok(Exit::Done)
}

/// Reads a saved home: its first bytes decide before the rest is read.
fn read_export(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    if !detente_store::looks_like_export(&bytes) {
        return Err(Failure::from(detente_store::Error::NotAnExport).about(path.display()));
    }
    file.take(EXPORT_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// A passphrase that is long enough to seal something with.
pub(super) fn new_passphrase(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let passphrase = passphrase(file, true)?;
    if passphrase.chars().count() < PASSPHRASE_CHARACTERS_MIN {
        return Err(Failure::usage(format!(
            "the passphrase has fewer than {PASSPHRASE_CHARACTERS_MIN} characters"
        ))
        .hint("six words of a dice list make a good one"));
    }
    Ok(passphrase)
}

/// The passphrase: from a file, or asked for.
pub(super) fn passphrase(file: Option<&Path>, twice: bool) -> Result<Zeroizing<String>, Failure> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
        let text = Zeroizing::new(text);
        return Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()));
    }
    let prompt = |question: &str| {
        rpassword::prompt_password(question).map(Zeroizing::new).map_err(|_| {
            Failure::usage("there is no terminal to ask for the passphrase on")
                .hint("give it with --passphrase-file FILE")
        })
    };
    let first = prompt("Passphrase: ")?;
    if twice && *prompt("Passphrase again: ")? != *first {
        return Err(Failure::usage("the two passphrases differ"));
    }
    Ok(first)
}
