//! Types 1, 2 and 3: addresses and networks. Dotted quads only: what `inet_aton` or a browser would also
//! read as an address (octal, hexadecimal, fewer parts) is refused.

use std::net::Ipv6Addr;

use super::{is_port, open, seal};
use crate::{Kind, Note, Notes, Reason};

/// Whether `text` is meant as an address, with or without port or brackets, valid or not.
pub(super) fn is_shaped_like_one(text: &str) -> bool {
    let Some(first) = text.bytes().next() else { return false };
    if first == b'[' {
        return text.bytes().filter(|&byte| byte == b':').nth(1).is_some();
    }
    if first.is_ascii_digit() && is_digits_and_dots(super::without_port(text)) {
        return true;
    }
    is_shaped_like_ipv6(text)
}

fn is_digits_and_dots(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Two colons at least, and nothing but what an IPv6 address is written with.
fn is_shaped_like_ipv6(text: &str) -> bool {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.bytes().filter(|&byte| byte == b':').count() >= 2
        && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
}

/// An address of either family, with or without a port.
pub(super) fn address(text: &str, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    if text.starts_with('[') || text.bytes().filter(|&byte| byte == b':').nth(1).is_some() {
        ipv6(text, special_use, out)
    } else {
        ipv4(text, special_use, out)
    }
}

/// An address or `network/len`, of either family.
pub(super) fn address_or_network(
    text: &str,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    match text.split_once('/') {
        None => address(text, special_use, out),
        Some((network, length)) => cidr(network, length, special_use, out, notes),
    }
}

/// `a.b.c.d` or `a.b.c.d:port`.
pub(super) fn ipv4(text: &str, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let octets = parse_v4(super::without_port(text).as_bytes()).ok_or(Reason::BadAddress)?;
    put_v4(u32::from_be_bytes(octets), special_use, out)
}

/// Digits and dots alone.
pub(super) fn plain_ipv4(text: &[u8], special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let octets = parse_v4(text).ok_or(Reason::BadAddress)?;
    put_v4(u32::from_be_bytes(octets), special_use, out)
}

/// RFC 4291 text, bare, in brackets, or in brackets with a port.
pub(super) fn ipv6(text: &str, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let bare = without_brackets(text).ok_or(Reason::BadAddress)?;
    if let Some((address, _)) = bare.split_once('%') {
        let is_address = address.parse::<Ipv6Addr>().is_ok();
        return Err(if is_address { Reason::ZoneId } else { Reason::BadAddress });
    }
    let address = bare.parse::<Ipv6Addr>().map_err(|_| Reason::BadAddress)?;
    put_v6(address, special_use, out)
}

fn without_brackets(text: &str) -> Option<&str> {
    let Some(open) = text.strip_prefix('[') else { return Some(text) };
    let (inside, after) = open.split_once(']')?;
    let port_fits = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
    port_fits.then_some(inside)
}

fn put_v4(address: u32, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    if !special_use && is_special_v4(address, 32) {
        return Err(Reason::SpecialUse);
    }
    let start = open(Kind::Ipv4, out);
    out.extend_from_slice(&address.to_be_bytes());
    seal(start, out, Reason::BadAddress)?;
    Ok(Kind::Ipv4)
}

fn put_v6(address: Ipv6Addr, special_use: bool, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    if let Some(embedded) = embedded_v4(address) {
        return put_v4(embedded, special_use, out);
    }
    if !special_use && is_special_v6(u128::from(address), 128) {
        return Err(Reason::SpecialUse);
    }
    let start = open(Kind::Ipv6, out);
    out.extend_from_slice(&address.octets());
    seal(start, out, Reason::BadAddress)?;
    Ok(Kind::Ipv6)
}

/// A network. A network inside the IPv6 forms of IPv4 is the IPv4 network; one that lies wholly in a
/// special-use range is dropped as an address there would be.
fn cidr(
    network: &str,
    length: &str,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    let length = parse_length(length).ok_or(Reason::BadAddress)?;
    if let Some(octets) = parse_v4(network.as_bytes()) {
        return put_network_v4(u32::from_be_bytes(octets), length, special_use, out, notes);
    }
    if network.contains('%') {
        return ipv6(network, special_use, out);
    }
    let address = network.parse::<Ipv6Addr>().map_err(|_| Reason::BadAddress)?;
    match embedded_v4(address) {
        Some(embedded) if (96..=128).contains(&length) => {
            put_network_v4(embedded, length - 96, special_use, out, notes)
        }
        _ => put_network_v6(address, length, special_use, out, notes),
    }
}

fn put_network_v4(
    address: u32,
    length: u8,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    let network = mask_v4(address, length).ok_or(Reason::BadAddress)?;
    if length == 32 {
        return put_v4(address, special_use, out);
    }
    if !special_use && is_special_v4(network, length) {
        return Err(Reason::SpecialUse);
    }
    if network != address {
        notes.insert(Note::HostBitsCleared);
    }
    let start = open(Kind::Cidr, out);
    out.push(length);
    out.extend_from_slice(&network.to_be_bytes());
    seal(start, out, Reason::BadAddress)?;
    Ok(Kind::Cidr)
}

fn put_network_v6(
    address: Ipv6Addr,
    length: u8,
    special_use: bool,
    out: &mut Vec<u8>,
    notes: &mut Notes,
) -> Result<Kind, Reason> {
    let bits = u128::from(address);
    let network = mask_v6(bits, length).ok_or(Reason::BadAddress)?;
    if length == 128 {
        return put_v6(address, special_use, out);
    }
    if !special_use && is_special_v6(network, length) {
        return Err(Reason::SpecialUse);
    }
    if network != bits {
        notes.insert(Note::HostBitsCleared);
    }
    let start = open(Kind::Cidr, out);
    out.push(length);
    out.extend_from_slice(&network.to_be_bytes());
    seal(start, out, Reason::BadAddress)?;
    Ok(Kind::Cidr)
}

/// Decimal digits without sign and without leading zero.
fn parse_length(digits: &str) -> Option<u8> {
    let plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { digits.parse().ok() } else { None }
}

/// Four decimal octets without leading zeros.
pub(crate) fn parse_v4(text: &[u8]) -> Option<[u8; 4]> {
    if text.len() > MAX_V4_TEXT {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut parts = text.split(|&byte| byte == b'.');
    for octet in &mut octets {
        *octet = parse_octet(parts.next()?)?;
    }
    parts.next().is_none().then_some(octets)
}

fn parse_octet(digits: &[u8]) -> Option<u8> {
    let leads_with_zero = digits.len() > 1 && digits.first() == Some(&b'0');
    if digits.is_empty() || digits.len() > 3 || leads_with_zero {
        return None;
    }
    let mut value = 0_u16;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
    }
    u8::try_from(value).ok()
}

/// The IPv4 address inside `::ffff:0:0/96` and `64:ff9b::/96`.
pub(super) fn embedded_v4(address: Ipv6Addr) -> Option<u32> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let mapped = [a, b, c, d, e, f] == [0, 0, 0, 0, 0, 0xffff];
    let translated = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    (mapped || translated).then_some(u32::from(high) << 16 | u32::from(low))
}

