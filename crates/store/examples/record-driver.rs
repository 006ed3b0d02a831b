//! The program that `cargo xtask killpoints` and `powercut` kill: appends, signs, cosigns, writes files, backs up,
//! erases, and says on standard output what it was told is done. Its keys are no secrets.
//!
//! `run FOLDER RUN STEPS [--step]` works, and with `--step` waits for a line of input after each thing done.
//! `check FOLDER` says what is there. Ends with 3 and `failed NAME` where the disk fails.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it talks to the tool that runs it")]

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use detente_store::record::{
    Access, Beside, CosignAs, CosignerSeeds, Depth, Error, Field, LogSeeds, NewRecord, Outgoing, Record,
    Signer, SignerSeeds,
};
use detente_tlog::{Checkpoint, CosignTime, Hash, KeyName, LogKey, Rejection, TreeSize};
use sha2::{Digest as _, Sha256};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["run", folder, run, steps, rest @ ..] => {
            let (run, steps) = (run.parse().unwrap_or(0), steps.parse().unwrap_or(1));
            Driver::open(folder.as_ref(), run, rest == ["--step"]).and_then(|mut driver| driver.work(steps))
        }
        ["check", folder] => check(folder.as_ref()),
        _ => return ExitCode::from(64),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed {} {error}", error.name()));
            ExitCode::from(3)
        }
    }
}

struct Driver {
    folder: PathBuf,
    /// Other bytes in each run, so that two histories would show.
    run: u64,
    waits: bool,
    record: Record,
    signer: Signer,
}

impl Driver {
    fn open(folder: &Path, run: u64, waits: bool) -> Result<Driver, Error> {
        let path = folder.join("record");
        let record = match Record::open(&path, Access::Write) {
            Err(Error::Missing(_)) => create(&path)?,
            opened => opened?,
        };
        let signer = Signer::open(&folder.join("signer"), &seeds()?, &record)?;
        Ok(Driver { folder: folder.to_owned(), run, waits, record, signer })
    }

    fn work(&mut self, steps: u64) -> Result<(), Error> {
        for step in 0..steps {
            let seq = self.append(1 + step % 3)?;
            self.sign()?;
            self.mirror(2)?;
            if step % 2 == 1 {
                self.record.backup(&self.folder.join("backups"), 1)?;
                self.done("backup")?;
            }
            if step % 3 == 2 {
                self.done(&format!("erasing {seq}"))?;
                self.record.erase("a", 0, seq, &[])?;
                self.done(&format!("erased {seq}"))?;
            }
        }
        Ok(())
    }

    /// Content, then leaves.
    fn append(&mut self, count: u64) -> Result<u64, Error> {
        let a = log("a")?;
        let first = self.record.state(&a)?.map_or(0, |state| state.size);
        let value = format!("value {} {first}", self.run);
        let field = Field {
            party: "a",
            epoch: 0,
            seq: first,
            label: "text",
            salt: &[7; 32],
            value: value.as_bytes(),
        };
        self.record.put_field(&field)?;
        let leaves: Vec<Vec<u8>> = (first..first + count).map(|seq| leaf(self.run, seq)).collect();
        let leaves: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
        let outbox = [Outgoing { recipient: "b", kind: "entries", body: b"new" }];
        let grown =
            self.record.append(&a, first, &leaves, &Beside { outbox: &outbox, ..Beside::default() })?;
        self.done(&format!("field {first}"))?;
        self.done(&format!("acked a {} {}", grown.new_size, grown.new_root))?;
        Ok(first)
    }

    fn sign(&mut self) -> Result<(), Error> {
        let a = log("a")?;
        let (size, root) = self.record.root_checked(&a)?;
        let old = self.signer.signed(&a).map_or(0, |head| head.size);
        let proof = self.record.consistency_proof(&a, old, size)?;
        let note = self.signer.sign_head(old, &head(&a, size, root)?, &proof, time()?)?;
        self.done(&format!("signed a {size} {root}"))?;
        self.record.put_note(&note)?;
        self.record.write_tiles(&a)?;
        self.record.write_checkpoint(&a, &note)
    }

