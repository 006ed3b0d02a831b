//! Methods beside origins beside types of bodies: what may change something, and what may not.

use super::*;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

/// What a browser says about where a request comes from, and whether that is us.
const SITES: [(&[(&str, &str)], bool); 12] = [
    (&[("origin", ORIGIN), ("sec-fetch-site", "same-origin")], true),
    (&[("origin", ORIGIN)], true),
    (&[("origin", "null"), ("sec-fetch-site", "same-origin")], true),
    (&[("origin", "null")], false),
    (&[("origin", "null"), ("sec-fetch-site", "cross-site")], false),
    (&[("origin", "https://localhost:7480"), ("sec-fetch-site", "same-site")], false),
    (&[("origin", "http://localhost:8000"), ("sec-fetch-site", "same-site")], false),
    (&[("origin", "http://127.0.0.1:7480"), ("sec-fetch-site", "cross-site")], false),
    (&[("origin", "http://localhost:7480.evil.example")], false),
    (&[("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")], false),
    (&[("origin", ORIGIN), ("sec-fetch-site", "cross-site")], false),
    (&[("origin", ORIGIN), ("sec-fetch-site", "same-site")], false),
];

const KINDS: [&str; 6] = [
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/json, text/plain",
    "",
];

/// What is due, said without looking at how it is decided.
fn due(method: &str, is_us: bool, kind: &str, face: Face, has_mark: bool) -> (u16, &'static str) {
    if matches!(method, "PATCH" | "OPTIONS" | "TRACE") {
        return (405, "other-method");
    }
    if !is_us {
        return (403, "other-site");
    }
    match method {
        "GET" | "HEAD" => return (200, ""),
        "PUT" | "DELETE" => return (405, "other-method"),
        _ => {}
    }
    let is_read =
        kind == "application/json" || face == Face::Page && kind == "application/x-www-form-urlencoded";
    match (is_read, has_mark) {
        (false, _) => (415, "other-type"),
        (true, false) => (403, "form-mark"),
        (true, true) => (200, ""),
    }
}

#[tokio::test]
async fn only_what_our_pages_send_changes_something() {
    let desk = Desk::open();
    let mut cases = 0;
    for face in [Face::Page, Face::Api] {
        for method in METHODS {
            for (at, (site, is_us)) in SITES.iter().enumerate() {
                // An officer's requests are counted: another one for each part of the table.
                let ada = desk.officer(&format!("ada {cases}"), Role::Officer, &["desk"]);
                let session = desk.session(&ada);
                for kind in KINDS {
                    for has_mark in [true, false] {
                        let mark = if has_mark { desk.mark(&session) } else { "0".repeat(64) };
                        let sent = sent(method, face, site, kind, &session, &mark);
                        let answer = desk.send(sent).await;
                        let due = due(method, *is_us, kind, face, has_mark);
                        let name = if method == "HEAD" { "" } else { due.1 };
                        let got = (answer.status.as_u16(), answer.refusal());
                        assert_eq!((got.0, got.1.as_str()), (due.0, name), "{method} {at} {kind} {face:?}");
                        if due.0 == 200 && method == "POST" {
                            assert_eq!(answer.body, "said");
                        }
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 2 * 8 * 12 * 6 * 2);
}

fn sent(
    method: &str,
    face: Face,
    site: &[(&str, &str)],
    kind: &str,
    session: &str,
    mark: &str,
) -> Request<Body> {
    let path = if face == Face::Api { "/api/v1/probe" } else { "/probe" };
    let mut request = request(method.parse().unwrap(), path).header("cookie", cookie(session));
    for (name, value) in site {
        request = request.header(*name, *value);
    }
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    let body = match kind {
        "application/json" => format!("{{\"text\":\"said\",\"form_mark\":\"{mark}\"}}"),
        _ => format!("form_mark={mark}&text=said"),
    };
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn a_visit_from_a_link_elsewhere_reads_pages_and_nothing_of_the_api() {
    let desk = Desk::open();
    let visit = |path: &str, mode: &str, dest: &str| {
        request(Method::GET, path)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", dest)
            .body(Body::empty())
            .unwrap()
    };
    let opened = desk.send(visit("/sign-in", "navigate", "document")).await;
    assert_eq!(opened.status, StatusCode::OK);
    for (path, mode, dest) in [
        ("/sign-in", "no-cors", "image"),
        ("/sign-in", "navigate", "iframe"),
        ("/sign-in", "cors", "empty"),
        ("/api/openapi.json", "navigate", "document"),
        ("/livez", "no-cors", "script"),
    ] {
        assert_eq!(desk.send(visit(path, mode, dest)).await.refusal(), "other-site", "{path} {mode} {dest}");
    }
}

#[tokio::test]
async fn a_file_is_read_after_the_mark_alone() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let session = desk.session(&ada);
    let mark = format!(
        "--x\r\nContent-Disposition: form-data; name=\"form_mark\"\r\n\r\n{}\r\n",
        desk.mark(&session)
    );
    let wrong = mark.replace(&desk.mark(&session), &"0".repeat(64));
    let file =
        "--x\r\nContent-Disposition: form-data; name=\"list\"; filename=\"a.txt\"\r\n\r\n198.51.100.7\r\n";
    let end = "--x--\r\n";
    for (body, due) in [
        (format!("{mark}{file}{end}"), "a.txt 12"),
        (format!("{file}{mark}{end}"), "form-mark"),
        (format!("{wrong}{file}{end}"), "form-mark"),
        (format!("{file}{end}"), "form-mark"),
        (end.to_owned(), "form-mark"),
        (format!("{mark}--x\r\nbroken"), "bad-request"),
    ] {
        let sent = request(Method::POST, "/file")
            .header("cookie", cookie(&session))
            .header("origin", ORIGIN)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::from(body));
        let answer = desk.send(sent.unwrap()).await;
        let got = if answer.status == StatusCode::OK { answer.body.clone() } else { answer.refusal() };
        assert_eq!(got, due);
    }
}
