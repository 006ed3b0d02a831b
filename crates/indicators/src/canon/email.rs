//! Type 6: e-mail addresses. The local part is a dot-atom of RFC 5322 with the characters of RFC 6531; quoted
//! local parts and address literals are refused. Dots and +tags are kept.

use unicode_normalization::UnicodeNormalization;

use super::{name, open, seal};
use crate::{Kind, Reason};

/// `local@domain`.
pub(super) fn email(text: &str, out: &mut Vec<u8>) -> Result<Kind, Reason> {
    let (local, domain) = text.rsplit_once('@').ok_or(Reason::BadEmail)?;
    let start = open(Kind::Email, out);
    append_local(local, out)?;
    out.push(b'@');
    name::append(domain, out).map_err(|_| Reason::BadEmail)?;
    seal(start, out, Reason::BadEmail)?;
    Ok(Kind::Email)
}

fn append_local(local: &str, out: &mut Vec<u8>) -> Result<(), Reason> {
    if local.is_ascii() {
        check(local)?;
        out.extend(local.bytes().map(|byte| byte.to_ascii_lowercase()));
        return Ok(());
    }
    // Lower case can leave NFC (a letter that exists composed in upper case only), and NFC can expose a
    // letter with a lower case: the second round settles both.
    let once = folded(local);
    let local = folded(&once);
    check(&local)?;
    out.extend_from_slice(local.as_bytes());
    Ok(())
}

fn folded(local: &str) -> String {
    local.nfc().collect::<String>().to_lowercase().nfc().collect()
}

fn check(local: &str) -> Result<(), Reason> {
    let is_dot_atom = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_text));
    if is_dot_atom { Ok(()) } else { Err(Reason::BadEmail) }
}

fn is_atom_text(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character)
    } else {
        !character.is_control() && !character.is_whitespace()
    }
}
