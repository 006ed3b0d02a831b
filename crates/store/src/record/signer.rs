//! The signer: the only path to the keys of our logs and cosigners, and the memory of what they signed.
//!
//! Two signed heads that contradict each other convict their key for ever, whatever the reason was: a restored
//! back-up, two processes, a bit that flipped. So each head is compared with the last one, the new one is on disk
//! before a signature exists, and whatever is in doubt ends in a refusal.

mod check;
mod refusal;
mod state;

pub use check::Recovering;
pub use refusal::Refusal;
pub use state::SignedHead;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, Hash, Head, KeyName, LogKey, Note, Rejection, TreeSize,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

use self::state::State;
use super::{Error, Record, private};
use crate::lock::Lock;

const STATE: &str = "signer.json";
const LOCK: &str = "signer.lock";

/// Seeds of the keys of one log of ours, an epoch each. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct LogSeeds {
    /// The log.
    #[zeroize(skip)]
    pub origin: KeyName,
    /// Of the key of type 0x01.
    pub ed25519: [u8; 32],
    /// Of the log's own cosignature of type 0x06.
    pub ml_dsa_44: Option<[u8; 32]>,
}

/// Seeds of the keys of a cosigner of ours. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CosignerSeeds {
    /// Its name.
    #[zeroize(skip)]
    pub name: KeyName,
    /// Of the key of type 0x04.
    pub ed25519: [u8; 32],
    /// Of the key of type 0x06.
    pub ml_dsa_44: Option<[u8; 32]>,
}

/// All seeds of a signer.
pub struct SignerSeeds {
    /// Of our own logs.
    pub logs: Vec<LogSeeds>,
    /// Of our mirror: cosigns what is stored here.
    pub mirror: Option<CosignerSeeds>,
    /// Of our witness: cosigns what was seen here.
    pub witness: Option<CosignerSeeds>,
}

/// As what a head of another log is cosigned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CosignAs {
    /// "I have stored all its entries": only when that is so.
    Mirror,
    /// "I have seen it."
    Witness,
}

/// An open signer. Its lock is held until it is dropped.
pub struct Signer {
    path: PathBuf,
    state: State,
    logs: Vec<Own>,
    mirror: Option<Cosigner>,
    witness: Option<Cosigner>,
    recovering: Vec<Recovering>,
    /// Heads that were set since the state was lost as a whole.
    adopted: BTreeSet<KeyName>,
    is_poisoned: bool,
    _lock: Lock,
}

struct Own {
    log: LogKey,
    second: Option<CosignerKey>,
}

struct Cosigner {
    first: CosignerKey,
    second: Option<CosignerKey>,
}

impl Signer {
    /// Opens the signer whose state stands in `folder`, the record's or another one, and compares the state with
    /// the record. A signer of a record that never signed is made here.
    ///
    /// What is in doubt does not fail here but in each signature: see [`Signer::recovering`].
    ///
    /// # Errors
    /// [`Error::Locked`] if another process has it; [`Error::TooOpen`]; [`Error::Rejected`] for seeds that make no
    /// key; as of any read and write.
    pub fn open(folder: &Path, seeds: &SignerSeeds, record: &Record) -> Result<Signer, Error> {
        private::make_folders(folder)?;
        private::refuse_open_mode(folder)?;
        let lock_file = folder.join(LOCK);
        let lock = Lock::take(&lock_file).map_err(|fault| Error::lock(&lock_file, fault))?;
        let path = folder.join(STATE);
        let read = State::read(&path)?;
        let mut signer = Signer {
            path,
            state: State::new(*record.instance()),
            logs: seeds.logs.iter().map(Own::new).collect::<Result<_, _>>()?,
            mirror: seeds.mirror.as_ref().map(Cosigner::new).transpose()?,
            witness: seeds.witness.as_ref().map(Cosigner::new).transpose()?,
            recovering: Vec::new(),
            adopted: BTreeSet::new(),
            is_poisoned: false,
            _lock: lock,
        };
        signer.take_up(read, record)?;
        signer.check(record)?;
        Ok(signer)
    }

