#!/usr/bin/env python3
"""Checks one bundle of détente's record, from the specification alone.

    detente_verify.py BUNDLE [--accord HEX64 | --charter FILE] [--json] [--no-ml-dsa]
    detente_verify.py --batch FILE [--no-ml-dsa]

BUNDLE is a ustar file or the extracted directory. Exit status: 0 verified, 1 not verified,
2 cannot decide or unreadable, 64 usage. Python 3.9 or later; needs the package `cryptography`.
Section numbers in comments are those of the record's specification; readings of open points are
numbered in ../OPEN.md.
"""

import base64
import binascii
import hashlib
import json
import os
import re
import stat
import struct
import sys
from bisect import bisect_left
from datetime import datetime, timezone
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError:
    MLDSA44PublicKey = None

INT_MAX = 2**53 - 1
TIME_MAX = 2**63 - 1
ARCHIVE_BYTES = 256 << 20
MEMBER_BYTES = 64 << 20
MEMBERS_MAX = 65536
BUNDLE_JSON_BYTES = 16 << 20
CLAIMS_MAX = 10000
CHARTER_BYTES = 256 << 10
LEAF_BYTES = 16384
PUB_BYTES = 2048
VALUE_BYTES = 1 << 20
NOTE_BYTES = 1 << 20
PROOF_BYTES = NOTE_BYTES + 4096
EVIDENCE_BYTES = 4 << 20
NOTE_LINES_MAX = 100
PATH_HASHES_MAX = 63
JSON_DEPTH_MAX = 8
PARTIES_MAX = 32
ML_DSA_KEY_BYTES = 1312
ML_DSA_SIG_BYTES = 2420

PARTY_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
OFFICE = PARTY_ID
LABEL = re.compile(r"[a-z][a-z0-9_]{0,31}")
AUDIENCE = re.compile(r"[a-z][a-z0-9_-]{0,31}")
NUMBER = r"(0|[1-9][0-9]{0,15})"


class Refused(Exception):
    """A step or a decoder refuses its input; the text is for people, never for the verdict."""


class StepFailed(Exception):
    """One of the twelve steps failed; `args[0]` is the reason code."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def matches(pattern, text):
    return isinstance(text, str) and pattern.fullmatch(text) is not None


# ---------------------------------------------------------------- hashes, base64, numbers

def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def b64encode(data):
    return base64.b64encode(data).decode("ascii")


def b64decode(text, length=None):
    """Strict: what does not encode back to the same text is refused."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise Refused("base64")
    need(b64encode(raw) == text, "base64 form")
    need(length is None or len(raw) == length, "base64 length")
    return raw


def number(text):
    """Canonical decimal, at most 2^53-1."""
    need(re.fullmatch(NUMBER, text) is not None, "number form")
    value = int(text)
    need(value <= INT_MAX, "number too large")
    return value


# ---------------------------------------------------------------- Merkle tree (2)

def included(index, size, leaf, path, root):
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def both_roots(m, n, hashes):
    """Roots at m and n, both computed from the full form F(m,n); None if it has not that form."""
    if not hashes:
        return None
    fn, sn = m - 1, n - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else None


def tree_root(hashes):
    if not hashes:
        return sha256(b"")
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1:]
    return level[0]


# ---------------------------------------------------------------- strict JSON (5.4)

