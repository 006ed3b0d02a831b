//! `bench tlog`: how many whole proofs a core verifies, from bytes to verdict.

use anyhow::{Context as _, Result, ensure};
use detente_tlog::{
    Checkpoint, CosignTime, CosignerKey, EntryIndex, Hash, KeyName, LogKey, MemoryTree, Policy, ProofFile,
    TreeSize, VerifierKey, inclusion_proof, leaf_hash,
};
use ed25519_dalek::{Signature, Signer as _, SigningKey};

use crate::measure::mean_of_short;
use crate::report::Report;

/// Leaves of the tree.
const LEAVES: u64 = 1 << 20;

/// What RECORD section 19 asks for: whole proofs a second on one core.
const GOAL: u64 = 5_000;

/// Measures proofs with Ed25519 alone, and with a signature of ML-DSA-44 more.
pub(crate) fn run() -> Result<Report> {
    let mut report = Report::new("detente.bench.tlog.v1");
    let tree = tree()?;
    let primitive = three_signatures();
    for (case, goal, with_ml_dsa) in [("ed25519", Some(GOAL), false), ("ed25519-ml-dsa", None, true)] {
        let proof = Proof::new(&tree, with_ml_dsa)?;
        ensure!(proof.holds(), "the proof does not hold");
        let seconds = mean_of_short(|| proof.holds());
        report.row(vec![
            ("case", case.into()),
            ("bytes", proof.bytes.len().into()),
            ("microseconds", (seconds * 1e6).into()),
            ("proofs_per_s", ((1.0 / seconds).round() as u64).into()),
            ("goal_proofs_per_s", goal.into()),
            ("three_signatures_microseconds", (primitive * 1e6).into()),
            ("ratio_to_three_signatures", (seconds / primitive).into()),
        ]);
    }
    report.note("parse, inclusion in 2^20, log and two cosigners, strict; one core; three_signatures: verify_strict alone");
    Ok(report)
}

/// A proof file with what a verifier has beside it.
struct Proof {
    bytes: Vec<u8>,
    leaf_hash: Hash,
    policy: Policy,
}

impl Proof {
    fn new(tree: &MemoryTree, with_ml_dsa: bool) -> Result<Proof> {
        let name = |text: &str| KeyName::parse(text);
        let log =
            LogKey::from_seed(name("accord.example/r/0123456789abcdef0123456789abcdef/a/0")?, &[1; 32])?;
        let mut cosigners = vec![
            CosignerKey::ed25519(name("accord.example/m/0123456789abcdef0123456789abcdef/b/0")?, &[2; 32])?,
            CosignerKey::ed25519(name("accord.example/m/0123456789abcdef0123456789abcdef/c/0")?, &[3; 32])?,
        ];
        if with_ml_dsa {
            cosigners.push(CosignerKey::ml_dsa_44(cosigners[0].verifier().name().clone(), &[4; 32])?);
        }
        let size = TreeSize::new(LEAVES)?;
        let checkpoint = Checkpoint::new(log.verifier().name().clone(), size, tree.root())?;
        let mut note = log.sign(&checkpoint)?;
        let time = CosignTime::new(1_790_000_000)?;
        cosigners.iter().for_each(|key| note += &key.cosign(&checkpoint, time));
        let index = EntryIndex::new(LEAVES / 3);
        let bytes = ProofFile::write(index, &inclusion_proof(index, size, tree)?, note.as_bytes())?;
        let policy = policy(log.verifier(), cosigners.iter().map(CosignerKey::verifier))?;
        Ok(Proof { bytes, leaf_hash: leaf(LEAVES / 3), policy })
    }

    fn holds(&self) -> bool {
        let accepted =
            ProofFile::parse(&self.bytes).and_then(|file| file.verify(&self.leaf_hash, &self.policy));
        accepted.is_ok_and(|accepted| accepted.has_quorum())
    }
}

fn policy<'k>(log: &VerifierKey, cosigners: impl Iterator<Item = &'k VerifierKey>) -> Result<Policy> {
    let (mut text, mut members) = (format!("log {log}\n"), String::new());
    for (number, key) in cosigners.enumerate() {
        text += &format!("witness w{number} {key}\n");
        members += &format!(" w{number}");
    }
    Policy::parse(format!("{text}group g all{members}\nquorum g\n").as_bytes()).context("a policy in form")
}

fn tree() -> Result<MemoryTree> {
    let mut tree = MemoryTree::default();
    for number in 0..LEAVES {
        tree.append(leaf(number))?;
    }
    Ok(tree)
}

fn leaf(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

/// The primitive: seconds of three strict verifications and nothing else.
fn three_signatures() -> f64 {
    let message = [7; 200];
    let signed: Vec<_> = (1..=3u8)
        .map(|seed| {
            let key = SigningKey::from_bytes(&[seed; 32]);
            (key.verifying_key(), key.sign(&message))
        })
        .collect();
    let holds = |(key, signature): &(ed25519_dalek::VerifyingKey, Signature)| {
        key.verify_strict(&message, signature).is_ok()
    };
    mean_of_short(|| signed.iter().all(holds))
}
