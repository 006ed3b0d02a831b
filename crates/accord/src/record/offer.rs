//! The offer: what a party hands to another before there is an accord. It is no statement.

use detente_psi::Time;
use sha2::{Digest, Sha256};

use super::keyset::{optional_bytes, optional_value, refuse_repeated};
use super::party::Party;
use super::rules::version;
use super::sealed::SealingKey;
use crate::fields;
use crate::jcs::Value;
use crate::limits::OFFER_BYTES_MAX;
use crate::{PublicKey, Rejection, SecretKey, b64};

const PART: &str = "offer";
const KIND: &str = "detente/offer";
const CONTEXT: &[u8] = b"detente/offer/v1\0";

/// What an [`Offer`] is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferFields {
    /// When the party says it made the offer.
    pub made: Time,
    /// The party, with keys made for this accord alone.
    pub party: Party,
    /// To which content is sealed, if the party has made such a key.
    pub sealing: Option<SealingKey>,
    /// Which it shows on a link, if the party has made such a key.
    pub transport: Option<PublicKey>,
}

/// An offer whose signature by the party's root key was checked, with its exact bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    bytes: Vec<u8>,
    fields: OfferFields,
}

impl Offer {
    /// Signs an offer with the party's root key.
    ///
    /// # Errors
    /// [`Rejection::OtherIdentity`] if `root` is not the party's root key; [`Rejection::BadKey`] if the transport
    /// key stands for another purpose too.
    pub fn make(fields: OfferFields, root: &SecretKey) -> Result<Offer, Rejection> {
        if root.public() != *fields.party.root() {
            return Err(Rejection::OtherIdentity);
        }
        let sealing = fields.sealing.as_ref().map(SealingKey::bytes);
        let transport = fields.transport.as_ref().map(|key| key.bytes().as_slice());
        let mut value = Value::object([
            ("v", Value::Integer(1)),
            ("kind", Value::text(KIND)),
            ("made", Value::Integer(fields.made.0)),
            ("party", fields.party.to_value()),
            ("sealing", optional_value(sealing.as_deref())),
            ("transport", optional_value(transport)),
        ]);
        let signature = root.sign(&signed_bytes(&value));
        if let Value::Object(members) = &mut value {
            members.insert("sig".to_owned(), Value::text(b64::encode(&signature)));
        }
        Offer::read(&value.encode())
    }

    /// Reads an offer and checks that the root key in it signed. Whose key that is, people compare.
    ///
    /// # Errors
    /// [`Rejection::NotCanonical`], [`Rejection::BadField`], [`Rejection::BadKey`], [`Rejection::BadSignature`].
    pub fn read(bytes: &[u8]) -> Result<Offer, Rejection> {
        let bad = |field| Rejection::BadField { part: PART, field };
        if bytes.len() > OFFER_BYTES_MAX {
            return Err(bad("size"));
        }
        let mut value =
            Value::decode(bytes).map_err(|fault| Rejection::NotCanonical { part: PART, fault })?;
        let Value::Object(members) = &mut value else { return Err(bad("object")) };
        let Some(Value::Text(signature)) = members.remove("sig") else { return Err(bad("sig")) };
        let signature = b64::decode(&signature).ok_or(bad("sig"))?;
        let signed = signed_bytes(&value);

        let mut fields = fields::Fields::of(value, PART)?;
        version(&mut fields)?;
        fields.constant("kind", KIND)?;
        let made = Time(fields.integer("made")?);
        let party = Party::from_value(fields.take("party")?)?;
        let sealing = optional_bytes::<{ SealingKey::BYTES }>(&mut fields, "sealing")?;
        let sealing = sealing.map(|key| SealingKey::admit(&key)).transpose()?;
        let transport = optional_bytes(&mut fields, "transport")?;
        let transport = transport.map(|key| PublicKey::admit(&key)).transpose()?;
        fields.finish()?;
        refuse_repeated(party.raw_keys().chain(transport.iter().map(|key| key.bytes().as_slice())))?;
        party.root().verify(&signed, &signature, PART)?;
        Ok(Offer { bytes: bytes.to_vec(), fields: OfferFields { made, party, sealing, transport } })
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the bytes: how statements name an offer.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// When the party says it made the offer.
    pub fn made(&self) -> Time {
        self.fields.made
    }

    /// The party.
    pub fn party(&self) -> &Party {
        &self.fields.party
    }

    /// To which content is sealed.
    pub fn sealing(&self) -> Option<&SealingKey> {
        self.fields.sealing.as_ref()
    }

    /// Which it shows on a link.
    pub fn transport(&self) -> Option<&PublicKey> {
        self.fields.transport.as_ref()
    }
}

/// What the root key signs: everything but the signature.
fn signed_bytes(unsigned: &Value) -> Vec<u8> {
    [CONTEXT, &unsigned.encode()].concat()
}
