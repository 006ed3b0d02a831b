//! The secret keys of one party in one accord: 32-byte seeds, one file each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use detente_accord::record::sealed::SealingSecret;
use detente_accord::record::{KeySet, KeySetFields, LogId, MlDsaKey, Names, Office};
use detente_accord::{Entropy, PublicKey, Rejection, SecretKey};
use detente_store::record::{
    CosignerSeeds, Error as RecordError, LogSeeds, SignerSeeds, read_seed, write_seed,
};
use detente_tlog::{CosignerKey, KeyName};
use zeroize::Zeroizing;

use crate::Error;

type Seed = Zeroizing<[u8; 32]>;

/// The seeds of one epoch, without that of the desk, which is the card's. Wiped on drop; no `Debug`, no `Clone`.
pub(crate) struct EpochSeeds {
    log_ed: Seed,
    log_pq: Seed,
    mirror_ed: Seed,
    mirror_pq: Seed,
    offices: BTreeMap<Office, Seed>,
}

/// The seeds that outlive epochs.
pub(crate) struct LastingSeeds {
    recovery: Seed,
    sealing: Seed,
    transport: Seed,
}

impl EpochSeeds {
    /// Fresh seeds, with one for each office besides the desk.
    pub(crate) fn draw(offices: &[Office], entropy: &mut Entropy) -> EpochSeeds {
        let mut seed = || Zeroizing::new(entropy.draw());
        EpochSeeds {
            log_ed: seed(),
            log_pq: seed(),
            mirror_ed: seed(),
            mirror_pq: seed(),
            offices: offices.iter().map(|office| (office.clone(), seed())).collect(),
        }
    }

    /// The public half.
    ///
    /// # Errors
    /// [`Rejection::BadKey`] if the desk key is one of them.
    pub(crate) fn key_set(&self, desk: &PublicKey) -> Result<KeySet, Rejection> {
        let ed = |seed: &Seed| SecretKey::from_seed(seed).public();
        let mut roles: BTreeMap<Office, PublicKey> =
            self.offices.iter().map(|(office, seed)| (office.clone(), ed(seed))).collect();
        roles.insert(desk_office(), *desk);
        KeySet::new(KeySetFields {
            log_ed: ed(&self.log_ed),
            log_pq: Some(ml_dsa(&self.log_pq)?),
            mirror_ed: ed(&self.mirror_ed),
            mirror_pq: Some(ml_dsa(&self.mirror_pq)?),
            roles,
        })
    }

    /// The names under which they are kept.
    fn named(&self, epoch: u64) -> Vec<(String, &Seed)> {
        let offices = self.offices.iter().map(|(office, seed)| (format!("office-{office}-{epoch}"), seed));
        let heads = [
            (format!("log-{epoch}"), &self.log_ed),
            (format!("log-pq-{epoch}"), &self.log_pq),
            (format!("mirror-{epoch}"), &self.mirror_ed),
            (format!("mirror-pq-{epoch}"), &self.mirror_pq),
        ];
        heads.into_iter().chain(offices).collect()
    }

    /// What the signer needs for our log and for cosigning.
    pub(crate) fn signer(&self, names: &Names, log: &LogId, is_observer: bool) -> SignerSeeds {
        let cosigner =
            |name| CosignerSeeds { name, ed25519: *self.mirror_ed, ml_dsa_44: Some(*self.mirror_pq) };
        let own =
            LogSeeds { origin: names.origin(log), ed25519: *self.log_ed, ml_dsa_44: Some(*self.log_pq) };
        SignerSeeds {
            logs: vec![own],
            mirror: Some(cosigner(names.mirror(log))),
            witness: is_observer.then(|| cosigner(names.witness(log))),
        }
    }

    /// The secret key of an office besides the desk.
    pub(crate) fn office(&self, office: &Office) -> Option<SecretKey> {
        self.offices.get(office).map(|seed| SecretKey::from_seed(seed))
    }
}

impl LastingSeeds {
    /// Fresh seeds.
    pub(crate) fn draw(entropy: &mut Entropy) -> LastingSeeds {
        let mut seed = || Zeroizing::new(entropy.draw());
        LastingSeeds { recovery: seed(), sealing: seed(), transport: seed() }
    }