/// Whether the network lies wholly in one of the ranges that canon/1 drops.
pub(super) fn is_special_v4(network: u32, length: u8) -> bool {
    SPECIAL_V4.iter().any(|&(base, range)| length >= range && mask_v4(network, range) == Some(base))
}

/// As [`is_special_v4`], for IPv6.
pub(super) fn is_special_v6(network: u128, length: u8) -> bool {
    SPECIAL_V6.iter().any(|&(base, range)| length >= range && mask_v6(network, range) == Some(base))
}

/// Clears the host bits; `None` if there is no such length.
pub(crate) fn mask_v4(address: u32, length: u8) -> Option<u32> {
    let host_bits = 32_u32.checked_sub(u32::from(length))?;
    Some(address & u32::MAX.checked_shl(host_bits).unwrap_or(0))
}

/// As [`mask_v4`], for IPv6.
pub(crate) fn mask_v6(address: u128, length: u8) -> Option<u128> {
    let host_bits = 128_u32.checked_sub(u32::from(length))?;
    Some(address & u128::MAX.checked_shl(host_bits).unwrap_or(0))
}

/// `255.255.255.255`.
const MAX_V4_TEXT: usize = 15;

/// 0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12, 192.168/16, 224/3.
const SPECIAL_V4: [(u32, u8); 8] = [
    (0, 8),
    (10 << 24, 8),
    (100 << 24 | 64 << 16, 10),
    (127 << 24, 8),
    (169 << 24 | 254 << 16, 16),
    (172 << 24 | 16 << 16, 12),
    (192 << 24 | 168 << 16, 16),
    (224 << 24, 3),
];

/// fe80::/10, fc00::/7, ::1.
const SPECIAL_V6: [(u128, u8); 3] = [(0xfe80 << 112, 10), (0xfc00 << 112, 7), (1, 128)];
