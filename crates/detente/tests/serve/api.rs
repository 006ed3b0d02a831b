//! The API of a running node, through its socket: every route that its description names, and none besides.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::running::{Running, ok, pair};

const DESCRIPTION: &str = "../../docs/openapi.json";

/// A node with an accord, an officer who drafts and one who only looks, and the keys of their programs.
struct Api {
    node: Running,
    folder: TempDir,
    accord: String,
    officer: String,
    observer: String,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
    bytes: Vec<u8>,
}

impl Api {
    fn start() -> Api {
        let folder = pair();
        let at = folder.path();
        let accord = found(at);
        ok(at, "a", &["officer", "add", "ada", "--office", "desk"]);
        ok(at, "a", &["officer", "add", "press", "--role", "observer"]);
        let [officer, observer] = ["ada", "press"].map(|name| {
            let file = format!("{name}.key");
            ok(at, "a", &["officer", "key", name, "--to", &file]);
            std::fs::read_to_string(at.join(file)).unwrap().trim().to_owned()
        });
        Api { node: Running::start(at, &[]), folder, accord, officer, observer }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.node.web()).unwrap();
        let port = self.node.web().port();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let (head, bytes) =
            (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec());
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_lowercase(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("Authorization", &format!("Bearer {}", self.officer))], b"")
    }

    fn path(&self, of: &str) -> String {
        let filled =
            of.replace("{accord}", &self.accord).replace("{party}", "cert-a").replace("{epoch}", "0");
        filled.replace("{seq}", "0").replace("{peer}", "cert-b").replace("{name}", "00000000")
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }

    fn problem(&self) -> String {
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        self.json()["type"].as_str().unwrap().strip_prefix("urn:detente:problem:").unwrap().to_owned()
    }
}

/// An accord of a and b; its id.
fn found(at: &Path) -> String {
    ok(at, "b", &["accord", "offer", "-o", "b.offer"]);
    ok(at, "a", &["accord", "new", "--with", "b.offer", "-o", "charter.dtn"]);
    ok(at, "a", &["accord", "sign", "charter.dtn", "--yes"]);
    ok(at, "b", &["accord", "sign", "charter.dtn", "--yes"]);
    for (from, to, other) in [("a", "cert-b", "b"), ("b", "cert-a", "a")] {
        ok(at, from, &["sync", "out", "--to", to, "-o", "packet.dtn"]);
        ok(at, other, &["sync", "in", "packet.dtn"]);
    }
    let shown: Value = serde_json::from_str(&ok(at, "a", &["accord", "show", "--json"])).unwrap();
    shown["accord"].as_str().unwrap().to_owned()
}

fn committed() -> String {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DESCRIPTION);
    std::fs::read_to_string(place).unwrap()
}

