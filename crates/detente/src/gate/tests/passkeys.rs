//! Passkeys and approvals, with a key in software that does what a browser and its key do together.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::*;

/// A key that verifies its user.
struct SoftKey {
    key: SigningKey,
    id: Vec<u8>,
    counter: u32,
    origin: &'static str,
}

impl SoftKey {
    fn new(seed: u8) -> SoftKey {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        SoftKey { key, id: vec![seed; 16], counter: 0, origin: ORIGIN }
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = options["publicKey"]["challenge"].as_str().unwrap();
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn head(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let mut data = Sha256::digest("localhost").to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn create(&mut self, options: &Value) -> Value {
        let mut data = self.head(0x45);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.key.verifying_key().to_sec1_point(false);
        // COSE: an EC2 key, ES256, P-256, x and y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point.as_bytes()[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point.as_bytes()[33..65]);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).unwrap()]);
        object.extend(data);
        let response = json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", options)),
        });
        self.credential(response)
    }

    fn get(&mut self, options: &Value) -> Value {
        let (data, client) = (self.head(0x05), self.client_data("webauthn.get", options));
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature: Signature = self.key.sign(&signed);
        let response = json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature.to_der()),
            "userHandle": null,
        });
        self.credential(response)
    }

    fn credential(&self, response: Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}

async fn add_passkey(desk: &Desk, session: &str, key: &mut SoftKey) -> Answer {
    let mark = desk.mark(session);
    let options = desk.send(json("/passkeys/options", session, &json!({ "form_mark": mark }))).await;
    let options: Value = serde_json::from_str(&options.body).unwrap();
    let made = key.create(&options).to_string();
    let body = format!("form_mark={mark}&label=key&credential={}", escaped(&made));
    desk.send(form("/passkeys", session, &body)).await
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What the key gives for the approval of a text.
async fn touch(desk: &Desk, session: &str, key: &mut SoftKey, subject: &Subject) -> String {
    let body = json!({ "form_mark": desk.mark(session), "subject": subject.text() });
    let options = desk.send(json("/touch", session, &body)).await;
    assert_eq!(options.status, StatusCode::OK, "{}", options.refusal());
    key.get(&serde_json::from_str(&options.body).unwrap()).to_string()
}

async fn sign_in(desk: &Desk, name: &str, key: &mut SoftKey) -> Answer {
    let asked = request(Method::POST, "/sign-in/options").header("origin", ORIGIN);
    let asked = asked.header("content-type", "application/json");
    let options = desk.send(asked.body(Body::from(json!({ "name": name }).to_string())).unwrap()).await;
    if options.status != StatusCode::OK {
        return options;
    }
    let made = key.get(&serde_json::from_str(&options.body).unwrap()).to_string();
    let sent = request(Method::POST, "/sign-in").header("origin", ORIGIN);
    let sent = sent.header("content-type", "application/x-www-form-urlencoded");
    desk.send(sent.body(Body::from(format!("credential={}", escaped(&made)))).unwrap()).await
}

/// Ada and Bob with a session and a key each.
struct Two {
    desk: Desk,
    ada: Officer,
    bob: Officer,
    sessions: [String; 2],
    keys: [SoftKey; 2],
}

async fn two() -> Two {
    let desk = Desk::open();
    let stored = ["ada", "bob"].map(|name| desk.officer(name, Role::Officer, &["desk", "chief"]));
    let sessions = [desk.session(&stored[0]), desk.session(&stored[1])];
    let mut keys = [SoftKey::new(1), SoftKey::new(2)];
    for (session, key) in sessions.iter().zip(&mut keys) {
        assert_eq!(add_passkey(&desk, session, key).await.header("location"), "/passkeys");
    }
    let officer = |at: usize| desk.gate.signed_in(&Secret::parse(&sessions[at]).unwrap()).unwrap().unwrap();
    Two { ada: officer(0), bob: officer(1), desk, sessions, keys }
}

fn release<'a>(office: &'a Office, subject: Subject, touch: Option<&'a str>) -> Asked<'a> {
    Asked { action: Action::Release, office: Some(office), record: [7; 32], name: "3f9c21aa", subject, touch }
}

#[tokio::test]
async fn a_passkey_lets_its_officer_in_and_nobody_else() {
    let Two { desk, mut keys, .. } = two().await;
    let signed_in = sign_in(&desk, "ada", &mut keys[0]).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (StatusCode::SEE_OTHER, "/"));
    let session = signed_in.header("set-cookie").split(['=', ';']).nth(1).unwrap();
    assert_eq!(desk.send(get_page("/probe", session)).await.body, "ada");
    assert_eq!(sign_in(&desk, "ada", &mut keys[1]).await.refusal(), "sign-in-refused");
    desk.pass(60_000);
    assert_eq!(sign_in(&desk, "nobody", &mut keys[0]).await.refusal(), "sign-in-refused");
    keys[0].origin = "http://localhost:8000";
    assert_eq!(sign_in(&desk, "ada", &mut keys[0]).await.refusal(), "sign-in-refused");
}

