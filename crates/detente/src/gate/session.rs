//! Sessions: a secret in a cookie or a header, its hash on disk, and what forms carry so that no other site can
//! send them.

use zeroize::Zeroizing;

use detente_store::officers::Digest;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// How somebody came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// By a one-time link.
    Link,
    /// By a passkey.
    Passkey,
    /// A program, by its key. It approves nothing.
    Program,
}

impl Way {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Way::Link => "link",
            Way::Passkey => "passkey",
            Way::Program => "program",
        }
    }

    /// The way of this name.
    pub(crate) fn named(name: &str) -> Option<Way> {
        [Way::Link, Way::Passkey, Way::Program].into_iter().find(|way| way.name() == name)
    }
}

/// A secret that lets in: 64 digits. Wiped on drop.
pub(crate) struct Secret(Zeroizing<[u8; SECRET_BYTES]>);

impl Secret {
    /// From random bytes.
    pub(crate) fn of(random: [u8; SECRET_BYTES]) -> Secret {
        Secret(Zeroizing::new(random))
    }

    /// From what came in a cookie, a link or a header.
    pub(crate) fn parse(text: &str) -> Option<Secret> {
        if text.len() != 2 * SECRET_BYTES {
            return None;
        }
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            let is_plain = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            *byte = u8::from_str_radix(digits, 16).ok().filter(|_| is_plain)?;
        }
        Some(Secret(bytes))
    }

    /// As it is handed out.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(self.0.as_slice()))
    }

    /// As it is kept.
    pub(crate) fn digest(&self) -> Digest {
        self.derived(b"detente/way-in/v1\0")
    }

    /// Its bytes, where they are no secret.
    pub(crate) fn bytes(&self) -> [u8; SECRET_BYTES] {
        *self.0
    }

    fn derived(&self, context: &[u8]) -> Digest {
        Sha256::new().chain_update(context).chain_update(self.0.as_slice()).finalize().into()
    }
}

/// A session that stands, or a program's request.
#[derive(Clone)]
pub(crate) struct Session {
    /// The hash under which it is kept.
    pub(crate) digest: Digest,
    /// How it was begun.
    pub(crate) way: Way,
    form: Digest,
}

impl Session {
    /// The session of a secret.
    pub(crate) fn of(secret: &Secret, way: Way) -> Session {
        Session { digest: secret.digest(), way, form: secret.derived(b"detente/form/v1\0") }
    }

    /// Whether a form of this session sent it. Takes as long for any answer.
    pub(crate) fn is_form_mark(&self, sent: &str) -> bool {
        hex(&self.form).as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

/// What each form and each script of a session sends back. It follows from the session's secret, one-way.
pub(crate) fn form_mark(session: &Session) -> String {
    hex(&session.form)
}

/// Lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_form() {
        let secret = Secret::of([0xa5; 32]);
        assert_eq!(Secret::parse(&secret.text()).map(|again| again.digest()), Some(secret.digest()));
        let upper = secret.text().to_uppercase();
        for text in ["", "a5", &upper, &"+5".repeat(32), &"é".repeat(32), &"a5".repeat(33)] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_form_belongs_to_its_session() {
        let (ours, theirs) = (Secret::of([1; 32]), Secret::of([2; 32]));
        let (ours, theirs) = (Session::of(&ours, Way::Link), Session::of(&theirs, Way::Link));
        assert!(ours.is_form_mark(&form_mark(&ours)));
        assert!(!ours.is_form_mark(&form_mark(&theirs)) && !ours.is_form_mark(""));
        assert_ne!(form_mark(&ours), hex(&ours.digest));
    }
}
