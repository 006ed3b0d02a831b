#!/usr/bin/env python3
"""Writes good bundles for tests of verifiers: same seed, same bytes (ML-DSA lines aside).

    make_bundles.py FOLDER [--seed N] [--count M]

writes M bundles as `<name>.detente.tar`, each with `<name>.accord` (R in hex) beside it. The code shares nothing
with the verifiers: it only writes forms, it reads none. `build(seed)` gives the same in memory.
"""

import base64
import hashlib
import json
import os
import random
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
except ImportError:
    MLDSA44PrivateKey = None

START = 1790000000
ROLES = ["do", "ro", "hod", "te", "rec", "key"]


def h(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def jcs(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# ---------------------------------------------------------------- tree, straight from the definitions

def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(hashes):
    if not hashes:
        return h(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return h(b"\x01" + mth(hashes[:k]) + mth(hashes[k:]))


def path(m, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return path(m, hashes[:k]) + [mth(hashes[k:])]
    return path(m - k, hashes[k:]) + [mth(hashes[:k])]


def full_form(m, hashes):
    n = len(hashes)
    if m == n:
        return [mth(hashes)]
    k = split(n)
    if m <= k:
        return full_form(m, hashes[:k]) + [mth(hashes[k:])]
    return full_form(m - k, hashes[k:]) + [mth(hashes[:k])]


def leaf_hashes(leaves):
    return [h(b"\x00" + leaf) for leaf in leaves]


# ---------------------------------------------------------------- keys

def sealing_key(rng):
    """The form of an X-Wing key: 768 numbers below 3329 in 12 bits each, and 64 bytes more."""
    numbers = [rng.randrange(3329) for _ in range(768)]
    pairs = zip(numbers[::2], numbers[1::2])
    return b"".join((a | b << 12).to_bytes(3, "little") for a, b in pairs) + rng.randbytes(64)


class Ed:
    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.private.public_key().public_bytes_raw()

    def sign(self, message):
        return self.private.sign(message)


class Pq:
    def __init__(self, seed):
        self.private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public = self.private.public_key().public_bytes_raw()

    def sign(self, message):
        return self.private.sign(message)


def key_id(name, kind, public):
    return h(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, kind, public):
    return "%s+%s+%s" % (name, key_id(name, kind, public).hex(), b64(bytes([kind]) + public))


class KeySet:
    def __init__(self, rng, offices, pq, keep=None):
        new = lambda: Ed(rng.randbytes(32))
        self.log, self.mirror = new(), new()
        self.log_pq = Pq(rng.randbytes(32)) if pq else None
        self.mirror_pq = Pq(rng.randbytes(32)) if pq else None
        self.roles = {office: (keep.roles[office] if keep and office == "desk" else new()) for office in offices}

    def value(self):
        public = lambda key: b64(key.public) if key else ""
        return {
            "log_ed": public(self.log), "log_pq": public(self.log_pq), "mirror_ed": public(self.mirror),
            "mirror_pq": public(self.mirror_pq), "roles": {o: public(k) for o, k in self.roles.items()},
        }

    def digest(self):
        return h(b"detente/keyset/v1\x00" + jcs(self.value()))


class Party:
    def __init__(self, rng, party_id, standing="party", pq=False, by="*", epochs=3):
        self.id, self.standing, self.by = party_id, standing, by
        self.offices = {"watch": ["ob"]} if standing == "observer" else {"chief": ["hod", "key"], "desk": ["do", "ro", "te"]}
        if standing == "party" and rng.random() < 0.2:
            self.offices["all-hands"] = ROLES[:]
        self.root, self.recovery = Ed(rng.randbytes(32)), Ed(rng.randbytes(32))
        self.keysets = []
        for _ in range(epochs):
            self.keysets.append(KeySet(rng, self.offices, pq, self.keysets[-1] if self.keysets and rng.random() < 0.5 else None))

    def value(self):
        value = {
            "party": self.id, "name": "Office %s" % self.id.upper(), "standing": self.standing, "sort": "csirt",
            "root": b64(self.root.public), "recovery": b64(self.recovery.public), "keys": self.keysets[0].value(),
            "next": b64(self.keysets[1].digest()), "offices": self.offices,
        }
        if self.standing == "observer":
            value["observes"] = {"scope": "metadata", "by": self.by, "delay_d": 30}
        return value


# ---------------------------------------------------------------- charter

def bare_rules(ids):
    return {
        "legal": "none-stated", "purpose": "", "languages": ["en"], "adoption": "consensus", "amend_by": "signature",
        "chair": "rotating", "silence_procedure": {"min": 86400, "default": 259200},
        "reservations": {"regime": "any-compatible", "listed": [], "objection": 2592000, "all_must_accept": False, "late": True},
        "provisional": True, "expel": False, "retain_prose": True,
        "clocks": {
            "ack": [86400, 14400, 3600], "holding": 86400, "answer_incident": 259200, "answer_norm": 864000,
            "final": 2592000, "supply": 259200, "dormant": 7776000, "offer": 864000, "offer_lapse": 2592000,
            "reply_right": [259200, 86400], "contact": [86400, 259200], "contact_other": [86400, 259200],
            "disclosure": [864000, 86400], "machine": 300, "tendered": 86400, "comcheck_every": 2592000,
            "comcheck_human": 7200, "change": 432000, "refresh": 15552000, "after_resume": 432000,
        },
        "tendered_counts": False, "comcheck_when_suspended": True, "suspension_delay": 259200,
        "leave_notice": 7776000, "invite": 1209600,
        "officers": {"one_up_to": "routine", "single": ids, "never_single": []},
        "matching": {
            "suites": ["voprf", "vole"], "forms": ["items", "both"], "profiles": [], "items_max": 262144,
            "runs_30d": 30, "items_30d": 2097152, "cap": 1000, "ratio": 0, "ceilings": {},
        },
        "limits": {"statements_d": 200, "inquiries_open": 50, "bytes_d": 67108864}, "audiences": {},
        "observers": {"accept": "all", "max": 4}, "witnesses": [], "heartbeat": 600, "skew": 300, "retention_d": 0,
    }


def titled_rules(rng, ids, witnesses):
    rules = bare_rules(ids)
    rules.update(
        legal="politically-binding", purpose="Fewer surprises — für alle, \u202dzusammen\n\tetc. \"so\"", languages=["de", "en"],
        chair=rng.choice(["rotating", ids[0]]), audiences={"core": ids[:2]}, skew=rng.choice([60, 300]),
        witnesses=[{"name": name, "ed": b64(ed.public), "pq": "", "by": ids[0]} for name, ed in witnesses],
    )
    rules["matching"].update(profiles=sorted(b64(rng.randbytes(32)) for _ in range(2)), ceilings={"cve": 10})
    rules["officers"].update(single=[], never_single=["denial", "member"])
    return rules


class Shape:
    """What one world looks like; drawn from the seed."""

    def __init__(self, seed, rng):
        sort = seed % 8
        self.bare = sort == 0
        self.parties = 2 if self.bare else {1: 3, 2: 5, 7: 4}.get(sort, rng.choice([2, 3]))
        self.f = 1 if self.parties > 2 and sort in (2, 7) else 0
        self.observers = 0 if self.bare else {1: 1, 2: 2}.get(sort, rng.choice([0, 1]))
        self.witnesses = 0 if self.bare else {1: 1, 2: 2}.get(sort, rng.choice([0, 1]))
        self.rotations = {3: 1, 4: 2}.get(sort, 0)
        self.pq = MLDSA44PrivateKey is not None and sort in (5, 6)
        self.pq_required = self.pq and sort == 6
        self.joined = sort == 7
        self.steps = rng.randint(6, 14) if not self.bare else rng.randint(4, 8)


# ---------------------------------------------------------------- a world: logs, notes, contents

class World:
    def __init__(self, seed, shape=None):
        self.seed, self.rng = seed, random.Random("détente %d" % seed)
        rng = self.rng
        self.shape = shape or Shape(seed, rng)
        s = self.shape
        ids = rng.sample(["a", "b", "cert-x", "delta", "e9", "f-"], s.parties)
        self.members = {i: Party(rng, i, pq=s.pq) for i in sorted(ids)}
        for i in range(s.observers):
            name = "obs-%d" % i
            self.members[name] = Party(rng, name, "observer", s.pq and rng.random() < 0.5, "*" if i == 0 else sorted(ids)[0])
        self.witnesses = sorted(("witness.example/w%d" % i, Ed(rng.randbytes(32))) for i in range(s.witnesses))
        self.full = sorted(ids)
        self.domain = "bare.detente.invalid" if s.bare else "accord.example"
        self.charter = jcs(self.charter_value())
        self.accord = h(self.charter)
        self.now = START
        self.leaves, self.notes, self.held, self.epoch, self.said = {}, {}, {}, {}, {}
        self.salts, self.offers, self.keys_files = {}, {}, {}
        self.fresh = {}

    def charter_value(self):
        s, rng = self.shape, self.rng
        rules = bare_rules(self.full) if s.bare else titled_rules(rng, self.full, self.witnesses)
        w = len(self.full) - 1
        k = 1 if s.bare else rng.randint(1, w)
        return {
            "v": 1, "kind": "detente/charter", "domain": self.domain, "title": "" if s.bare else "Hamburg-%d" % self.seed,
            "parties": [self.members[i].value() for i in sorted(self.members)],
            "quorum": {"k": k, "f": s.f, "pq": "required" if s.pq_required else "carried"}, "rules": rules,
        }

    def name(self, sort, party, epoch):
        return "%s/%s/%s/%s/%d" % (self.domain, sort, self.accord.hex()[:32], party, epoch)

    def tick(self, low=1, high=50):
        self.now += self.rng.randint(low, high)
        return self.now

    def current(self, party):
        return party, self.epoch.get(party, 0)

    def keys(self, log):
        return self.members[log[0]].keysets[log[1]]

    # ---- leaves

    def statement(self, party, sort, pub, labels=(), **more):
        rng = self.rng
        statement = {
            "accord": b64(self.accord), "aud": rng.choice(["all", "to", "own", "core"]), "commits": {}, "exercise": False,
            "made": self.now * 1000, "nonce": b64(rng.randbytes(16)), "party": party, "pub": pub, "refs": [],
            "sealed": [], "type": sort, "v": 1,
        }
        statement.update(more)
        self.commit(statement, labels)
        return statement

    def commit(self, statement, labels):
        rows = [(label, value, self.rng.randbytes(32)) for label, value in sorted(labels)]
        accord = base64.b64decode(statement["accord"])
        made = [self.commitment(accord, statement["party"], row) for row in rows]
        if len(rows) > 32:
            tree = leaf_hashes(made)
            statement["tree"] = {"count": len(rows), "root": b64(mth(tree))}
            rows = [row + (i, path(i, tree)) for i, row in enumerate(rows)]
        else:
            statement["commits"] = {row[0]: b64(c) for row, c in zip(rows, made)}
        self.fresh[statement["nonce"]] = rows

    def commitment(self, accord, party, row):
        label, value, salt = row[0].encode(), jcs(row[1]), row[2]
        return h(
            b"detente/field/v1\x00" + accord + bytes([len(party)]) + party.encode() + salt
            + struct.pack(">H", len(label)) + label + struct.pack(">I", len(value)) + value
        )

    def sigs(self, statement, log, offices):
        signed = b"detente/statement/v1\x00" + jcs(statement)
        out = []
        for office in offices:
            key, name = self.keys(log).roles[office], "%s/%s" % (log[0], office)
            out.append({"key": name + "+" + key_id(name, 1, key.public).hex(), "sig": b64(key.sign(signed))})
        return sorted(out, key=lambda s: s["key"])

    def heads(self, log):
        """Newest notes of other logs that are larger than those this log named before."""
        named, found = self.held.setdefault(log, {}), []
        for other in sorted(self.notes):
            size, note = max(self.notes[other], key=lambda n: n[0])
            old_own = other[0] == log[0] and (other[1] != log[1] - 1 or len(self.leaves.get(log, [])) != 1)
            if other == log or old_own or size <= named.get(other, 0):
                continue
            named[other] = size
            root = mth(leaf_hashes(self.leaves[other][:size]))
            found.append({"party": other[0], "epoch": other[1], "size": size, "root": b64(root), "note": b64(h(note))})
        return found[:32]

    def append(self, party, sort, pub, labels=(), offices=(), **more):
        log = self.current(party)
        leaves = self.leaves.setdefault(log, [])
        statement = self.statement(party, sort, pub, labels, **more)
        leaf = jcs({
            "entry": {"epoch": log[1], "heads": self.heads(log), "seq": len(leaves), "time": self.now * 1000},
            "sigs": self.sigs(statement, log, offices), "statement": statement,
        })
        leaves.append(leaf)
        place = log + (len(leaves) - 1,)
        self.said[place] = json.loads(leaf)
        self.salts[place] = self.fresh.pop(statement["nonce"])
        return place

    # ---- notes

    def text(self, log, leaves):
        return ("%s\n%d\n%s\n" % (self.name("r", *log), len(leaves), b64(mth(leaf_hashes(leaves))))).encode()

    def line(self, name, kind, key, text, time=None):
        if kind == 1:
            body = key.sign(text)
        elif kind == 4:
            body = struct.pack(">Q", time) + key.sign(b"cosignature/v1\ntime %d\n" % time + text)
        else:
            origin, size, root = text.decode().split("\n")[:3]
            message = b"subtree/v1\n\x00" + bytes([len(name)]) + name.encode() + struct.pack(">Q", time)
            message += bytes([len(origin)]) + origin.encode() + struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
            body = struct.pack(">Q", time) + key.sign(message)
        return "\u2014 %s %s\n" % (name, b64(key_id(name, kind, key.public) + body))

    def log_lines(self, log, text):
        keys, name = self.keys(log), self.name("r", *log)
        lines = [self.line(name, 1, keys.log, text)]
        if keys.log_pq:
            lines.append(self.line(name, 6, keys.log_pq, text, self.now))
        return lines

    def mirror_lines(self, party, text, time, sort="m"):
        log = self.current(party)
        keys, name = self.keys(log), self.name(sort, *log)
        lines = [self.line(name, 4, keys.mirror, text, time)]
        if keys.mirror_pq and self.rng.random() < 0.8:
            lines.append(self.line(name, 6, keys.mirror_pq, text, time))
        return lines

    def cosigned(self, log, leaves, share=0.7):
        """A note with the log's lines and those of some others."""
        rng, text = self.rng, self.text(log, leaves)
        lines = self.log_lines(log, text)
        for other in sorted(self.members):
            if other != log[0] and rng.random() < share:
                sort = "w" if self.members[other].standing == "observer" and rng.random() < 0.5 else "m"
                lines += self.mirror_lines(other, text, self.tick(), sort)
        for name, ed in self.witnesses:
            if rng.random() < share:
                lines.append(self.line(name, 4, ed, text, self.tick()))
        if rng.random() < 0.2:
            stranger = Ed(rng.randbytes(32))
            lines.append(self.line("stranger.example/x", 4, stranger, text, self.now))
        return text + b"\n" + "".join(lines).encode()

    def publish(self, log, share=0.7):
        leaves = self.leaves[log]
        self.notes.setdefault(log, []).append((len(leaves), self.cosigned(log, leaves, share)))

    def proof(self, place, size, note):
        hashes = leaf_hashes(self.leaves[place[:2]][:size])
        return proof_file(place[2], path(place[2], hashes), note)

    # ---- what happens

    def live(self):
        for party in sorted(self.members):
            self.append(party, "charter", {"sha256": b64(self.accord), "size": len(self.charter)})
            self.publish((party, 0))
        for _ in range(self.shape.steps):
            self.step()
        for _ in range(self.shape.rotations):
            self.rotate(self.full[0])
            self.step(self.full[0])
            self.step(self.full[-1])
        if self.shape.joined:
            self.join("zeta")
        for log in sorted(self.leaves):
            self.publish(log, 0.9)

    def step(self, party=None):
        rng = self.rng
        self.tick(10, 4000)
        party = party or rng.choice(sorted(self.members))
        office = sorted(self.members[party].offices)
        log = self.current(party)
        to = rng.choice([i for i in self.full if i != party])
        labels = [("text", "Is this %s — Ω\n\t\"%d\"?" % (to, self.now)), ("meta", {"tlp": "amber", "fields": None}),
                  ("asked", [1, True, {"a-b_c": ["x"]}])][:rng.randint(0, 3)]
        sort = rng.random()
        if sort < 0.5:
            self.append(party, "inquiry", {"to": to, "act": "release", "clock": 86400}, labels, office[:rng.randint(0, 2)])
        elif sort < 0.65:
            self.append(party, "ack", {"at": [self.now * 1000], "result": ["accepted"]}, refs=self.refs(to))
        elif sort < 0.8:
            many = [("f%02d" % i, "value %d" % i) for i in range(rng.randint(33, 40))]
            self.append(party, "exhibit", {"to": to, "act": "commit"}, many, office[:1],
                        sealed=[{"sha256": b64(rng.randbytes(32)), "size": 4096}])
        elif len(self.full) >= 2 and party in self.full:
            self.append_file_form(party, to)
        else:
            self.append(party, "odd_type", {"x": {"y": [[], {}]}}, labels)
        if rng.random() < 0.8:
            self.publish(log)

    def refs(self, party):
        log = self.current(party)
        if not self.leaves.get(log):
            return []
        seq = self.rng.randrange(len(self.leaves[log]))
        digest = h(b"\x00" + self.leaves[log][seq])
        return [{"party": party, "epoch": log[1], "seq": seq, "leaf": b64(digest), "rel": "acks"}]

    def append_file_form(self, party, to):
        pair = [{"party": i, "root": b64(self.members[i].root.public)} for i in sorted([party, to])]
        refs = [{"party": to, "rel": rel, "sid": b64(self.rng.randbytes(32))} for rel in ("to", "cites")]
        sort = self.rng.choice(["terms", "list", "handover", "receipt"])
        self.append(party, sort, {"to": to, "act": "consent"}, [("learns", "two counts")], ["desk"],
                    accord=b64(h(b"detente/bare/v1\x00" + jcs(pair))), refs=refs[:self.rng.randint(0, 2)], aud="to")

    def rotate(self, party):
        old = self.current(party)
        keysets = self.members[party].keysets
        if old[1] + 2 >= len(keysets):
            keysets.append(KeySet(self.rng, self.members[party].offices, self.shape.pq))
        new, after = keysets[old[1] + 1], keysets[old[1] + 2]
        self.append(party, "keys", {"act": "rotate", "epoch": old[1] + 1, "keyset": b64(new.digest()),
                                    "next": b64(after.digest())}, (), ["chief", "desk"])
        self.publish(old)
        self.keys_files["keys/%s/%d.json" % (party, old[1] + 1)] = jcs(new.value())
        self.epoch[party] = old[1] + 1
        self.append(party, "charter", {"sha256": b64(self.accord), "size": len(self.charter)})
        self.publish(self.current(party))

    def signed_offer(self, party, offer):
        offer["sig"] = b64(party.root.sign(b"detente/offer/v1\x00" + jcs(offer)))
        return jcs(offer)

    def join(self, party_id):
        party = Party(self.rng, party_id, pq=self.shape.pq)
        offer = {"v": 1, "kind": "detente/offer", "made": self.now * 1000, "party": party.value(),
                 "sealing": self.rng.choice(("", b64(sealing_key(self.rng)))),
                 "transport": self.rng.choice(("", b64(Ed(self.rng.randbytes(32)).public)))}
        data = self.signed_offer(party, offer)
        self.offers["offer/%s.json" % party_id] = data
        host = self.full[0]
        self.invite = self.append(host, "member", {
            "to": "*", "act": "invite", "party": party_id, "standing": "party", "offer": b64(h(data)), "k": 1, "f": 0,
        }, [("reason", "asked")], ["chief", "desk"])
        self.publish(self.current(host))
        self.members[party_id] = party
        self.append(party_id, "charter", {"sha256": b64(self.accord), "size": len(self.charter)})
        self.publish((party_id, 0))


def proof_file(index, hashes, note):
    lines = ["c2sp.org/tlog-proof@v1", "index %d" % index] + [b64(p) for p in hashes] + [""]
    return "".join(line + "\n" for line in lines).encode() + note


# ---------------------------------------------------------------- evidence

def evidence_file(kind, origin, parts, cosigner=None, proof=None):
    lines = ["detente/evidence@v1", "kind " + kind, "origin " + origin]
    if cosigner:
        lines.append("cosigner " + cosigner)
    if proof:
        m, n, hashes = proof
        lines += ["proof %d %d %d" % (m, n, len(hashes))] + [b64(p) for p in hashes]
    lines += ["part %s %d" % (name, len(data)) for name, data in parts] + [""]
    return "".join(line + "\n" for line in lines).encode() + b"".join(data for _, data in parts)


KINDS = ("fork-same", "fork-grow", "fork-leaf", "misplaced", "bad-leaf", "regress", "double-cosign", "clock")


class Wrongdoer:
    """Makes one log or cosigner do what must not be done, and the file that shows it."""

    def __init__(self, world):
        self.world, self.rng = world, world.rng
        self.log = max(world.leaves, key=lambda log: (log[1] == 0 and log[0] in world.full, len(world.leaves[log])))
        self.leaves = world.leaves[self.log]
        self.origin = world.name("r", *self.log)

    def other_leaf(self, **changes):
        value = json.loads(self.leaves[-1])
        value["sigs"] = []
        value["statement"]["nonce"] = b64(self.rng.randbytes(16))
        value["entry"].update(changes)
        return jcs(value)

    def note(self, leaves, lines=None):
        text = self.world.text(self.log, leaves)
        return text + b"\n" + "".join(lines or self.world.log_lines(self.log, text)).encode()

    def in_order(self, leaves_a, leaves_b, make):
        pair = sorted([leaves_a, leaves_b], key=lambda l: (len(l), mth(leaf_hashes(l))))
        return [make(leaves) for leaves in pair], pair

    def make(self, kind):
        return getattr(self, kind.replace("-", "_"))()

    def fork_same(self):
        notes, _ = self.in_order(self.leaves, self.leaves[:-1] + [self.other_leaf()], self.note)
        return evidence_file("fork-same", self.origin, list(zip(("note-a", "note-b"), notes)))

    def grown(self):
        size = self.rng.randint(1, len(self.leaves))
        small = self.leaves[:size - 1] + [self.other_leaf(seq=size - 1)]
        large = self.leaves + [self.other_leaf(seq=len(self.leaves))]
        return small, large, (size, len(large), full_form(size, leaf_hashes(large)))

    def fork_grow(self):
        small, large, proof = self.grown()
        parts = [("note-a", self.note(small)), ("note-b", self.note(large))]
        return evidence_file("fork-grow", self.origin, parts, proof=proof)

    def fork_leaf(self):
        other = self.leaves[:-1] + [self.other_leaf()]
        index = len(self.leaves) - 1
        prove = lambda leaves: proof_file(index, path(index, leaf_hashes(leaves)), self.note(leaves))
        proofs, pair = self.in_order(self.leaves, other, prove)
        sides = []
        for side, leaves in zip("ab", pair):
            full = self.rng.random() < 0.5
            sides.append(("leaf-" + side, leaves[-1]) if full else ("hash-" + side, leaf_hashes(leaves)[-1]))
        return evidence_file("fork-leaf", self.origin, [("proof-a", proofs[0]), ("proof-b", proofs[1])] + sides)

    def one_leaf(self, kind, leaf):
        leaves = self.leaves + [leaf]
        index = len(self.leaves)
        proof = proof_file(index, path(index, leaf_hashes(leaves)), self.note(leaves))
        return evidence_file(kind, self.origin, [("proof-a", proof), ("leaf-a", leaf)])

    def misplaced(self):
        return self.one_leaf("misplaced", self.other_leaf(seq=len(self.leaves) + self.rng.choice([1, 7])))

    def bad_leaf(self):
        leaf = self.other_leaf(seq=len(self.leaves))
        return self.one_leaf("bad-leaf", self.rng.choice([leaf + b"\n", b"", b"{}", leaf.replace(b'"v":1', b'"v":2')]))

    def regress(self):
        head = {"party": next(i for i in self.world.full if i != self.log[0]), "epoch": 0,
                "root": b64(h(b"r")), "note": b64(h(b"n"))}
        index = len(self.leaves)
        pair = [self.other_leaf(seq=index + i, heads=[dict(head, size=9 - i)]) for i in (0, 1)]
        leaves = self.leaves + pair
        hashes = leaf_hashes(leaves)
        proofs = [proof_file(index + i, path(index + i, hashes), self.note(leaves)) for i in (0, 1)]
        return evidence_file("regress", self.origin, list(zip(("proof-a", "proof-b", "leaf-a", "leaf-b"), proofs + pair)))

    def cosigner(self):
        party = next(i for i in self.world.full if i != self.log[0])
        return self.world.name("m", *self.world.current(party)), self.world.keys(self.world.current(party)).mirror

    def double_cosign(self):
        name, key = self.cosigner()
        lined = lambda leaves: self.note(leaves, [self.world.line(name, 4, key, self.world.text(self.log, leaves), START)])
        if self.rng.random() < 0.5:
            notes, _ = self.in_order(self.leaves, self.leaves[:-1] + [self.other_leaf()], lined)
            proof = None
        else:
            small, large, proof = self.grown()
            notes = [lined(small), lined(large)]
        return evidence_file("double-cosign", self.origin, list(zip(("note-a", "note-b"), notes)), name, proof)

    def clock(self, later=10**9, **changes):
        """A cosignature later than the bound of an entry that names the note with it; `changes` are of the leaf's entry and head."""
        world = self.world
        name, key = self.cosigner()
        text = world.text(self.log, self.leaves)
        note = self.note(self.leaves, world.log_lines(self.log, text) + [world.line(name, 4, key, text, START + later)])
        author = next(log for log in sorted(world.leaves) if log[0] in world.full and log[0] != self.log[0])
        head = {"party": self.log[0], "epoch": self.log[1], "size": len(self.leaves), "root": b64(mth(leaf_hashes(self.leaves))), "note": b64(h(note))}
        head.update((k, v) for k, v in changes.items() if k in head)
        value = json.loads(world.leaves[author][-1])
        value["entry"].update(heads=[head], seq=changes.get("seq", len(world.leaves[author])))
        value["sigs"] = []
        leaf = jcs(value)
        leaves = world.leaves[author] + [leaf]
        proof = proof_file(len(leaves) - 1, path(len(leaves) - 1, leaf_hashes(leaves)), self.clock_note(author, leaves, changes))
        leaf = changes.get("leaf", leaf)
        return evidence_file("clock", self.origin, [("note-a", note), ("proof-a", proof), ("leaf-a", leaf)], name)

    def clock_note(self, author, leaves, changes):
        """A note over the entry: as the world would make it, or with one cosignature at START, or with none."""
        if "witnessed" not in changes:
            return self.world.cosigned(author, leaves, 1.0)
        text = self.world.text(author, leaves)
        lines = self.world.log_lines(author, text)
        if changes["witnessed"]:
            other = next(i for i in self.world.full if i not in (author[0], self.cosigner()[0].split("/")[3]))
            lines += [self.world.line(self.world.name("m", other, 0), 4, self.world.members[other].keysets[0].mirror, text, START)]
        return text + b"\n" + "".join(lines).encode()


# ---------------------------------------------------------------- bundle

def tar(members):
    out = []
    for name in ["bundle.json"] + sorted(n for n in members if n != "bundle.json"):
        data = members[name]
        out += [tar_header(name.encode(), len(data)), data, bytes(-len(data) % 512)]
    return b"".join(out) + bytes(1024)


def tar_header(name, length, **fields):
    parts = {
        "name": name.ljust(100, b"\0"), "mode": b"0000644\0", "uid": b"0000000\0", "gid": b"0000000\0",
        "size": b"%011o\0" % length, "mtime": b"0" * 11 + b"\0", "sum": b" " * 8, "type": b"0", "link": bytes(100),
        "magic": b"ustar\x0000", "user": bytes(32), "group": bytes(32), "major": b"0000000\0", "minor": b"0000000\0",
        "prefix": bytes(155), "pad": bytes(12),
    }
    parts.update(fields)
    total = sum(sum(part) for part in parts.values())
    parts["sum"] = fields.get("sum", b"%07o\0" % total)
    return b"".join(parts.values())


def seal(members, accord, claims):
    """Writes bundle.json over all other members."""
    members = {name: data for name, data in members.items() if name != "bundle.json"}
    files = [{"name": n, "sha256": b64(h(members[n])), "size": len(members[n])} for n in sorted(members)]
    members["bundle.json"] = jcs({"v": 1, "kind": "detente/bundle", "accord": b64(accord), "claims": claims, "files": files})
    return members


class Bundler:
    """Chooses claims over a world and gathers the files they need."""

    def __init__(self, world):
        self.world, self.rng = world, world.rng
        self.members = {"charter.json": world.charter, "README.txt": b"See the verifiers.\n"}
        self.claims = []

    def entry(self, place, size=None):
        """The leaf with proofs, and the keys that lead to its log."""
        world, log = self.world, place[:2]
        self.members["entry/%s/%d/%d.json" % place] = world.leaves[log][place[2]]
        notes = [n for n in world.notes[log] if n[0] > place[2]]
        chosen = [n for n in notes if n[0] == size] if size else self.rng.sample(notes, min(len(notes), self.rng.randint(1, 2)))
        for at, note in chosen:
            self.members["entry/%s/%d/%d.%d.tlog-proof" % (place + (at,))] = world.proof(place, at, note)
        self.lead_to(log)

    def lead_to(self, log):
        world = self.world
        for epoch in range(1, log[1] + 1):
            name = "keys/%s/%d.json" % (log[0], epoch)
            if name not in self.members:
                self.members[name] = world.keys_files[name]
                self.entry((log[0], epoch - 1, len(world.leaves[(log[0], epoch - 1)]) - 1))
        name = "offer/%s.json" % log[0]
        if name in world.offers and name not in self.members:
            self.members[name] = world.offers[name]
            self.entry(world.invite)

    def heads_of(self, place):
        world = self.world
        by_hash = {b64(h(note)): (log, note) for log in world.notes for _, note in world.notes[log]}
        for head in world.said[place]["entry"]["heads"]:
            log, note = by_hash[head["note"]]
            self.members["head/%s.note" % h(note).hex()] = note
            self.lead_to(log)

    def disclose(self, place):
        rows = self.world.salts[place]
        chosen = sorted(self.rng.sample(rows, self.rng.randint(0, len(rows))), key=lambda row: row[0])
        fields = [[b64(r[2]), r[0], r[1]] + ([r[3], [b64(p) for p in r[4]]] if len(r) > 3 else []) for r in chosen]
        party, epoch, seq = place
        self.members["entry/%s/%d/%d.disclosed.json" % place] = jcs(
            {"v": 1, "entry": {"party": party, "epoch": epoch, "seq": seq}, "fields": fields})

    def said(self):
        place = self.rng.choice(sorted(self.world.said))
        self.entry(place)
        if self.rng.random() < 0.8:
            self.heads_of(place)
        if self.rng.random() < 0.6 and self.world.salts[place]:
            self.disclose(place)
        self.claims.append(dict(zip(("claim", "party", "epoch", "seq"), ("said",) + place)))

    def acknowledged(self):
        """The first entry that names a head of another's log, over the last entry under that head."""
        world, found = self.world, []
        for by in sorted(world.said):
            for head in world.said[by]["entry"]["heads"]:
                log = (head["party"], head["epoch"])
                if log[0] != by[0] and any(size == head["size"] for size, _ in world.notes[log]):
                    found.append((log + (self.rng.randrange(head["size"]),), head["size"], by))
        if not found:
            return
        place, size, by = self.rng.choice(found)
        self.entry(place, size)
        self.entry(by)
        party, epoch, seq = by
        claim = dict(zip(("claim", "party", "epoch", "seq"), ("acknowledged",) + place))
        self.claims.append(dict(claim, by={"party": party, "epoch": epoch, "seq": seq}))

    def complete(self):
        world, rng = self.world, self.rng
        log = rng.choice(sorted(world.notes))
        size = rng.choice([size for size, _ in world.notes[log]])
        first = rng.randrange(size)
        end = rng.randint(first + 1, size)
        for seq in range(first, end):
            self.entry(log + (seq,), size)
        self.members["leaves/%s/%d/%d.hashes" % (log + (size,))] = b"".join(leaf_hashes(world.leaves[log][:size]))
        self.claims.append({"claim": "complete", "party": log[0], "epoch": log[1], "from": first, "to": end, "size": size})

    def fork(self, kind):
        name = "evidence/%d.evidence" % sum(n.startswith("evidence/") for n in self.members)
        self.members[name] = Wrongdoer(self.world).make(kind)
        self.claims.append({"claim": "fork", "file": name})

    def extras(self):
        rng = self.rng
        if rng.random() < 0.5:
            data = rng.randbytes(40)
            self.members["content/" + h(data).hex()] = data
            rules = jcs({"v": 1, "kind": "detente/rules"})
            self.members["rules/%s.json" % h(rules).hex()] = rules
        entries = sorted(n for n in self.members if n.startswith("entry/") and n.endswith(".json") and "disclosed" not in n)
        if entries and rng.random() < 0.3:
            self.members["anchor/" + rng.choice(entries)[6:-5] + rng.choice([".tsr", ".ots"])] = b"token"
        for party in sorted(self.world.members):
            if rng.random() < 0.5 and "offer/%s.json" % party not in self.world.offers:
                self.members["policy/%s/0.txt" % party] = policy(self.world, (party, 0))
        for name in sorted(self.members):
            if name.startswith("keys/") and rng.random() < 0.5:
                _, party, epoch = name[:-5].split("/")
                self.members["policy/%s/%s.txt" % (party, epoch)] = policy(self.world, (party, int(epoch)))

    def seal(self):
        return seal(self.members, self.world.accord, self.claims)


def policy(world, log):
    value = json.loads(world.charter)
    required = value["quorum"]["pq"] == "required"
    lines = ["log " + vkey(world.name("r", *log), 1, world.keys(log).log.public)]
    others = [i for i in world.full if i != log[0]]
    for other in others:
        keys, name = world.members[other].keysets[0], world.name("m", other, 0)
        lines.append("witness %s-ed %s" % (other, vkey(name, 4, keys.mirror.public)))
        if keys.mirror_pq:
            lines.append("witness %s-pq %s" % (other, vkey(name, 6, keys.mirror_pq.public)))
    if required:
        lines += ["group %s all %s-ed %s-pq" % (i, i, i) for i in others]
    members = others if required else [i + "-ed" for i in others]
    lines += ["group g %d %s" % (value["quorum"]["k"], " ".join(members)), "quorum g"]
    return "".join(line + "\n" for line in lines).encode()


class Built:
    """One good bundle: its members, R, and the world it was cut from."""

    def __init__(self, name, world, members):
        self.name, self.world, self.members, self.accord = name, world, members, world.accord

    def tar(self):
        return tar(self.members)


def build(seed):
    """A good bundle; `seed % 8` fixes the sort of accord, evidence kinds go round."""
    world = World(seed)
    world.live()
    bundler = Bundler(world)
    for _ in range(world.rng.randint(1, 3)):
        bundler.said()
    if world.rng.random() < 0.8:
        bundler.acknowledged()
    if world.rng.random() < 0.6:
        bundler.complete()
    if seed % 3 != 0:
        bundler.fork(KINDS[(seed // 3 * 2 + seed % 3 - 1) % len(KINDS)])
    if world.shape.joined or world.shape.rotations:
        log = max(world.leaves, key=lambda log: (log[0] == "zeta", log[1]))
        bundler.entry(log + (0,))
        bundler.claims.append({"claim": "said", "party": log[0], "epoch": log[1], "seq": 0})
    bundler.extras()
    return Built("bundle-%d" % seed, world, bundler.seal())


def build_small(seed):
    """A small good bundle of a bare accord: one claim, one head, one disclosure."""
    world = World(seed * 8)
    world.shape.steps = 2
    world.live()
    bundler = Bundler(world)
    place = max(world.said, key=lambda p: (bool(world.said[p]["entry"]["heads"]), len(world.salts[p]) in (1, 2, 3), p))
    bundler.entry(place, world.notes[place[:2]][-1][0])
    bundler.heads_of(place)
    bundler.disclose(place)
    bundler.claims.append(dict(zip(("claim", "party", "epoch", "seq"), ("said",) + place)))
    del bundler.members["README.txt"]
    return Built("small-%d" % seed, world, bundler.seal())


def write(folder, built):
    with open(os.path.join(folder, built.name + ".detente.tar"), "wb") as file:
        file.write(built.tar())
    with open(os.path.join(folder, built.name + ".accord"), "w") as file:
        file.write(built.accord.hex() + "\n")


def main(arguments):
    if not arguments or len(arguments) % 2 == 0:
        print(__doc__, file=sys.stderr)
        return 64
    options = dict(zip(arguments[1::2], arguments[2::2]))
    seed, count = int(options.get("--seed", 0)), int(options.get("--count", 16))
    os.makedirs(arguments[0], exist_ok=True)
    for i in range(seed, seed + count):
        write(arguments[0], build(i))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
