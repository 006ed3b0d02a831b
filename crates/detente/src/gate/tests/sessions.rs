//! Links, sessions, keys of programs, rates, and what is written down.

use super::*;

fn path_of(link: &str) -> &str {
    link.strip_prefix(ORIGIN).unwrap()
}

fn use_link(path: &str) -> Request<Body> {
    request(Method::POST, path)
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_link_lets_in_once_and_looking_at_it_uses_nothing_up() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let (link, _) = people::link(&mut desk.gate.officers(), &ada).unwrap();
    for _ in 0..2 {
        let looked = desk.send(request(Method::GET, path_of(&link)).body(Body::empty()).unwrap()).await;
        assert!(looked.status == StatusCode::OK && looked.body.contains("ada"));
    }
    let used = desk.send(use_link(path_of(&link))).await;
    assert_eq!((used.status, used.header("location")), (StatusCode::SEE_OTHER, "/passkeys"));
    let cookie = used.header("set-cookie");
    assert!(cookie.starts_with("detente-7480="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=28800"), "{cookie}");
    let session = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(desk.send(get_page("/probe", session)).await.body, "ada");
    assert_eq!(desk.send(use_link(path_of(&link))).await.refusal(), "sign-in-refused");
}

#[tokio::test]
async fn a_link_ends_after_an_hour_and_with_the_next_one() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    // Links are made by the clock of the command line; the gate's stands elsewhere in tests.
    let now = crate::clock::now().0;
    desk.clock.store(now, std::sync::atomic::Ordering::Relaxed);
    let link = || people::link(&mut desk.gate.officers(), &ada).unwrap().0;
    let (older, newer) = (link(), link());
    assert_eq!(desk.send(use_link(path_of(&older))).await.refusal(), "sign-in-refused");
    assert_eq!(desk.send(use_link(path_of(&newer))).await.status, StatusCode::SEE_OTHER);
    let late = link();
    desk.pass(limits::LINK_MS + 60_000);
    assert_eq!(desk.send(use_link(path_of(&late))).await.refusal(), "sign-in-refused");
}

#[tokio::test]
async fn five_tries_a_minute() {
    let desk = Desk::open();
    let path = format!("/sign-in/link/{}", "0".repeat(64));
    for _ in 0..5 {
        assert_eq!(desk.send(use_link(&path)).await.refusal(), "sign-in-refused");
    }
    let sixth = desk.send(use_link(&path)).await;
    assert_eq!((sixth.status.as_u16(), sixth.header("retry-after")), (429, "12"));
    desk.pass(12_000);
    assert_eq!(desk.send(use_link(&path)).await.refusal(), "sign-in-refused");
}

#[tokio::test]
async fn a_session_ends_idle_after_its_day_and_when_it_is_told_to() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let stands =
        async |session: &str| desk.send(get_page("/api/v1/probe", session)).await.status == StatusCode::OK;
    let idle = desk.session(&ada);
    desk.pass(limits::SESSION_IDLE_MS_MAX - 1);
    assert!(stands(&idle).await);
    desk.pass(limits::SESSION_IDLE_MS_MAX);
    assert!(!stands(&idle).await);
    let long = desk.session(&ada);
    let mut passed = 0;
    while passed + limits::SESSION_IDLE_MS_MAX / 2 < limits::SESSION_MS_MAX {
        desk.pass(limits::SESSION_IDLE_MS_MAX / 2);
        passed += limits::SESSION_IDLE_MS_MAX / 2;
        assert!(stands(&long).await, "{passed}");
    }
    desk.pass(limits::SESSION_IDLE_MS_MAX / 2);
    assert!(!stands(&long).await);
    let session = desk.session(&ada);
    let left = desk.send(form("/sign-out", &session, &format!("form_mark={}", desk.mark(&session)))).await;
    assert_eq!(left.header("location"), "/sign-in");
    assert!(left.header("set-cookie").contains("=; ") && left.header("set-cookie").contains("Max-Age=0"));
    assert!(!stands(&session).await);
}

