//! The card: what a party hands to a peer so that the two can compare one key and trust the rest.
//!
//! A card is canonical JSON signed by the identity key. People compare six words, which stand for the
//! identity key alone; so a later revision with further keys needs no new comparison.

pub mod import;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::code_words;
use crate::fields;
use crate::jcs::{self, Value};
use crate::limits::{CARD_BYTES_MAX, NAME_BYTES_MAX};
use crate::{PartyId, PublicKey, Rejection, SecretKey, b64};

/// Purpose of the key that signs statements: the office `desk`.
pub const DESK: &str = "desk";
/// Purpose of the key that signs files.
pub const NODE: &str = "node";

const CONTEXT: &[u8] = b"detente/card/v1\0";
const WORDS_CONTEXT: &[u8] = b"detente/card-words/v1\0";
const PART: &str = "card";
/// Most keys a card may list.
const KEYS_MAX: usize = 32;
/// Most addresses a card may list.
pub const ADDRESSES_MAX: usize = 4;

/// What a card says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFields {
    /// The party id.
    pub id: PartyId,
    /// The display name.
    pub name: String,
    /// How to reach a person there; may be empty.
    pub contact: String,
    /// Raised with every change; a lower one never replaces a higher one.
    pub revision: u64,
    /// Public keys by purpose, [`DESK`] and [`NODE`] among them.
    pub keys: BTreeMap<String, PublicKey>,
    /// How its node is reached over a link; homes made before there were links have none.
    pub link: Option<Link>,
}

/// The keys of a link, pinned by whoever holds the card, and where the node listens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The raw public key of TLS (RFC 7250).
    pub tls: PublicKey,
    /// SHA-256 of the ML-DSA-44 public key (1,312 bytes) that signs the channel beside [`NODE`].
    pub pq: [u8; 32],
    /// Addresses with ports, at most [`ADDRESSES_MAX`]; none: this node calls, and is not called.
    pub at: Vec<SocketAddr>,
}

/// A card whose signature was checked, with its exact bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Card {
    bytes: Vec<u8>,
    identity: PublicKey,
    desk: PublicKey,
    node: PublicKey,
    fields: CardFields,
}

impl Card {
    /// Signs a card with the identity key.
    ///
    /// # Errors
    /// [`Rejection::BadField`] where a name is empty, too long or holds control characters;
    /// [`Rejection::BadKey`] where two purposes share a key.
    pub fn sign(fields: CardFields, identity: &SecretKey) -> Result<Card, Rejection> {
        check_names(&fields.name, &fields.contact)?;
        let keys =
            fields.keys.iter().map(|(purpose, key)| (purpose.clone(), Value::text(b64::encode(key.bytes()))));
        let mut members = BTreeMap::from([
            ("v".to_owned(), Value::Integer(1)),
            ("kind".to_owned(), Value::text("detente/card")),
            ("id".to_owned(), Value::text(fields.id.as_str())),
            ("name".to_owned(), Value::text(fields.name.as_str())),
            ("contact".to_owned(), Value::text(fields.contact.as_str())),
            ("revision".to_owned(), Value::Integer(fields.revision)),
            ("identity".to_owned(), Value::text(b64::encode(identity.public().bytes()))),
            ("keys".to_owned(), Value::Object(keys.collect())),
        ]);
        if let Some(link) = &fields.link {
            members.insert("link".to_owned(), write_link(link));
        }
        let signature = identity.sign(&signed_bytes(&members));
        members.insert("sig".to_owned(), Value::text(b64::encode(&signature)));
        Card::read(&Value::Object(members).encode())
    }

