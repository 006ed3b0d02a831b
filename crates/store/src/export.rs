//! An exported home: keys and database in one file, sealed with a passphrase.
//!
//! Argon2id (RFC 9106) stretches the passphrase, XChaCha20-Poly1305 seals. Its parameters stand in the file
//! and are bounded on the way in, so that a hostile file cannot make us spend gigabytes.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::home::{Building, restore_database};
use crate::keys::sync_folder;
use crate::{Access, Error, Home, KeySeeds};

const MAGIC: &[u8; 8] = b"DETHOME\x01";
/// 64 MiB, three passes, one lane: the second recommendation of RFC 9106.
const COST: Cost = Cost { memory_kib: 64 << 10, passes: 3 };
const MEMORY_KIB_MAX: u32 = 256 << 10;
const PASSES_MAX: u32 = 10;
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 8 + 8 + SALT_BYTES + NONCE_BYTES;
const SEEDS_BYTES: usize = 96;

/// Random bytes that [`Home::export`] takes: salt and nonce.
pub const SEAL_RANDOM_BYTES: usize = SALT_BYTES + NONCE_BYTES;

struct Cost {
    memory_kib: u32,
    passes: u32,
}

impl Home {
    /// The home as one sealed file.
    ///
    /// # Errors
    /// As of any read.
    pub fn export(&mut self, passphrase: &str, random: [u8; SEAL_RANDOM_BYTES]) -> Result<Vec<u8>, Error> {
        let seeds = KeySeeds::read(self.path())?;
        let mut plain = Zeroizing::new(Vec::new());
        plain.extend_from_slice(&seeds.identity);
        plain.extend_from_slice(&seeds.desk);
        plain.extend_from_slice(&seeds.node);
        plain.extend_from_slice(&self.database_bytes()?);

        seal(MAGIC, passphrase, random, &plain)
    }

    /// Makes a home at `path` from a sealed file. Nothing is left behind on failure.
    ///
    /// # Errors
    /// [`Error::NotAnExport`], [`Error::NotOpened`], [`Error::Exists`], and those of [`Home::open`].
    pub fn import(path: &Path, file: &[u8], passphrase: &str) -> Result<Home, Error> {
        let plain = open(MAGIC, file, passphrase)?;
        let (seeds, database) = plain.split_at_checked(SEEDS_BYTES).ok_or(Error::NotOpened)?;
        let seed = |i: usize| {
            let mut seed = [0; 32];
            seed.copy_from_slice(&seeds[32 * i..32 * (i + 1)]);
            seed
        };
        let seeds = KeySeeds { identity: seed(0), desk: seed(1), node: seed(2) };
        let building = Building::begin(path)?;
        seeds.write(path)?;
        restore_database(path, database)?;
        let home = Home::open(path, Access::Write)?;
        sync_folder(path)?;
        building.finish();
        Ok(home)
    }
}

/// Seals bytes with a passphrase: magic, cost, salt and nonce in clear before them.
pub(crate) fn seal(
    magic: &[u8; 8],
    passphrase: &str,
    random: [u8; SEAL_RANDOM_BYTES],
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut file = Vec::with_capacity(HEADER_BYTES + plain.len() + 16);
    file.extend_from_slice(magic);
    file.extend_from_slice(&COST.memory_kib.to_le_bytes());
    file.extend_from_slice(&COST.passes.to_le_bytes());
    file.extend_from_slice(&random);
    let (salt, nonce) = random.split_at(SALT_BYTES);
    let cipher = cipher(passphrase, salt, &COST)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| Error::NotAnExport)?;
    let sealed = cipher.encrypt(&nonce, Payload { msg: plain, aad: &file }).map_err(|_| Error::NotOpened)?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// Opens what [`seal`] made with the same magic.
pub(crate) fn open(magic: &[u8; 8], file: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (header, sealed) = file.split_at_checked(HEADER_BYTES).ok_or(Error::NotAnExport)?;
    let rest = header.strip_prefix(magic).ok_or(Error::NotAnExport)?;
    let (memory, rest) = rest.split_first_chunk::<4>().ok_or(Error::NotAnExport)?;
    let (passes, rest) = rest.split_first_chunk::<4>().ok_or(Error::NotAnExport)?;
    let cost = Cost { memory_kib: u32::from_le_bytes(*memory), passes: u32::from_le_bytes(*passes) };
    if cost.memory_kib > MEMORY_KIB_MAX || cost.passes > PASSES_MAX {
        return Err(Error::NotAnExport);
    }
    let (salt, nonce) = rest.split_at(SALT_BYTES);
    let cipher = cipher(passphrase, salt, &cost)?;
    let nonce = XNonce::try_from(nonce).map_err(|_| Error::NotAnExport)?;
    let plain = cipher.decrypt(&nonce, Payload { msg: sealed, aad: header });
    plain.map(Zeroizing::new).map_err(|_| Error::NotOpened)
}

fn cipher(passphrase: &str, salt: &[u8], cost: &Cost) -> Result<XChaCha20Poly1305, Error> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(|_| Error::NotAnExport)?;
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .map_err(|_| Error::NotAnExport)?;
    Ok(XChaCha20Poly1305::new(&Key::from(*key)))
}

/// Whether these are the first bytes of an exported home.
pub fn looks_like_export(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}
