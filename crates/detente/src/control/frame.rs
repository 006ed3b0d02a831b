//! What commands ask of the running node, and what it answers: a JSON object a line.

use serde::{Deserialize, Serialize};

/// What a command asks: closed. The empty braces have foreign members refused, which serde does not do without them.
#[derive(Serialize, Deserialize, Debug)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Request {
    /// The home, until the command closes the connection or its time is over.
    Lend {},
    /// How the node is.
    Status {},
    /// Read again what may change while it runs: log level, TLS key, peers.
    Reload {},
    /// End, as at SIGTERM.
    Stop {},
}

/// What the node answers: closed.
#[derive(Serialize, Deserialize, Debug)]
#[serde(tag = "answer", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Answer {
    /// The home is the command's for so long.
    Lent {
        /// Seconds.
        seconds: u64,
    },
    /// It is done.
    Done {},
    /// How the node is.
    Status(Status),
    /// It is not done.
    Refused {
        /// The exit code for the command.
        exit: u8,
        /// In words.
        why: String,
        /// What to do next.
        hint: Option<String>,
    },
}

/// How a node is.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    /// Its process.
    pub(crate) pid: u32,
    /// Our id.
    pub(crate) id: String,
    /// RFC 3339.
    pub(crate) started: String,
    /// What to type into a browser.
    pub(crate) web: String,
    /// Where peers reach us.
    pub(crate) peer: Option<String>,
    /// The accords it keeps.
    pub(crate) accords: u64,
    /// Whether a command has the home now.
    pub(crate) lent: bool,
    /// How the process is confined, in words.
    pub(crate) confinement: String,
    /// The line to each peer.
    pub(crate) lines: Vec<LineStatus>,
}

/// How the line to a peer stands.
#[derive(Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineStatus {
    /// Its id.
    pub(crate) peer: String,
    /// Whether a connection stands.
    pub(crate) up: bool,
    /// When its node was heard last, RFC 3339.
    pub(crate) heard: Option<String>,
    /// The name of the last fault.
    pub(crate) fault: Option<String>,
}
