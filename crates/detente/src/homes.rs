//! Finding the home, and finding a peer in it.

use std::path::{Path, PathBuf};

use detente_accord::{PartyId, Rejection};
use detente_store::{Access, Home, Peer};

use crate::control::open_beside_node;
use crate::exit::{Exit, Failure};
use crate::tui::quoted;

/// The folder of the home: the flag or `DETENTE_HOME`, else the place for data of the XDG specification.
pub(crate) fn place(flag: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = flag {
        return Ok(path.to_owned());
    }
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    data.map(|data| data.join("detente")).ok_or_else(|| {
        Failure::usage("no place for the home: neither HOME nor XDG_DATA_HOME is set")
            .hint("name one with --home")
    })
}

/// Opens the home. For writing beside a running node, the node lends it.
pub(crate) fn open(flag: Option<&Path>, access: Access) -> Result<Home, Failure> {
    let place = place(flag)?;
    match access {
        Access::Read => Ok(Home::open(&place, access)?),
        Access::Write => open_beside_node(&place),
    }
}

/// The peer that a person means: by id, or by display name without regard to case.
pub(crate) fn peer(home: &Home, meant: &str) -> Result<Peer, Failure> {
    let peers = home.peers()?;
    let lower = meant.to_lowercase();
    let by_id = peers.iter().position(|peer| peer.card.id().as_str() == lower);
    let named: Vec<usize> =
        (0..peers.len()).filter(|i| peers[*i].card.fields().name.to_lowercase() == lower).collect();
    let found = match (by_id, named.as_slice()) {
        (Some(i), _) => i,
        (None, [i]) => *i,
        (None, []) => {
            return Err(Failure::from(Rejection::UnknownPeer { from: quoted(meant) }));
        }
        (None, _) => {
            let failure = Failure::usage(format!("several peers are named {}", quoted(meant)));
            return Err(failure.hint("name the one you mean by its id: detente peer list"));
        }
    };
    let mut peers = peers;
    Ok(peers.swap_remove(found))
}

/// The peer with this id, whose key was compared.
///
/// A file from somebody whose key was never compared proves nothing: the key stands only in a card that
/// anybody could have sent.
pub(crate) fn compared_peer(home: &Home, id: &PartyId) -> Result<Peer, Failure> {
    let peer = home.peer(id)?.ok_or_else(|| Rejection::UnknownPeer { from: id.to_string() })?;
    if peer.compared.is_none() {
        return Err(Rejection::NotCompared { from: id.to_string() }.into());
    }
    Ok(peer)
}

/// Refuses a peer whose key was never compared.
pub(crate) fn require_compared(peer: &Peer) -> Result<(), Failure> {
    match peer.compared {
        Some(_) => Ok(()),
        None => Err(Rejection::NotCompared { from: peer.card.id().to_string() }.into()),
    }
}

/// Makes an id from what `init` was given.
pub(crate) fn new_id(name: &str, id: Option<&str>) -> Result<PartyId, Failure> {
    let form = "an id is a-z, then a-z 0-9 and -, at most 32 characters";
    match id {
        Some(id) => PartyId::parse(id)
            .ok_or_else(|| Failure::usage(format!("{} is not an id", quoted(id))).hint(form)),
        None => PartyId::from_name(name).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("no id can be made from the name {}", quoted(name)))
                .hint(format!("choose one with --id; {form}"))
        }),
    }
}
