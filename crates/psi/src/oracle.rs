//! The random oracle of a run: keyed BLAKE3 with unambiguous framing. It keeps no secret; what must stay
//! secret goes in as a field.

/// RO(label; f1, f2, …): BLAKE3 in keyed mode with extendable output, over
/// lp4(label) ‖ lp4(f1) ‖ lp4(f2) ‖ …, where lp4(x) is the length of x as four bytes, little-endian, then x.
///
/// The key separates runs: no two runs, and neither of the two stages of a run below, share an output. Indices
/// and counters are fields of eight bytes, little-endian. The keys are public: both sides know them.
#[derive(Clone)]
pub struct Ro {
    key: [u8; 32],
}

impl Ro {
    /// The oracle of a run, under K_s = BLAKE3 derive_key("detente-psi v1", sid). The answerer can name it
    /// once it has accepted, the asker once it holds the answer.
    pub fn for_run(sid: &[u8; 32]) -> Ro {
        Ro { key: blake3::derive_key("detente-psi v1", sid) }
    }

    /// The oracle of an ask, under K_A = BLAKE3 derive_key("detente-psi ask v1", terms_id): all that the
    /// asker of a file exchange derives, since it asks before a session id exists.
    pub fn for_ask(terms_id: &[u8; 32]) -> Ro {
        Ro { key: blake3::derive_key("detente-psi ask v1", terms_id) }
    }

    /// The first 32 bytes of RO(label; fields).
    pub fn hash(&self, label: &str, fields: &[&[u8]]) -> [u8; 32] {
        let mut out = [0; 32];
        self.fill(label, fields, &mut out);
        out
    }

    /// Fills `out` with the first bytes of RO(label; fields). Outputs of different lengths are prefixes of
    /// one another: a label always goes with one length.
    ///
    /// # Panics
    /// If a field is 4 GiB or longer, which no caller has.
    pub fn fill(&self, label: &str, fields: &[&[u8]], out: &mut [u8]) {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        absorb(&mut hasher, label.as_bytes());
        for field in fields {
            absorb(&mut hasher, field);
        }
        hasher.finalize_xof().fill(out);
    }
}

/// Feeds lp4(bytes).
fn absorb(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a field below 4 GiB");
    hasher.update(&length.to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_length_then_bytes() {
        let key = blake3::derive_key("detente-psi v1", &[7; 32]);
        let expected = blake3::keyed_hash(&key, b"\x02\0\0\0ab\x01\0\0\0c\0\0\0\0");
        assert_eq!(Ro::for_run(&[7; 32]).hash("ab", &[b"c", b""]), *expected.as_bytes());
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let ro = Ro::for_run(&[0; 32]);
        assert_ne!(ro.hash("x", &[b"ab", b"c"]), ro.hash("x", &[b"a", b"bc"]));
        assert_ne!(ro.hash("x", &[b"a"]), ro.hash("x", &[b"a", b""]));
    }

    #[test]
    fn the_two_stages_share_nothing() {
        assert_ne!(Ro::for_run(&[1; 32]).hash("x", &[]), Ro::for_ask(&[1; 32]).hash("x", &[]));
    }

    #[test]
    fn a_shorter_output_is_a_prefix() {
        let ro = Ro::for_ask(&[3; 32]);
        let mut long = [0; 64];
        ro.fill("x", &[b"y"], &mut long);
        assert_eq!(ro.hash("x", &[b"y"]), long[..32]);
    }
}
