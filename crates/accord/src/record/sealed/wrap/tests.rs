use chacha20poly1305::ChaCha20Poly1305 as Aead;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use sha2::{Digest, Sha256};

use super::*;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn entropy(seed: u8) -> Entropy {
    Entropy::from_random([seed; 32])
}

fn party(id: &str) -> PartyId {
    PartyId::parse(id).unwrap()
}

/// What one wrapping binds, owned.
struct Bound {
    record: RecordId,
    author: PartyId,
    reader: PartyId,
    sha256: [u8; 32],
}

impl Bound {
    fn new() -> Bound {
        Bound {
            record: RecordId::from_bytes([1; 32]),
            author: party("a"),
            reader: party("b"),
            sha256: [2; 32],
        }
    }

    fn get(&self) -> WrappedFor<'_> {
        WrappedFor { record: &self.record, author: &self.author, reader: &self.reader, sha256: &self.sha256 }
    }
}

fn refused(result: Result<ItemKey, Rejection>) -> Option<Rejection> {
    result.err()
}

#[test]
fn the_reader_unwraps_the_key() {
    let (secret, bound) = (SealingSecret::from_seed(&[3; 32]), Bound::new());
    let key = ItemKey::from_bytes([4; 32]);
    let wrapped = WrappedKey::wrap(&key, &secret.public(), bound.get(), &mut entropy(5)).unwrap();
    assert_eq!(wrapped.bytes().len(), 1174);
    let again = WrappedKey::from_bytes(wrapped.bytes()).unwrap();
    assert_eq!(again.unwrap(&secret, bound.get()).ok().unwrap().expose(), &[4; 32]);
    assert!(SealingKey::admit(&secret.public().bytes()).is_ok());
}

#[test]
fn another_reader_record_author_name_or_file_unwraps_nothing() {
    let (secret, bound) = (SealingSecret::from_seed(&[3; 32]), Bound::new());
    let key = ItemKey::from_bytes([4; 32]);
    let wrapped = WrappedKey::wrap(&key, &secret.public(), bound.get(), &mut entropy(5)).unwrap();
    let other = SealingSecret::from_seed(&[6; 32]);
    assert_eq!(refused(wrapped.unwrap(&other, bound.get())), Some(Rejection::NotWrapped));
    for changed in [
        Bound { record: RecordId::from_bytes([9; 32]), ..Bound::new() },
        Bound { author: party("c"), ..Bound::new() },
        Bound { reader: party("c"), ..Bound::new() },
        Bound { sha256: [9; 32], ..Bound::new() },
        // The same letters, divided otherwise.
        Bound { author: party("ab"), ..Bound::new() },
    ] {
        assert_eq!(refused(wrapped.unwrap(&secret, changed.get())), Some(Rejection::NotWrapped));
    }
}

#[test]
fn every_changed_byte_unwraps_nothing() {
    let (secret, bound) = (SealingSecret::from_seed(&[3; 32]), Bound::new());
    let key = ItemKey::from_bytes([4; 32]);
    let wrapped = WrappedKey::wrap(&key, &secret.public(), bound.get(), &mut entropy(5)).unwrap();
    for at in 0..WrappedKey::BYTES {
        let mut bytes = *wrapped.bytes();
        bytes[at] ^= 0x40;
        let verdict = WrappedKey::from_bytes(&bytes).and_then(|wrapped| wrapped.unwrap(&secret, bound.get()));
        assert_eq!(refused(verdict), Some(Rejection::NotWrapped), "byte {at}");
    }
    assert_eq!(WrappedKey::from_bytes(&wrapped.bytes()[1..]), Err(Rejection::NotWrapped));
}

/// A key wrapped for a public key that is half one reader's and half another's is opened by neither: both halves
/// are needed, whichever of the two is broken.
#[test]
fn either_half_alone_opens_nothing() {
    let (one, two) = (SealingSecret::from_seed(&[3; 32]), SealingSecret::from_seed(&[6; 32]));
    let (a, b) = (one.public().bytes(), two.public().bytes());
    let mixed = SealingKey::admit(&[&a[..ML_KEM_KEY_BYTES], &b[ML_KEM_KEY_BYTES..]].concat()).unwrap();
    let (key, bound) = (ItemKey::from_bytes([4; 32]), Bound::new());
    let wrapped = WrappedKey::wrap(&key, &mixed, bound.get(), &mut entropy(5)).unwrap();
    for secret in [&one, &two] {
        assert_eq!(refused(wrapped.unwrap(secret, bound.get())), Some(Rejection::NotWrapped));
    }
    // Nor does an encapsulation of which one half was replaced by another to the same reader.
    let whole = |seed| WrappedKey::wrap(&key, &one.public(), bound.get(), &mut entropy(seed)).unwrap();
    let (first, second) = (*whole(7).bytes(), *whole(8).bytes());
    let split = SUITE.len() + ML_KEM_CIPHERTEXT_BYTES;
    for replaced in [SUITE.len()..split, split..SUITE.len() + ENCAPSULATED_BYTES] {
        let mut bytes = first;
        bytes[replaced.clone()].copy_from_slice(&second[replaced]);
        let verdict = WrappedKey::from_bytes(&bytes).unwrap().unwrap(&one, bound.get());
        assert_eq!(refused(verdict), Some(Rejection::NotWrapped));
    }
}

