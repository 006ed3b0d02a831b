//! Lists of networks: for every length that occurs, the set of networks of that length. A look costs one probe
//! a length, and lists hold a dozen lengths.

use std::net::IpAddr;

use foldhash::fast::RandomState;
use hashbrown::HashSet;
use ipnet::IpNet;

use crate::Kind;
use crate::canon::{mask_v4, mask_v6};

/// Networks of both families.
#[derive(Default)]
pub(super) struct Networks {
    v4: Vec<(u8, HashSet<u32, RandomState>)>,
    v6: Vec<(u8, HashSet<u128, RandomState>)>,
}

impl Networks {
    /// From addresses and `network/len`, mixed. `Err` gives the first entry that is neither.
    pub(super) fn new(entries: &[String]) -> Result<Networks, (usize, String)> {
        let mut networks = Networks::default();
        for (at, entry) in entries.iter().enumerate() {
            match parse(entry.trim()) {
                Some(IpNet::V4(net)) => {
                    insert(&mut networks.v4, net.prefix_len(), u32::from(net.network()));
                }
                Some(IpNet::V6(net)) => {
                    insert(&mut networks.v6, net.prefix_len(), u128::from(net.network()));
                }
                None => return Err((at, "neither an address nor a network".to_owned())),
            }
        }
        Ok(networks)
    }

    /// Whether the address or network in an item's body lies in one of these; a network that is wider than an
    /// entry does not.
    pub(super) fn contain(&self, kind: Kind, body: &[u8]) -> bool {
        let (length, address) = match (kind, body) {
            (Kind::Ipv4, address) => (32, address),
            (Kind::Ipv6, address) => (128, address),
            (Kind::Cidr, [length, address @ ..]) => (*length, address),
            _ => return false,
        };
        if let Ok(octets) = address.try_into() {
            let address = u32::from_be_bytes(octets);
            return self.v4.iter().any(|(range, nets)| {
                *range <= length && mask_v4(address, *range).is_some_and(|net| nets.contains(&net))
            });
        }
        let Ok(octets) = address.try_into() else { return false };
        let address = u128::from_be_bytes(octets);
        self.v6.iter().any(|(range, nets)| {
            *range <= length && mask_v6(address, *range).is_some_and(|net| nets.contains(&net))
        })
    }
}

fn insert<T: Eq + std::hash::Hash>(sets: &mut Vec<(u8, HashSet<T, RandomState>)>, length: u8, network: T) {
    match sets.iter_mut().find(|(of, _)| *of == length) {
        Some((_, set)) => _ = set.insert(network),
        None => sets.push((length, HashSet::from_iter([network]))),
    }
}

fn parse(entry: &str) -> Option<IpNet> {
    entry.parse().ok().or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from))
}
