//! Touches of passkeys that were asked for: for signing in, for adding one, for approving a text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use detente_accord::Time;
use detente_store::officers::{Digest, OfficerId, StoredPasskey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::approval::{Approval, Subject};
use super::limits::{NAME_BYTES_MAX, PASSKEYS_MAX, TOUCH_MS, TOUCHES_MAX};
use super::passkeys::{Asked, Registration};
use super::session::{Way, hex};
use super::{Gate, Officer, Refusal, lock};

/// What a touch is for.
enum For {
    SignIn(OfficerId, Asked),
    Passkey(Digest, Registration),
    Approval(Digest, Subject, Asked),
}

struct Open {
    /// Its challenge, as the browser's answer repeats it.
    challenge: String,
    until: Time,
    purpose: For,
}

/// Those that are open.
#[derive(Default)]
pub(super) struct Touches(Vec<Open>);

impl Touches {
    /// The oldest goes when there are too many: whoever floods the sign-in only delays those who touch slowly.
    fn put(&mut self, open: Open, now: Time) {
        self.0.retain(|open| open.until > now);
        if self.0.len() >= TOUCHES_MAX {
            self.0.remove(0);
        }
        self.0.push(open);
    }

    /// Once: whatever comes of it.
    fn take(&mut self, challenge: &str, now: Time) -> Option<For> {
        let at = self.0.iter().position(|open| open.challenge == challenge && open.until > now)?;
        Some(self.0.remove(at).purpose)
    }
}

/// What a browser's passkey gave, and the challenge that it says it signed.
pub(super) struct Touched {
    challenge: String,
    credential: Value,
}

impl Touched {
    /// Reads what the script put into a form.
    ///
    /// # Errors
    /// [`Refusal::BadRequest`].
    pub(super) fn read(text: &str) -> Result<Touched, Refusal> {
        let credential: Value = super::checked::json(text.as_bytes())?;
        let signed = credential.pointer("/response/clientDataJSON").and_then(Value::as_str);
        let signed = signed.and_then(|signed| URL_SAFE_NO_PAD.decode(signed).ok());
        let signed: Option<Value> = signed.and_then(|signed| serde_json::from_slice(&signed).ok());
        let challenge = signed.as_ref().and_then(|signed| signed.get("challenge")).and_then(Value::as_str);
        let bad = || Refusal::BadRequest("this is no answer of a passkey".to_owned());
        Ok(Touched { challenge: challenge.ok_or_else(bad)?.to_owned(), credential })
    }
}

impl Gate {
    /// Asks for a touch to sign in. Who is not known, or has no passkey, is told the same.
    pub(super) fn ask_sign_in(&self, name: &str) -> Result<Value, Refusal> {
        let officers = self.officers();
        let known = officers.named(name)?.ok_or(Refusal::SignInRefused)?;
        let held = officers.passkeys(&known.id)?;
        drop(officers);
        if held.is_empty() {
            return Err(Refusal::SignInRefused);
        }
        let (options, asked) = self.passkeys.ask(&held, None)?;
        self.open_touch(For::SignIn(known.id, asked), options)
    }

    /// Signs in by a touch; gives the cookie.
    pub(super) fn sign_in_by_touch(&self, touched: Touched) -> Result<String, Refusal> {
        let Some(For::SignIn(id, asked)) = lock(&self.touches).take(&touched.challenge, self.now()) else {
            return Err(Refusal::SignInRefused);
        };
        let held = self.officers().passkeys(&id)?;
        self.check_touch(&asked, &held, touched.credential).map_err(|_| Refusal::SignInRefused)?;
        let known = self.officers().officer(&id)?.ok_or(Refusal::SignInRefused)?;
        self.audit_line(&known.name, "sign-in", "passkey", "done", Vec::new())?;
        self.begin_session(&id, Way::Passkey)
    }

    /// Asks for a new passkey.
    pub(super) fn ask_passkey(&self, officer: &Officer) -> Result<Value, Refusal> {
        let officers = self.officers();
        let known = officers.officer(&officer.id)?.ok_or(Refusal::SignInNeeded)?;
        let held = officers.passkeys(&officer.id)?;
        drop(officers);
        if held.len() >= PASSKEYS_MAX {
            return Err(Refusal::BadRequest("there are enough passkeys: remove one first".to_owned()));
        }
        let (options, asked) = self.passkeys.register(&known, &held)?;
        self.open_touch(For::Passkey(officer.session.digest, asked), options)
    }

    /// Keeps a new passkey.
    pub(super) fn keep_passkey(
        &self,
        officer: &Officer,
        label: &str,
        touched: Touched,
    ) -> Result<(), Refusal> {
        let taken = lock(&self.touches).take(&touched.challenge, self.now());
        let Some(For::Passkey(digest, asked)) = taken else { return Err(Refusal::ApprovalExpired) };
        if digest != officer.session.digest {
            return Err(Refusal::ApprovalNotValid);
        }
        let (id, body) = self.passkeys.registered(&asked, touched.credential)?;
        let label: String = label.chars().filter(|c| !c.is_control()).take(NAME_BYTES_MAX / 4).collect();
        let passkey = StoredPasskey { id, officer: officer.id, label, body, made: self.now() };
        if !self.officers().add_passkey(&passkey)? {
            return Err(Refusal::ApprovalNotValid);
        }
        self.audit(officer, "add-passkey", &hex(&passkey.id), "done")
    }

    /// Asks for a touch that approves a text. What is signed is a hash over the text's hash, the head of the audit
    /// log and fresh bytes: an approval vouches for all lines before it.
    pub(super) fn ask_approval(&self, officer: &Officer, subject: Subject) -> Result<Value, Refusal> {
        let held = self.officers().passkeys(&officer.id)?;
        if held.is_empty() || officer.session.way == Way::Program {
            return Err(Refusal::ApprovalMissing);
        }
        let (head, fresh) = (self.officers().audit_head()?, self.random::<32>()?);
        let challenge = Sha256::new()
            .chain_update(b"detente/touch/v1\0")
            .chain_update(subject.bytes())
            .chain_update(head)
            .chain_update(fresh)
            .finalize();
        let (options, asked) = self.passkeys.ask(&held, Some(challenge.into()))?;
        let about = format!("{} {}", subject.text(), hex(&fresh));
        self.audit_line(&officer.name, "ask-touch", &about, "done", Vec::new())?;
        self.open_touch(For::Approval(officer.session.digest, subject, asked), options)
    }

    /// The approval that a touch gave. What the passkey signed goes into the audit log.
    pub(super) fn close_touch(
        &self,
        officer: &Officer,
        subject: Subject,
        sent: &str,
    ) -> Result<Approval, Refusal> {
        let touched = Touched::read(sent)?;
        let taken = lock(&self.touches).take(&touched.challenge, self.now());
        let Some(For::Approval(digest, asked_for, asked)) = taken else {
            return Err(Refusal::ApprovalExpired);
        };
        if digest != officer.session.digest {
            return Err(Refusal::ApprovalNotValid);
        }
        if asked_for != subject {
            return Err(Refusal::ApprovalOtherText);
        }
        let held = self.officers().passkeys(&officer.id)?;
        let proof = touched.credential.get("response").map(ToString::to_string).unwrap_or_default();
        self.check_touch(&asked, &held, touched.credential)?;
        self.audit_line(&officer.name, "touch", &subject.text(), "done", proof.into_bytes())?;
        Ok(Approval::new(officer.id, subject, self.now()))
    }

    fn check_touch(&self, asked: &Asked, held: &[StoredPasskey], credential: Value) -> Result<(), Refusal> {
        let (id, body) = self.passkeys.touched(asked, held, credential)?;
        Ok(self.officers().update_passkey(&id, &body)?)
    }

    fn open_touch(&self, purpose: For, options: Value) -> Result<Value, Refusal> {
        let challenge = options.pointer("/publicKey/challenge").and_then(Value::as_str);
        let challenge = challenge.ok_or(Refusal::Internal)?.to_owned();
        let now = self.now();
        let until = Time(now.0.saturating_add(TOUCH_MS));
        lock(&self.touches).put(Open { challenge, until, purpose }, now);
        Ok(options)
    }
}
