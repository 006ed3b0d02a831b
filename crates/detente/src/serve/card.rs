//! Our card names the keys of our link and where peers dial: a home from before links, or a new address, gets a new
//! revision of it.

use std::net::SocketAddr;

use detente_accord::{Card, CardFields};
use detente_link::LinkKeys;
use detente_node::Error;
use detente_store::Home;

/// Puts keys and addresses on our card where they are not. Gives the new revision, if there is one: peers need it.
///
/// # Errors
/// Those of the disk; addresses that no card takes.
pub(super) fn announce(home: &mut Home, addresses: Vec<SocketAddr>) -> Result<Option<u64>, Error> {
    let keys = home.read_keys()?;
    let link = LinkKeys::from_seeds(&keys.link.tls, &keys.link.pq).public(addresses);
    let fields = home.card().fields().clone();
    if fields.link.as_ref().is_some_and(|old| *old == link || (link.at.is_empty() && old.tls == link.tls)) {
        return Ok(None);
    }
    let revision = fields.revision + 1;
    let card = Card::sign(CardFields { link: Some(link), revision, ..fields }, &keys.identity)?;
    home.set_card(card)?;
    Ok(Some(revision))
}

/// The addresses for the card: those that were named, else the one that was taken, unless it says "all of them".
pub(super) fn addresses(named: &[SocketAddr], taken: Option<SocketAddr>) -> Vec<SocketAddr> {
    match named {
        [] => taken.into_iter().filter(|at| !at.ip().is_unspecified()).collect(),
        named => named.to_vec(),
    }
}
