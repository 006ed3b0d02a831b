#!/usr/bin/env python3
"""The vectors of appendix A of the record's specification, whole and with every byte changed."""

import hashlib
import json
import tempfile
import unittest

import detente_verify as verify
import make_bundles as make

R32 = "bba2d36669004a3ef16764b0dfe370df"
ORIGIN = "accord.example/r/%s/a/0" % R32
MIRROR = "accord.example/m/%s/b/0" % R32
NOTE = (
    ORIGIN + "\n2\nPgEuoam8LaVuI8JBsGkYvdFrx1cw0yjAOo37zVWnIDg=\n\n"
    "\u2014 " + ORIGIN + " fyRcH1J6uxWdDGgRlG0X5m1xXmGH/pNuHEg2FJszM7hqJvBzLU4aANdmiwod2ytKTIinYSuyvas0ZRltpNOvTwnfywc=\n"
    "\u2014 " + MIRROR + " IFQhyQAAAABqsTuAywE2EBR+lTb8Yp3PEZ8cQj1NQ9Snc2XvRJG6obUChl+6LROLavMbyXMarGB3bmsluoI9QHd2dAjOb0aRopoFDw==\n"
).encode()
PROOF = b"c2sp.org/tlog-proof@v1\nindex 1\nEXKEW0Xi60Bwf0FUf1zeyadDeBQS7vtUHUbaqfVA4UI=\n\n" + NOTE
OTHER_NOTE = (
    "accord.example/r/%s/b/0\n1\nYZ80a91Ci4a5mPoEHqgDYqORdHOy60xpG9dUOCzTbL0=\n\n"
    "\u2014 accord.example/r/%s/b/0 Ax3q7/jcEbB3Xy1821HpUHPTNai1ptulxlFVjMyW1P85HBTyja2m26VJ/DV0tMr0g/bl66hOAbqWvR2G+fqcRaNtzgk=\n"
    "\u2014 accord.example/m/%s/a/0 2QsQIwAAAABqsTf84KcRu5+7JlFVGUozAsHjBgyIv1ApUXJB6/PeqzVCgXIm7X3Aor+ad1J5j4uxxcdNPOAYMj3NfVND+swmbb/TBg==\n"
    % (R32, R32, R32)
).encode()
LEAF_0 = (
    b'{"entry":{"epoch":0,"heads":[],"seq":0,"time":1789999000000},"sigs":[],"statement":{"accord":"u6LTZmkASj7xZ2Sw3+Nw38DCImOXbf09iWNws/o5vg0="'
    b',"aud":"all","commits":{},"exercise":false,"made":1789999000000,"nonce":"AAAAAAAAAAAAAAAAAAAAAA==","party":"a","pub":{"sha256":"u6LTZmkASj7xZ'
    b'2Sw3+Nw38DCImOXbf09iWNws/o5vg0=","size":16},"refs":[],"sealed":[],"type":"charter","v":1}}'
)
LEAF_1 = (
    b'{"entry":{"epoch":0,"heads":[{"epoch":0,"note":"WxA504DlQs9ygxggvC8gwzw58ePQUoe3gEm019TI5Ps=","party":"b","root":"YZ80a91Ci4a5mPoEHqgDYqORdHO'
    b'y60xpG9dUOCzTbL0=","size":1}],"seq":1,"time":1789999900000},"sigs":[{"key":"a/desk+3eb83296","sig":"ZfSXgQcfz2TZP9xcNu/URxG/9QgRv0yshumvUPqJ'
    b'xDd6ZJkFv5jLuZzf/AjksELfSjScpzUkYuiUu60BUyGtBw=="}],"statement":{"accord":"u6LTZmkASj7xZ2Sw3+Nw38DCImOXbf09iWNws/o5vg0=","aud":"all","commit'
    b's":{"text":"KAHVOghdYlRjVYuAO1caK7ftqeMTAaTQH90Uhf/e708="},"exercise":false,"made":1789999880000,"nonce":"AAECAwQFBgcICQoLDA0ODw==","party":"'
    b'a","pub":{"clock":86400,"to":"b"},"refs":[],"sealed":[],"type":"inquiry","v":1}}'
)
TRIPLE = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "text", "Is this yours?"]


def key(seed):
    return make.Ed(bytes([seed]) * 32).public


def log_a():
    return verify.Key(ORIGIN, 1, key(1), ("log", ""))


