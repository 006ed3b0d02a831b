//! A MISP event: an attribute for each item in common, with a sighting.

use serde_json::{Value, json};

use super::{Common, IN_COMMON, level, uuid};
use crate::cli::result_table::Row;
use crate::{clock, shown};

/// The event, for this organisation alone (`distribution` 0).
pub(crate) fn event(common: &Common<'_>) -> Vec<u8> {
    let run = shown::hex(common.run);
    let at = (common.at.0 / 1000).to_string();
    let attributes: Vec<Value> = common.rows.iter().filter_map(|row| attribute(row, &run, &at)).collect();
    let org = json!({ "name": common.by.as_str(), "uuid": uuid::of(&["organisation", common.by.as_str()]) });
    // Only what may be acted on actively enters a match: so nothing in it is stricter than PAP:GREEN.
    let tags = json!([{ "name": format!("tlp:{}", level(common.tlp)) }, { "name": "PAP:GREEN" }]);
    json!({ "Event": {
        "uuid": uuid::of(&["event", &run]),
        "info": format!("{IN_COMMON}: run {}", shown::short(common.run)),
        "date": clock::day(common.at), "timestamp": at, "publish_timestamp": at, "published": true,
        "threat_level_id": "4", "analysis": "2", "distribution": "0",
        "Org": org, "Orgc": org, "Tag": tags, "Attribute": attributes,
    }})
    .to_string()
    .into_bytes()
}

fn attribute(row: &Row, run: &str, at: &str) -> Option<Value> {
    let (kind, category) = declared(&row.kind)?;
    Some(json!({
        "uuid": uuid::of(&["attribute", run, &row.kind, &row.value]),
        "type": kind, "category": category, "value": row.value, "to_ids": true, "comment": IN_COMMON,
        "timestamp": at, "distribution": "5",
        "Sighting": [{
            "uuid": uuid::of(&["seen", run, &row.kind, &row.value]),
            "type": "0", "source": "detente", "date_sighting": at,
        }],
    }))
}

/// Type and category of a kind.
fn declared(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "ipv4" | "ipv6" | "cidr" => ("ip-dst", "Network activity"),
        "domain" => ("domain", "Network activity"),
        "url" => ("url", "Network activity"),
        "email" => ("email-src", "Payload delivery"),
        "md5" => ("md5", "Payload delivery"),
        "sha1" => ("sha1", "Payload delivery"),
        "sha256" => ("sha256", "Payload delivery"),
        "sha512" => ("sha512", "Payload delivery"),
        "imphash" => ("imphash", "Payload delivery"),
        _ => return None,
    })
}
