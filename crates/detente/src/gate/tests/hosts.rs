//! Names that this node does not answer to, requests that can be read in two ways, and what every answer carries.

use super::*;

/// Values of `Host` that a page elsewhere, or a mistake, could bring.
const HOSTILE: [&str; 24] = [
    "",
    "localhost",
    "localhost:7481",
    "localhost:07480",
    "localhost:7480.",
    "localhost.:7480",
    "localhost:7480@evil.example",
    "evil.example",
    "evil.example:7480",
    "localhost.evil.example:7480",
    "evil.example#localhost:7480",
    "localhost:7480, evil.example",
    "localhost:7480 evil.example",
    "127.0.0.1",
    "127.1:7480",
    "127.0.0.2:7480",
    "2130706433:7480",
    "0x7f000001:7480",
    "0.0.0.0:7480",
    "[::]:7480",
    "[::1%lo]:7480",
    "::1:7480",
    "http://localhost:7480",
    "localhost:7480/",
];

#[tokio::test]
async fn other_names_are_misdirected() {
    let desk = Desk::open();
    for host in HOSTILE {
        let request = Request::get("/livez").header("host", host).body(Body::empty()).unwrap();
        let answer = desk.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.refusal().as_str()), (421, "other-host"), "{host:?}");
    }
    for host in ["localhost:7480", "LocalHost:7480", "127.0.0.1:7480", "[::1]:7480"] {
        let request = Request::get("/livez").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(desk.send(request).await.status, StatusCode::OK, "{host}");
    }
    let without = Request::get("/livez").body(Body::empty()).unwrap();
    assert_eq!(desk.send(without).await.refusal(), "other-host");
    let elsewhere = request(Method::GET, "http://evil.example/livez").body(Body::empty()).unwrap();
    assert_eq!(desk.send(elsewhere).await.refusal(), "other-host");
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_is_not_read() {
    let desk = Desk::open();
    let twice: [&[(&str, &str)]; 8] = [
        &[("transfer-encoding", "chunked"), ("content-length", "4")],
        &[("transfer-encoding", "gzip, chunked")],
        &[("transfer-encoding", "chunked "), ("transfer-encoding", "chunked")],
        &[("content-length", "4"), ("content-length", "4")],
        &[("host", "localhost:7480")],
        &[("origin", ORIGIN), ("origin", "http://evil.example")],
        &[("content-type", "application/json"), ("content-type", "text/plain")],
        &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    ];
    for headers in twice {
        let mut request = request(Method::POST, "/sign-in").header("origin", ORIGIN);
        if headers.iter().any(|(name, _)| *name == "origin") {
            request = self::request(Method::POST, "/sign-in");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = desk.send(request.body(Body::from("text")).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.refusal().as_str()), (400, "ambiguous"), "{headers:?}");
    }
    let old = request(Method::GET, "/livez").version(axum::http::Version::HTTP_10).body(Body::empty());
    assert_eq!(desk.send(old.unwrap()).await.refusal(), "ambiguous");
}

#[tokio::test]
async fn a_second_cookie_of_ours_or_a_key_beside_it_is_refused() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let session = desk.session(&ada);
    let two = format!("{}; {}", cookie(&session), cookie(&"0".repeat(64)));
    let request = |cookie: &str| request(Method::GET, "/probe").header("cookie", cookie);
    let sent = desk.send(request(&two).body(Body::empty()).unwrap()).await;
    assert_eq!(sent.refusal(), "ambiguous");
    let both = request(&cookie(&session)).header("authorization", format!("Bearer {session}"));
    assert_eq!(desk.send(both.body(Body::empty()).unwrap()).await.refusal(), "ambiguous");
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let session = desk.session(&ada);
    let signed_in =
        ["/probe", "/api/v1/probe", "/passkeys", "/sign-out", "/nothing", "/api/v1/nothing", "/broken"];
    let mut answers = Vec::new();
    for path in signed_in {
        answers.push((path, desk.send(get_page(path, &session)).await));
    }
    for path in
        ["/probe", "/api/v1/probe", "/sign-in", "/livez", "/sign-in/link/0", "/assets/none", "/nothing"]
    {
        answers.push((path, desk.send(request(Method::GET, path).body(Body::empty()).unwrap()).await));
    }
    for (method, path) in [(Method::POST, "/probe"), (Method::DELETE, "/livez"), (Method::PATCH, "/probe")] {
        let sent = request(method, path).header("origin", ORIGIN).body(Body::empty()).unwrap();
        answers.push((path, desk.send(sent).await));
    }
    let elsewhere = Request::get("/livez").header("host", "evil.example").body(Body::empty()).unwrap();
    answers.push(("/livez", desk.send(elsewhere).await));
    let statuses: std::collections::BTreeSet<u16> =
        answers.iter().map(|(_, answer)| answer.status.as_u16()).collect();
    assert_eq!(Vec::from_iter(statuses), [200, 303, 401, 403, 404, 405, 421, 500]);
    for (path, answer) in &answers {
        for (name, value) in headers::HEADERS {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
        assert_eq!(answer.headers.get_all("content-security-policy").iter().count(), 1);
    }
}

#[tokio::test]
async fn the_policy_is_the_one_of_the_handbook() {
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(POLICY.split(';').any(|one| one.trim() == part), "{part}");
    }
    assert_eq!(POLICY.split(';').count(), 9);
    assert!(!POLICY.contains("unsafe") && !POLICY.contains('*') && !POLICY.contains("http"));
}
