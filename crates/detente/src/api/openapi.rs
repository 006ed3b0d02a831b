//! The description of the API (OpenAPI 3.1), from the table of routes.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

use super::routes::{self, Answer, Body, Route};
use super::{problem, shape};
use crate::gate::{MARK_HEADER, Refusal};

/// Where it is served.
pub(super) const PATH: &str = "/api/openapi.json";

/// Serves it. Nobody signs in for it: it says what any copy of the program says.
pub(super) async fn serve() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text())
}

/// The description, in its one form.
pub(super) fn text() -> String {
    format!("{:#}\n", document())
}

fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes::all() {
        let path = paths.entry(route.path.to_owned()).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation(&route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "détente", "version": "1",
            "summary": "What a node's officers see and do, for their programs",
            "description": "Documents are those of the command line with `--json`. A refusal is \
                `application/problem+json` with a `type` that never changes its meaning.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "program": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": { "Problem": shape::problem(), "ProblemType": { "enum": problem_types() } },
            "responses": { "Refusal": refusal() },
            "securitySchemes": {
                "program": { "type": "http", "scheme": "bearer", "description": "detente officer key NAME --to FILE" },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "detente",
                    "description": format!("The session of the pages; what changes something sends {MARK_HEADER} too"),
                },
            },
        },
    })
}

fn problem_types() -> Vec<String> {
    Refusal::samples().iter().map(|refusal| format!("{}{}", problem::TYPES, refusal.name())).collect()
}

fn refusal() -> Value {
    json!({
        "description": "Refused, by name",
        "content": { problem::PROBLEM: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.name, "summary": route.summary, "parameters": parameters(route),
        "responses": responses(route),
    });
    let body = match &route.body {
        Body::None => None,
        Body::Json(shape) => Some(json!({ "application/json": { "schema": shape } })),
        Body::Bytes(kind) => Some(json!({ *kind: { "schema": { "type": "string", "format": "binary" } } })),
    };
    if let (Some(content), Some(operation)) = (body, operation.as_object_mut()) {
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation
}

fn parameters(route: &Route) -> Vec<Value> {
    let names = route.path.split(['{', '}']).skip(1).step_by(2);
    let in_path = names.map(|name| {
        let schema = match name {
            "accord" => json!({ "type": "string", "pattern": "^[0-9a-f]{8,64}$" }),
            "epoch" | "seq" => {
                json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 })
            }
            _ => json!({ "type": "string", "pattern": "^[a-z0-9-]{1,64}$" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let query = |(name, schema): &(&str, Value)| json!({ "name": name, "in": "query", "schema": schema });
    let mut all: Vec<Value> = in_path.chain(route.query.iter().map(query)).collect();
    if route.is_kept {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "pattern": "^[!-~]{1,64}$" },
            "description": "The same answer to the same request under the same key, for a day",
        }));
    }
    all
}

fn responses(route: &Route) -> Value {
    let (status, answer) = &route.answer;
    let content = match answer {
        Answer::Json(shape) => json!({ "application/json": { "schema": shape } }),
        Answer::Bytes(kind) => json!({ *kind: { "schema": { "type": "string", "format": "binary" } } }),
        Answer::None => json!({}),
    };
    let mut good = json!({ "description": route.summary });
    if let (Some(good), false) = (good.as_object_mut(), matches!(answer, Answer::None)) {
        good.insert("content".to_owned(), content);
    }
    let refused = json!({ "$ref": "#/components/responses/Refusal" });
    let mut all = json!({ (status.to_string()): good, "4XX": refused, "503": refused });
    if let (Some(all), "GET") = (all.as_object_mut(), route.method.as_str()) {
        all.insert("304".to_owned(), json!({ "description": "As the asker has it" }));
    }
    all
}