    /// Reads a card and checks its signature. A line feed at the end is allowed: cards go through mail.
    ///
    /// # Errors
    /// [`Rejection::BadMagic`] if this is no card at all, otherwise the fault by name.
    pub fn read(bytes: &[u8]) -> Result<Card, Rejection> {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if !looks_like_card(bytes) {
            return Err(Rejection::BadMagic);
        }
        let decode =
            |bytes| Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: PART, fault });
        let Value::Object(members) = decode(bytes)? else { return Err(Rejection::BadMagic) };
        let mut unsigned = members.clone();
        unsigned.remove("sig");

        let mut fields = fields::Fields::of(Value::Object(members), PART)?;
        let signature = fields.bytes::<64>("sig")?;
        let identity = PublicKey::admit(&fields.bytes("identity")?)?;
        identity.verify(&signed_bytes(&unsigned), &signature, PART)?;

        if fields.integer("v")? != 1 {
            return Err(fields.bad("v"));
        }
        fields.constant("kind", "detente/card")?;
        let id = fields.party("id")?;
        let name = fields.text("name")?;
        let contact = fields.text("contact")?;
        check_names(&name, &contact)?;
        let revision = fields.integer("revision")?;
        let keys = read_keys(fields.object("keys")?, &identity)?;
        let key = |purpose: &str| keys.get(purpose).copied();
        let desk = key(DESK).ok_or(fields.bad("keys.desk"))?;
        let node = key(NODE).ok_or(fields.bad("keys.node"))?;
        let link = fields.take_optional("link").map(read_link).transpose()?;
        if let Some(link) = &link
            && (link.tls == identity || keys.values().any(|key| *key == link.tls))
        {
            return Err(Rejection::BadKey);
        }
        fields.finish()?;
        let fields = CardFields { id, name, contact, revision, keys, link };
        Ok(Card { bytes: bytes.to_vec(), identity, desk, node, fields })
    }

    /// The exact signed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the card says.
    pub fn fields(&self) -> &CardFields {
        &self.fields
    }

    /// The party id.
    pub fn id(&self) -> &PartyId {
        &self.fields.id
    }

    /// The identity key, which the six words stand for.
    pub fn identity(&self) -> &PublicKey {
        &self.identity
    }

    /// The key that signs statements.
    pub fn desk(&self) -> &PublicKey {
        &self.desk
    }

    /// The key that signs files.
    pub fn node(&self) -> &PublicKey {
        &self.node
    }

    /// The six words of the identity key.
    pub fn words(&self) -> [&'static str; 6] {
        code_words::six(WORDS_CONTEXT, self.identity.bytes())
    }

    /// Whether people who read `said` aloud hold the same key: the six words, in order, without regard to
    /// case and spacing.
    pub fn words_are(&self, said: &str) -> bool {
        code_words::are_said(&self.words(), said)
    }

    /// Whether this card may take the place of `held`, a card of the same party id.
    ///
    /// # Errors
    /// [`Rejection::OtherIdentity`], [`Rejection::OlderCard`]; two different cards of one revision count as
    /// older, because nobody can tell which came last.
    pub fn replaces(&self, held: &Card) -> Result<(), Rejection> {
        if self.identity != held.identity {
            return Err(Rejection::OtherIdentity);
        }
        let (held_revision, came) = (held.fields.revision, self.fields.revision);
        if came < held_revision || (came == held_revision && self.bytes != held.bytes) {
            return Err(Rejection::OlderCard { held: held_revision, came });
        }
        Ok(())
    }
}

/// Whether the bytes begin as a card does. Canonical form sorts the keys, so a card always begins with its
/// contact.
fn looks_like_card(bytes: &[u8]) -> bool {
    bytes.len() <= CARD_BYTES_MAX && bytes.starts_with(b"{\"contact\":")
}

fn signed_bytes(unsigned: &BTreeMap<String, Value>) -> Vec<u8> {
    [CONTEXT, &Value::Object(unsigned.clone()).encode()].concat()
}

