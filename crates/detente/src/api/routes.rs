//! Every route of the API, a row each.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, post};
use serde_json::{Value, json};

use super::limits::{PAGE_DEFAULT, PAGE_MAX};
use super::{read, shape, write};
use crate::serve::Service;

/// A body that is read.
pub(super) enum Body {
    /// None.
    None,
    /// JSON of this shape.
    Json(Value),
    /// A file of this type.
    Bytes(&'static str),
}

/// An answer that is given.
pub(super) enum Answer {
    /// JSON of this shape.
    Json(Value),
    /// A file of this type.
    Bytes(&'static str),
    /// Nothing but the status.
    None,
}

/// A row.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Its name in programs made from the description.
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) query: Vec<(&'static str, Value)>,
    pub(super) body: Body,
    pub(super) answer: (u16, Answer),
    /// Whether its answer is given again under the same key.
    pub(super) is_kept: bool,
    handler: MethodRouter<Arc<Service>>,
}

fn row(
    path: &'static str,
    (name, summary): (&'static str, &'static str),
    answer: Value,
    handler: MethodRouter<Arc<Service>>,
) -> Route {
    Route {
        method: Method::GET,
        path,
        name,
        summary,
        query: Vec::new(),
        body: Body::None,
        answer: (200, Answer::Json(answer)),
        is_kept: false,
        handler,
    }
}

fn paged(route: Route) -> Route {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT });
    Route { query: vec![("limit", limit), ("cursor", shape::text())], ..route }
}

fn new_draft() -> Value {
    let texts = json!({ "anyOf": [shape::text(), shape::texts()] });
    json!({
        "type": "object", "additionalProperties": false, "required": ["act", "office", "given"],
        "properties": {
            "act": { "type": "string", "description": "Type and act: reply/acknowledge" },
            "office": shape::text(),
            "given": {
                "type": "object", "additionalProperties": texts,
                "description": "What it says, by the names of the command line's flags; entry: what it is about",
            },
        },
    })
}

fn release() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["office"],
        "properties": {
            "office": shape::text(),
            "credential": { "type": "string", "description": "What the passkey gave for the draft's subject" },
        },
    })
}

