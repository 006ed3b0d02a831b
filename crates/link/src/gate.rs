//! How many strangers may be at the door: handshakes under way, of one address and in all.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Handshake, Limits};

/// Counts handshakes under way.
#[derive(Clone)]
pub(crate) struct Gate {
    limits: Arc<Limits>,
    inside: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// One of them; dropped, it makes room.
pub(crate) struct Pass {
    gate: Gate,
    from: IpAddr,
}

impl Gate {
    pub(crate) fn new(limits: Arc<Limits>) -> Gate {
        Gate { limits, inside: Arc::default() }
    }

    /// # Errors
    /// [`Handshake::Many`], [`Handshake::ManyOfAddress`].
    pub(crate) fn enter(&self, from: IpAddr) -> Result<Pass, Handshake> {
        let from = network(from);
        let mut inside = self.inside();
        if inside.values().sum::<usize>() >= self.limits.handshakes {
            return Err(Handshake::Many);
        }
        let of_address = inside.entry(from).or_default();
        if *of_address >= self.limits.handshakes_per_address {
            return Err(Handshake::ManyOfAddress);
        }
        *of_address += 1;
        Ok(Pass { gate: self.clone(), from })
    }

    fn inside(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        let left = inside.get_mut(&self.from).map(|count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == Some(0) {
            inside.remove(&self.from);
        }
    }
}

/// The /64 of an IPv6 address: whoever has one has all of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_address_and_in_all_and_makes_room() {
        let limits = Limits { handshakes_per_address: 2, handshakes: 3, ..Limits::default() };
        let gate = Gate::new(Arc::new(limits));
        let enter = |from: &str| gate.enter(from.parse().unwrap()).map_err(Handshake::name);
        let first = enter("192.0.2.1").unwrap();
        let _second = enter("::ffff:192.0.2.1").unwrap();
        assert_eq!(enter("192.0.2.1").err(), Some("many-of-address"));
        let _third = enter("2001:db8::1").unwrap();
        assert_eq!(enter("192.0.2.2").err(), Some("many-handshakes"));
        drop(first);
        let _fourth = enter("2001:db8::2").unwrap();
        assert_eq!(enter("192.0.2.1").err(), Some("many-handshakes"));
        drop(_third);
        drop(_fourth);
        assert!(gate.inside().len() == 1);
    }
}