#[tokio::test]
async fn who_is_not_signed_in_sees_nothing() {
    let desk = Desk::open();
    let page = desk.send(request(Method::GET, "/probe").body(Body::empty()).unwrap()).await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    let api = desk.send(request(Method::GET, "/api/v1/probe").body(Body::empty()).unwrap()).await;
    assert_eq!((api.status, api.refusal().as_str()), (StatusCode::UNAUTHORIZED, "sign-in-needed"));
    assert_eq!(api.header("content-type"), "application/problem+json");
    // What is not there looks the same as what is.
    let nothing = desk.send(request(Method::GET, "/api/v1/nothing").body(Body::empty()).unwrap()).await;
    assert_eq!(nothing.refusal(), "sign-in-needed");
    let wrong = get_page("/api/v1/probe", &"0".repeat(64));
    assert_eq!(desk.send(wrong).await.refusal(), "sign-in-needed");
}

#[tokio::test]
async fn a_program_reads_and_writes_by_its_key_until_it_ends() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let (key, _) = people::program_key(&mut desk.gate.officers(), &ada, 1).unwrap();
    let key = key.text();
    let get =
        || request(Method::GET, "/api/v1/probe").header("authorization", format!("Bearer {}", key.as_str()));
    desk.clock.store(crate::clock::now().0, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(desk.send(get().body(Body::empty()).unwrap()).await.body, "ada");
    let post = get().method(Method::POST).header("content-type", "application/json");
    let posted = desk.send(post.body(Body::from("{\"text\":\"said\"}")).unwrap()).await;
    assert_eq!(posted.body, "said");
    let from_page = get().method(Method::POST).header("origin", "http://evil.example");
    assert_eq!(desk.send(from_page.body(Body::empty()).unwrap()).await.refusal(), "other-site");
    people::end_program_keys(&mut desk.gate.officers(), &ada).unwrap();
    assert_eq!(desk.send(get().body(Body::empty()).unwrap()).await.refusal(), "sign-in-needed");
}

#[tokio::test]
async fn who_was_removed_is_out_at_once() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Admin, &["desk"]);
    let session = desk.session(&ada);
    assert_eq!(desk.send(get_page("/probe", &session)).await.status, StatusCode::OK);
    people::remove(&mut desk.gate.officers(), &ada).unwrap();
    assert_eq!(desk.send(get_page("/api/v1/probe", &session)).await.refusal(), "sign-in-needed");
}

#[tokio::test]
async fn a_burst_of_requests_is_slowed_down_for_its_officer_alone() {
    let desk = Desk::open();
    let (ada, bob) = (desk.officer("ada", Role::Officer, &[]), desk.officer("bob", Role::Officer, &[]));
    let (session, other) = (desk.session(&ada), desk.session(&bob));
    for _ in 0..limits::REQUESTS_BURST {
        assert_eq!(desk.send(get_page("/probe", &session)).await.status, StatusCode::OK);
    }
    assert_eq!(desk.send(get_page("/probe", &session)).await.refusal(), "too-many");
    assert_eq!(desk.send(get_page("/probe", &other)).await.status, StatusCode::OK);
    desk.pass(1000);
    for _ in 0..limits::REQUESTS_PER_SECOND {
        assert_eq!(desk.send(get_page("/probe", &session)).await.status, StatusCode::OK);
    }
    assert_eq!(desk.send(get_page("/probe", &session)).await.refusal(), "too-many");
}

#[tokio::test]
async fn signing_in_and_out_stands_in_the_audit_log() {
    let desk = Desk::open();
    let ada = desk.officer("ada", Role::Officer, &["desk"]);
    let (link, _) = people::link(&mut desk.gate.officers(), &ada).unwrap();
    let used = desk.send(use_link(path_of(&link))).await;
    let session = used.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    desk.send(form("/sign-out", &session, &format!("form_mark={}", desk.mark(&session)))).await;
    let officers = desk.gate.officers();
    let lines = officers.audit_lines(None, 10).unwrap();
    let shown: Vec<String> =
        lines.iter().rev().map(|row| format!("{} {}", row.line.officer, row.line.what)).collect();
    assert_eq!(shown, ["command line add-officer", "command line link", "ada sign-in", "ada sign-out"]);
    assert_eq!(officers.audit_fault().unwrap(), None);
    assert!(lines.iter().all(|row| !row.line.about.contains(&session)));
}