    /// Why nothing, or nothing of one log, is signed. Empty: all is well, as far as this disk can tell; that a
    /// peer holds a larger head only the peer knows.
    pub fn recovering(&self) -> &[Recovering] {
        &self.recovering
    }

    /// What was signed last for a log, ours or another's.
    pub fn signed(&self, origin: &KeyName) -> Option<SignedHead> {
        self.state.origins.get(origin).copied()
    }

    /// The public halves: of each log the key of type 0x01 and, where there is one, of type 0x06; then those of
    /// mirror and witness.
    pub fn verifiers(&self) -> Vec<&detente_tlog::VerifierKey> {
        let logs = self.logs.iter().flat_map(|own| {
            std::iter::once(own.log.verifier()).chain(own.second.as_ref().map(CosignerKey::verifier))
        });
        let cosigners = self.mirror.iter().chain(&self.witness);
        logs.chain(cosigners.flat_map(Cosigner::keys).map(CosignerKey::verifier)).collect()
    }

    /// Signs a head of our own log: an Ed25519 line, and an ML-DSA-44 one where there is such a key.
    ///
    /// `old_size` is the size the proof begins at, which must be what was signed last. The new head is on disk
    /// before it is signed. The same head again is signed again; that gives another note only by its time.
    ///
    /// # Errors
    /// [`Error::Refused`] with [`Refusal::Recovering`], [`Refusal::NoKey`], [`Refusal::Shrunk`],
    /// [`Refusal::OtherRoot`], [`Refusal::OtherStart`] or [`Refusal::NotExtended`]; [`Error::Poisoned`]; as of any
    /// write, after which nothing is signed any more.
    pub fn sign_head(
        &mut self,
        old_size: u64,
        new: &Checkpoint,
        proof: &[Hash],
        time: CosignTime,
    ) -> Result<Vec<u8>, Error> {
        let is_ours = |own: &Own| own.log.verifier().name() == new.origin();
        let own = self.logs.iter().position(is_ours);
        let own = own.ok_or_else(|| Refusal::NoKey { name: new.origin().clone() })?;
        self.advance(Some(old_size), new, proof)?;
        let own = &self.logs[own];
        let note = own.log.sign(new)?;
        let second = own.second.as_ref().map(|key| key.cosign(new, time)).unwrap_or_default();
        Ok((note + &second).into_bytes())
    }

    /// Cosigns a head of another party's log and gives the lines, each with its line feed. The rules are those of
    /// [`Signer::sign_head`]; the proof begins at what was cosigned last ([`Signer::signed`]), or is empty.
    ///
    /// Mirror and witness share one memory for each log.
    ///
    /// # Errors
    /// As [`Signer::sign_head`]; [`Refusal::OwnLog`] for a log of ours.
    pub fn cosign_head(
        &mut self,
        head: &Checkpoint,
        proof: &[Hash],
        time: CosignTime,
        role: CosignAs,
    ) -> Result<String, Error> {
        if self.logs.iter().any(|own| own.log.verifier().name() == head.origin()) {
            return Err(Refusal::OwnLog { origin: head.origin().clone() }.into());
        }
        let is_there = match role {
            CosignAs::Mirror => self.mirror.is_some(),
            CosignAs::Witness => self.witness.is_some(),
        };
        if !is_there {
            return Err(Refusal::NoKey { name: head.origin().clone() }.into());
        }
        self.advance(None, head, proof)?;
        let cosigner = match role {
            CosignAs::Mirror => &self.mirror,
            CosignAs::Witness => &self.witness,
        };
        Ok(cosigner.iter().flat_map(Cosigner::keys).map(|key| key.cosign(head, time)).collect())
    }

    /// Sets what was signed last for a log, after its recovery: the largest head of it that any peer holds. From
    /// then on it is signed again.
    ///
    /// # Errors
    /// [`Refusal::Shrunk`] and [`Refusal::OtherRoot`]: what this signer knows it signed is never taken back; a log
    /// whose signed entries are lost for good goes on in a new epoch. As of any write.
    pub fn adopt(&mut self, origin: &KeyName, size: u64, root: Hash) -> Result<(), Error> {
        let head = Checkpoint::new(origin.clone(), TreeSize::new(size)?, root)?;
        if let Some(signed) = self.signed(origin) {
            refuse_step_back(&signed, &head)?;
        }
        self.write(&head)?;
        self.adopted.insert(origin.clone());
        self.recovering.retain(|reason| reason.origin() != Some(origin));
        Ok(())
    }