/// All rows.
pub(super) fn all() -> Vec<Route> {
    use shape::{document, number, objects, text, text_or_none, texts, time};
    let accord = ("accord", text());
    let next = ("next", text_or_none());
    let draft = document(
        "detente.draft.v1",
        &[
            ("name", text()),
            ("text", text()),
            ("subject", text()),
            ("two_persons", json!({ "type": "boolean" })),
        ],
    );
    let entries = paged(row(
        "/api/v1/accords/{accord}/entries",
        ("entries", "The record in its order; with log, one log in its own"),
        document("detente.entries.v1", &[accord.clone(), ("entries", objects()), next.clone()]),
        get(read::entries),
    ));
    let log = ("log", json!({ "type": "string", "pattern": "^[a-z][a-z0-9-]{0,31}/[0-9]{1,9}$" }));
    vec![
        row(
            "/api/v1/me",
            ("me", "Whose request this is"),
            document(
                "detente.me.v1",
                &[
                    ("name", text()),
                    ("role", json!({ "enum": ["observer", "officer", "admin"] })),
                    ("offices", texts()),
                    ("party", text()),
                    ("came_by", json!({ "enum": ["link", "passkey", "program"] })),
                    ("single_officer", json!({ "type": "boolean" })),
                    ("approvals", json!({ "enum": ["session", "passkey"] })),
                ],
            ),
            get(read::me),
        ),
        row(
            "/api/v1/node",
            ("node", "Whose node this is, and how the lines to its peers stand"),
            document("detente.node.v1", &[("party", text()), ("started", time()), ("lines", objects())]),
            get(read::status),
        ),
        row(
            "/api/v1/accords",
            ("accords", "The accords of this node"),
            document("detente.accords.v1", &[("accords", objects())]),
            get(read::accord_list),
        ),
        row(
            "/api/v1/accords/{accord}/desk",
            ("desk", "What is owed, by nearest deadline"),
            document(
                "detente.desk.v1",
                &[
                    accord.clone(),
                    ("title", text()),
                    ("now", time()),
                    ("alarms", objects()),
                    ("lines", objects()),
                    ("we_owe", objects()),
                    ("they_owe", objects()),
                    ("rev", json!({ "type": ["integer", "null"] })),
                    ("waiting", objects()),
                ],
            ),
            get(read::desk),
        ),
        row(
            "/api/v1/accords/{accord}/overview",
            ("overview", "The record at a glance: what was asked, answered, denied, shared"),
            document("detente.overview.v1", &[accord.clone(), ("now", time()), ("logs", objects())]),
            get(read::overview),
        ),
        row(
            "/api/v1/accords/{accord}/norms",
            ("norms", "What each norm is between each two parties"),
            document(
                "detente.norm-table.v1",
                &[accord.clone(), ("now", time()), ("cells", objects()), ("brackets", objects())],
            ),
            get(read::norms),
        ),
        paged(row(
            "/api/v1/accords/{accord}/threads",
            ("threads", "All matters, by their first entry"),
            document("detente.threads.v1", &[("threads", objects()), next.clone()]),
            get(read::threads),
        )),
        row(
            "/api/v1/accords/{accord}/threads/{party}/{epoch}/{seq}",
            ("thread", "One matter from its first entry on, with both clocks"),
            document(
                "detente.thread.v1",
                &[accord.clone(), ("entry", text()), ("clocks", objects()), ("entries", objects())],
            ),
            get(read::thread),
        ),
        Route { query: entries.query.iter().cloned().chain([log]).collect(), ..entries },
        row(
            "/api/v1/accords/{accord}/entries/{party}/{epoch}/{seq}",
            ("entry", "One entry, and what is here of its content"),
            document("detente.entry.v1", &[accord.clone(), ("says", json!({ "type": "object" }))]),
            get(read::entry),
        ),
        Route {
            answer: (200, Answer::Bytes(read::TAR)),
            ..row(
                "/api/v1/accords/{accord}/entries/{party}/{epoch}/{seq}/proof",
                ("proof", "A bundle that proves one entry, without its content"),
                Value::Null,
                get(read::proof),
            )
        },
        Route {
            method: Method::POST,
            body: Body::Bytes(read::TAR),
            ..row(
                "/api/v1/accords/{accord}/verify",
                ("verify", "The verdict on a bundle, by the id of this accord"),
                json!({ "type": "object" }),
                post(read::judge),
            )
        },
        row(
            "/api/v1/accords/{accord}/drafts",
            ("drafts", "Statements that wait for their release"),
            document("detente.drafts.v1", &[("drafts", objects())]),
            get(read::drafts),
        ),
        Route {
            method: Method::POST,
            body: Body::Json(new_draft()),
            answer: (201, Answer::Json(draft)),
            is_kept: true,
            ..row(
                "/api/v1/accords/{accord}/drafts",
                ("draft", "Make a statement that waits for its release; it is said to nobody"),
                Value::Null,
                post(write::draft),
            )
        },
        Route {
            method: Method::DELETE,
            answer: (204, Answer::None),
            ..row(
                "/api/v1/accords/{accord}/drafts/{name}",
                ("discard", "Destroy a statement that waits; it was never said"),
                Value::Null,
                delete(write::discard),
            )
        },
        Route {
            method: Method::POST,
            body: Body::Json(release()),
            is_kept: true,
            ..row(
                "/api/v1/accords/{accord}/drafts/{name}/release",
                (
                    "release",
                    "Say a statement that waits: by a touch of a passkey for its subject, or a click where that is enough",
                ),
                document("detente.released.v1", &[("entry", text())]),
                post(write::release),
            )
        },
        row(
            "/api/v1/peers",
            ("peers", "The peers, how their keys were compared, what is left of their budgets"),
            document("detente.peers.v1", &[("peers", objects())]),
            get(read::peers),
        ),
        row(
            "/api/v1/peers/{peer}",
            ("peer", "One peer"),
            document(
                "detente.peer.v1",
                &[("id", text()), ("name", text()), ("words", texts()), ("budget_items", number())],
            ),
            get(read::peer),
        ),
        paged(row(
            "/api/v1/audit",
            ("audit", "What officers did here, newest first"),
            document("detente.audit.v1", &[("lines", objects()), next]),
            get(read::audit),
        )),
    ]
}

/// The handlers of each path.
pub(super) fn by_path() -> BTreeMap<String, MethodRouter<Arc<Service>>> {
    let mut paths: BTreeMap<String, MethodRouter<Arc<Service>>> = BTreeMap::new();
    for route in all() {
        let handlers = paths.remove(route.path).unwrap_or_default().merge(route.handler);
        paths.insert(route.path.to_owned(), handlers);
    }
    paths
}
