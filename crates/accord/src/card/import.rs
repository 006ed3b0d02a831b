//! Contacts from files that teams publish already: security.txt (RFC 9116) and the text of RFC 2350.
//!
//! What is read is what the file says; nobody vouches for it here. A file signed with OpenPGP is read without its
//! armour, and its signature is not checked.

use std::fmt;

use crate::limits::{CONTACT_FILE_BYTES_MAX, CONTACTS_MAX, NAME_BYTES_MAX};

/// What a file of contacts is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// RFC 9116.
    SecurityTxt,
    /// RFC 2350.
    Rfc2350,
}

/// What a file of contacts says, as far as a card has room for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// What it is.
    pub kind: Kind,
    /// Whether an OpenPGP signature was around it, which was not checked.
    pub armoured: bool,
    /// The name of the team.
    pub name: Option<String>,
    /// How to reach it, best first.
    pub contacts: Vec<String>,
    /// Until when the file holds, as it says.
    pub expires: Option<String>,
    /// Its languages.
    pub languages: Option<String>,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// Where its OpenPGP key is.
    pub key: Option<String>,
}

/// Why a file of contacts is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotContacts {
    /// Too large, or no text.
    NotText,
    /// Neither of the two kinds.
    UnknownKind,
    /// No contact in it.
    NoContact,
    /// A security.txt without its one `Expires`.
    Expires,
    /// An armour that does not end.
    Armour,
}

impl NotContacts {
    /// The stable kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            NotContacts::NotText => "not-text",
            NotContacts::UnknownKind => "unknown-kind",
            NotContacts::NoContact => "no-contact",
            NotContacts::Expires => "expires-not-once",
            NotContacts::Armour => "armour-open",
        }
    }
}

impl fmt::Display for NotContacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotContacts::NotText => "it is too large, or no text",
            NotContacts::UnknownKind => "it is neither a security.txt nor an RFC 2350 text",
            NotContacts::NoContact => "it names no contact",
            NotContacts::Expires => "a security.txt says exactly once when it expires",
            NotContacts::Armour => "the OpenPGP armour around it does not end",
        })
    }
}

impl std::error::Error for NotContacts {}

impl Imported {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it is not taken.
    pub fn read(bytes: &[u8]) -> Result<Imported, NotContacts> {
        let text = Some(bytes).filter(|bytes| bytes.len() <= CONTACT_FILE_BYTES_MAX);
        let text = text.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(NotContacts::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (lines, armoured) = without_armour(text)?;
        let imported = match fields(&lines) {
            fields if fields.iter().any(|(name, _)| name == "contact") => security_txt(&fields)?,
            _ => rfc_2350(&lines)?,
        };
        Ok(Imported { armoured, ..imported })
    }

    /// The contacts as the one line of a card: as many as fit.
    pub fn line(&self) -> String {
        let mut line = String::new();
        for contact in &self.contacts {
            let joint = if line.is_empty() { "" } else { ", " };
            if line.len() + joint.len() + contact.len() <= NAME_BYTES_MAX {
                line += joint;
                line += contact;
            }
        }
        line
    }
}

const SIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";

/// The lines, without the armour of a clear-signed text.
fn without_armour(text: &str) -> Result<(Vec<&str>, bool), NotContacts> {
    let mut lines = text.lines().map(str::trim_end);
    if !text.trim_start().starts_with(SIGNED) {
        return Ok((lines.collect(), false));
    }
    // After the first line come headers, an empty line, the text.
    lines.by_ref().find(|line| line.is_empty()).ok_or(NotContacts::Armour)?;
    let mut inside = Vec::new();
    for line in lines {
        if line == SIGNATURE {
            return Ok((inside, true));
        }
        inside.push(line.strip_prefix("- ").unwrap_or(line));
    }
    Err(NotContacts::Armour)
}

/// `name: value` lines, names in lower case; comments left out.
fn fields<'t>(lines: &[&'t str]) -> Vec<(String, &'t str)> {
    let field = |line: &&'t str| {
        let (name, value) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
        is_name.then(|| (name.to_lowercase(), value.trim()))
    };
    lines.iter().filter_map(field).collect()
}