LEAF_STRING = re.compile(r"[ -~]*")
BAD_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef"
    + "".join(chr((plane << 16) + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
KEY = re.compile(r"[a-z0-9_-]+")


def pairs_once(pairs):
    result = dict(pairs)
    need(len(result) == len(pairs), "duplicate key")
    return result


def strict_int(text):
    need(len(text) <= 16 and text.isdigit(), "integer form")
    return int(text)


def no_such_form(_text):
    raise Refused("fraction or constant")


def check_value(value, depth, leaf):
    """Profile: strings, keys, integers, depth; `leaf` demands ASCII and refuses null."""
    if isinstance(value, str):
        ok = LEAF_STRING.fullmatch(value) if leaf else not BAD_TEXT.search(value)
        need(ok, "character not allowed")
    elif value is None:
        need(not leaf, "null in a leaf")
    elif isinstance(value, (dict, list)):
        need(depth < JSON_DEPTH_MAX, "too deep")
        for item in value:
            if isinstance(value, dict):
                need(KEY.fullmatch(item), "key form")
                item = value[item]
            check_value(item, depth + 1, leaf)
    elif not isinstance(value, bool):
        need(value <= INT_MAX, "integer too large")


def encode(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def decode(data, limit, leaf=False):
    need(len(data) <= limit, "too long")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=pairs_once,
            parse_int=strict_int,
            parse_float=no_such_form,
            parse_constant=no_such_form,
        )
        check_value(value, 0, leaf)
        same = encode(value) == data
    except (ValueError, RecursionError):  # UnicodeError and JSONDecodeError are ValueErrors
        raise Refused("not JSON")
    need(same, "not the canonical form")
    return value


# ---- small typed readers; each raises Refused

def exact(value, *keys):
    need(isinstance(value, dict) and set(value) == set(keys), "keys")
    return value


def an_int(value, low=0, high=INT_MAX):
    need(type(value) is int and low <= value <= high, "integer")
    return value


def a_bool(value):
    need(isinstance(value, bool), "bool")
    return value


def a_text(value, limit):
    need(isinstance(value, str) and len(value.encode("utf-8")) <= limit, "text")
    return value


def one_of(value, *allowed):
    need(isinstance(value, str) and value in allowed, "not one of the words")
    return value


def formed(value, pattern):
    need(matches(pattern, value), "name form")
    return value


def bytes_of(value, length):
    need(isinstance(value, str), "base64 text")
    return b64decode(value, length)


def an_array(value, limit=None):
    need(isinstance(value, list) and (limit is None or len(value) <= limit), "array")
    return value


def distinct(values):
    need(all(isinstance(v, str) for v in values) and len(set(values)) == len(values), "duplicate")
    return values


def ascending(values):
    """Strictly ascending by bytes."""
    raw = [v.encode("utf-8") for v in values]
    need(all(a < b for a, b in zip(raw, raw[1:])), "order")
    return values


# ---------------------------------------------------------------- keys and signatures (4.2, 4.3)

P25519 = 2**255 - 19
D25519 = -121665 * pow(121666, P25519 - 2, P25519) % P25519
ORDER_L = 2**252 + 27742317777372353535851937790883648493
SMALL_ORDER = {
    bytes.fromhex(h)
    for h in (
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
}


def encoding_allowed(point):
    """Canonical y and none of the seven small-order encodings, sign bit aside."""
    plain = point[:31] + bytes([point[31] & 0x7F])
    return plain not in SMALL_ORDER and int.from_bytes(plain, "little") < P25519


@lru_cache(maxsize=4096)
def admitted(public):
    if not encoding_allowed(public):
        return False
    y = int.from_bytes(public, "little") & (2**255 - 1)
    u, v = (y * y - 1) % P25519, (D25519 * y * y + 1) % P25519
    # x^2 = u/v has a root exactly if u*v is a square.
    return pow(u * v, (P25519 - 1) // 2, P25519) == 1


@lru_cache(maxsize=4096)
def ed_public(public):
    return Ed25519PublicKey.from_public_bytes(public)


def ed_valid(public, message, signature):
    if len(signature) != 64 or not encoding_allowed(public) or not encoding_allowed(signature[:32]):
        return False
    if int.from_bytes(signature[32:], "little") >= ORDER_L:
        return False
    try:
        ed_public(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def ml_dsa_available():
    if MLDSA44PublicKey is None:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(bytes(ML_DSA_KEY_BYTES))
    except (UnsupportedAlgorithm, ValueError):
        return False
    return True


def ml_dsa_valid(public, message, signature):
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(name, kind, public):
    return sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, kind, public):
    return "%s+%s+%s" % (name, key_id(name, kind, public).hex(), b64encode(bytes([kind]) + public))


# ---------------------------------------------------------------- charter, offer, keysets (4.4)

SORTS = ("state", "csirt", "isac", "company", "campaign", "election-office", "provider", "platform", "other")
ROLES = ("do", "ro", "hod", "te", "rec", "key", "ob")
SCOPES = ("existence-only", "metadata", "full-except-sealed", "full")
TYPES = (
    "charter member officer keys draft bracket silence acceptance suspension norm reservation objection declaration "
    "withdrawal correction notice inquiry reply denial position undertaking claim exhibit terms list receipt handover "
    "comcheck verification observer contact disclosure exercise ack error verdict freeze redaction erased recovery "
    "anchor evidence"
).split()
CLOCKS = {
    "ack": 3, "holding": 0, "answer_incident": 0, "answer_norm": 0, "final": 0, "supply": 0, "dormant": 0, "offer": 0,
    "offer_lapse": 0, "reply_right": 2, "contact": 2, "contact_other": 2, "disclosure": 2, "machine": 0, "tendered": 0,
    "comcheck_every": 0, "comcheck_human": 0, "change": 0, "refresh": 0, "after_resume": 0,
}
RULES = (
    "legal purpose languages adoption amend_by chair silence_procedure reservations provisional expel retain_prose "
    "clocks tendered_counts comcheck_when_suspended suspension_delay leave_notice invite officers matching limits "
    "audiences observers witnesses heartbeat skew retention_d"
).split()
DOMAIN = re.compile(r"[a-z0-9]|[a-z0-9][a-z0-9.-]{0,126}[a-z0-9]")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
NORM_CODE = re.compile(r"[A-Za-z0-9-]{1,32}")
CEILING = re.compile(r"[a-z0-9_-]{1,32}")
WITNESS_NAME = re.compile(r"[!-*,-~]{1,255}")


def clock(value):
    return an_int(value, 60, 63072000)


def ed_key(value):
    public = bytes_of(value, 32)
    need(admitted(public), "key not admitted")
    return public


def pq_key(value):
    return None if value == "" else bytes_of(value, ML_DSA_KEY_BYTES)


class KeySet:
    """The keys of one party in one epoch; `roles` maps offices to keys."""

    def __init__(self, value):
        exact(value, "log_ed", "log_pq", "mirror_ed", "mirror_pq", "roles")
        self.log_ed, self.mirror_ed = ed_key(value["log_ed"]), ed_key(value["mirror_ed"])
        self.log_pq, self.mirror_pq = pq_key(value["log_pq"]), pq_key(value["mirror_pq"])
        need(isinstance(value["roles"], dict), "roles")
        self.roles = {}
        for office, public in value["roles"].items():
            need(formed(office, OFFICE) != "recovery", "reserved office")
            self.roles[office] = ed_key(public)

    def owned(self, party):
        """(key, seat) of every key; only the key of one office may serve in two epochs."""
        machine = [self.log_ed, self.log_pq, self.mirror_ed, self.mirror_pq]
        yield from ((key, None) for key in machine if key is not None)
        yield from ((key, (party, office)) for office, key in self.roles.items())


class Party:
    """One PARTY of a charter or an offer."""

    def __init__(self, value):
        observer = isinstance(value, dict) and value.get("standing") == "observer"
        keys = ("party", "name", "standing", "sort", "root", "keys", "next", "recovery", "offices")
        exact(value, *keys, *(["observes"] if observer else []))
        self.id = formed(value["party"], PARTY_ID)
        a_text(value["name"], 200)
        self.standing = one_of(value["standing"], "party", "observer")
        one_of(value["sort"], *SORTS)
        self.root, self.recovery = ed_key(value["root"]), ed_key(value["recovery"])
        self.keys = KeySet(value["keys"])
        self.next = bytes_of(value["next"], 32)
        check_offices(value["offices"], observer)
        need(set(value["offices"]) == set(self.keys.roles), "offices and keys differ")
        self.by = observes(value["observes"]) if observer else None

    def owned(self):
        yield self.root, None
        yield self.recovery, None
        yield from self.keys.owned(self.id)


def check_offices(value, observer):
    need(isinstance(value, dict), "offices")
    for office, roles in value.items():
        need(formed(office, OFFICE) != "recovery", "reserved office")
        ranks = [ROLES.index(one_of(role, *ROLES)) for role in an_array(roles)]
        need(ranks and all(a < b for a, b in zip(ranks, ranks[1:])), "roles of an office")
        need(all((rank == ROLES.index("ob")) == observer for rank in ranks), "role of the other standing")


def observes(value):
    exact(value, "scope", "by", "delay_d")
    one_of(value["scope"], *SCOPES)
    an_int(value["delay_d"])
    need(value["by"] == "*" or matches(PARTY_ID, value["by"]), "by")
    return value["by"]


class Charter:
    def __init__(self, data):
        value = exact(decode(data, CHARTER_BYTES), "v", "kind", "domain", "title", "parties", "quorum", "rules")
        need(an_int(value["v"]) == 1 and value["kind"] == "detente/charter", "kind")
        self.domain = formed(value["domain"], DOMAIN)
        a_text(value["title"], 200)
        listed = [Party(p) for p in an_array(value["parties"], PARTIES_MAX)]
        ascending([p.id for p in listed])
        self.parties = {p.id: p for p in listed}
        self.full = [p.id for p in listed if p.standing == "party"]
        need(len(self.full) >= 2, "fewer than two parties")
        need(all(p.by in (None, "*") or p.by in self.full for p in listed), "observes by an unknown party")
        self.quorum(value["quorum"])
        self.rules(value["rules"])
        self.check_distinct(listed)

    def quorum(self, value):
        exact(value, "k", "f", "pq")
        self.k = an_int(value["k"], 1, len(self.full) - 1)
        self.f = an_int(value["f"], 0, len(self.full) - 1)
        self.pq_required = one_of(value["pq"], "carried", "required") == "required"
        sets = [self.parties[p].keys for p in self.full]
        need(not self.pq_required or all(s.log_pq and s.mirror_pq for s in sets), "pq required, key missing")

    def rules(self, value):
        exact(value, *RULES)
        ids = list(self.parties)
        one_of(value["legal"], "none-stated", "politically-binding", "contract", "exercise")
        a_text(value["purpose"], 4096)
        check_languages(value["languages"])
        one_of(value["adoption"], "consensus", "silence")
        one_of(value["amend_by"], "adoption", "signature")
        one_of(value["chair"], "rotating", *self.full)
        check_silence(value["silence_procedure"])
        check_reservations(value["reservations"])
        for name in ("provisional", "expel", "retain_prose", "tendered_counts", "comcheck_when_suspended"):
            a_bool(value[name])
        check_clocks(value["clocks"])
        for name in ("suspension_delay", "leave_notice", "invite", "heartbeat", "skew"):
            clock(value[name])
        an_int(value["retention_d"])
        check_officers(value["officers"], self.full)
        check_matching(value["matching"])
        limits = exact(value["limits"], "statements_d", "inquiries_open", "bytes_d")
        for name in limits:
            an_int(limits[name])
        check_audiences(value["audiences"], ids)
        watch = exact(value["observers"], "accept", "max")
        one_of(watch["accept"], "all", "own")
        an_int(watch["max"])
        self.witnesses = [self.witness(w, ids) for w in an_array(value["witnesses"])]
        ascending([name for name, _, _ in self.witnesses])
        self.skew = value["skew"]

    def witness(self, value, ids):
        exact(value, "name", "ed", "pq", "by")
        name = formed(value["name"], WITNESS_NAME)
        need("/m/" not in name and not name.startswith(self.domain + "/"), "witness name")
        one_of(value["by"], *ids)
        return name, ed_key(value["ed"]), pq_key(value["pq"])

    def owned(self):
        for party in self.parties.values():
            yield from party.owned()
        for _, ed, pq in self.witnesses:
            yield from ((key, None) for key in (ed, pq) if key is not None)

    def check_distinct(self, _listed):
        keys = [key for key, _ in self.owned()]
        need(len(set(keys)) == len(keys), "a key stands twice")


def check_languages(value):
    need(an_array(value), "no language")
    for tag in distinct(value):
        need(len(tag) <= 35 and matches(LANGUAGE, tag), "language tag")


def check_silence(value):
    exact(value, "min", "default")
    low = an_int(value["min"], 3600, 63072000)
    an_int(value["default"], low, 63072000)


def check_reservations(value):
    exact(value, "regime", "listed", "objection", "all_must_accept", "late")
    one_of(value["regime"], "none", "listed", "any-compatible")
    ascending([formed(code, NORM_CODE) for code in an_array(value["listed"])])
    clock(value["objection"])
    a_bool(value["all_must_accept"])
    a_bool(value["late"])


def check_clocks(value):
    exact(value, *CLOCKS)
    for name, count in CLOCKS.items():
        items = an_array(value[name]) if count else [value[name]]
        need(len(items) == max(count, 1), "clock array")
        for item in items:
            clock(item)


def check_officers(value, full):
    exact(value, "one_up_to", "single", "never_single")
    one_of(value["one_up_to"], "none", "routine", "priority")
    ascending([one_of(p, *full) for p in an_array(value["single"])])
    ascending([one_of(t, *TYPES) for t in an_array(value["never_single"])])


def check_matching(value):
    exact(value, "suites", "forms", "profiles", "items_max", "runs_30d", "items_30d", "cap", "ratio", "ceilings")
    distinct([one_of(s, "voprf", "vole") for s in an_array(value["suites"])])
    distinct([one_of(s, "items", "both") for s in an_array(value["forms"])])
    ascending([p for p in an_array(value["profiles"]) if bytes_of(p, 32)])
    for name in ("items_max", "runs_30d", "items_30d", "cap", "ratio"):
        an_int(value[name])
    need(isinstance(value["ceilings"], dict), "ceilings")
    for name, ceiling in value["ceilings"].items():
        formed(name, CEILING)
        an_int(ceiling)


def check_audiences(value, ids):
    need(isinstance(value, dict), "audiences")
    for name, members in value.items():
        need(formed(name, AUDIENCE) not in ("all", "to", "pair", "own"), "reserved class")
        ascending([one_of(m, *ids) for m in an_array(members)])


SEALING_BYTES, ML_KEM_VECTOR_BYTES, ML_KEM_Q = 1216, 1152, 3329


def reduced(public):
    """Whether the vector of an ML-KEM-768 key is in its one encoding: 768 numbers of 12 bits, two in three bytes."""
    for i in range(0, ML_KEM_VECTOR_BYTES, 3):
        pair = int.from_bytes(public[i:i + 3], "little")
        if pair & 0xFFF >= ML_KEM_Q or pair >> 12 >= ML_KEM_Q:
            return False
    return True


def read_offer(data, party_id):
    """The PARTY of an offer whose signature by its own root holds."""
    value = exact(decode(data, CHARTER_BYTES), "v", "kind", "made", "party", "sealing", "transport", "sig")
    need(an_int(value["v"]) == 1 and value["kind"] == "detente/offer", "kind")
    an_int(value["made"])
    need(value["sealing"] == "" or reduced(bytes_of(value["sealing"], SEALING_BYTES)), "sealing")
    signature = bytes_of(value["sig"], 64)
    party = Party(value["party"])
    if value["transport"] != "":
        need(ed_key(value["transport"]) not in [key for key, _ in party.owned()], "transport key used twice")
    need(party.id == party_id and party.standing == "party", "offer of another")
    unsigned = {k: v for k, v in value.items() if k != "sig"}
    need(ed_valid(party.root, b"detente/offer/v1\x00" + encode(unsigned), signature), "offer signature")
    return party


# ---------------------------------------------------------------- leaf (5.1 to 5.4)

SIG_KEY = re.compile(r"([a-z][a-z0-9-]{0,31})/([a-z][a-z0-9-]{0,31})\+([0-9a-f]{8})")
SIZE_CLASSES = tuple(1024 << j for j in range(11))
FILE_TYPES = ("terms", "list", "handover", "receipt")


class Leaf:
    """A leaf in the only form there is; anything else raises Refused."""

    def __init__(self, data):
        value = exact(decode(data, LEAF_BYTES, leaf=True), "entry", "sigs", "statement")
        self.statement_of(value["statement"])
        self.entry_of(value["entry"])
        self.sigs = [signature_of(s) for s in an_array(value["sigs"], 4)]
        ascending([s["key"] for s in value["sigs"]])
        self.signed = b"detente/statement/v1\x00" + encode(value["statement"])

    def entry_of(self, value):
        exact(value, "epoch", "heads", "seq", "time")
        self.epoch, self.seq = an_int(value["epoch"]), an_int(value["seq"])
        an_int(value["time"])
        self.heads = [Head(h) for h in an_array(value["heads"], 32)]
        order = [(h.party, h.epoch) for h in self.heads]
        need(all(a < b for a, b in zip(order, order[1:])), "heads order")
        for head in self.heads:
            # Own party: only the final head of the epoch before, named by entry 1 (14).
            before = self.seq == 1 and head.epoch == self.epoch - 1
            need(head.party != self.party or before, "own head")

    def statement_of(self, value):
        keys = ("accord", "aud", "commits", "exercise", "made", "nonce", "party", "pub", "refs", "sealed", "type", "v")
        need(isinstance(value, dict), "statement")
        exact(value, *keys, *(["tree"] if "tree" in value else []))
        need(an_int(value["v"]) == 1, "version")
        self.accord = bytes_of(value["accord"], 32)
        self.party = formed(value["party"], PARTY_ID)
        self.type = formed(value["type"], LABEL)
        an_int(value["made"])
        bytes_of(value["nonce"], 16)
        formed(value["aud"], AUDIENCE)
        self.exercise = a_bool(value["exercise"])
        self.refs_of(value["refs"])
        self.commits_of(value)
        self.pub = value["pub"]
        need(isinstance(self.pub, dict) and len(encode(self.pub)) <= PUB_BYTES, "pub")
        for item in an_array(value["sealed"], 8):
            exact(item, "sha256", "size")
            bytes_of(item["sha256"], 32)
            need(an_int(item["size"]) in SIZE_CLASSES, "size class")

    def refs_of(self, value):
        forms = [ref_is_of_files(r) for r in an_array(value, 32)]
        need(len({encode(r) for r in value}) == len(value), "duplicate reference")
        need(len(set(forms)) <= 1, "references of both forms")
        self.refs_of_files = forms[0] if forms else None

    def commits_of(self, value):
        need(isinstance(value["commits"], dict) and len(value["commits"]) <= 32, "commits")
        self.commits = {formed(k, LABEL): bytes_of(v, 32) for k, v in value["commits"].items()}
        self.tree = None
        if "tree" in value:
            tree = exact(value["tree"], "count", "root")
            self.tree = an_int(tree["count"], 33), bytes_of(tree["root"], 32)
            need(not self.commits, "commits beside a tree")


class Head:
    def __init__(self, value):
        exact(value, "party", "epoch", "size", "root", "note")
        self.party, self.epoch = formed(value["party"], PARTY_ID), an_int(value["epoch"])
        self.size = an_int(value["size"], 1)
        self.root, self.note = bytes_of(value["root"], 32), bytes_of(value["note"], 32)


def ref_is_of_files(value):
    if isinstance(value, dict) and "sid" in value:
        exact(value, "party", "rel", "sid")
        one_of(value["rel"], "to", "cites")
        bytes_of(value["sid"], 32)
    else:
        exact(value, "party", "epoch", "seq", "leaf", "rel")
        one_of(value["rel"], "to", "cites", "replaces", "withdraws", "acks")
        an_int(value["epoch"])
        an_int(value["seq"])
        bytes_of(value["leaf"], 32)
    formed(value["party"], PARTY_ID)
    return "sid" in value


def signature_of(value):
    exact(value, "key", "sig")
    formed(value["key"], SIG_KEY)
    return SIG_KEY.fullmatch(value["key"]).groups() + (bytes_of(value["sig"], 64),)


# ---------------------------------------------------------------- notes and proofs (3.1, 3.2, 3.6)

DASH = "\u2014 "
# What Unicode calls White_Space, and the controls.
NAME_BAD = re.compile("[\x00-\x20\x7f-\x9f\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]")


def name_allowed(name):
    return 1 <= len(name.encode("utf-8")) <= 255 and not NAME_BAD.search(name)


class Note:
    """A checkpoint note in strict form; no signature is checked here."""

    def __init__(self, data):
        need(len(data) <= NOTE_BYTES, "note too long")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("note is not UTF-8")
        need(not re.search("[\x00-\x09\x0b-\x1f]", text), "control character")
        body, blank, tail = text.rpartition("\n\n")
        need(blank and tail.endswith("\n"), "note without signatures")
        self.hash = sha256(data)
        self.text = (body + "\n").encode("utf-8")
        lines = tail[:-1].split("\n")
        need(len(lines) <= NOTE_LINES_MAX, "too many lines")
        self.lines = [note_line(line) for line in lines]
        self.head(body)

    def head(self, body):
        lines = body.split("\n")
        need(len(lines) == 3 and name_allowed(lines[0]), "checkpoint lines")
        self.origin, self.size = lines[0], number(lines[1])
        self.root = b64decode(lines[2], 32)
        need(self.size > 0 or self.root == sha256(b""), "root of the empty tree")


def note_line(line):
    need(line.startswith(DASH), "signature line")
    name, space, text = line[len(DASH):].partition(" ")
    need(space and name_allowed(name), "signature line")
    raw = b64decode(text)
    need(len(raw) >= 5, "signature too short")
    return name, raw[:4], raw[4:]


class Proof:
    """A `.tlog-proof` file in strict form."""

    def __init__(self, data):
        need(len(data) <= PROOF_BYTES, "too long")
        lines, rest = [], data
        while True:
            line, newline, rest = rest.partition(b"\n")
            need(newline and len(line) <= 64, "proof line")
            if not line:
                break
            lines.append(line)
            need(len(lines) <= 2 + PATH_HASHES_MAX, "too many hashes")
        need(len(lines) >= 2 and lines[0] == b"c2sp.org/tlog-proof@v1", "proof head")
        need(lines[1].startswith(b"index "), "index")
        try:
            self.index = number(lines[1][6:].decode("ascii"))
            self.path = [b64decode(line.decode("ascii"), 32) for line in lines[2:]]
        except UnicodeDecodeError:
            raise Refused("proof line")
        self.note = Note(rest)

    def holds(self, leaf):
        return included(self.index, self.note.size, leaf, self.path, self.note.root)


# ---------------------------------------------------------------- evidence file (10)

EVIDENCE_PARTS = {
    "fork-same": ("note-a", "note-b"),
    "fork-grow": ("note-a", "note-b"),
    "double-cosign": ("note-a", "note-b"),
    "fork-leaf": ("proof-a", "proof-b", "leaf-a|hash-a", "leaf-b|hash-b"),
    "misplaced": ("proof-a", "leaf-a"),
    "bad-leaf": ("proof-a", "leaf-a"),
    "regress": ("proof-a", "proof-b", "leaf-a", "leaf-b"),
    "clock": ("note-a", "proof-a", "leaf-a"),
}


class Evidence:
    """The file's form; whether it convicts anybody is another question."""

    def __init__(self, data):
        need(len(data) <= EVIDENCE_BYTES, "too long")
        self.rest = data
        need(self.line() == "detente/evidence@v1", "first line")
        self.kind = self.field("kind")
        need(self.kind in EVIDENCE_PARTS, "kind")
        self.origin = self.name("origin")
        self.cosigner = self.name("cosigner") if self.kind in ("double-cosign", "clock") else None
        line = self.line()
        self.proof = None
        if self.kind == "fork-grow" or (self.kind == "double-cosign" and line.startswith("proof ")):
            self.read_proof(line)
            line = self.line()
        sizes = []
        for wanted in EVIDENCE_PARTS[self.kind]:
            sizes.append(part_line(line, wanted))
            line = self.line()
        need(line == "", "blank line")
        self.cut(sizes)

    def line(self):
        raw, newline, self.rest = self.rest.partition(b"\n")
        need(newline and len(raw) <= 512, "line")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("line is not UTF-8")

    def field(self, key):
        line = self.line()
        need(line.startswith(key + " "), key)
        return line[len(key) + 1:]

    def name(self, key):
        value = self.field(key)
        need(name_allowed(value), key)
        return value

    def read_proof(self, line):
        words = line.split(" ")
        need(len(words) == 4 and words[0] == "proof", "proof line")
        m, n, count = (number(w) for w in words[1:])
        need(0 < m < n and 1 <= count <= PATH_HASHES_MAX, "proof line")
        self.proof = m, n, [b64decode(self.line(), 32) for _ in range(count)]

    def cut(self, sizes):
        need(sum(size for _, size in sizes) == len(self.rest), "parts")
        self.parts, at = {}, 0
        for name, size in sizes:
            self.parts[name] = self.rest[at:at + size]
            at += size


def part_line(line, wanted):
    words = line.split(" ")
    need(len(words) == 3 and words[0] == "part" and words[1] in wanted.split("|"), "part line")
    size = number(words[2])
    sort = words[1][:-2]
    need(size <= {"note": NOTE_BYTES, "proof": PROOF_BYTES, "leaf": LEAF_BYTES, "hash": 32}[sort], "part too long")
    need(sort != "hash" or size == 32, "hash length")
    return words[1], size


# ---------------------------------------------------------------- archive (11.1, 11.2)

PARTY_PART = r"([a-z][a-z0-9-]{0,31})"
MEMBER_FORMS = [
    (kind, re.compile(form))
    for kind, form in (
        ("plain", r"(bundle\.json|README\.txt|charter\.json)"),
        ("policy", "policy/%s/%s\\.txt" % (PARTY_PART, NUMBER)),
        ("entry", "entry/%s/%s/%s\\.json" % (PARTY_PART, NUMBER, NUMBER)),
        ("proof", "entry/%s/%s/%s\\.%s\\.tlog-proof" % (PARTY_PART, NUMBER, NUMBER, NUMBER)),
        ("disclosed", "entry/%s/%s/%s\\.disclosed\\.json" % (PARTY_PART, NUMBER, NUMBER)),
        ("content", "content/([0-9a-f]{64})"),
        ("head", r"head/([0-9a-f]{64})\.note"),
        ("leaves", "leaves/%s/%s/%s\\.hashes" % (PARTY_PART, NUMBER, NUMBER)),
        ("keys", "keys/%s/%s\\.json" % (PARTY_PART, NUMBER)),
        ("rules", r"rules/([0-9a-f]{64})\.json"),
        ("offer", "offer/%s\\.json" % PARTY_PART),
        ("anchor", "anchor/%s/%s/%s\\.(tsr|ots)" % (PARTY_PART, NUMBER, NUMBER)),
        ("evidence", "evidence/%s\\.evidence" % NUMBER),
    )
]
TAR_NAME = re.compile(rb"([A-Za-z0-9._/-]{1,99})\x00+")
TAR_SIZE = re.compile(rb"[0-7]{11}\x00")


def classify(name):
    """(kind, parts) of a member name of the table; numbers come as integers."""
    need(len(name) <= 99, "name too long")
    for kind, form in MEMBER_FORMS:
        found = form.fullmatch(name)
        if found:
            parts = tuple(int(g) if g.isdigit() and len(g) < 17 else g for g in found.groups())
            need(all(not isinstance(p, int) or p <= INT_MAX for p in parts), "number too large")
            return kind, parts
    raise Refused("unknown member")


def tar_header(name, size):
    """The only header that this name and size may have."""
    head = bytearray(512)
    head[0:len(name)] = name
    for at, text in ((100, b"0000644"), (108, b"0000000"), (116, b"0000000"), (124, b"%011o" % size),
                     (136, b"0" * 11), (156, b"0"), (257, b"ustar\x0000"), (329, b"0000000"), (337, b"0000000")):
        head[at:at + len(text)] = text
    head[148:156] = b"%07o\x00" % (sum(head) + 8 * 32)
    return bytes(head)


def read_tar(data):
    """Members in order; the archive has exactly one byte form for its members."""
    members, at = [], 0
    need(len(data) % 512 == 0 and len(data) <= ARCHIVE_BYTES, "archive length")
    while True:
        block = data[at:at + 512]
        need(len(block) == 512, "archive ends early")
        if block == bytes(512):
            break
        name = TAR_NAME.fullmatch(block[:100])
        need(name and TAR_SIZE.fullmatch(block[124:136]), "header")
        size = int(block[124:135], 8)
        need(size <= MEMBER_BYTES and block == tar_header(name.group(1), size), "header")
        padded = -(-size // 512) * 512
        body = data[at + 512:at + 512 + padded]
        need(len(body) == padded and not any(body[size:]), "body")
        members.append((name.group(1).decode("ascii"), body[:size]))
        need(len(members) <= MEMBERS_MAX, "too many members")
        at += 512 + padded
    need(data[at:] == bytes(1024), "end of the archive")
    names = [name for name, _ in members]
    need(names and names[0] == "bundle.json", "first member")
    ascending(names[1:])
    return dict(members)


def read_directory(root):
    members, total = {}, 0
    pending = [""]
    while pending:
        folder = pending.pop()
        for found in sorted(os.listdir(os.path.join(root, folder))):
            name = folder + "/" + found if folder else found
            path = os.path.join(root, name)
            info = os.lstat(path)
            need(len(name) <= 99, "name too long")
            if stat.S_ISDIR(info.st_mode):
                pending.append(name)
                continue
            need(stat.S_ISREG(info.st_mode), "neither file nor directory")
            total += info.st_size
            need(info.st_size <= MEMBER_BYTES and total <= ARCHIVE_BYTES, "too large")
            need(len(members) < MEMBERS_MAX, "too many members")
            classify(name)
            with open(path, "rb") as file:
                members[name] = file.read(MEMBER_BYTES + 1)
    return members


def read_bundle(path):
    """Raises OSError if it can't be read, Refused if its form is wrong."""
    if os.path.isdir(path):
        return read_directory(path)
    info = os.stat(path)
    if not stat.S_ISREG(info.st_mode):
        raise OSError("neither file nor directory")
    need(info.st_size <= ARCHIVE_BYTES, "archive too large")
    with open(path, "rb") as file:
        return read_tar(file.read(ARCHIVE_BYTES + 1))


# ---------------------------------------------------------------- the twelve steps

CLAIM_KEYS = {
    "said": ("party", "epoch", "seq"),
    "acknowledged": ("party", "epoch", "seq", "by"),
    "complete": ("party", "epoch", "from", "to", "size"),
    "fork": ("file",),
}
EVIDENCE_NAME = re.compile("evidence/%s\\.evidence" % NUMBER)


def check_claim(value):
    need(isinstance(value, dict) and isinstance(value.get("claim"), str), "claim")
    need(value["claim"] in CLAIM_KEYS, "claim")
    exact(value, "claim", *CLAIM_KEYS[value["claim"]])
    if value["claim"] == "fork":
        formed(value["file"], EVIDENCE_NAME)
        need(classify(value["file"])[0] == "evidence", "file")
        return
    for place in [value] + ([exact(value["by"], "party", "epoch", "seq")] if "by" in value else []):
        formed(place["party"], PARTY_ID)
        for key in ("epoch", "seq", "from", "to", "size"):
            if key in place:
                an_int(place[key])
    if value["claim"] == "complete":
        need(value["from"] < value["to"] <= value["size"], "range")


class Key:
    """A public key that may stand in a note of one log."""

    def __init__(self, name, kind, public, source, mirror=False):
        self.name, self.kind, self.public, self.source, self.mirror = name, kind, public, source, mirror
        self.id = key_id(name, kind, public)


LOG_SOURCE = ("log", "")


class Bundle:
    """Everything read from one bundle, step by step; each step raises Refused."""

    def __init__(self, members, accord, ml_dsa):
        self.members, self.given, self.ml_dsa = members, accord, ml_dsa
        self.tables, self.checked, self.invited = {}, {}, None

    def of_kind(self, kind):
        return self.by_kind.get(kind, [])

    def run(self):
        steps = (
            (self.malformed, "malformed"), (self.other_accord, "other-accord"), (self.read_charter, "bad-charter"),
            (self.read_keys, "bad-keys"), (self.policies, "policy-differs"), (self.leaves, "bad-leaf"),
            (self.read_proofs, "bad-proof"), (self.signatures, "bad-signature"), (self.read_heads, "bad-head"),
            (self.disclosures, "bad-disclosure"), (self.leaf_hashes, "bad-leaves"), (self.evidences, "bad-evidence"),
        )
        for step, reason in steps:
            try:
                step()
            except Refused:
                raise StepFailed(reason)

    # 1
    def malformed(self):
        members = self.members
        need("bundle.json" in members and "charter.json" in members, "missing member")
        value = decode(members["bundle.json"], BUNDLE_JSON_BYTES)
        exact(value, "v", "kind", "accord", "claims", "files")
        need(an_int(value["v"]) == 1 and value["kind"] == "detente/bundle", "kind")
        self.accord = bytes_of(value["accord"], 32)
        self.claims = an_array(value["claims"], CLAIMS_MAX)
        for claim in self.claims:
            check_claim(claim)
        self.check_files(an_array(value["files"], MEMBERS_MAX))
        self.by_kind = {}
        for name in members:
            kind, parts = classify(name)
            self.by_kind.setdefault(kind, []).append((name, parts))
        for name, parts in self.of_kind("rules"):
            need(sha256(members[name]).hex() == parts[0], "rules file")

    def check_files(self, files):
        for item in files:
            exact(item, "name", "sha256", "size")
            need(isinstance(item["name"], str) and item["name"] != "bundle.json", "name")
            need(item["name"] in self.members, "file not there")
            data = self.members[item["name"]]
            need(an_int(item["size"]) == len(data), "size")
            need(bytes_of(item["sha256"], 32) == sha256(data), "hash")
        ascending([item["name"] for item in files])
        need(len(files) == len(self.members) - 1, "unlisted member")

    # 2
    def other_accord(self):
        need(self.given is None or self.given == self.accord, "accord")
        need(sha256(self.members["charter.json"]) == self.accord, "charter hash")

    # 3
    def read_charter(self):
        self.charter = Charter(self.members["charter.json"])
        roots = sorted((p.id, b64encode(p.root)) for p in self.charter.parties.values())
        self.bare_ids = {}
        for i, a in enumerate(roots):
            for b in roots[i + 1:]:
                pair = encode([{"party": p, "root": root} for p, root in (a, b)])
                self.bare_ids[sha256(b"detente/bare/v1\x00" + pair)] = (a[0], b[0])

    # 4
    def read_keys(self):
        self.decode_entries()
        self.keysets = {(p.id, 0): p.keys for p in self.charter.parties.values()}
        self.seen = {key: seat for key, seat in self.charter.owned()}
        self.offers = {}
        for name, (party,) in self.of_kind("offer"):
            self.read_offer(party, self.members[name])
        successors = {(p.id, 1): p.next for p in self.charter.parties.values()}
        for name, (party, epoch) in sorted(self.of_kind("keys"), key=lambda item: item[1]):
            self.read_keyset(party, epoch, self.members[name], successors)
        for kind in ("entry", "proof", "disclosed"):
            for _, parts in self.of_kind(kind):
                need(parts[:2] in self.keysets, "epoch or party without keys")
        for name, _ in self.of_kind("head"):
            log = self.log_of(self.members[name].partition(b"\n")[0].decode("utf-8", "replace"))
            known = log and (log[0] in self.charter.parties or log[0] in self.offers)
            need(not known or log[1] == 0 or log in self.keysets, "head of an epoch without keys")

    def decode_entries(self):
        self.entries, self.broken = {}, False
        for name, place in self.of_kind("entry"):
            try:
                self.entries[place] = Leaf(self.members[name])
            except Refused:
                self.broken = True
        self.proved = {parts[:3] for _, parts in self.of_kind("proof")}
        self.seqs = {}
        for place in sorted(self.entries):
            self.seqs.setdefault(place[:2], []).append(place[2])

    def bound(self, place, leaf_type, act):
        """Whether an entry may bind keys: proved, no exercise, this type and act."""
        leaf = self.entries[place]
        named = leaf.type == leaf_type and leaf.pub.get("act") == act
        return named and place in self.proved and not leaf.exercise

    def own_keys(self, owned):
        for key, seat in owned:
            need(key not in self.seen or (seat is not None and self.seen[key] == seat), "a key stands twice")
            self.seen[key] = seat

    def read_offer(self, party_id, data):
        need(party_id not in self.charter.parties, "offer of a party of the charter")
        party = read_offer(data, party_id)
        need((party_id, b64encode(sha256(data))) in self.invitations(), "no invitation")
        keys = list(party.owned())
        need(len({key for key, _ in keys}) == len(keys), "a key stands twice")
        need(not any(key in self.seen for key, _ in keys), "a key stands twice")
        self.own_keys(keys)
        self.offers[party_id] = party
        self.keysets[(party_id, 0)] = party.keys

    def invitations(self):
        """(party, hash of offer) of every invitation by a party of the charter."""
        if self.invited is None:
            self.invited = {
                (str(leaf.pub.get("party")), str(leaf.pub.get("offer")))
                for place, leaf in self.entries.items()
                if place[0] in self.charter.parties and self.bound(place, "member", "invite")
            }
        return self.invited

    def read_keyset(self, party, epoch, data, successors):
        need(party in self.charter.parties and epoch > 0, "keys of an unknown party or of epoch 0")
        keyset = KeySet(decode(data, CHARTER_BYTES))
        digest = sha256(b"detente/keyset/v1\x00" + data)
        need(successors.get((party, epoch)) == digest, "not the keys announced before")
        places = [(party, epoch - 1, seq) for seq in self.seqs.get((party, epoch - 1), [])]
        pubs = [self.entries[place].pub for place in places if self.bound(place, "keys", "rotate")]
        made = {
            encode([pub.get("keyset"), pub.get("next")])
            for pub in pubs if type(pub.get("epoch")) is int and pub["epoch"] == epoch
        }
        need(len(made) == 1, "no entry, or two that differ, made these keys")
        announced, following = json.loads(made.pop())
        need(announced == b64encode(digest), "other keys were announced")
        try:
            successors[(party, epoch + 1)] = bytes_of(following, 32)
        except Refused:
            pass  # this epoch stands; none can come after it
        keys = list(keyset.owned(party))
        need(len({key for key, _ in keys}) == len(keys), "a key stands twice")
        self.own_keys(keys)
        self.keysets[(party, epoch)] = keyset

    # ---- names (4.1)

    def name(self, sort, party, epoch):
        return "%s/%s/%s/%s/%d" % (self.charter.domain, sort, self.accord.hex()[:32], party, epoch)

    def log_of(self, origin):
        start = "%s/r/%s/" % (self.charter.domain, self.accord.hex()[:32])
        found = re.fullmatch(PARTY_PART + "/" + NUMBER, origin[len(start):]) if origin.startswith(start) else None
        if not found or int(found.group(2)) > INT_MAX:
            return None
        return found.group(1), int(found.group(2))

    # 5
    def policies(self):
        for name, (party, epoch) in self.of_kind("policy"):
            need(party in self.charter.parties and (party, epoch) in self.keysets, "policy of no log of the charter")
            need(self.members[name] == self.policy(party, epoch), "policy differs")

    def policy(self, party, epoch):
        charter = self.charter
        lines = ["log " + vkey(self.name("r", party, epoch), 1, self.keysets[(party, epoch)].log_ed)]
        others = [q for q in charter.full if q != party]
        for q in others:
            keys, mirror = charter.parties[q].keys, self.name("m", q, 0)
            lines.append("witness %s-ed %s" % (q, vkey(mirror, 4, keys.mirror_ed)))
            if keys.mirror_pq:
                lines.append("witness %s-pq %s" % (q, vkey(mirror, 6, keys.mirror_pq)))
        if charter.pq_required:
            lines += ["group %s all %s-ed %s-pq" % (q, q, q) for q in others]
        members = [q if charter.pq_required else q + "-ed" for q in others]
        lines += ["group g %d %s" % (charter.k, " ".join(members)), "quorum g"]
        return "".join(line + "\n" for line in lines).encode("ascii")

    # 6
    def leaves(self):
        need(not self.broken, "leaf")
        for place, leaf in self.entries.items():
            need((leaf.party, leaf.epoch, leaf.seq) == place, "leaf at another place")
            need(self.of_this_accord(leaf), "leaf of another accord")

    def of_this_accord(self, leaf):
        if leaf.accord == self.accord:
            return leaf.refs_of_files is not True
        pair = self.bare_ids.get(leaf.accord, ())
        return leaf.party in pair and leaf.refs_of_files is not False and leaf.type in FILE_TYPES

    # 7
    def read_proofs(self):
        self.proofs = {}
        for name, (party, epoch, seq, size) in self.of_kind("proof"):
            place = (party, epoch, seq)
            proof = Proof(self.members[name])
            need(proof.note.origin == self.name("r", party, epoch), "origin")
            need(proof.note.size == size and proof.index == seq and place in self.entries, "place")
            need(proof.holds(self.leaf_hash(place)), "inclusion")
            self.proofs.setdefault(place, []).append(proof)

    # 8
    def signatures(self):
        for (party, epoch, _), proofs in self.proofs.items():
            for proof in proofs:
                self.check_note((party, epoch), proof.note)
        for name, _ in self.of_kind("head"):
            try:
                note = Note(self.members[name])
            except Refused:
                continue  # step 9 has the word
            log = self.log_of(note.origin)
            if log in self.keysets:
                self.check_note(log, note)
        self.unknown_roles = {place for place, leaf in self.entries.items() if not self.roles_known(leaf)}

    def roles_known(self, leaf):
        """False if a role signature is by a key we can't know; Refused if a known one fails."""
        roles, known = self.keysets[(leaf.party, leaf.epoch)].roles, True
        for party, office, hex_id, signature in leaf.sigs:
            public = roles.get(office) if party == leaf.party else None
            if public is None or key_id("%s/%s" % (party, office), 1, public).hex() != hex_id:
                known = False
            else:
                need(ed_valid(public, leaf.signed, signature), "role signature")
        return known

    def known_keys(self, log):
        """(name, key id) -> keys that may sign or cosign notes of this log."""
        if log not in self.tables:
            table = {}
            for key in self.keys_for(log):
                table.setdefault((key.name, key.id), []).append(key)
            self.tables[log] = table
        return self.tables[log]

    def keys_for(self, log):
        own = self.keysets[log]
        origin = self.name("r", *log)
        yield from keys_under(origin, 1, own.log_ed, own.log_pq, LOG_SOURCE)
        for (party, epoch), keys in self.keysets.items():
            member = self.charter.parties.get(party)
            if member is None or party == log[0]:
                continue
            source = (member.standing, party)
            yield from keys_under(self.name("m", party, epoch), 4, keys.mirror_ed, keys.mirror_pq, source, True)
            if member.standing == "observer":
                yield from keys_under(self.name("w", party, epoch), 4, keys.mirror_ed, keys.mirror_pq, source)
        for name, ed, pq in self.charter.witnesses:
            yield from keys_under(name, 4, ed, pq, ("witness", name))

    def check_note(self, log, note, log_line=True):
        """The verified lines [(key, time)], and whether a known ML-DSA line went unchecked."""
        mark = (log, note.hash, log_line)
        if mark not in self.checked:
            self.checked[mark] = self.check_lines(self.known_keys(log), note, log_line)
        return self.checked[mark]

    def check_lines(self, table, note, log_line):
        lines, seen, unchecked = [], set(), False
        for name, line_id, signature in note.lines:
            keys = table.get((name, line_id))
            if keys is None:
                continue
            need(len(keys) == 1 and (name, line_id) not in seen, "key twice")
            seen.add((name, line_id))
            key = keys[0]
            time = 0 if key.kind == 1 else line_time(key, signature)
            if key.kind == 6 and not self.ml_dsa:
                unchecked = True
                continue
            need(line_valid(key, note, time, signature), "signature")
            lines.append((key, time))
        need(not log_line or any(key.kind == 1 for key, _ in lines), "no line of the log")
        return lines, unchecked

    # 9
    def read_heads(self):
        self.heads = {}
        for name, (digest,) in self.of_kind("head"):
            note = Note(self.members[name])
            need(note.hash.hex() == digest and self.log_of(note.origin) in self.keysets, "head")
            self.heads[note.hash] = note
        for leaf in self.entries.values():
            for head in leaf.heads:
                note = self.heads.get(head.note)
                if note is not None:
                    same = (self.log_of(note.origin), note.size, note.root)
                    need(same == ((head.party, head.epoch), head.size, head.root), "head differs from its note")

    # 10
    def disclosures(self):
        self.opened = {}
        for name, place in self.of_kind("disclosed"):
            need(place in self.entries, "no entry")
            self.opened[place] = self.disclosure(place, self.members[name])
        for name, (digest,) in self.of_kind("content"):
            need(sha256(self.members[name]).hex() == digest, "content")

    def disclosure(self, place, data):
        value = exact(decode(data, MEMBER_BYTES), "v", "entry", "fields")
        entry = exact(value["entry"], "party", "epoch", "seq")
        need(an_int(value["v"]) == 1, "version")
        need((entry["party"], an_int(entry["epoch"]), an_int(entry["seq"])) == place, "place")
        leaf, last = self.entries[place], -1
        for field in an_array(value["fields"]):
            index = check_field(leaf, an_array(field))
            need(leaf.tree is None or index > last, "order of the tree")
            last = index
        ascending([field[1] for field in value["fields"]])
        return [(field[1], field[2]) for field in value["fields"]]

    # 11
    def leaf_hashes(self):
        self.level = {}
        notes = self.notes_by_size()
        for name, (party, epoch, size) in self.of_kind("leaves"):
            data = self.members[name]
            need(len(data) == 32 * size and (party, epoch, size) in notes, "leaves")
            hashes = [data[i:i + 32] for i in range(0, len(data), 32)]
            root = tree_root(hashes)
            need(all(note.root == root for note in notes[(party, epoch, size)]), "root")
            self.level[(party, epoch, size)] = hashes
            seqs = self.seqs.get((party, epoch), [])
            for seq in seqs[:bisect_left(seqs, size)]:
                need(hashes[seq] == self.leaf_hash((party, epoch, seq)), "leaf hash")
        self.sized = notes

    def leaf_hash(self, place):
        return leaf_hash(self.members["entry/%s/%d/%d.json" % place])

    def notes_by_size(self):
        notes = {}
        for (party, epoch, _), proofs in self.proofs.items():
            for proof in proofs:
                notes.setdefault((party, epoch, proof.note.size), []).append(proof.note)
        for note in self.heads.values():
            notes.setdefault(self.log_of(note.origin) + (note.size,), []).append(note)
        return notes

    # 12
    def evidences(self):
        self.evidence = {name: Evidence(self.members[name]) for name, _ in self.of_kind("evidence")}


def keys_under(name, ed_kind, ed, pq, source, mirror=False):
    yield Key(name, ed_kind, ed, source, mirror)
    if pq is not None:
        yield Key(name, 6, pq, source, mirror)


def line_time(key, signature):
    """Seconds of a cosignature; its form is checked even where its signature can't be."""
    need(len(signature) == 8 + (64 if key.kind == 4 else ML_DSA_SIG_BYTES), "length")
    time = struct.unpack(">Q", signature[:8])[0]
    need(1 <= time <= TIME_MAX, "time")
    return time


def line_valid(key, note, time, signature):
    if key.kind == 1:
        return ed_valid(key.public, note.text, signature)
    if key.kind == 4:
        return ed_valid(key.public, b"cosignature/v1\ntime %d\n" % time + note.text, signature[8:])
    return ml_dsa_valid(key.public, subtree_message(key.name, note, time), signature[8:])


def subtree_message(cosigner, note, time):
    """What an ML-DSA cosigner signs for a whole checkpoint (3.3)."""
    name, origin = cosigner.encode("utf-8"), note.origin.encode("utf-8")
    message = b"subtree/v1\n\x00" + bytes([len(name)]) + name + struct.pack(">Q", time) + bytes([len(origin)]) + origin
    return message + struct.pack(">QQ", 0, note.size) + note.root


def check_field(leaf, field):
    """Recomputes one commitment; answers its index in the tree, or 0."""
    need(len(field) == (3 if leaf.tree is None else 5), "triple")
    salt, label = bytes_of(field[0], 32), formed(field[1], LABEL)
    value = encode(field[2])
    need(len(value) <= VALUE_BYTES, "value too long")
    party, label_bytes = leaf.party.encode("ascii"), label.encode("ascii")
    made = sha256(
        b"detente/field/v1\x00" + leaf.accord + bytes([len(party)]) + party + salt
        + struct.pack(">H", len(label_bytes)) + label_bytes + struct.pack(">I", len(value)) + value
    )
    if leaf.tree is None:
        need(leaf.commits.get(label) == made, "commitment")
        return 0
    index, path = an_int(field[3]), [bytes_of(h, 32) for h in an_array(field[4], PATH_HASHES_MAX)]
    need(included(index, leaf.tree[0], leaf_hash(made), path, leaf.tree[1]), "commitment")
    return index


# ---------------------------------------------------------------- evidence that convicts (10)

def convicts(bundle, evidence):
    log = bundle.log_of(evidence.origin)
    if log not in bundle.keysets:
        return False
    judge = {"double-cosign": fork_of_notes, "fork-same": fork_of_notes, "fork-grow": fork_of_notes}
    judge.update({"fork-leaf": fork_leaf, "regress": regress, "misplaced": misplaced, "bad-leaf": bad_leaf})
    judge["clock"] = clock_lie
    try:
        return judge[evidence.kind](bundle, log, evidence)
    except Refused:
        return False


def noted(bundle, log, evidence, note, cosigner=None, log_line=True):
    """The time of the convicted line; Refused unless the note is of this log and its lines hold."""
    need(note.origin == evidence.origin, "origin")
    lines, _ = bundle.check_note(log, note, log_line)
    times = [time for key, time in lines if key.kind == 4 and key.name == cosigner]
    need(cosigner is None or times, "not cosigned by this key")
    return times[0] if times else None


def fork_of_notes(bundle, log, evidence):
    a, b = Note(evidence.parts["note-a"]), Note(evidence.parts["note-b"])
    for note in (a, b):
        noted(bundle, log, evidence, note, evidence.cosigner, log_line=evidence.cosigner is None)
    if evidence.proof is None:
        return a.size == b.size and a.root < b.root and evidence.kind != "fork-grow"
    m, n, hashes = evidence.proof
    roots = both_roots(m, n, hashes)
    return (m, n) == (a.size, b.size) and roots is not None and roots[1] == b.root and roots[0] != a.root


def evidence_proof(bundle, log, evidence, part):
    proof = Proof(evidence.parts[part])
    noted(bundle, log, evidence, proof.note)
    return proof


def included_leaf(bundle, log, evidence, side):
    proof = evidence_proof(bundle, log, evidence, "proof-" + side)
    data = evidence.parts["leaf-" + side]
    need(proof.holds(leaf_hash(data)), "not included")
    return proof, data


def fork_leaf(bundle, log, evidence):
    found = []
    for side in "ab":
        proof = evidence_proof(bundle, log, evidence, "proof-" + side)
        leaf = evidence.parts.get("leaf-" + side)
        digest = leaf_hash(leaf) if leaf is not None else evidence.parts["hash-" + side]
        need(proof.holds(digest), "not included")
        found.append((proof, digest))
    (a, hash_a), (b, hash_b) = found
    ordered = (a.note.size, a.note.root) <= (b.note.size, b.note.root)
    return ordered and a.index == b.index and hash_a != hash_b


def regress(bundle, log, evidence):
    first, data_a = included_leaf(bundle, log, evidence, "a")
    second, data_b = included_leaf(bundle, log, evidence, "b")
    before = {(h.party, h.epoch): h.size for h in Leaf(data_a).heads}
    falls = any(h.size < before.get((h.party, h.epoch), 0) for h in Leaf(data_b).heads)
    return first.index < second.index and falls


def misplaced(bundle, log, evidence):
    proof, data = included_leaf(bundle, log, evidence, "a")
    leaf = Leaf(data)
    return (leaf.party, leaf.epoch, leaf.seq) != log + (proof.index,) or not bundle.of_this_accord(leaf)


def bad_leaf(bundle, log, evidence):
    _, data = included_leaf(bundle, log, evidence, "a")
    try:
        Leaf(data)
    except Refused:
        return True
    return False


def clock_lie(bundle, log, evidence):
    """`origin` is that of note-a; the entry may be of any log of the accord."""
    note = Note(evidence.parts["note-a"])
    time = noted(bundle, log, evidence, note, evidence.cosigner)
    proof, leaf = Proof(evidence.parts["proof-a"]), Leaf(evidence.parts["leaf-a"])
    author = bundle.log_of(proof.note.origin)
    need(author in bundle.keysets and proof.holds(leaf_hash(evidence.parts["leaf-a"])), "not included")
    need((leaf.party, leaf.epoch, leaf.seq) == author + (proof.index,) and bundle.of_this_accord(leaf), "misplaced")
    bundle.check_note(author, proof.note)
    wanted = (log[0], log[1], note.size, note.root, note.hash)
    need(any((h.party, h.epoch, h.size, h.root, h.note) == wanted for h in leaf.heads), "not named")
    bound = not_after(bundle, author, [proof.note])
    return bound is not None and time > bound + bundle.charter.skew


# ---------------------------------------------------------------- labels and interval (7.2, 7.3)

def times_of(bundle, log, note, author):
    """(source, time) of the lines that give times for an entry of this author."""
    for key, time in bundle.check_note(log, note)[0]:
        sort, party = key.source
        counts = sort in ("party", "witness") or (sort == "observer" and bundle.charter.parties[party].by == "*")
        if key.kind == 4 and counts and not (sort != "witness" and party == author):
            yield key.source, time


def not_after(bundle, log, notes):
    best = {}
    for note in notes:
        for source, time in times_of(bundle, log, note, log[0]):
            best[source] = min(time, best.get(source, time))
    times = sorted(best.values())
    return times[bundle.charter.f] if len(times) > bundle.charter.f else None


class Lookup:
    """What claims ask for more than once, computed once."""

    def __init__(self, bundle):
        self.bundle = bundle
        self.below, self.namers, self.shown = {}, {}, {}
        self.anchors = {parts[:3] for _, parts in bundle.of_kind("anchor")}
        runs = {}
        for place in sorted(bundle.proofs):
            self.add(place, runs)

    def entry(self, place):
        """(labels, not before, not after) of a proved entry."""
        if place not in self.shown:
            notes = [proof.note for proof in self.bundle.proofs[place]]
            high = not_after(self.bundle, place[:2], notes)
            self.shown[place] = entry_labels(self.bundle, self, place), self.below[place], high
        return self.shown[place]

    def add(self, place, runs):
        """Named notes so far (per log, ascending), and who names which head."""
        bundle, log = self.bundle, place[:2]
        best = dict(runs.get(log, {}))
        for head in bundle.entries[place].heads:
            self.namers.setdefault((head.party, head.epoch, head.size, head.root), set()).add(place[0])
            note = bundle.heads.get(head.note)
            if note is not None:
                for source, time in times_of(bundle, bundle.log_of(note.origin), note, place[0]):
                    best[source] = max(time, best.get(source, time))
        runs[log] = best
        times = sorted(best.values(), reverse=True)
        self.below[place] = times[bundle.charter.f] if len(times) > bundle.charter.f else None


def holders(bundle, log, note):
    """Distinct other parties whose mirror line on this note counts."""
    marks = {(key.source, key.name, key.kind) for key, _ in bundle.check_note(log, note)[0]
             if key.mirror and key.source[0] == "party"}
    return len({source for source, name, kind in marks
                if kind == 4 and (not bundle.charter.pq_required or (source, name, 6) in marks)})


def held_label(bundle, log, notes):
    most = max((holders(bundle, log, note) for note in notes), default=0)
    return ["held(%d)" % most] if most else []


def entry_labels(bundle, lookup, place):
    notes = [proof.note for proof in bundle.proofs[place]]
    askers = set()
    for note in notes:
        askers |= lookup.namers.get(place[:2] + (note.size, note.root), set())
    named = ["acknowledged(%s)" % q for q in askers if q != place[0]]
    return sorted(["logged"] + held_label(bundle, place[:2], notes) + named)


def not_proved(bundle, lookup, place, covered):
    leaf, opened = bundle.entries[place], bundle.opened.get(place, [])
    notes = [proof.note for proof in bundle.proofs[place]]
    fields = len(leaf.commits) if leaf.tree is None else leaf.tree[0]
    _, low, high = lookup.entry(place)
    found = {
        "authors-mind": True, "later-withdrawal": True, "truth-of-content": True,
        "completeness": not covered, "not-before": low is None, "not-after": high is None,
        "ml-dsa": any(bundle.check_note(place[:2], note)[1] for note in notes),
        "undisclosed-fields": len(opened) < fields,
        "role-signatures": place in bundle.unknown_roles,
        "anchor-token": place in lookup.anchors,
    }
    return sorted(name for name, shown in found.items() if shown)


# ---------------------------------------------------------------- claims

def claim_text(claim):
    sort = claim["claim"]
    if sort == "fork":
        return "fork " + claim["file"]
    log = "%s/%d" % (claim["party"], claim["epoch"])
    if sort == "complete":
        return "complete %s %d..%d of %d" % (log, claim["from"], claim["to"], claim["size"])
    text = "%s %s/%d" % (sort, log, claim["seq"])
    by = claim.get("by")
    return text if by is None else "%s by %s/%d/%d" % (text, by["party"], by["epoch"], by["seq"])


def outcome(claim, verdict, reason, labels=(), low=None, high=None, unproved=()):
    return {
        "claim": claim, "verdict": verdict, "reason": reason, "labels": list(labels),
        "not_before": low, "not_after": high, "not_proved": list(unproved),
    }


def place_of(claim):
    return claim["party"], claim["epoch"], claim["seq"]


def judge_entry(bundle, lookup, claim, covers):
    text, place = claim_text(claim), place_of(claim)
    by = place_of(claim["by"]) if "by" in claim else place
    if place not in bundle.proofs or by not in bundle.proofs:
        return outcome(text, "cannot-decide", "missing")
    if "by" in claim and not acknowledges(bundle, place, by):
        return outcome(text, "not-verified", "not-acknowledged")
    covered = any(log == place[:2] and first <= place[2] < end for log, first, end in covers)
    return outcome(text, "verified", "ok", *lookup.entry(place), not_proved(bundle, lookup, place, covered))


def acknowledges(bundle, place, by):
    roots = {(proof.note.size, proof.note.root) for proof in bundle.proofs[place]}
    return by[0] != place[0] and any(
        (head.party, head.epoch) == place[:2] and (head.size, head.root) in roots
        for head in bundle.entries[by].heads
    )


def judge_complete(bundle, claim):
    text, log = claim_text(claim), (claim["party"], claim["epoch"])
    sized = log + (claim["size"],)
    seqs = bundle.seqs.get(log, [])
    there = bisect_left(seqs, claim["to"]) - bisect_left(seqs, claim["from"])
    if sized not in bundle.level or there != claim["to"] - claim["from"]:
        return outcome(text, "cannot-decide", "missing")
    labels = sorted(["logged"] + held_label(bundle, log, bundle.sized[sized]))
    return outcome(text, "verified", "ok", labels, unproved=["authors-mind", "later-withdrawal", "truth-of-content"])


def judge_fork(bundle, claim):
    evidence = bundle.evidence.get(claim["file"])
    if evidence is None:
        return outcome(claim_text(claim), "cannot-decide", "missing")
    if not convicts(bundle, evidence):
        return outcome(claim_text(claim), "not-verified", "no-evidence")
    return outcome(claim_text(claim), "verified", "ok", unproved=["motive"])


def judge_claims(bundle):
    """One outcome per claim, in the order of the bundle."""
    lookup, found, covers = Lookup(bundle), {}, []
    undecided = bundle.charter.pq_required and not bundle.ml_dsa
    for i, claim in enumerate(bundle.claims):
        if claim["claim"] == "complete":
            found[i] = doubt(judge_complete(bundle, claim), undecided, "pq-not-checked")
            if found[i]["verdict"] == "verified":
                covers.append(((claim["party"], claim["epoch"]), claim["from"], claim["to"]))
    for i, claim in enumerate(bundle.claims):
        if claim["claim"] == "fork":
            found[i] = judge_fork(bundle, claim)
        elif i not in found:
            found[i] = doubt(judge_entry(bundle, lookup, claim, covers), undecided, "pq-not-checked")
    for result in found.values():
        if bundle.given is None:
            result.update(verdict="cannot-decide", reason="no-trust-root")
    return [found[i] for i in range(len(bundle.claims))]


def doubt(result, undecided, reason):
    if undecided and result["verdict"] == "verified":
        result.update(verdict="cannot-decide", reason=reason)
    return result


# ---------------------------------------------------------------- verdict

def alone(verdict, reason):
    return {"schema": "detente/verdict@v1", "verdict": verdict, "claims": [outcome("bundle", verdict, reason)]}


def verify(path, accord, ml_dsa):
    """The verdict on one bundle, and the bundle if it was read to the end."""
    try:
        members = read_bundle(path)
    except (OSError, ValueError):
        return alone("cannot-decide", "unreadable"), None
    except Refused:
        return alone("not-verified", "malformed"), None
    bundle = Bundle(members, accord, ml_dsa)
    try:
        bundle.run()
    except StepFailed as failed:
        return alone("not-verified", failed.args[0]), None
    claims = judge_claims(bundle)
    if not claims:
        return alone("cannot-decide", "no-claims"), bundle
    found = {claim["verdict"] for claim in claims}
    overall = next((v for v in ("not-verified", "cannot-decide") if v in found), "verified")
    return {"schema": "detente/verdict@v1", "verdict": overall, "claims": claims}, bundle


# ---------------------------------------------------------------- words for people

WORDS = {"verified": "verified", "not-verified": "not verified", "cannot-decide": "cannot decide"}


def escaped(text):
    """Only printable ASCII stays as it is."""
    return "".join(c if " " <= c <= "~" else "\\u{%x}" % ord(c) for c in text)


def moment(seconds):
    if seconds is None:
        return "not proved"
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "%d seconds since 1970" % seconds


def first_line(verdict):
    reasons = [c["reason"] for c in verdict["claims"] if c["verdict"] == verdict["verdict"]]
    return WORDS[verdict["verdict"]] + ("" if verdict["verdict"] == "verified" else ": " + reasons[0])


def claim_words(bundle, claim, result):
    yield "%s: %s" % (WORDS[result["verdict"]], result["claim"])
    if result["reason"] != "ok":
        yield "  because: " + result["reason"]
    if claim is not None and claim["claim"] in ("said", "acknowledged") and result["labels"]:
        place = place_of(claim)
        yield "  %s says: %s, entry %d of epoch %d" % (place[0], bundle.entries[place].type, place[2], place[1])
        for label, value in bundle.opened.get(place, []):
            yield "  disclosed %s: %s" % (label, escaped(json.dumps(value)))
        yield "  not before %s, not after %s" % (moment(result["not_before"]), moment(result["not_after"]))
    if result["labels"]:
        yield "  labels: " + ", ".join(result["labels"])
    if result["not_proved"]:
        yield "  not proved: " + ", ".join(result["not_proved"])


def words(verdict, bundle):
    yield first_line(verdict)
    claims = bundle.claims if bundle is not None and bundle.claims else [None]
    for claim, result in zip(claims, verdict["claims"]):
        yield from claim_words(bundle, claim, result)


# ---------------------------------------------------------------- command line

EXITS = {"verified": 0, "not-verified": 1, "cannot-decide": 2}
HEX64 = re.compile(r"[0-9a-f]{64}")


class Usage(Exception):
    pass


def parse_arguments(arguments):
    options = {"--json": False, "--no-ml-dsa": False}
    values = {"--accord": None, "--charter": None, "--batch": None}
    paths, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        if word in options:
            options[word] = True
        elif word in values and rest and values[word] is None:
            values[word] = rest.pop(0)
        elif word.startswith("-"):
            raise Usage(word)
        else:
            paths.append(word)
    if values["--accord"] is not None and not HEX64.fullmatch(values["--accord"]):
        raise Usage("--accord")
    if values["--accord"] is not None and values["--charter"] is not None:
        raise Usage("--accord and --charter")
    if len(paths) != (0 if values["--batch"] is not None else 1):
        raise Usage("BUNDLE")
    return options, values, paths


def guarded(path, accord, ml_dsa):
    """A fault of this program must not look like a verdict on the bundle."""
    try:
        return verify(path, accord, ml_dsa)
    except Exception:  # reported as such; the tests demand that it never happens
        return alone("cannot-decide", "internal"), None


def run_batch(file, ml_dsa):
    for line in file:
        path, _, accord = line.rstrip("\n").rpartition(" ")
        given = bytes.fromhex(accord) if HEX64.fullmatch(accord) else None
        verdict, _ = guarded(path, given, ml_dsa)
        print(json.dumps(verdict, separators=(",", ":")), flush=True)
    return 0


def trust_root(values):
    if values["--accord"] is not None:
        return bytes.fromhex(values["--accord"])
    if values["--charter"] is None:
        return None
    with open(values["--charter"], "rb") as file:
        return sha256(file.read(CHARTER_BYTES + 1))


def main(arguments):
    try:
        options, values, paths = parse_arguments(arguments)
    except Usage as wrong:
        print("usage: %s\n%s" % (escaped(str(wrong)), __doc__.split("\n\n")[1]), file=sys.stderr)
        return 64
    ml_dsa = not options["--no-ml-dsa"] and ml_dsa_available()
    try:
        if values["--batch"] is not None:
            with open(values["--batch"], encoding="utf-8") as file:
                return run_batch(file, ml_dsa)
        accord = trust_root(values)
    except (OSError, ValueError):
        verdict, bundle = alone("cannot-decide", "unreadable"), None
    else:
        verdict, bundle = guarded(paths[0], accord, ml_dsa)
    print(json.dumps(verdict) if options["--json"] else "\n".join(words(verdict, bundle)))
    return EXITS[verdict["verdict"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
