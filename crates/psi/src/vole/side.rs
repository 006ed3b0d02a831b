//! What both machines hold during a run: the plan, the padded list, the oracle, the randomness, the transcript.
//! Which messages are due is not known here.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{Message, Parameters, Plan};
use crate::field::{Gf128, Kernels};
use crate::item::RunList;
use crate::oracle::Ro;
use crate::pages::Pool;
use crate::par::Par;
use crate::rejection::Rejection;
use crate::run;
use crate::seed::Randomness;

/// One side of a run. Its secrets go when it is dropped.
pub(super) struct Side<'a> {
    pub(super) plan: Plan,
    pub(super) sid: [u8; 32],
    pub(super) time_limit: u64,
    pub(super) ro: Ro,
    pub(super) randomness: Randomness,
    pub(super) list: RunList<'a>,
    pub(super) kernels: Kernels,
    pub(super) par: &'a dyn Par,
    pub(super) pool: Pool,
    pub(super) transcript: Transcript,
}

/// Which side of the run this is.
pub(super) enum Role {
    Asker,
    Answerer,
}

impl<'a> Side<'a> {
    /// Boxed, so that a machine can be moved without leaving copies of ρ behind.
    ///
    /// # Errors
    /// [`Rejection::ItemsOverClass`] if there are more items than this side's class holds.
    pub(super) fn new(role: &Role, parameters: Parameters<'a>) -> Result<Box<Side<'a>>, Rejection> {
        let Parameters { plan, seed, asker_nonce, answerer_nonce, .. } = parameters;
        let sid = run::sid(&parameters.terms_id, &parameters.accept_id, parameters.direction);
        let ro = Ro::for_run(&sid);
        let randomness = seed.run_randomness(&ro, &asker_nonce, &answerer_nonce);
        let class = match role {
            Role::Asker => plan.asker(),
            Role::Answerer => plan.answerer(),
        };
        let list = RunList::new(parameters.items, class, &ro, &randomness)?;
        Ok(Box::new(Side {
            plan,
            sid,
            time_limit: parameters.time_limit,
            ro,
            randomness,
            list,
            kernels: Kernels::new(parameters.cpu),
            par: parameters.par,
            pool: Pool::default(),
            transcript: Transcript::new(sid),
        }))
    }

    /// RO(label; ρ)[32], of which a shorter draw takes the first bytes.
    pub(super) fn draw(&self, label: &str) -> [u8; 32] {
        self.ro.hash(label, &[self.randomness.as_bytes()])
    }

    /// The share of the tag's mask that this side adds.
    pub(super) fn tag_mask(&self) -> Gf128 {
        let mut bytes = [0; 16];
        self.ro.fill("w", &[self.randomness.as_bytes()], &mut bytes);
        Gf128::from_bytes(bytes)
    }

    /// What the other side is held to before it knows more: com(value).
    pub(super) fn commitment(&self, label: &str, value: &[u8]) -> [u8; 32] {
        self.ro.hash(label, &[value])
    }

    /// # Errors
    /// [`Rejection::CommitmentBroken`] if `value` is not what `commitment` was made for.
    pub(super) fn check_opening(
        &self,
        label: &str,
        value: &[u8],
        commitment: &[u8; 32],
    ) -> Result<(), Rejection> {
        if self.commitment(label, value) != *commitment {
            return Err(Rejection::CommitmentBroken);
        }
        Ok(())
    }

    /// r: the row key that both sides tossed.
    pub(super) fn row_key(&self, answerer_salt: &[u8], asker_salt: &[u8]) -> [u8; 32] {
        self.ro.hash("salt", &[answerer_salt, asker_salt])
    }

    /// The key under which tags are hashed.
    pub(super) fn tag_key(&self) -> [u8; 32] {
        self.ro.hash("tag key", &[])
    }
}

/// Labels of the commitments.
pub(super) const COMMIT_MASK: &str = "com w";
pub(super) const COMMIT_ANSWERER_SALT: &str = "com r S";
pub(super) const COMMIT_ASKER_SALT: &str = "com r R";

/// The hash chain over all messages in both directions: T_0 = sid, T_i = BLAKE3-256(T_{i−1} ‖ message i with
/// its header), the header being sid ‖ number as u16 twice ‖ length as u64, little-endian.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Transcript {
    sid: [u8; 32],
    current: [u8; 32],
    #[zeroize(skip)]
    open: Option<blake3::Hasher>,
}

impl Transcript {
    fn new(sid: [u8; 32]) -> Transcript {
        Transcript { sid, current: sid, open: None }
    }

    /// T_i after the last whole message.
    pub(super) fn current(&self) -> [u8; 32] {
        self.current
    }

    /// Takes a whole message.
    pub(super) fn take(&mut self, message: &Message<'_>) {
        self.begin(message.number(), message.body().len() as u64);
        self.extend(message.body());
        self.end();
    }

    /// Begins message `number`, whose parts have `length` bytes together.
    pub(super) fn begin(&mut self, number: u16, length: u64) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.current).update(&self.sid);
        hasher.update(&number.to_le_bytes()).update(&number.to_le_bytes()).update(&length.to_le_bytes());
        self.open = Some(hasher);
    }

    /// Takes the next part.
    pub(super) fn extend(&mut self, part: &[u8]) {
        if let Some(hasher) = &mut self.open {
            hasher.update(part);
        }
    }

    /// Ends the message.
    pub(super) fn end(&mut self) {
        if let Some(hasher) = self.open.take() {
            self.current = *hasher.finalize().as_bytes();
        }
    }
}

/// BLAKE3-256(T ‖ body): what keys and challenges are bound to while a message is not whole yet.
pub(super) fn bound(transcript: [u8; 32], body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&transcript).update(body);
    *hasher.finalize().as_bytes()
}

/// # Errors
/// [`Rejection::BodyTooShort`] or [`Rejection::BodyTooLong`].
pub(super) fn check_length(body: &[u8], expected: u64) -> Result<(), Rejection> {
    let found = body.len() as u64;
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Rejection::BodyTooShort { expected, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(Rejection::BodyTooLong { expected, found }),
    }
}

/// Takes bodies apart whose whole length was checked.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn bytes(&mut self, count: usize) -> &'b [u8] {
        let (now, later) = self.0.split_at(count);
        self.0 = later;
        now
    }

    pub(super) fn array<const N: usize>(&mut self) -> &'b [u8; N] {
        let (now, later) = self.0.split_first_chunk().expect("the body's length was checked");
        self.0 = later;
        now
    }

    pub(super) fn element(&mut self) -> Gf128 {
        Gf128::from_bytes(*self.array())
    }
}