fn security_txt(fields: &[(String, &str)]) -> Result<Imported, NotContacts> {
    let all = |wanted: &str| {
        let values = fields.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| *value);
        values.filter(|value| is_plain(value)).map(str::to_owned).collect::<Vec<String>>()
    };
    let contacts: Vec<String> = all("contact").iter().take(CONTACTS_MAX).map(|uri| plain_uri(uri)).collect();
    if contacts.is_empty() {
        return Err(NotContacts::NoContact);
    }
    let expires = all("expires");
    let [expires] = expires.as_slice() else { return Err(NotContacts::Expires) };
    Ok(Imported {
        kind: Kind::SecurityTxt,
        armoured: false,
        name: None,
        contacts,
        expires: Some(expires.clone()),
        languages: all("preferred-languages").into_iter().next(),
        time_zone: None,
        key: all("encryption").into_iter().next(),
    })
}

/// An address without the scheme that only machines need.
fn plain_uri(uri: &str) -> String {
    let bare = uri.strip_prefix("mailto:").or_else(|| uri.strip_prefix("tel:")).unwrap_or(uri);
    bare.to_owned()
}

/// The headings of RFC 2350's template that a card has room for.
const NAME: &str = "name of the team";
const MAIL: &str = "electronic mail address";
const TELEPHONE: &str = "telephone number";
const ZONE: &str = "time zone";

fn rfc_2350(lines: &[&str]) -> Result<Imported, NotContacts> {
    let under = |wanted: &str| sections(lines).into_iter().find(|(heading, _)| heading == wanted);
    let name = under(NAME).and_then(|(_, lines)| lines.first().map(|line| (*line).to_owned()));
    if name.is_none() && under(MAIL).is_none() {
        return Err(NotContacts::UnknownKind);
    }
    let listed = |wanted: &str| under(wanted).into_iter().flat_map(|(_, lines)| lines).map(str::to_owned);
    let mails = under(MAIL).into_iter().flat_map(|(_, lines)| lines).flat_map(addresses);
    let contacts: Vec<String> = mails.chain(listed(TELEPHONE)).take(CONTACTS_MAX).collect();
    if contacts.is_empty() {
        return Err(NotContacts::NoContact);
    }
    Ok(Imported {
        kind: Kind::Rfc2350,
        armoured: false,
        name: name.filter(|name| name.len() <= NAME_BYTES_MAX),
        contacts,
        expires: None,
        languages: None,
        time_zone: listed(ZONE).next(),
        key: None,
    })
}

/// Headings in lower case, without their numbers, each with the lines below it that say something.
fn sections<'t>(lines: &[&'t str]) -> Vec<(String, Vec<&'t str>)> {
    let mut sections: Vec<(String, Vec<&'t str>)> = Vec::new();
    for line in lines.iter().map(|line| line.trim()).filter(|line| is_plain(line)) {
        match (heading(line), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading, Vec::new())),
            (None, Some((_, under))) => under.push(line),
            (None, None) => {}
        }
    }
    sections
}

/// `2.7 Electronic Mail Address`, with or without a dot behind the number.
fn heading(line: &str) -> Option<String> {
    let (number, title) = line.split_once(char::is_whitespace)?;
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.contains('.')
        && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let title = title.trim().trim_end_matches(':').to_lowercase();
    (is_number && title.starts_with(|c: char| c.is_alphabetic())).then_some(title)
}

/// The words of a line that are addresses.
fn addresses(line: &str) -> impl Iterator<Item = String> {
    let words = line.split([' ', '\t', ',', ';', '<', '>', '(', ')']);
    words
        .filter(|word| {
            word.split_once('@').is_some_and(|(at, domain)| !at.is_empty() && domain.contains('.'))
        })
        .map(|word| word.trim_end_matches('.').to_owned())
}

