//! What a node says when it has started.

use serde::Serialize;

use super::Service;

/// The addresses that a node took.
#[derive(Serialize)]
pub(crate) struct Taken {
    schema: &'static str,
    /// Our id.
    id: String,
    home: String,
    /// What to type into a browser.
    web: String,
    /// The address that pages and API took.
    web_address: String,
    /// Where peers reach us.
    peer: Option<String>,
    /// Where the metrics are.
    metrics: Option<String>,
    /// The socket of the command line.
    control: String,
    /// The new revision of our card, where this start made one: peers need it.
    card_revision: Option<u64>,
    /// How the process is confined.
    confinement: String,
    pid: u32,
}

impl Taken {
    pub(super) fn of(service: &Service, card_revision: Option<u64>) -> Taken {
        Taken {
            schema: "detente.serve.v1",
            id: service.party.to_string(),
            home: service.config.home.display().to_string(),
            web: service.origin(),
            web_address: service.web.to_string(),
            peer: service.peer.map(|at| at.to_string()),
            metrics: service.metrics.clone(),
            control: crate::control::socket(&service.config.home).display().to_string(),
            card_revision,
            confinement: service.confinement.in_words(),
            pid: std::process::id(),
        }
    }

    /// The same for a person.
    pub(crate) fn in_words(&self) -> String {
        let peers = match &self.peer {
            Some(at) => format!("Peers reach it at {at}."),
            None => "It has no port for peers: it reaches them, they do not reach it.".to_owned(),
        };
        format!(
            "The node of {} runs. Pages: {}\n{peers}\nConfinement: {}",
            self.id, self.web, self.confinement
        )
    }
}
