//! `detente serve`: run a node.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::Context;
use crate::exit::{Exit, Failure};
use crate::serve::{self, Config, Taken, WEB_DEFAULT};
use crate::{homes, tui};

/// Run a node: the pages, the API, the port for peers
#[derive(Args)]
#[command(after_help = "Examples:
  detente serve                                     pages at http://localhost:7480, no port for peers
  detente serve --peer [::]:7470 --web 127.0.0.1:7480 --metrics /run/detente/metrics.sock")]
pub(crate) struct ServeArgs {
    /// Where peers reach us
    #[arg(long, value_name = "ADDR")]
    peer: Option<SocketAddr>,
    /// Where pages and API are; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    web: Option<SocketAddr>,
    /// The Unix socket of the metrics
    #[arg(long, value_name = "SOCKET")]
    metrics: Option<PathBuf>,
}

pub(crate) fn run(args: &ServeArgs, context: &Context) -> Result<Exit, Failure> {
    let config = Config {
        home: homes::place(context.home.as_deref())?,
        peer: args.peer,
        web: args.web.unwrap_or(WEB_DEFAULT),
        metrics: args.metrics.clone(),
    };
    serve::run(config, |taken| started(taken, context))
}

/// One line, so that a program that starts a node can read it and go on.
fn started(taken: &Taken, context: &Context) -> Result<(), Failure> {
    if context.json {
        return tui::answer_line(taken);
    }
    tui::answer(&taken.in_words())
}