    /// A log of another party, which is the same in every run.
    fn mirror(&mut self, count: u64) -> Result<(), Error> {
        let b = log("b")?;
        let first = self.record.state(&b)?.map_or(0, |state| state.size);
        let leaves: Vec<Vec<u8>> = (0..first + count).map(|seq| leaf(0, seq)).collect();
        let checkpoint = head(&b, first + count, detente_tlog::root(&leaves))?;
        let note = LogKey::from_seed(b.clone(), &[9; 32])?.sign(&checkpoint)?;
        let new: Vec<&[u8]> = leaves.iter().skip(first as usize).map(Vec::as_slice).collect();
        self.record.put_pending(note.as_bytes())?;
        self.record.store_grown(&b, first, &new, note.as_bytes())?;
        self.done(&format!("acked b {} {}", first + count, checkpoint.root()))?;
        self.record.root_checked(&b)?;
        let old = self.signer.signed(&b).map_or(0, |head| head.size);
        let proof = self.record.consistency_proof(&b, old, first + count)?;
        let lines = self.signer.cosign_head(&checkpoint, &proof, time()?, CosignAs::Mirror)?;
        self.done(&format!("signed b {} {}", first + count, checkpoint.root()))?;
        self.record.put_note((note + &lines).as_bytes())?;
        Ok(())
    }

    fn done(&mut self, what: &str) -> Result<(), Error> {
        say(what);
        // A parent that is gone wants nothing more.
        if self.waits && !matches!(std::io::stdin().read(&mut [0]), Ok(1)) {
            std::process::exit(0);
        }
        Ok(())
    }
}

/// Everything that is there, after a full check.
fn check(folder: &Path) -> Result<(), Error> {
    let mut record = match Record::open(&folder.join("record"), Access::Write) {
        Err(Error::Missing(_)) => return Ok(()),
        opened => opened?,
    };
    let signer = Signer::open(&folder.join("signer"), &seeds()?, &record)?;
    signer.recovering().iter().for_each(|reason| say(&format!("recovering {}", reason.name())));
    for finding in record.fsck(Depth::Full, |_| ())?.findings {
        say(&format!("finding {} {finding}", finding.name()));
    }
    for party in ["a", "b"] {
        let origin = log(party)?;
        let Some(state) = record.state(&origin)? else { continue };
        for size in 0..=state.size {
            say(&format!("root {party} {size} {}", record.root_at(&origin, size)?));
        }
        for seq in 0..state.size {
            if !record.fields(party, 0, seq)?.is_empty() {
                say(&format!("field {seq}"));
            }
        }
    }
    Ok(())
}

fn create(path: &Path) -> Result<Record, Error> {
    let charter = b"{}";
    Record::create(path, &NewRecord { record_id: Sha256::digest(charter).into(), charter, instance: [1; 16] })
}

fn seeds() -> Result<SignerSeeds, Rejection> {
    let mirror = KeyName::parse("accord.example/m/0123456789abcdef0123456789abcdef/a/0")?;
    Ok(SignerSeeds {
        logs: vec![LogSeeds { origin: log("a")?, ed25519: [1; 32], ml_dsa_44: None }],
        mirror: Some(CosignerSeeds { name: mirror, ed25519: [2; 32], ml_dsa_44: None }),
        witness: None,
    })
}

fn log(party: &str) -> Result<KeyName, Rejection> {
    KeyName::parse(&format!("accord.example/r/0123456789abcdef0123456789abcdef/{party}/0"))
}

fn leaf(run: u64, seq: u64) -> Vec<u8> {
    format!("leaf {seq} of run {run} ").repeat(12).into_bytes()
}

fn head(origin: &KeyName, size: u64, root: Hash) -> Result<Checkpoint, Rejection> {
    Checkpoint::new(origin.clone(), TreeSize::new(size)?, root)
}

fn time() -> Result<CosignTime, Rejection> {
    CosignTime::new(1_790_000_000)
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{what}").and_then(|()| out.flush()).is_err() {
        // Nobody was told: the same as being killed before.
        std::process::exit(5);
    }
}
