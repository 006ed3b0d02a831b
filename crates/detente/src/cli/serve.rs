//! `detente serve`: run a node.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Context;
use super::config::FileFlag;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::serve::{self, Taken};
use crate::{homes, tui};

/// Run a node: the pages, the API, the port for peers
#[derive(Args)]
#[command(after_help = "Examples:
  detente serve                                     pages at http://localhost:7480, no port for peers
  detente serve --peer [::]:7470 --announce 192.0.2.1:7470 --metrics /run/detente/metrics.sock

Keys of the file and their defaults: detente config show")]
pub(crate) struct ServeArgs {
    /// Where peers reach us
    #[arg(long, value_name = "ADDR")]
    peer: Option<String>,
    /// An address that our card names for peers to dial; may be given again
    #[arg(long, value_name = "ADDR")]
    announce: Vec<String>,
    /// Where pages and API are; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    web: Option<String>,
    /// Where metrics are: a Unix socket, or an address of this computer
    #[arg(long, value_name = "SOCKET")]
    metrics: Option<String>,
    /// `required`, or `weaker`: start also where the kernel enforces less
    #[arg(long, value_name = "HOW")]
    confinement: Option<String>,
    #[command(flatten)]
    file: FileFlag,
}

pub(crate) fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    let (mut raw, file) = args.file.sources()?;
    raw.flag("peer", args.peer.clone());
    raw.flag("announce", args.announce.clone());
    raw.flag("web", args.web.clone());
    raw.flag("metrics", args.metrics.clone());
    raw.flag("confinement", args.confinement.clone());
    let home = absolute(&homes::place(context.home.as_deref())?);
    let config = Config::check(&raw, &home, file.as_deref().map(absolute).as_deref())?;
    serve::run(config, |taken| started(taken, context))
}

/// From the root on: what a confined process may touch is named so.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// One line, so that a program that starts a node can read it and go on.
fn started(taken: &Taken, context: &Context) -> Result<(), Failure> {
    if context.json {
        return tui::answer_line(taken);
    }
    tui::answer(&taken.in_words())
}
