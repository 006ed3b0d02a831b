//! A STIX 2.1 bundle: an indicator and a sighting for each item in common.

use detente_indicators::Tlp;
use serde_json::{Value, json};

use super::{Common, IN_COMMON, level, uuid};
use crate::cli::result_table::Row;
use crate::{clock, shown};

/// The bundle. Items of a type without a pattern of its own are left out; all types of today have one.
pub(crate) fn bundle(common: &Common<'_>) -> Vec<u8> {
    let run = shown::hex(common.run);
    let id = |kind: &str, rest: &[&str]| {
        let parts: Vec<&str> = [kind, &run].into_iter().chain(rest.iter().copied()).collect();
        format!("{kind}--{}", uuid::of(&parts))
    };
    let by = id("identity", &[common.by.as_str()]);
    let base = Base { at: clock::rfc3339_ms(common.at), marking: marking_id(common.tlp), by: by.clone() };
    let mut objects = vec![marking(common.tlp), base.object("identity", by, identity(common))];
    for row in common.rows {
        let Some(pattern) = pattern(row) else { continue };
        let names: [&str; 2] = [&row.kind, &row.value];
        let indicator = id("indicator", &names);
        objects.push(base.object("indicator", indicator.clone(), base.indicator(row, &pattern)));
        objects.push(base.object("sighting", id("sighting", &names), base.sighting(&indicator)));
    }
    json!({ "type": "bundle", "id": id("bundle", &[]), "objects": objects }).to_string().into_bytes()
}

/// What every object of the bundle has.
struct Base {
    at: String,
    marking: &'static str,
    by: String,
}

impl Base {
    fn object(&self, kind: &str, id: String, own: Value) -> Value {
        let mut object = json!({
            "type": kind, "spec_version": "2.1", "id": id, "created": self.at, "modified": self.at,
            "created_by_ref": self.by, "object_marking_refs": [self.marking],
        });
        if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
            object.extend(own);
        }
        object
    }

    fn indicator(&self, row: &Row, pattern: &str) -> Value {
        json!({
            "name": row.value, "description": IN_COMMON, "indicator_types": ["unknown"], "pattern": pattern,
            "pattern_type": "stix", "pattern_version": "2.1", "valid_from": self.at,
        })
    }

    /// Seen where we are: the item stood on our own list. Where else it stood is not told.
    fn sighting(&self, indicator: &str) -> Value {
        json!({
            "description": detente_accord::words::NOT_ATTRIBUTION, "sighting_of_ref": indicator, "count": 1,
            "first_seen": self.at, "last_seen": self.at, "where_sighted_refs": [self.by], "summary": false,
        })
    }
}

fn identity(common: &Common<'_>) -> Value {
    json!({ "name": common.by.as_str(), "identity_class": "organization" })
}

/// The pattern of an item: one comparison, quoted.
fn pattern(row: &Row) -> Option<String> {
    let path = match row.kind.as_str() {
        "ipv4" => "ipv4-addr:value",
        "ipv6" => "ipv6-addr:value",
        "cidr" if row.value.contains(':') => "ipv6-addr:value",
        "cidr" => "ipv4-addr:value",
        "domain" => "domain-name:value",
        "url" => "url:value",
        "email" => "email-addr:value",
        "md5" => "file:hashes.MD5",
        "sha1" => "file:hashes.'SHA-1'",
        "sha256" => "file:hashes.'SHA-256'",
        "sha512" => "file:hashes.'SHA-512'",
        "imphash" => "file:extensions.'windows-pebinary-ext'.imphash",
        _ => return None,
    };
    Some(format!("[{path} = '{}']", row.value.replace('\\', "\\\\").replace('\'', "\\'")))
}

/// The marking definitions of TLP 2.0 have ids that everybody shares.
fn marking_id(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
}

fn marking(tlp: Tlp) -> Value {
    json!({
        "type": "marking-definition", "spec_version": "2.1", "id": marking_id(tlp),
        "created": "2022-10-01T00:00:00.000Z", "name": format!("TLP:{}", level(tlp).to_uppercase()),
        "extensions": { "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
            "extension_type": "property-extension", "tlp_2_0": level(tlp),
        }},
    })
}