    /// Compare-and-swap, synced.
    fn advance(&mut self, old_size: Option<u64>, new: &Checkpoint, proof: &[Hash]) -> Result<(), Error> {
        if self.is_poisoned {
            return Err(Error::Poisoned(self.path.clone()));
        }
        if let Some(reason) = self.reason_against(new.origin()) {
            return Err(Refusal::Recovering(reason.clone()).into());
        }
        let empty = SignedHead { size: 0, root: Hash::of_empty_tree() };
        let signed = self.signed(new.origin()).unwrap_or(empty);
        refuse_step_back(&signed, new)?;
        if new.size().get() == signed.size && self.signed(new.origin()).is_some() {
            return Ok(());
        }
        if let Some(asked) = old_size.filter(|asked| *asked != signed.size) {
            let (origin, signed) = (new.origin().clone(), signed.size);
            return Err(Refusal::OtherStart { origin, signed, asked }.into());
        }
        let head = Head { size: TreeSize::new(signed.size)?, root: signed.root };
        let not_extended = |rejection: Rejection| Refusal::NotExtended {
            origin: new.origin().clone(),
            signed: signed.size,
            asked: new.size().get(),
            rejection,
        };
        head.advance(new, proof).map_err(not_extended)?;
        self.write(new)
    }

    /// Writes the state with this head. After a failure nobody knows which state the disk has: nothing is signed
    /// until another process has read it.
    fn write(&mut self, head: &Checkpoint) -> Result<(), Error> {
        if self.is_poisoned {
            return Err(Error::Poisoned(self.path.clone()));
        }
        let mut next = self.state.clone();
        next.origins.insert(head.origin().clone(), SignedHead::of(head));
        if let Err(error) = private::replace(&self.path, &next.encode()) {
            self.is_poisoned = true;
            return Err(error);
        }
        self.state = next;
        Ok(())
    }

    /// Whether one of our keys signed this note. Each by itself: a bad line does not hide a good one.
    fn has_signed(&self, note: &[u8]) -> bool {
        let verifiers = self.verifiers();
        Note::parse(note).is_ok_and(|note| verifiers.iter().any(|key| note.verify(&[key]).is_ok()))
    }
}

impl Own {
    fn new(seeds: &LogSeeds) -> Result<Own, Error> {
        let second = seeds.ml_dsa_44.as_ref();
        let second = second.map(|seed| CosignerKey::ml_dsa_44(seeds.origin.clone(), seed)).transpose()?;
        Ok(Own { log: LogKey::from_seed(seeds.origin.clone(), &seeds.ed25519)?, second })
    }
}

impl Cosigner {
    fn new(seeds: &CosignerSeeds) -> Result<Cosigner, Error> {
        let second = seeds.ml_dsa_44.as_ref();
        let second = second.map(|seed| CosignerKey::ml_dsa_44(seeds.name.clone(), seed)).transpose()?;
        Ok(Cosigner { first: CosignerKey::ed25519(seeds.name.clone(), &seeds.ed25519)?, second })
    }

    fn keys(&self) -> impl Iterator<Item = &CosignerKey> {
        std::iter::once(&self.first).chain(&self.second)
    }
}

/// Never a smaller size, never another root.
fn refuse_step_back(signed: &SignedHead, asked: &Checkpoint) -> Result<(), Refusal> {
    let (origin, size) = (asked.origin().clone(), asked.size().get());
    match size.cmp(&signed.size) {
        std::cmp::Ordering::Less => Err(Refusal::Shrunk { origin, signed: signed.size, asked: size }),
        std::cmp::Ordering::Equal if *asked.root() != signed.root => Err(Refusal::OtherRoot { origin, size }),
        _ => Ok(()),
    }
}
