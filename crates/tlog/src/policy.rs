//! Policies (C2SP tlog-policy): whose checkpoints are accepted, and whose cosignatures make a quorum.

mod parse;

use crate::checkpoint::Checkpoint;
use crate::cosign::CosignTime;
use crate::key::VerifierKey;
use crate::note::Note;
use crate::rejection::Rejection;

/// Logs, witnesses and the quorum.
#[derive(Clone, Debug)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    groups: Vec<Group>,
    quorum: Quorum,
}

/// Met if at least `threshold` of the members are.
#[derive(Clone, Debug)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// What a name stands for; a group only names groups before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quorum {
    None,
    Of(Member),
}

/// A checkpoint that its log has signed and no known witness has signed wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    checkpoint: Checkpoint,
    cosignatures: Vec<Cosignature>,
    has_quorum: bool,
}

/// A cosignature by a known witness that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosignature {
    /// Which of [`Policy::witnesses`], from 0.
    pub witness: usize,
    /// When it says it signed.
    pub time: CosignTime,
}

impl Policy {
    /// The keys of the logs, in the order of the file.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The keys of the witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.witnesses
    }

    /// Verifies a checkpoint note: a line by its log must be there, and every line by a known key must hold.
    /// Too few cosignatures are no error here, because what a checkpoint shows without them is shown as that:
    /// [`Accepted::with_quorum`] asks for them.
    ///
    /// # Errors
    /// Those of [`Note::parse`] and [`Checkpoint::parse`]; [`Rejection::UnknownOrigin`];
    /// [`Rejection::DuplicateSignature`], [`Rejection::BadSignature`]; [`Rejection::NoLogSignature`].
    pub fn open(&self, note: &[u8]) -> Result<Accepted, Rejection> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let mut keys: Vec<&VerifierKey> =
            self.logs.iter().filter(|log| log.name() == checkpoint.origin()).collect();
        let logs = keys.len();
        if logs == 0 {
            return Err(Rejection::UnknownOrigin);
        }
        keys.extend(&self.witnesses);
        let verified = note.verify(&keys).map_err(|rejection| match rejection {
            Rejection::NoKnownSignature => Rejection::NoLogSignature,
            other => other,
        })?;
        if !verified.iter().any(|line| line.key < logs) {
            return Err(Rejection::NoLogSignature);
        }
        let cosignature = |witness: usize, time| Cosignature { witness: witness - logs, time };
        let cosignatures: Vec<Cosignature> = verified
            .iter()
            .filter(|line| line.key >= logs)
            .filter_map(|line| Some(cosignature(line.key, line.time?)))
            .collect();
        let has_quorum = self.is_met(&cosignatures);
        Ok(Accepted { checkpoint, cosignatures, has_quorum })
    }

    fn is_met(&self, cosignatures: &[Cosignature]) -> bool {
        let Quorum::Of(quorum) = self.quorum else { return true };
        let mut met: Vec<bool> = Vec::with_capacity(self.groups.len());
        let holds = |member: Member, met: &[bool]| match member {
            Member::Witness(witness) => cosignatures.iter().any(|line| line.witness == witness),
            Member::Group(group) => met[group],
        };
        for group in &self.groups {
            let count = group.members.iter().filter(|member| holds(**member, &met)).count();
            met.push(count >= group.threshold);
        }
        holds(quorum, &met)
    }
}

impl Accepted {
    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The cosignatures, in the order of the note.
    pub fn cosignatures(&self) -> &[Cosignature] {
        &self.cosignatures
    }

    /// Whether they make the quorum of the policy.
    pub fn has_quorum(&self) -> bool {
        self.has_quorum
    }

    /// The same, for whoever takes nothing less than a quorum.
    ///
    /// # Errors
    /// [`Rejection::QuorumNotMet`].
    pub fn with_quorum(self) -> Result<Accepted, Rejection> {
        if self.has_quorum { Ok(self) } else { Err(Rejection::QuorumNotMet) }
    }
}
