//! Passkeys, through the library that knows WebAuthn: its types stop here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use detente_store::officers::{StoredOfficer, StoredPasskey};
use serde_json::Value;
use webauthn_rs::prelude::{
    CredentialID, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder,
};

use super::{Place, Refusal};
use crate::exit::{Exit, Failure};

/// Checks passkeys for one place.
pub(super) struct Passkeys(Webauthn);

/// A registration that was begun.
pub(super) struct Registration(PasskeyRegistration);

/// A touch that was asked for.
pub(super) struct Asked(PasskeyAuthentication);

impl Passkeys {
    /// For pages at this place. Passkeys are bound to its name, not to its port: the origin is compared whole.
    pub(super) fn at(place: &Place) -> Result<Passkeys, Failure> {
        let failed = |what: String| Failure::new(Exit::Configuration, format!("passkeys: {what}"));
        let origin = Url::parse(place.origin()).map_err(|error| failed(error.to_string()))?;
        let built = WebauthnBuilder::new(place.name(), &origin).map(|builder| builder.rp_name("détente"));
        let built = built.and_then(WebauthnBuilder::build);
        built.map(Passkeys).map_err(|error| failed(error.to_string()))
    }

    /// What the browser is told for adding a passkey.
    pub(super) fn register(
        &self,
        officer: &StoredOfficer,
        held: &[StoredPasskey],
    ) -> Result<(Value, Registration), Refusal> {
        let held: Vec<CredentialID> = held.iter().map(|passkey| passkey.id.clone()).collect();
        let id = Uuid::from_bytes(officer.id);
        let begun = self.0.start_passkey_registration(id, &officer.name, &officer.name, Some(held));
        let (options, state) = begun.map_err(|_| Refusal::Internal)?;
        Ok((json(&options)?, Registration(state)))
    }

    /// The passkey that a browser made: its id, and what is kept of it.
    pub(super) fn registered(
        &self,
        asked: &Registration,
        credential: Value,
    ) -> Result<(Vec<u8>, String), Refusal> {
        let credential: RegisterPublicKeyCredential = read(credential)?;
        let passkey = self.0.finish_passkey_registration(&credential, &asked.0);
        let passkey = passkey.map_err(|_| Refusal::ApprovalNotValid)?;
        let body = serde_json::to_string(&passkey).map_err(|_| Refusal::Internal)?;
        Ok((passkey.cred_id().clone(), body))
    }

    /// What the browser is told for a touch of one of these. With a challenge of ours, the touch signs that.
    pub(super) fn ask(
        &self,
        held: &[StoredPasskey],
        challenge: Option<[u8; 32]>,
    ) -> Result<(Value, Asked), Refusal> {
        let held: Vec<Passkey> = held.iter().map(of_stored).collect::<Result<_, _>>()?;
        let (options, state) = self.0.start_passkey_authentication(&held).map_err(|_| Refusal::Internal)?;
        let (mut options, mut state) = (json(&options)?, json(&state)?);
        if let Some(challenge) = challenge {
            // The library draws challenges itself; ours stands in the same place on both sides, or nothing is asked.
            let challenge = Value::String(URL_SAFE_NO_PAD.encode(challenge));
            for place in [options.pointer_mut("/publicKey/challenge"), state.pointer_mut("/ast/challenge")] {
                *place.ok_or(Refusal::Internal)? = challenge.clone();
            }
        }
        Ok((options, Asked(serde_json::from_value(state).map_err(|_| Refusal::Internal)?)))
    }

    /// Checks a touch; gives the passkey that was touched as it is to be kept from now on.
    pub(super) fn touched(
        &self,
        asked: &Asked,
        held: &[StoredPasskey],
        credential: Value,
    ) -> Result<(Vec<u8>, String), Refusal> {
        let credential: PublicKeyCredential = read(credential)?;
        let result = self.0.finish_passkey_authentication(&credential, &asked.0);
        let result = result.map_err(|_| Refusal::ApprovalNotValid)?;
        let stored = held.iter().find(|passkey| &passkey.id == result.cred_id());
        let mut passkey = of_stored(stored.ok_or(Refusal::ApprovalNotValid)?)?;
        passkey.update_credential(&result);
        let body = serde_json::to_string(&passkey).map_err(|_| Refusal::Internal)?;
        Ok((passkey.cred_id().clone(), body))
    }
}

fn of_stored(stored: &StoredPasskey) -> Result<Passkey, Refusal> {
    serde_json::from_str(&stored.body).map_err(|_| Refusal::Internal)
}

fn json(of: &impl serde::Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(of).map_err(|_| Refusal::Internal)
}

fn read<T: serde::de::DeserializeOwned>(sent: Value) -> Result<T, Refusal> {
    serde_json::from_value(sent).map_err(|_| Refusal::BadRequest("this is no answer of a passkey".to_owned()))
}
