//! Keys on disk: one 0600 file a key in a 0700 folder, refused when others can read them.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use detente_accord::{SecretKey, b64};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::Error;

const FOLDER: &str = "keys";
const NAMES: [&str; 3] = ["identity", "desk", "node"];
const TAG: &str = "detente-key-v1";
/// A key file is a short line; more is not a key file.
const FILE_BYTES_MAX: u64 = 256;

/// 32 random bytes a key, as the caller drew them. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct KeySeeds {
    /// Signs cards.
    pub identity: [u8; 32],
    /// Signs statements.
    pub desk: [u8; 32],
    /// Signs files.
    pub node: [u8; 32],
}

/// The keys of a home.
pub struct Keys {
    /// Signs cards; people compare its six words.
    pub identity: SecretKey,
    /// Signs statements.
    pub desk: SecretKey,
    /// Signs files.
    pub node: SecretKey,
    /// Of a link.
    pub link: LinkSeeds,
}

/// What the keys of a link are made from: derived from the node's seed, so that a saved home needs no more files,
/// and one-way, so that a link key that was stolen from memory tells nothing of the node's. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct LinkSeeds {
    /// Of the TLS key (Ed25519).
    pub tls: [u8; 32],
    /// Of the ML-DSA-44 key.
    pub pq: [u8; 32],
}

impl KeySeeds {
    /// The keys of these seeds.
    pub fn keys(&self) -> Keys {
        Keys {
            identity: SecretKey::from_seed(&self.identity),
            desk: SecretKey::from_seed(&self.desk),
            node: SecretKey::from_seed(&self.node),
            link: LinkSeeds {
                tls: self.derived(b"detente/link-tls/v1\0"),
                pq: self.derived(b"detente/link-pq/v1\0"),
            },
        }
    }

    fn derived(&self, context: &[u8]) -> [u8; 32] {
        Sha256::new().chain_update(context).chain_update(self.node).finalize().into()
    }

    fn by_name(&self) -> [(&'static str, &[u8; 32]); 3] {
        let [identity, desk, node] = NAMES;
        [(identity, &self.identity), (desk, &self.desk), (node, &self.node)]
    }

    /// Writes the key files of a new home, synced.
    pub(crate) fn write(&self, home: &Path) -> Result<(), Error> {
        let folder = home.join(FOLDER);
        fs::DirBuilder::new().mode(0o700).create(&folder).map_err(|error| Error::io(&folder, error))?;
        for (name, seed) in self.by_name() {
            let path = folder.join(format!("{name}.key"));
            let line = Zeroizing::new(format!("{TAG} {name} {}\n", b64::encode(seed)));
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(|error| Error::io(&path, error))?;
            file.write_all(line.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| Error::io(&path, error))?;
        }
        sync_folder(&folder)
    }

    /// Reads the key files of a home.
    pub(crate) fn read(home: &Path) -> Result<KeySeeds, Error> {
        let folder = home.join(FOLDER);
        refuse_open_mode(&folder)?;
        let [identity, desk, node] = NAMES.map(|name| read_key(&folder, name));
        Ok(KeySeeds { identity: identity?, desk: desk?, node: node? })
    }
}

fn read_key(folder: &Path, name: &str) -> Result<[u8; 32], Error> {
    let path = folder.join(format!("{name}.key"));
    refuse_open_mode(&path)?;
    let mut line = Zeroizing::new(String::new());
    File::open(&path)
        .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut line))
        .map_err(|error| Error::io(&path, error))?;
    let seed = line.strip_suffix('\n').and_then(|line| line.strip_prefix(&format!("{TAG} {name} ")));
    seed.and_then(b64::decode).ok_or(Error::BadKeyFile(path))
}

/// Refuses a file or folder that others than its owner can reach.
pub(crate) fn refuse_open_mode(path: &Path) -> Result<(), Error> {
    let mode = fs::metadata(path).map_err(|error| Error::io(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(Error::TooOpen { path: path.to_owned(), mode }) }
}

pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Error::io(folder, error))
}