fn check_names(name: &str, contact: &str) -> Result<(), Rejection> {
    let bad = |field| Err(Rejection::BadField { part: PART, field });
    match () {
        () if name.is_empty() || !is_name(name) => bad("name"),
        () if !is_name(contact) => bad("contact"),
        () => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= NAME_BYTES_MAX && jcs::is_allowed_text(text) && !text.contains(['\n', '\t'])
}

fn read_keys(
    keys: BTreeMap<String, Value>,
    identity: &PublicKey,
) -> Result<BTreeMap<String, PublicKey>, Rejection> {
    if keys.len() > KEYS_MAX {
        return Err(Rejection::BadField { part: PART, field: "keys" });
    }
    let mut admitted: BTreeMap<String, PublicKey> = BTreeMap::new();
    for (purpose, key) in keys {
        let Value::Text(key) = key else { return Err(Rejection::BadField { part: PART, field: "keys" }) };
        let key = b64::decode(&key).ok_or(Rejection::BadField { part: PART, field: "keys" })?;
        let key = PublicKey::admit(&key)?;
        if key == *identity || admitted.values().any(|other| *other == key) {
            return Err(Rejection::BadKey);
        }
        admitted.insert(purpose, key);
    }
    Ok(admitted)
}

fn write_link(link: &Link) -> Value {
    Value::Object(BTreeMap::from([
        ("at".to_owned(), Value::Array(link.at.iter().map(|at| Value::text(at.to_string())).collect())),
        ("pq".to_owned(), Value::text(b64::encode(&link.pq))),
        ("tls".to_owned(), Value::text(b64::encode(link.tls.bytes()))),
    ]))
}

fn read_link(value: Value) -> Result<Link, Rejection> {
    let mut fields = fields::Fields::of(value, PART)?;
    let bad = fields.bad("link.at");
    let mut at = Vec::new();
    for address in fields.array("at", ADDRESSES_MAX)? {
        let Value::Text(text) = address else { return Err(bad) };
        let address: SocketAddr = text.parse().map_err(|_| bad.clone())?;
        // One form only, or two cards that say the same would differ.
        if address.to_string() != text || at.contains(&address) {
            return Err(bad);
        }
        at.push(address);
    }
    let tls = PublicKey::admit(&fields.bytes("tls")?)?;
    let pq = fields.bytes("pq")?;
    fields.finish()?;
    Ok(Link { tls, pq, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn card(id: &str, revision: u64) -> Card {
        let identity = SecretKey::from_seed(&[1; 32]);
        let key = |seed| SecretKey::from_seed(&[seed; 32]).public();
        let keys = BTreeMap::from([(DESK.to_owned(), key(2)), (NODE.to_owned(), key(3))]);
        let id = PartyId::parse(id).unwrap();
        let fields = CardFields {
            id,
            name: "CERT-A".into(),
            contact: "soc@a.example".into(),
            revision,
            keys,
            link: None,
        };
        Card::sign(fields, &identity).unwrap()
    }

    #[test]
    fn link_keys_come_back_and_are_no_other_key() {
        let identity = SecretKey::from_seed(&[1; 32]);
        let link = |tls: u8, at: &[&str]| Link {
            tls: SecretKey::from_seed(&[tls; 32]).public(),
            pq: [9; 32],
            at: at.iter().map(|at| at.parse().unwrap()).collect(),
        };
        let sign = |link: Link| {
            let fields = CardFields { link: Some(link), ..card("a", 1).fields().clone() };
            Card::sign(fields, &identity)
        };
        let reachable = link(4, &["192.0.2.1:7447", "[2001:db8::1]:7447"]);
        assert_eq!(sign(reachable.clone()).unwrap().fields().link, Some(reachable));
        for taken in [1, 2, 3] {
            assert_eq!(sign(link(taken, &[])), Err(Rejection::BadKey));
        }
        let twice = link(4, &["192.0.2.1:7447", "192.0.2.1:7447"]);
        assert_eq!(sign(twice), Err(Rejection::BadField { part: PART, field: "link.at" }));
    }

    #[test]
    fn every_flipped_byte_is_caught() {
        let bytes = card("a", 1).bytes().to_vec();
        for i in 0..bytes.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[i] ^= bit;
                assert!(Card::read(&flipped).is_err(), "byte {i}");
            }
        }
    }

    #[test]
    fn words_ignore_case_and_spacing_but_not_order() {
        let card = card("a", 1);
        let words = card.words();
        assert!(card.words_are(&words.join("   ").to_uppercase()));
        let mut swapped = words;
        swapped.swap(0, 1);
        assert!(!card.words_are(&swapped.join(" ")));
        assert!(!card.words_are(&words[..5].join(" ")));
    }

    #[test]
    fn lower_revision_does_not_replace() {
        assert_eq!(card("a", 1).replaces(&card("a", 2)), Err(Rejection::OlderCard { held: 2, came: 1 }));
        assert_eq!(card("a", 3).replaces(&card("a", 2)), Ok(()));
        assert_eq!(card("a", 2).replaces(&card("a", 2)), Ok(()));
    }
}