def mirror_b():
    return verify.Key(MIRROR, 4, key(2), ("party", "b"), True)


def table():
    return {(k.name, k.id): [k] for k in (log_a(), mirror_b())}


def accepted(proof_bytes, leaf_bytes):
    """Whether the proof file shows the leaf at index 1 of a's log, signed by a and cosigned by b."""
    try:
        proof, leaf = verify.Proof(proof_bytes), verify.Leaf(leaf_bytes)
        lines, _ = verify.Bundle({}, None, False).check_lines(table(), proof.note, True)
        signature = leaf.sigs[0][3] if leaf.sigs else b""
        return (
            len(lines) == 2 and proof.note.origin == ORIGIN and proof.index == leaf.seq == 1
            and proof.holds(verify.leaf_hash(leaf_bytes)) and verify.ed_valid(key(5), leaf.signed, signature)
        )
    except verify.Refused:
        return False


def has_ml_dsa_line(data):
    return any(len(line) > 3000 for line in data.split(b"\n"))


class Vectors(unittest.TestCase):
    def test_hashes(self):
        self.assertEqual(verify.leaf_hash(LEAF_0).hex(), "1172845b45e2eb40707f41547f5cdec9a743781412eefb541d46daa9f540e142")
        other = LEAF_0.replace(b'"party":"a"', b'"party":"b"')
        self.assertEqual(verify.leaf_hash(other).hex(), "619f346bdd428b86b998fa041ea80362a3917473b2eb4c691bd754382cd36cbd")
        self.assertEqual(verify.leaf_hash(LEAF_1).hex(), "ce4cdbab102e96110fddfe0232a7fd1916e63745e006f6166e968bf7e0565b51")
        self.assertEqual(len(LEAF_1), 642)
        self.assertEqual(verify.sha256(verify.Leaf(LEAF_1).signed).hex(), "581dc8f299b760ebd7cbddb7e9a83a532c4f639f4d15a7d1707b940c8763186d")
        self.assertEqual(verify.sha256(PROOF).hex(), "4d5d2f0b08182743b1e905a39ff5296024f7ef32d3a6af52d9110a505746cb9f")
        self.assertEqual(len(PROOF), 493)

    def test_keys(self):
        self.assertEqual(verify.vkey(ORIGIN, 1, key(1)), ORIGIN + "+7f245c1f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
        self.assertEqual(verify.vkey(MIRROR, 4, key(2)), MIRROR + "+205421c9+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
        self.assertEqual(verify.vkey("a/desk", 1, key(5)), "a/desk+3eb83296+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx")
        self.assertTrue(all(verify.admitted(key(seed)) for seed in range(1, 6)))

    def test_leaf_and_head(self):
        leaf, note = verify.Leaf(LEAF_1), verify.Note(OTHER_NOTE)
        self.assertEqual(verify.check_field(leaf, TRIPLE), 0)
        head = leaf.heads[0]
        self.assertEqual((head.note, head.size, head.root), (note.hash, note.size, note.root))
        self.assertEqual(verify.Leaf(LEAF_0).seq, 0)

    def test_proof(self):
        self.assertTrue(accepted(PROOF, LEAF_1))

    def test_every_byte(self):
        for whole in (PROOF, LEAF_1):
            for at in range(len(whole)):
                for bit in (0, 5):
                    changed = bytearray(whole)
                    changed[at] ^= 1 << bit
                    pair = (bytes(changed), LEAF_1) if whole is PROOF else (PROOF, bytes(changed))
                    self.assertFalse(accepted(*pair), (at, bit))

    def test_every_end(self):
        for end in range(len(PROOF)):
            self.assertFalse(accepted(PROOF[:end], LEAF_1), end)
        for end in range(len(LEAF_1)):
            self.assertFalse(accepted(PROOF, LEAF_1[:end]), end)

    def test_ml_dsa_message(self):
        message = verify.subtree_message(MIRROR, verify.Note(NOTE), 1790000000)
        self.assertEqual(len(message), 176)
        self.assertEqual(hashlib.sha256(message).hexdigest(), "0e18a595a5639f7d90958697c7efa53bb13ae5115b62894181fcffa4389bba4d")

    @unittest.skipUnless(make.MLDSA44PrivateKey and verify.ml_dsa_available(), "no ML-DSA here")
    def test_ml_dsa(self):
        pair, message = make.Pq(bytes([5]) * 32), b"message"
        self.assertEqual(verify.key_id(MIRROR, 6, pair.public).hex(), "4e4dc20d")
        signature = pair.sign(message)
        self.assertTrue(verify.ml_dsa_valid(pair.public, message, signature))
        self.assertFalse(verify.ml_dsa_valid(pair.public, message + b"x", signature))

    @unittest.skipUnless(make.MLDSA44PrivateKey and verify.ml_dsa_available(), "no ML-DSA here")
    def test_ml_dsa_lines(self):
        """A bundle where ML-DSA is required: verified, undecided without ML-DSA, refused with one line changed."""
        built = make.build(6)
        name = next(n for n in sorted(built.members) if n.endswith("proof") and has_ml_dsa_line(built.members[n]))
        self.assertEqual(self.judged(built, built.members, True), ("verified", "ok"))
        self.assertEqual(self.judged(built, built.members, False), ("cannot-decide", "pq-not-checked"))
        line = next(line for line in built.members[name].split(b"\n") if len(line) > 3000)
        changed = bytearray(line)
        changed[-100] = ord("A") if line[-100] != ord("A") else ord("B")
        members = dict(built.members, **{name: built.members[name].replace(line, bytes(changed))})
        claims = json.loads(built.members["bundle.json"])["claims"]
        self.assertEqual(self.judged(built, make.seal(members, built.accord, claims), True), ("not-verified", "bad-signature"))

    def judged(self, built, members, ml_dsa):
        with tempfile.NamedTemporaryFile() as file:
            file.write(make.tar(members))
            file.flush()
            verdict, _ = verify.verify(file.name, built.accord, ml_dsa)
        return verdict["verdict"], verdict["claims"][0]["reason"]

    def test_tree(self):
        """Proofs by the definitions against the checks, all sizes to 40."""
        hashes = [verify.sha256(bytes([i])) for i in range(40)]
        for n in range(1, 41):
            root = make.mth(hashes[:n])
            self.assertEqual(root, verify.tree_root(hashes[:n]))
            for m in range(n):
                self.assertTrue(verify.included(m, n, hashes[m], make.path(m, hashes[:n]), root))
                self.assertFalse(verify.included(m, n, hashes[m - 1], make.path(m, hashes[:n]), root))
                self.assertFalse(verify.included(n, n, hashes[m], make.path(m, hashes[:n]), root))
                self.assertFalse(verify.included(m, n, hashes[m], make.path(m, hashes[:n]) + [root], root))
                if m:
                    roots = verify.both_roots(m, n, make.full_form(m, hashes[:n]))
                    self.assertEqual(roots, (make.mth(hashes[:m]), root))

    def test_strict_json(self):
        good = b'{"a":[1,"\xc3\xa9\\n\\t\\"\\\\"],"b":null}'
        self.assertEqual(verify.encode(verify.decode(good, 100)), good)
        for bad in (b" 1", b"1 ", b"01", b"-0", b"1.0", b"1e0", b'{"b":1,"a":1}', b'{"a":1,"a":1}', b'"\\u0061"', b'"\\/"', b'"\x7f"', b'"\\r"', b'"\xed\xa0\x80"',
                    b'"\\ud800"', b"9007199254740992", b"NaN", b"[1,]", b"\xef\xbb\xbf1", b'"\xef\xbf\xbf"', b"[" * 9 + b"]" * 9, b"[" * 10**6, b'{"A":1}', b'{"":1}'):
            with self.assertRaises(verify.Refused, msg=bad[:20]):
                verify.decode(bad, 10**7)

    def test_evidence_of_key_use(self):
        """4.3: one verdict on hostile signatures and keys."""
        pair, message = make.Ed(bytes([9]) * 32), b"message"
        signature = pair.sign(message)
        s = int.from_bytes(signature[32:], "little") + verify.ORDER_L
        self.assertTrue(verify.ed_valid(pair.public, message, signature))
        self.assertFalse(verify.ed_valid(pair.public, message, signature[:32] + s.to_bytes(32, "little")))
        for point in verify.SMALL_ORDER:
            for sign in (0, 0x80):
                hostile = point[:31] + bytes([point[31] | sign])
                self.assertFalse(verify.admitted(hostile))
                self.assertFalse(verify.ed_valid(hostile, message, hostile + bytes(32)))
                self.assertFalse(verify.ed_valid(pair.public, message, hostile + signature[32:]))


if __name__ == "__main__":
    unittest.main()