/// Whether a line can stand on a card.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TXT: &str = "# a comment: here\nContact: mailto:soc@a.example\nContact: https://a.example/report\n\
        Expires: 2027-01-01T00:00:00Z\nPreferred-Languages: en, de\nEncryption: https://a.example/key.asc\n";

    #[test]
    fn a_security_txt_gives_its_contacts_in_order() {
        let read = Imported::read(TXT.as_bytes()).unwrap();
        assert_eq!(read.kind, Kind::SecurityTxt);
        assert_eq!(read.line(), "soc@a.example, https://a.example/report");
        assert_eq!(read.expires.as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!((read.languages.as_deref(), read.armoured), (Some("en, de"), false));
    }

    #[test]
    fn a_signed_one_is_read_and_said_to_be() {
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- {TXT}-----BEGIN PGP SIGNATURE-----\nxyz\n-----END PGP SIGNATURE-----\n"
        );
        let read = Imported::read(signed.as_bytes()).unwrap();
        assert!(read.armoured);
        assert_eq!(read.contacts.len(), 2);
        let open = signed.split_once("-----BEGIN PGP SIGNATURE").unwrap().0;
        assert_eq!(Imported::read(open.as_bytes()), Err(NotContacts::Armour));
    }

    #[test]
    fn a_template_gives_name_mail_and_telephone() {
        let text = "1. Document Information\n1.1 Date of Last Update\n 2026-01-01\n2. Contact Information\n\
            2.1 Name of the Team\n  CERT-A, the team of A\n2.3 Time Zone\n  CET, UTC+1\n2.4. Telephone Number\n  +49 30 0000\n\
            2.7 Electronic Mail Address\n  <cert@a.example>. Read daily.\n2.8 Public Keys\n  none\n";
        let read = Imported::read(text.as_bytes()).unwrap();
        assert_eq!((read.kind, read.name.as_deref()), (Kind::Rfc2350, Some("CERT-A, the team of A")));
        assert_eq!(read.contacts, ["cert@a.example", "+49 30 0000"]);
        assert_eq!(read.time_zone.as_deref(), Some("CET, UTC+1"));
    }

    #[test]
    fn what_is_none_of_them_is_refused_by_name() {
        let refused = |text: &str| Imported::read(text.as_bytes()).unwrap_err().name();
        assert_eq!(refused("Dear all,\nnothing here\n"), "unknown-kind");
        assert_eq!(refused("Contact: mailto:a@b.example\n"), "expires-not-once");
        assert_eq!(refused(&format!("{TXT}Expires: 2028-01-01T00:00:00Z\n")), "expires-not-once");
        assert_eq!(refused("Contact:\nExpires: 2027-01-01T00:00:00Z\n"), "no-contact");
        assert_eq!(refused(&"x".repeat(CONTACT_FILE_BYTES_MAX + 1)), "not-text");
        assert_eq!(Imported::read(&[0xff]).unwrap_err().name(), "not-text");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_read_fits_on_a_card(lines in proptest::collection::vec("(Contact|Expires|2.7 Electronic Mail Address|2.1 Name of the Team|- |-----BEGIN PGP SIGNED MESSAGE-----)?:?[ -~\u{0}-\u{1f}\u{202e}@.]{0,90}", 0..12)) {
            if let Ok(read) = Imported::read(lines.join("\n").as_bytes()) {
                proptest::prop_assert!(!read.contacts.is_empty() && read.line().len() <= NAME_BYTES_MAX);
                proptest::prop_assert!(!read.line().chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn a_card_s_line_is_never_too_long() {
        let many: String = (0..40).map(|n| format!("Contact: mailto:someone-{n}@a.example\n")).collect();
        let read = Imported::read(format!("{many}Expires: x\n").as_bytes()).unwrap();
        assert_eq!(read.contacts.len(), CONTACTS_MAX);
        assert!(read.line().len() <= NAME_BYTES_MAX);
    }
}