    /// Signs a freeze when all else is lost.
    pub(crate) fn recovery(&self) -> SecretKey {
        SecretKey::from_seed(&self.recovery)
    }

    /// Opens sealed content.
    pub(crate) fn sealing(&self) -> SealingSecret {
        SealingSecret::from_seed(&self.sealing)
    }

    /// Shows who we are on a link.
    pub(crate) fn transport(&self) -> SecretKey {
        SecretKey::from_seed(&self.transport)
    }
}

/// The folder of seeds: a file a key, 0600 in 0700. A file that is there is never replaced.
pub(crate) struct Keyring(PathBuf);

impl Keyring {
    pub(crate) fn at(folder: PathBuf) -> Keyring {
        Keyring(folder)
    }

    /// Writes the first two epochs and what lasts.
    pub(crate) fn create(&self, epochs: [&EpochSeeds; 2], lasting: &LastingSeeds) -> Result<(), Error> {
        for (epoch, seeds) in (0..).zip(epochs) {
            self.put_epoch(epoch, seeds)?;
        }
        self.put("recovery", &lasting.recovery)?;
        self.put("sealing", &lasting.sealing)?;
        self.put("transport", &lasting.transport)
    }

    /// Takes over all keys of another folder.
    pub(crate) fn copy_from(&self, other: &Keyring, offices: &[Office]) -> Result<(), Error> {
        self.create([&other.epoch(0, offices)?, &other.epoch(1, offices)?], &other.lasting()?)
    }

    fn put_epoch(&self, epoch: u64, seeds: &EpochSeeds) -> Result<(), Error> {
        seeds.named(epoch).into_iter().try_for_each(|(name, seed)| self.put(&name, seed))
    }

    /// Adds those keys of an epoch that are not there yet.
    pub(crate) fn complete_epoch(&self, epoch: u64, seeds: &EpochSeeds) -> Result<(), Error> {
        for (name, seed) in seeds.named(epoch) {
            if read_seed(&self.0, &name)?.is_none() {
                write_seed(&self.0, &name, seed)?;
            }
        }
        Ok(())
    }

    pub(crate) fn epoch(&self, epoch: u64, offices: &[Office]) -> Result<EpochSeeds, Error> {
        let office = |office: &Office| Ok((office.clone(), self.get(&format!("office-{office}-{epoch}"))?));
        Ok(EpochSeeds {
            log_ed: self.get(&format!("log-{epoch}"))?,
            log_pq: self.get(&format!("log-pq-{epoch}"))?,
            mirror_ed: self.get(&format!("mirror-{epoch}"))?,
            mirror_pq: self.get(&format!("mirror-pq-{epoch}"))?,
            offices: offices.iter().map(office).collect::<Result<_, Error>>()?,
        })
    }

    pub(crate) fn lasting(&self) -> Result<LastingSeeds, Error> {
        Ok(LastingSeeds {
            recovery: self.get("recovery")?,
            sealing: self.get("sealing")?,
            transport: self.get("transport")?,
        })
    }

    fn get(&self, name: &str) -> Result<Seed, Error> {
        read_seed(&self.0, name)?.ok_or_else(|| RecordError::Missing(self.0.join(name)).into())
    }

    fn put(&self, name: &str, seed: &Seed) -> Result<(), Error> {
        match read_seed(&self.0, name)? {
            Some(held) if held == *seed => Ok(()),
            Some(_) => Err(RecordError::Exists(Path::new(&self.0).join(name)).into()),
            None => Ok(write_seed(&self.0, name, seed)?),
        }
    }
}

/// The office that every party has: its key is the desk key of the card, so that statements of an exchange by
/// files verify from the charter.
pub(crate) fn desk_office() -> Office {
    Office::parse("desk").expect("the name of an office")
}

fn ml_dsa(seed: &Seed) -> Result<MlDsaKey, Rejection> {
    // The name is part of a key's id, never of the key.
    let name = KeyName::parse("key").map_err(Rejection::Log)?;
    let public = CosignerKey::ml_dsa_44(name, seed)?.verifier().public_bytes();
    let public: [u8; MlDsaKey::BYTES] = public.try_into().map_err(|_| Rejection::BadKey)?;
    MlDsaKey::admit(&public)
}