#[tokio::test]
async fn another_officer_releases_by_a_touch_for_exactly_this_text() {
    let Two { desk, ada, bob, sessions, mut keys } = two().await;
    let (chief, text) = (Office::parse("chief").unwrap(), "denies what was asked");
    let subject = Subject::new(Action::Release, &[7; 32], text);
    desk.gate.propose(&ada, Action::Release, &[7; 32], "3f9c21aa", (subject, Vec::new())).unwrap();
    let own = touch(&desk, &sessions[0], &mut keys[0], &subject).await;
    let decide = |officer: &Officer, subject: Subject, touch: Option<&str>| {
        let decided = desk.gate.permit(officer, &release(&chief, subject, touch));
        decided.map(|permit| permit.persons).map_err(|refusal| refusal.name().to_owned())
    };
    assert_eq!(decide(&ada, subject, Some(&own)), Err("approval-own".into()));
    assert_eq!(decide(&bob, subject, None), Err("approval-missing".into()));
    // A touch counts once, in its session, for its text.
    assert_eq!(decide(&ada, subject, Some(&own)), Err("approval-expired".into()));
    let other = Subject::new(Action::Release, &[7; 32], "denies nothing");
    let of_other = touch(&desk, &sessions[1], &mut keys[1], &other).await;
    assert_eq!(decide(&bob, subject, Some(&of_other)), Err("approval-other-text".into()));
    let of_ada = touch(&desk, &sessions[0], &mut keys[0], &subject).await;
    assert_eq!(decide(&bob, subject, Some(&of_ada)), Err("approval-not-valid".into()));
    let late = touch(&desk, &sessions[1], &mut keys[1], &subject).await;
    desk.pass(limits::TOUCH_MS);
    assert_eq!(decide(&bob, subject, Some(&late)), Err("approval-expired".into()));
    let good = touch(&desk, &sessions[1], &mut keys[1], &subject).await;
    assert_eq!(decide(&bob, subject, Some(&good)), Ok(Persons::Two));
    let officers = desk.gate.officers();
    let lines = officers.audit_lines(None, 2).unwrap();
    assert_eq!((lines[0].line.what.as_str(), lines[0].line.outcome.as_str()), ("release", "done"));
    // What the passkey signed stands beside it.
    assert!(lines[1].line.what == "touch" && !lines[1].line.proof.is_empty());
    assert_eq!(officers.audit_fault().unwrap(), None);
}

#[tokio::test]
async fn what_a_passkey_signs_holds_the_text_and_the_head_of_the_audit_log() {
    let Two { desk, ada, sessions, .. } = two().await;
    let subject = Subject::new(Action::Release, &[7; 32], "text");
    let head = desk.gate.officers().audit_head().unwrap();
    let body = json!({ "form_mark": desk.mark(&sessions[0]), "subject": subject.text() });
    let options = desk.send(json("/touch", &sessions[0], &body)).await;
    let options: Value = serde_json::from_str(&options.body).unwrap();
    let asked = desk.gate.officers().audit_lines(None, 1).unwrap();
    let about = asked[0].line.about.split_once(' ').unwrap();
    assert_eq!(about.0, subject.text());
    let fresh = Secret::parse(about.1).unwrap().bytes();
    let due = [b"detente/touch/v1\0".as_slice(), subject.bytes(), &head, &fresh].concat();
    let due = URL_SAFE_NO_PAD.encode(Sha256::digest(due));
    assert_eq!(options["publicKey"]["challenge"], json!(due));
    assert_eq!(ada.name, asked[0].line.officer);
}

#[tokio::test]
async fn one_officer_alone_is_said_to_be_alone_and_a_click_counts_where_that_was_chosen() {
    let desk = Desk::open();
    let stored = desk.officer("ada", Role::Officer, &["desk"]);
    desk.officer("press", Role::Observer, &[]);
    let session = desk.session(&stored);
    let ada = desk.gate.signed_in(&Secret::parse(&session).unwrap()).unwrap().unwrap();
    let office = Office::parse("desk").unwrap();
    let subject = Subject::new(Action::Release, &[7; 32], "text");
    let decide = || desk.gate.permit(&ada, &release(&office, subject, None)).map(|permit| permit.persons);
    assert_eq!(decide(), Err(Refusal::ApprovalMissing));
    people::approve_by(&mut desk.gate.officers(), true).unwrap();
    assert_eq!(decide(), Ok(Persons::Single));
    desk.officer("bob", Role::Officer, &["desk"]);
    desk.gate.propose(&ada, Action::Release, &[7; 32], "3f9c21aa", (subject, Vec::new())).unwrap();
    assert_eq!(decide(), Err(Refusal::ApprovalOwn));
}

#[tokio::test]
async fn a_key_belongs_to_one_officer_and_can_be_removed() {
    let Two { desk, sessions, mut keys, .. } = two().await;
    let again = add_passkey(&desk, &sessions[1], &mut keys[0]).await;
    assert_eq!(again.refusal(), "approval-not-valid");
    let id = session::hex(&keys[0].id);
    let body = |at: usize| format!("form_mark={}&passkey={id}", desk.mark(&sessions[at]));
    assert_eq!(desk.send(form("/passkeys/remove", &sessions[1], &body(1))).await.refusal(), "not-found");
    assert_eq!(
        desk.send(form("/passkeys/remove", &sessions[0], &body(0))).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(sign_in(&desk, "ada", &mut keys[0]).await.refusal(), "sign-in-refused");
}
