//! Which kinds of item a list is about: MISP names them by its attribute types.

use crate::Kind;

/// By position in [`Kind::ALL`]; all of them if the list names none.
pub(super) fn of_attributes(attributes: &[String]) -> [bool; Kind::ALL.len()] {
    let mut kinds = [attributes.is_empty(); Kind::ALL.len()];
    for attribute in attributes {
        for &kind in of_attribute(attribute) {
            kinds[kind as usize] = true;
        }
    }
    kinds
}

fn of_attribute(attribute: &str) -> &'static [Kind] {
    match attribute.strip_prefix("filename|").unwrap_or(attribute) {
        "ip-src" | "ip-dst" | "ip-src|port" | "ip-dst|port" => &[Kind::Ipv4, Kind::Ipv6, Kind::Cidr],
        "domain|ip" => &[Kind::Domain, Kind::Ipv4, Kind::Ipv6, Kind::Cidr],
        "domain" | "hostname" | "hostname|port" => &[Kind::Domain],
        "url" | "uri" | "link" => &[Kind::Url],
        "email"
        | "email-src"
        | "email-dst"
        | "email-reply-to"
        | "whois-registrant-email"
        | "dns-soa-email"
        | "target-email" => &[Kind::Email],
        "md5" | "malware-sample" => &[Kind::Md5],
        "sha1" => &[Kind::Sha1],
        "sha256" => &[Kind::Sha256],
        "sha512" => &[Kind::Sha512],
        "imphash" => &[Kind::Imphash],
        _ => &[],
    }
}