#[test]
fn a_public_key_out_of_form_is_refused() {
    let key = SealingSecret::from_seed(&[3; 32]).public().bytes();
    assert_eq!(SealingKey::admit(&key[1..]).err(), Some(Rejection::BadKey));
    // Coefficients of 4095 are not reduced modulo 3329.
    let unreduced = [&[0xff; 3], &key[3..]].concat();
    assert_eq!(SealingKey::admit(&unreduced).err(), Some(Rejection::BadKey));
}

/// The vectors of draft-connolly-cfrg-xwing-kem: seed, randomness of the encapsulation, shared secret; public key
/// and ciphertext by their SHA-256. What HPKE makes of the shared secret is computed here by RFC 9180, section 5.1.
#[test]
fn agrees_with_the_vectors_of_x_wing() {
    for [seed, randomness, shared, public_hash, ciphertext_hash] in VECTORS {
        let secret = SealingSecret::from_seed(&hex(seed).try_into().unwrap());
        assert_eq!(sha256(&secret.public().bytes()), hex(public_hash));
        let bound = Bound::new();
        let (encapsulated, encrypted) =
            hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
                &OpModeS::Base,
                &secret.public().0,
                &info(bound.get()),
                &[4; 32],
                &[],
                &mut Fixed(hex(randomness)),
            )
            .unwrap();
        assert_eq!(sha256(&encapsulated.to_bytes()), hex(ciphertext_hash));
        assert_eq!(encrypted, sealed_under(&hex(shared), &info(bound.get()), &[4; 32]));
        let bytes = [SUITE.as_slice(), &encapsulated.to_bytes(), &encrypted].concat();
        let key = WrappedKey::from_bytes(&bytes).unwrap().unwrap(&secret, bound.get());
        assert_eq!(key.ok().unwrap().expose(), &[4; 32]);
    }
}

/// RFC 9180 in base mode, from the shared secret of the KEM on.
fn sealed_under(shared: &[u8], info: &[u8], plain: &[u8]) -> Vec<u8> {
    let suite = [b"HPKE".as_slice(), &SUITE].concat();
    let extract = |salt: &[u8], label: &[u8], ikm: &[u8]| hmac(salt, &[b"HPKE-v1", &suite, label, ikm]);
    let context =
        [&[0], extract(&[], b"psk_id_hash", &[]).as_slice(), &extract(&[], b"info_hash", info)].concat();
    let secret = extract(shared, b"secret", &[]);
    let expand = |label: &[u8], length: u8| {
        let block = hmac(&secret, &[&[0, length], b"HPKE-v1", &suite, label, &context, &[1]]);
        block[..usize::from(length)].to_vec()
    };
    let key: [u8; 32] = expand(b"key", 32).try_into().unwrap();
    let nonce: [u8; 12] = expand(b"base_nonce", 12).try_into().unwrap();
    Aead::new(&key.into()).encrypt(&nonce.into(), plain).unwrap()
}

/// RFC 2104 with SHA-256, for keys of one block at most.
fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut pad = [with; 64];
        pad.iter_mut().zip(key).for_each(|(pad, key)| *pad ^= key);
        pad
    };
    let inner =
        parts.iter().fold(Sha256::new().chain_update(pad(0x36)), |hash, part| hash.chain_update(part));
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner.finalize()).finalize().to_vec()
}

/// A generator that gives the bytes of a vector.
struct Fixed(Vec<u8>);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("X-Wing asks for bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("X-Wing asks for bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

const ML_KEM_KEY_BYTES: usize = 1184;
const ML_KEM_CIPHERTEXT_BYTES: usize = 1088;

const VECTORS: [[&str; 5]; 3] = [
    [
        "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
        "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
        "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
        "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb",
        "17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33",
    ],
    [
        "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
        "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d",
        "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
        "c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916",
        "1661ea86d608a1924ba30840cb0a65f13ae051e3aec9cf0f064efc0bc92f2154",
    ],
    [
        "ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9",
        "22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b",
        "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
        "6b080d6b84f095342092fa7a22423e58bd681397ad0ef00eac92bd254db4fa95",
        "d3ca5578500344b5896cffc4fd740c9311946b82951df155e6fd86a7966b43c6",
    ],
];