#[test]
fn the_description_is_the_one_in_the_manual_and_names_the_routes_there_are() {
    let api = Api::start();
    let served = api.send("GET", "/api/openapi.json", &[], b"");
    assert_eq!(served.status, 200);
    if std::env::var_os("DETENTE_WRITE_OPENAPI").is_some() {
        std::fs::write(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DESCRIPTION), &served.body).unwrap();
    }
    assert!(
        served.body == committed(),
        "docs/openapi.json is another: run this test with DETENTE_WRITE_OPENAPI=1"
    );
    let described = served.json();
    let paths = described["paths"].as_object().unwrap();
    assert!(paths.len() >= 15);
    for (path, operations) in paths {
        for method in ["get", "post", "put", "delete"] {
            let sent = api.send(
                &method.to_uppercase(),
                &api.path(path),
                &[("Authorization", &format!("Bearer {}", api.officer))],
                b"",
            );
            match operations.get(method) {
                None => assert_eq!(sent.problem(), "other-method", "{method} {path}"),
                Some(_) if method == "get" && sent.status != 404 => check(&sent, &operations[method], path),
                Some(_) => {
                    assert!([200, 400, 403, 404, 415].contains(&sent.status), "{path} {}", sent.status)
                }
            }
            for name in
                ["content-security-policy", "cache-control: no-store", "x-request-id", "referrer-policy"]
            {
                assert!(sent.head.contains(name), "{name} {method} {path}");
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    for path in ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/accords/", "/api/v1/me/x"] {
        assert_eq!(api.get(path).problem(), "not-found", "{path}");
    }
}

/// An answer has the form that the description gives it.
fn check(sent: &Answer, operation: &Value, path: &str) {
    assert_eq!(sent.status, 200, "{path} {}", sent.body);
    let Some(shape) = operation.pointer("/responses/200/content/application~1json/schema") else {
        assert!(sent.head.contains("content-type: application/x-tar"), "{path}");
        return;
    };
    let document = sent.json();
    assert_eq!(document["schema"], shape["properties"]["schema"]["const"], "{path}");
    for name in shape["required"].as_array().unwrap() {
        assert!(document.get(name.as_str().unwrap()).is_some(), "{path} has no {name}");
    }
}

#[test]
fn nobody_reads_without_a_key_and_everybody_only_what_the_role_allows() {
    let api = Api::start();
    assert_eq!(api.send("GET", "/api/v1/me", &[], b"").problem(), "sign-in-needed");
    let wrong = format!("Bearer {}", "0".repeat(64));
    assert_eq!(api.send("GET", "/api/v1/me", &[("Authorization", &wrong)], b"").problem(), "sign-in-needed");
    let observer = format!("Bearer {}", api.observer);
    let as_observer = |path: &str| api.send("GET", path, &[("Authorization", &observer)], b"");
    assert_eq!(as_observer("/api/v1/me").json()["role"], "observer");
    assert_eq!(as_observer("/api/v1/audit").problem(), "not-your-role");
    assert_eq!(api.get("/api/v1/audit").status, 200);
    ok(api.folder.path(), "a", &["officer", "remove", "press"]);
    assert_eq!(as_observer("/api/v1/me").problem(), "sign-in-needed");
}

#[test]
fn pages_of_a_list_follow_each_other_and_an_answer_is_not_sent_twice() {
    let api = Api::start();
    let all = api.get(&format!("/api/v1/accords/{}/entries", api.accord)).json();
    let all = all["entries"].as_array().unwrap();
    assert!(all.len() >= 2);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("/api/v1/accords/{}/entries?limit=1{cursor}", api.accord)).json();
        seen.extend(page["entries"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let entries = |list: &[Value]| list.iter().map(|one| one["entry"].clone()).collect::<Vec<_>>();
    assert_eq!(entries(&seen), entries(all));
    for query in ["limit=0", "limit=201", "limit=x", "cursor=%20", "cursor=AAAA", "since=1"] {
        let refused = api.get(&format!("/api/v1/accords/{}/entries?{query}", api.accord));
        assert_eq!((refused.status, refused.problem().as_str()), (400, "bad-request"), "{query}");
    }
    let first = api.get("/api/v1/accords");
    let tag = first.head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let key = format!("Bearer {}", api.officer);
    let again = api.send("GET", "/api/v1/accords", &[("Authorization", &key), ("If-None-Match", &tag)], b"");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[test]
fn a_proof_taken_by_the_api_is_verified_by_it() {
    let api = Api::start();
    let key = format!("Bearer {}", api.officer);
    let verify = format!("/api/v1/accords/{}/verify", api.accord);
    let post = |kind: &str, body: &[u8]| {
        api.send("POST", &verify, &[("Authorization", &key), ("Content-Type", kind)], body)
    };
    let mut proof = api.get(&format!("/api/v1/accords/{}/entries/cert-a/0/1/proof", api.accord)).bytes;
    assert_eq!(post("application/x-tar", &proof).json()["verdict"], "verified");
    let middle = proof.len() / 2;
    proof[middle] ^= 1;
    assert_ne!(post("application/x-tar", &proof).json()["verdict"], "verified");
    assert_eq!(post("application/x-tar", b"no bundle").json()["verdict"], "not-verified");
    assert_eq!(post("application/json", b"{}").problem(), "other-type");
}

#[test]
fn a_draft_is_made_once_under_a_key_released_by_no_program_and_discarded() {
    let api = Api::start();
    let drafts = format!("/api/v1/accords/{}/drafts", api.accord);
    let inquiry = |text: &str| {
        serde_json::json!({
            "act": "inquiry/release", "office": "desk",
            "given": { "to": "cert-b", "kind": "incident", "ask": ["investigate", "explain"], "text": text },
        })
        .to_string()
    };
    let post = |path: &str, key: &str, name: &str, body: &str| {
        let key = format!("Bearer {key}");
        let headers = [
            ("Authorization", key.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", name),
        ];
        api.send("POST", path, &headers, body.as_bytes())
    };
    let first = post(&drafts, &api.officer, "one", &inquiry("We saw it."));
    assert_eq!(first.status, 201, "{}", first.body);
    let again = post(&drafts, &api.officer, "one", &inquiry("We saw it."));
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert!(again.head.contains("idempotency-replayed: true"));
    assert_eq!(post(&drafts, &api.officer, "one", &inquiry("We saw more.")).problem(), "key-reused");
    assert_eq!(api.get(&drafts).json()["drafts"].as_array().unwrap().len(), 1);
    assert_eq!(post(&drafts, &api.observer, "two", &inquiry("We saw it.")).problem(), "not-your-office");
    for body in
        ["{}", "[]", "{\"act\":\"inquiry/release\",\"office\":\"desk\",\"given\":{},\"more\":1}", "no JSON"]
    {
        assert_eq!(post(&drafts, &api.officer, "three", body).problem(), "bad-request", "{body}");
    }
    let name = first.json()["name"].as_str().unwrap().to_owned();
    let release = format!("{drafts}/{name}/release");
    assert_eq!(post(&release, &api.officer, "four", "{\"office\":\"desk\"}").problem(), "approval-missing");
    assert_eq!(post(&release, &api.officer, "five", "{\"office\":\"chief\"}").problem(), "not-your-office");
    // A click approves nothing that comes from a program.
    ok(api.folder.path(), "a", &["officer", "approvals", "session"]);
    assert_eq!(post(&release, &api.officer, "six", "{\"office\":\"desk\"}").problem(), "approval-missing");
    let key = format!("Bearer {}", api.officer);
    let gone = api.send("DELETE", &format!("{drafts}/{name}"), &[("Authorization", &key)], b"");
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(api.get(&drafts).json()["drafts"].as_array().unwrap().len(), 0);
}
