#!/usr/bin/env python3
"""Named cases with the reason that every verifier has to give: limits, and the readings of ../OPEN.md.

    table.py FOLDER       writes them: NNN.tar (or the directory NNN), NNN.accord (R in hex, or -), NNN.reason (that of the first claim, then the case's name)

Each row of a table is (path, value, fits). A bundle without claims whose members are all in form ends at `no-claims`.
"""

import copy
import json
import os
import sys

import make_bundles as make
import mutations
from mutations import Case, alone

GOOD = "no-claims"
DROP = object()
BIG = 2**53 - 1
YEARS = 63072000


class Plain(make.Shape):
    """Three parties, one observer, one witness; nothing left to chance."""

    def __init__(self, parties=3, pq=False, required=False, f=0, observers=1):
        self.bare, self.parties, self.f, self.observers, self.witnesses = False, parties, f, observers, 1
        self.rotations, self.pq, self.pq_required, self.joined, self.steps = 0, pq, required, False, 3


def plain_world(seed, **shape):
    world = make.World(seed, Plain(**shape))
    world.live()
    return world


def put(value, path, new):
    """Sets, adds or drops what stands at a dotted path."""
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for step in way:
        value = value[step]
    if new is DROP:
        del value[last]
    elif isinstance(value, list) and last == len(value):
        value.append(new)
    else:
        value[last] = new


def expected(case, reason, label):
    case.label, case.expect = label, reason
    return case


def rows(table, original, wrap, bad):
    for path, new, fits in table:
        value = copy.deepcopy(original)
        put(value, path, new)
        label = "%s := %s" % (path, "gone" if new is DROP else repr(new)[:40])
        yield expected(wrap(make.jcs(value)), GOOD if fits else bad, label)


# ---------------------------------------------------------------- charter

def charter_rows(ids):
    a, b, c = ids
    r = "rules."
    yield from [
        ("v", 2, False), ("v", True, False), ("kind", "detente/chart", False), ("extra", 1, False), ("title", DROP, False),
        ("title", "", True), ("title", "x" * 200, True), ("title", "x" * 201, False), ("title", "é" * 100, True), ("title", "é" * 101, False),
        ("title", "a\nb\tc", True), ("title", "\u0085\u202e\ufeff", True), ("title", "\r", False), ("title", "\x7f", False), ("title", "\ufffe", False),
        ("title", "\U0010ffff", False), ("title", "\ufdd0", False), ("title", 1, False), ("title", None, False),
        ("domain", "a", True), ("domain", "a" * 128, True), ("domain", "a" * 129, False), ("domain", "a..b", True), ("domain", "-a", False),
        ("domain", "a-", False), ("domain", ".a", False), ("domain", "a.", False), ("domain", "A", False), ("domain", "", False), ("domain", "a_b", False),
        ("domain", "a\n", False), ("domain", "bare.detente.invalid", True),
        ("quorum.k", 0, False), ("quorum.k", 2, True), ("quorum.k", 3, False), ("quorum.f", 2, True), ("quorum.f", 3, False), ("quorum.pq", "required", False),
        ("quorum.pq", "none", False), ("quorum.x", 1, False),
        ("parties.0.name", "", True), ("parties.0.name", "n" * 201, False), ("parties.0.sort", "army", False), ("parties.0.sort", "other", True),
        ("parties.0.standing", "guest", False), ("parties.0.standing", "observer", False), ("parties.0.party", "A", False), ("parties.0.party", "zz", False),
        ("parties.0.party", b, False), ("parties.0.observes", {"scope": "full", "by": "*", "delay_d": 0}, False), ("parties.0.next", make.b64(bytes(32)), True),
        ("parties.0.next", make.b64(bytes(31)), False), ("parties.0.root", make.b64(bytes(32)), False), ("parties.0.keys.log_pq", make.b64(bytes(1312)), True),
        ("parties.0.keys.log_pq", make.b64(bytes(1311)), False), ("parties.0.keys.log_pq", None, False), ("parties.0.keys.log_ed", "", False),
        ("parties.0.offices.desk", [], False), ("parties.0.offices.desk", ["ro", "do"], False), ("parties.0.offices.desk", ["do", "do"], False),
        ("parties.0.offices.desk", ["do", "ob"], False), ("parties.0.offices.desk", ["ob"], False), ("parties.0.offices.desk", ["boss"], False),
        ("parties.0.offices.desk", ["do", "ro", "hod", "te", "rec", "key"], True), ("parties.0.offices.other", ["do"], False), ("parties.0.offices.desk", DROP, False),
        ("parties.3.offices.watch", ["do"], False), ("parties.3.observes.scope", "all", False), ("parties.3.observes.by", a, True),
        ("parties.3.observes.by", "obs-0", False), ("parties.3.observes.by", "nobody", False), ("parties.3.observes.delay_d", BIG, True),
        ("parties.3.observes.delay_d", BIG + 1, False), ("parties.3.observes", DROP, False),
        (r + "legal", "contract", True), (r + "legal", "binding", False), (r + "purpose", "p" * 4096, True), (r + "purpose", "p" * 4097, False),
        (r + "languages", [], False), (r + "languages", ["en", "en"], False), (r + "languages", ["de", "ar-EG", "zh-Hant-TW"], True), (r + "languages", ["e"], False),
        (r + "languages", ["en_GB"], False), (r + "languages", ["en-" + "x" * 9], False), (r + "languages", ["en" + "-abcdefgh" * 3 + "-abcde"], True),
        (r + "languages", ["en" + "-abcdefgh" * 3 + "-abcdef"], False),
        (r + "adoption", "silence", True), (r + "adoption", "signature", False), (r + "amend_by", "adoption", True), (r + "amend_by", "silence", False),
        (r + "chair", a, True), (r + "chair", "obs-0", False), (r + "chair", "nobody", False),
        (r + "silence_procedure", {"min": 3600, "default": 3600}, True), (r + "silence_procedure", {"min": 3599, "default": 3600}, False),
        (r + "silence_procedure", {"min": 3601, "default": 3600}, False), (r + "silence_procedure", {"min": 3600, "default": YEARS + 1}, False),
        (r + "reservations.regime", "all", False), (r + "reservations.listed", ["A-1", "b"], True), (r + "reservations.listed", ["b", "A-1"], False),
        (r + "reservations.listed", ["b", "b"], False), (r + "reservations.listed", ["a_b"], False), (r + "reservations.listed", ["x" * 33], False),
        (r + "reservations.objection", 59, False), (r + "reservations.objection", 60, True), (r + "provisional", 1, False), (r + "retention_d", BIG, True),
        (r + "clocks.holding", 59, False), (r + "clocks.holding", 60, True), (r + "clocks.holding", YEARS, True), (r + "clocks.holding", YEARS + 1, False),
        (r + "clocks.ack", [60, 60], False), (r + "clocks.ack", [60, 60, 60], True), (r + "clocks.ack", [60, 60, 60, 60], False), (r + "clocks.ack", 60, False),
        (r + "clocks.contact", [60, 59], False), (r + "clocks.contact", [60], False), (r + "clocks.machine", DROP, False), (r + "clocks.more", 60, False),
        (r + "suspension_delay", 59, False), (r + "leave_notice", 0, False), (r + "invite", YEARS + 1, False), (r + "heartbeat", 59, False), (r + "skew", 59, False),
        (r + "skew", 60, True), (r + "officers.single", [a, b, c], True), (r + "officers.single", [b, a], False), (r + "officers.single", ["obs-0"], False),
        (r + "officers.never_single", ["denial", "claim"], False), (r + "officers.never_single", ["claim", "denial"], True), (r + "officers.never_single", ["oath"], False),
        (r + "officers.one_up_to", "immediate", False), (r + "matching.suites", [], True), (r + "matching.suites", ["vole", "voprf"], True),
        (r + "matching.suites", ["vole", "vole"], False), (r + "matching.suites", ["rsa"], False), (r + "matching.forms", ["count"], False), (r + "matching.forms", ["both"], True),
        (r + "matching.profiles", [make.b64(bytes(32))], True), (r + "matching.profiles", [make.b64(bytes(32))] * 2, False), (r + "matching.profiles", ["x"], False),
        (r + "matching.profiles", [make.b64(b"\1" * 32), make.b64(bytes(32))], False), (r + "matching.ceilings", {"a-b_c": BIG}, True),
        (r + "matching.ceilings", {"x" * 33: 1}, False), (r + "matching.ceilings", {"a": -1}, False), (r + "matching.cap", "1000", False),
        (r + "limits.statements_d", 0, True), (r + "limits.x", 0, False), (r + "audiences", {"core": []}, True), (r + "audiences", {"core": [a, "obs-0"]}, True),
        (r + "audiences", {"core": ["obs-0", a]}, False), (r + "audiences", {"all": []}, False), (r + "audiences", {"own": []}, False), (r + "audiences", {"pair": []}, False),
        (r + "audiences", {"to": []}, False), (r + "audiences", {"1a": []}, False), (r + "audiences", {"x" * 32: []}, True), (r + "audiences", {"x" * 33: []}, False),
        (r + "audiences", {"a-b_c": []}, True), (r + "audiences", {"core": ["nobody"]}, False), (r + "observers.accept", "none", False), (r + "observers.max", BIG, True),
        (r + "witnesses", [], True), (r + "witnesses.0.name", "w", True), (r + "witnesses.0.name", "a b", False), (r + "witnesses.0.name", "a+b", False),
        (r + "witnesses.0.name", "é", False), (r + "witnesses.0.name", "", False), (r + "witnesses.0.name", "w" * 255, True), (r + "witnesses.0.name", "w" * 256, False),
        (r + "witnesses.0.name", "x/m/y", False), (r + "witnesses.0.name", "accord.example/w/x", False), (r + "witnesses.0.name", "accord.examples/w", True),
        (r + "witnesses.0.by", "obs-0", True), (r + "witnesses.0.by", "nobody", False), (r + "witnesses.0.ed", "", False), (r + "witnesses.0.pq", make.b64(bytes(1312)), True),
        (r + "witnesses.0.pq", None, False), (r + "more", 1, False), ("parties.0.keys.roles", [], False), ("parties.0.offices", [], False),
        ("parties.0.keys.roles", 1, False), ("parties.0.keys.more", "", False), ("parties.3.observes.more", 1, False), ("parties.3.observes.delay_d", "0", False),
        ("parties.3.observes.by", 1, False), ("parties.3.observes.by", "A", False), ("parties.3.observes", [], False), ("parties", {}, False), ("parties.0", 1, False),
        (r + "retention_d", "0", False), (r + "retention_d", True, False), (r + "limits.bytes_d", "1", False), (r + "observers.max", "4", False),
        (r + "observers.more", 1, False), (r + "witnesses.0.more", 1, False), (r + "witnesses", {}, False), (r + "witnesses.0", [], False), (r + "silence_procedure.more", 1, False),
        (r + "reservations.more", 1, False), (r + "reservations.all_must_accept", 1, False), (r + "reservations.late", None, False), (r + "reservations.objection", "60", False),
        (r + "officers.more", 1, False), (r + "matching.more", 1, False), (r + "matching.ceilings", [], False), (r + "matching.ceilings", {"a": "1"}, False),
        (r + "matching.ceilings", {"a": True}, False), (r + "audiences", [], False), (r + "audiences", {"core": {}}, False), (r + "audiences", 1, False), ("quorum", [], False),
        ("rules", [], False), (r + "languages", "en", False), (r + "clocks", [], False), (r + "clocks.ack", {}, False), (r + "tendered_counts", "no", False),
    ]


def charters(world):
    value = json.loads(world.charter)
    wrap = lambda data: alone("", data, {})
    yield expected(wrap(world.charter), GOOD, "charter as it is")
    yield from rows(charter_rows(world.full), value, wrap, "bad-charter")
    yield from charter_keys(value, wrap)
    yield from charter_sizes(value, wrap)


def charter_keys(value, wrap):
    """A key that stands twice, in every pair of seats that matters."""
    seats = ["parties.0.root", "parties.1.recovery", "parties.2.keys.log_ed", "parties.3.keys.mirror_ed", "parties.1.keys.roles.desk", "rules.witnesses.0.ed"]
    for i, seat in enumerate(seats):
        changed = copy.deepcopy(value)
        put(changed, seat, changed["parties"][0]["keys"]["log_ed"])
        yield expected(wrap(make.jcs(changed)), "bad-charter", "key twice: " + seat)
    changed = copy.deepcopy(value)
    for party in ("0", "1"):
        put(changed, "parties.%s.keys.log_pq" % party, make.b64(bytes(1312)))
    yield expected(wrap(make.jcs(changed)), "bad-charter", "ML-DSA key twice")
    for label, names, fits in (("in order", ("a", "b"), True), ("out of order", ("b", "a"), False), ("of one name", ("a", "a"), False)):
        changed = copy.deepcopy(value)
        one = changed["rules"]["witnesses"][0]
        changed["rules"]["witnesses"] = [dict(one, name=names[0]), dict(one, name=names[1], ed=make.b64(make.Ed(bytes(32)).public))]
        yield expected(wrap(make.jcs(changed)), GOOD if fits else "bad-charter", "two witnesses " + label)
    changed = copy.deepcopy(value)
    changed["parties"][0]["next"] = changed["parties"][0]["root"]
    yield expected(wrap(make.jcs(changed)), GOOD, "next is no key")
    for name, office in (("office recovery", "recovery"), ("office x32", "x" * 32), ("office x33", "x" * 33), ("office 1a", "1a")):
        changed = copy.deepcopy(value)
        changed["parties"][0]["offices"][office] = changed["parties"][0]["offices"].pop("desk")
        changed["parties"][0]["keys"]["roles"][office] = changed["parties"][0]["keys"]["roles"].pop("desk")
        yield expected(wrap(make.jcs(changed)), GOOD if office == "x" * 32 else "bad-charter", name)


def charter_sizes(value, wrap):
    for size, fits in ((256 << 10, True), ((256 << 10) + 1, False)):
        changed = copy.deepcopy(value)
        changed["rules"]["audiences"] = {"c%05d" % i: [] for i in range(1000)}
        ceilings = changed["rules"]["matching"]["ceilings"] = {}
        while len(make.jcs(changed)) < size - 100:
            for _ in range(max(1, (size - 100 - len(make.jcs(changed))) // 40)):
                ceilings["n%030d" % len(ceilings)] = 0
        short = size - len(make.jcs(changed))
        changed["title"] += "x" * min(short, 100)
        changed["rules"]["purpose"] += "x" * (short - min(short, 100))
        data = make.jcs(changed)
        assert len(data) == size
        yield expected(wrap(data), GOOD if fits else "bad-charter", "charter of %d bytes" % size)
    yield from many_parties(value, wrap)


def many_parties(value, wrap):
    world = make.random.Random(4)
    for count in (1, 2, 32, 33):
        changed = copy.deepcopy(value)
        members = [make.Party(world, "p%02d" % i, epochs=2).value() for i in range(count)]
        changed["parties"] = members
        changed["quorum"]["k"] = 1
        rules = changed["rules"]
        rules.update(chair="rotating", audiences={}, witnesses=[])
        yield expected(wrap(make.jcs(changed)), GOOD if count in (2, 32) else "bad-charter", "%d parties" % count)
    changed = copy.deepcopy(value)
    changed["parties"][0], changed["parties"][1] = changed["parties"][1], changed["parties"][0]
    yield expected(wrap(make.jcs(changed)), "bad-charter", "parties out of order")


# ---------------------------------------------------------------- leaf

def nest(depth):
    value = 1
    for _ in range(depth):
        value = {"a": value} if depth % 2 else [value]
    return value


def leaf_rows(world, party):
    a = world.full[0]
    s, e = "statement.", "entry."
    other = next(i for i in world.full if i != party)
    head = {"party": other, "epoch": 0, "size": 1, "root": make.b64(bytes(32)), "note": make.b64(bytes(32))}
    heads = lambda *changes: [dict(head, **c) for c in changes]
    ref = {"party": a, "epoch": 0, "seq": 0, "leaf": make.b64(bytes(32)), "rel": "to"}
    sid = {"party": a, "rel": "to", "sid": make.b64(bytes(32))}
    sig = {"key": "a/desk+00000000", "sig": make.b64(bytes(64))}
    commitment = make.b64(bytes(32))
    yield from [
        ("x", 1, False), ("sigs", DROP, False), (e + "time", BIG, True), (e + "time", BIG + 1, False), (e + "time", None, False), (e + "extra", 1, False),
        (e + "heads", heads({}), True), (e + "heads", heads({}, {}), False), (e + "heads", heads({}, {"epoch": 1}), True), (e + "heads", heads({"epoch": 1}, {}), False),
        (e + "heads", heads(*({"epoch": i} for i in range(32))), True), (e + "heads", heads(*({"epoch": i} for i in range(33))), False),
        (e + "heads", heads({"size": 0}), False), (e + "heads", heads({"size": BIG}), True), (e + "heads", heads({"party": party}), False),
        (e + "heads", heads({"party": party, "epoch": 1}), False), (e + "heads", heads({"party": "nobody"}), True), (e + "heads", heads({"x": 1}), False),
        (e + "heads", heads({"root": make.b64(bytes(31))}), False), (e + "heads", heads({"epoch": 9}, {"epoch": 10}), True),
        (s + "v", 2, False), (s + "v", True, False), (s + "type", "x" * 32, True), (s + "type", "x" * 33, False), (s + "type", "a-b", False), (s + "type", "Odd", False),
        (s + "aud", "a-b_c", True), (s + "aud", "", False), (s + "aud", "x" * 33, False), (s + "aud", "*", False), (s + "nonce", make.b64(bytes(15)), False),
        (s + "nonce", "AAAAAAAAAAAAAAAAAAAAAB==", False), (s + "exercise", True, True), (s + "exercise", 0, False), (s + "made", 0, True),
        (s + "refs", [ref], True), (s + "refs", [ref, ref], False), (s + "refs", [ref, dict(ref, rel="cites")], True), (s + "refs", [dict(ref, rel="likes")], False),
        (s + "refs", [dict(ref, seq=i) for i in range(32)], True), (s + "refs", [dict(ref, seq=i) for i in range(33)], False), (s + "refs", [sid], False),
        (s + "refs", [ref, sid], False), (s + "refs", [dict(ref, sid=sid["sid"])], False),
        (s + "commits", {"c%02d" % i: commitment for i in range(32)}, True), (s + "commits", {"c%02d" % i: commitment for i in range(33)}, False),
        (s + "commits", {"a-b": commitment}, False), (s + "commits", {"x" * 32: commitment}, True), (s + "commits", {"x" * 33: commitment}, False),
        (s + "tree", {"count": 33, "root": commitment}, True), (s + "tree", {"count": 32, "root": commitment}, False), (s + "tree", {"count": BIG, "root": commitment}, True),
        (s + "tree", None, False), (s + "pub", {}, True), (s + "pub", [], False), (s + "pub", {"a": nest(5)}, True), (s + "pub", {"a": nest(6)}, False),
        (s + "pub", {"a": "x" * 2040}, True), (s + "pub", {"a": "x" * 2041}, False), (s + "pub", {"a": BIG}, True), (s + "pub", {"a": BIG + 1}, False),
        (s + "pub", {"a": None}, False), (s + "pub", {"a": "é"}, False), (s + "pub", {"a": "\n"}, False), (s + "pub", {"a": "~ \"\\"}, True), (s + "pub", {"a": -1}, False),
        (s + "pub", {"A": 1}, False), (s + "pub", {"": 1}, False), (s + "pub", {"a_b-1": [True, False, [], {}]}, True), (s + "pub", {"a": 1.5}, False),
        (s + "sealed", [{"sha256": commitment, "size": 1024}] * 8, True), (s + "sealed", [{"sha256": commitment, "size": 1024}] * 9, False),
        (s + "sealed", [{"sha256": commitment, "size": 1 << 20}], True), (s + "sealed", [{"sha256": commitment, "size": 1 << 21}], False),
        (s + "sealed", [{"sha256": commitment, "size": 512}], False), (s + "sealed", [{"sha256": commitment, "size": 1536}], False),
        ("sigs", [dict(sig, key="a/o%d+00000000" % i) for i in range(4)], True), ("sigs", [dict(sig, key="a/o%d+00000000" % i) for i in range(5)], False),
        ("sigs", [sig, sig], False), ("sigs", [dict(sig, key="b/desk+00000000"), sig], False), ("sigs", [dict(sig, key="a/desk+0000000A")], False),
        ("sigs", [dict(sig, key="a/recovery+00000000")], True), ("sigs", [dict(sig, key="a/desk+000000000")], False), ("sigs", [dict(sig, key="a+00000000")], False),
        ("sigs", [dict(sig, sig=make.b64(bytes(63)))], False), (s + "accord", make.b64(bytes(32)), False), (s + "party", other, False), (e + "seq", 3, False),
        (e + "epoch", 1, False), (e + "time", "1", False), (e + "time", True, False), ("statement", [], False), ("entry", [], False), ("sigs", {}, False), ("sigs", [1], False),
        (s + "sealed", [{"sha256": commitment, "size": 1024, "x": 1}], False), (s + "sealed", [{"sha256": make.b64(bytes(31)), "size": 1024}], False),
        (s + "sealed", [{"sha256": 1, "size": 1024}], False), (s + "sealed", {}, False), (s + "refs", [dict(ref, x=1)], False), (s + "refs", [dict(ref, epoch="0")], False),
        (s + "refs", [dict(ref, seq=True)], False), (s + "refs", [dict(ref, leaf=make.b64(bytes(31)))], False), (s + "refs", [dict(ref, party="A")], False), (s + "refs", [1], False),
        (s + "refs", {}, False), (s + "made", "1", False), (s + "commits", [], False), (s + "commits", {"a": make.b64(bytes(31))}, False), (s + "commits", {"a": 1}, False),
        (s + "tree", {"count": 33, "root": commitment, "x": 1}, False), (s + "tree", {"count": True, "root": commitment}, False), (e + "heads", {}, False), (e + "heads", [1], False),
        (e + "heads", heads({"note": make.b64(bytes(33))}), False), (e + "heads", heads({"epoch": "0"}), False), (e + "heads", heads({"party": "A"}), False),
        ("sigs", [dict(sig, x=1)], False), ("sigs", [dict(sig, key=1)], False), (s + "type", 1, False), (s + "party", 1, False), (s + "accord", 1, False),
    ]


def leaves(world):
    party, seq = world.full[0], 2
    value = base_leaf(world, party, seq)
    wrap = lambda data: alone("", world.charter, {"entry/%s/0/%d.json" % (party, seq): data})
    yield expected(wrap(make.jcs(value)), GOOD, "leaf as it is")
    yield from rows(leaf_rows(world, party), value, wrap, "bad-leaf")
    yield from file_form(world, party, value, wrap)
    yield from leaf_sizes(value, wrap)
    for epoch, at, fits in ((1, 1, True), (0, 1, False), (1, 2, False), (2, 1, False)):
        yield own_head(world, epoch, at, fits)


def base_leaf(world, party, seq):
    return {
        "entry": {"epoch": 0, "heads": [], "seq": seq, "time": 1}, "sigs": [],
        "statement": {
            "accord": make.b64(world.accord), "aud": "all", "commits": {}, "exercise": False, "made": 1, "nonce": make.b64(bytes(16)), "party": party,
            "pub": {"act": "release"}, "refs": [], "sealed": [], "type": "inquiry", "v": 1,
        },
    }


def file_form(world, party, value, wrap):
    a, b, c = world.full
    pairs = {"pair": [a, b], "others": [b, c], "observer": [a, "obs-0"], "order": [b, a]}
    sid = {"party": b, "rel": "to", "sid": make.b64(bytes(32))}
    ref = {"party": b, "epoch": 0, "seq": 0, "leaf": make.b64(bytes(32)), "rel": "to"}
    for pair, sort, refs, fits in (
        ("pair", "terms", [sid], True), ("pair", "list", [], True), ("pair", "handover", [dict(sid, rel="cites")], True), ("pair", "receipt", [sid], True),
        ("pair", "inquiry", [sid], False), ("pair", "terms", [ref], False), ("pair", "terms", [dict(sid, rel="replaces")], False), ("others", "terms", [sid], False),
        ("observer", "terms", [sid], True), ("order", "terms", [sid], False), ("pair", "consent", [sid], False), ("pair", "terms", [sid, sid], False),
        ("pair", "terms", [dict(sid, x=1)], False), ("pair", "terms", [dict(sid, sid=make.b64(bytes(31)))], False), ("pair", "terms", [dict(sid, party="A")], False),
    ):
        changed = copy.deepcopy(value)
        roots = [{"party": i, "root": make.b64(world.members[i].root.public)} for i in pairs[pair]]
        accord = make.b64(make.h(b"detente/bare/v1\0" + make.jcs(roots)))
        changed["statement"].update(accord=accord, type=sort, refs=refs)
        yield expected(wrap(make.jcs(changed)), GOOD if fits else "bad-leaf", "file form %s %s %d" % (pair, sort, len(refs)))


def leaf_sizes(value, wrap):
    """A leaf of exactly the limit, and one byte more."""
    both = copy.deepcopy(value)
    both["statement"].update(commits={"a": make.b64(bytes(32))}, tree={"count": 33, "root": make.b64(bytes(32))})
    yield expected(wrap(make.jcs(both)), "bad-leaf", "commits beside a tree")
    for size, fits in ((16384, True), (16385, False)):
        changed = copy.deepcopy(value)
        hash_text, long_id = make.b64(bytes(32)), "x" * 32
        changed["entry"]["heads"] = [{"party": long_id, "epoch": i, "size": BIG, "root": hash_text, "note": hash_text} for i in range(32)]
        changed["statement"]["refs"] = [{"party": long_id, "epoch": BIG, "seq": BIG - i, "leaf": hash_text, "rel": "withdraws"} for i in range(32)]
        changed["statement"]["commits"] = {"%s%02d" % ("x" * 28, i): hash_text for i in range(32)}
        changed["statement"]["sealed"] = [{"sha256": hash_text, "size": 1024}] * 5
        changed["statement"]["pub"] = {"a": ""}
        short = size - len(make.jcs(changed))
        assert 0 < short < 2040, short
        changed["statement"]["pub"]["a"] = "x" * short
        yield expected(wrap(make.jcs(changed)), GOOD if fits else "bad-leaf", "leaf of %d bytes" % size)


def own_head(world, epoch, seq, fits):
    """The author's own party in heads: only the epoch before, and only in entry 1. Seen as evidence, so that any epoch will do."""
    party = world.full[0]
    value = base_leaf(world, party, seq)
    value["entry"]["epoch"] = epoch
    value["entry"]["heads"] = [{"party": party, "epoch": 0, "size": 1, "root": make.b64(bytes(32)), "note": make.b64(bytes(32))}]
    data = leaf_evidence(world, "bad-leaf", make.jcs(value))
    return expected(data, "no-evidence" if fits else "ok", "own head of epoch 0 in epoch %d, entry %d" % (epoch, seq))


def leaf_evidence(world, kind, leaf):
    doer = make.Wrongdoer(world)
    members = {"evidence/0.evidence": doer.one_leaf(kind, leaf)}
    return alone("", world.charter, members, [{"claim": "fork", "file": "evidence/0.evidence"}])


# ---------------------------------------------------------------- notes, proofs, role signatures

NOTE_SORTS = {0: "ok", 1: "bad-signature", 2: "bad-signature", 3: "bad-signature", 4: "ok", 5: "bad-signature", 6: "bad-signature", 7: "bad-signature", 8: "ok",
              9: "ok", 10: "ok", 11: "bad-signature", 12: "bad-signature", 13: "ok", 14: "ok", 15: "bad-signature", 16: "bad-signature"}


def notes(world):
    party, other = world.full[0], world.full[1]
    value, place = mutations.own_leaf(world.rng, world, party)
    leaf, log = make.jcs(value), (party, 0)
    text = world.text(log, world.leaves[log] + [leaf])
    built = make.Built("", world, {})

    def wrap(note, size=None):
        members, claims = mutations.one_entry(built, leaf, place, note)
        return alone("", world.charter, members, claims)

    for sort, reason in NOTE_SORTS.items():
        lines = mutations.cosigned_lines(world.rng, world, log, other, text, sort)
        yield expected(wrap(text + b"\n" + "".join(lines).encode()), reason, "cosignature %d" % sort)
    own = "".join(world.log_lines(log, text))
    stranger = lambda i: "\u2014 s%d AAAAAAAA\n" % i
    for label, tail, reason in (
        ("100 lines", own + "".join(stranger(i) for i in range(99)), "ok"), ("101 lines", own + "".join(stranger(i) for i in range(100)), "bad-proof"),
        ("an unknown line twice", own + stranger(1) * 2, "ok"), ("no line of the log", stranger(1), "bad-signature"), ("no line", "", "bad-proof"),
        ("five bytes", own + "\u2014 s AAAAAAA=\n", "ok"), ("four bytes", own + "\u2014 s AAAAAA==\n", "bad-proof"), ("odd bits", own + "\u2014 s AAAAAAB=\n", "bad-proof"),
        ("name with no-break space", own + "\u2014 s\u00a0 AAAAAAAA\n", "bad-proof"), ("name with ideographic space", own + "\u2014 s\u3000s AAAAAAAA\n", "bad-proof"),
        ("name with +", own + "\u2014 s+s AAAAAAAA\n", "bad-proof"), ("name with control", own + "\u2014 s\u0085 AAAAAAAA\n", "bad-proof"),
        ("name with delete", own + "\u2014 s\u007f AAAAAAAA\n", "bad-proof"), ("name in other letters", own + "\u2014 ü\u200b\u4e2d AAAAAAAA\n", "ok"),
        ("name of 255", own + "\u2014 " + "n" * 255 + " AAAAAAAA\n", "ok"), ("name of 256", own + "\u2014 " + "n" * 256 + " AAAAAAAA\n", "bad-proof"),
        ("two spaces", own + "\u2014 s  AAAAAAAA\n", "bad-proof"), ("line without end", own + "\u2014 s AAAAAAAA", "bad-proof"),
        ("tab", own.replace(" ", "\t"), "bad-proof"), ("escape in a name", own + "\u2014 s\x1bs AAAAAAAA\n", "bad-proof"), ("bell in base64", own + "\u2014 s AAAA\x07AAAA\n", "bad-proof"),
        ("carriage return", own.replace("\n", "\r\n"), "bad-proof"), ("hyphen", own + "- s AAAAAAAA\n", "bad-proof"), ("blank between", own + "\n" + stranger(1), "bad-proof"),
    ):
        yield expected(wrap(text + b"\n" + tail.encode()), reason, label)
    for label, size in (("note of 1 MiB", 1 << 20), ("note of 1 MiB + 1", (1 << 20) + 1)):
        yield expected(wrap(padded_note(text, own, size)), "ok" if size == 1 << 20 else "bad-proof", label)


def padded_note(text, own, size):
    """A note of exactly this size: unknown lines of signatures that are whole groups of base64, names fill up."""
    note = text + b"\n" + own.encode()
    left = size - len(note)
    lines = []
    while left > 20000:
        lines.append("\u2014 s " + "AAAA" * 4000 + "\n")
        left -= len(lines[-1].encode())
    rest = left - len("\u2014  \n".encode()) - 4 - 100
    lines.append("\u2014 " + "n" * (rest % 4 + 4 + 100) + " " + "AAAA" * (rest // 4) + "\n")
    note += "".join(lines).encode()
    assert len(note) == size, (len(note), size)
    return note


def proofs(world):
    party = world.full[0]
    value, place = mutations.own_leaf(world.rng, world, party)
    leaf = make.jcs(value)
    members, claims = mutations.one_entry(make.Built("", world, {}), leaf, place)
    name = next(n for n in members if n.endswith("proof"))
    good = members[name]
    lines = good.split(b"\n")
    size = name.split(".")[-2]
    ways = [
        ("proof as it is", {}, "ok"), ("extra line", {name: good.replace(b"index", b"extra AAAA\nindex", 1)}, "bad-proof"),
        ("index 01", {name: good.replace(b"index ", b"index 0", 1)}, "bad-proof"), ("index less", {name: good.replace(b"index %d" % place[2], b"index %d" % (place[2] - 1))}, "bad-proof"),
        ("path longer", {name: b"\n".join(lines[:2] + [make.b64(bytes(32)).encode()] + lines[2:])}, "bad-proof"), ("path shorter", {name: b"\n".join(lines[:2] + lines[3:])}, "bad-proof"),
        ("other index word", {name: good.replace(b"index", b"Index", 1)}, "bad-proof"), ("two blank lines", {name: good.replace(b"\n\n", b"\n\n\n", 1)}, "bad-proof"), ("other head line", {name: good.replace(b"@v1", b"@v2", 1)}, "bad-proof"),
        ("other size in the name", {name: None, name.replace(".%s." % size, ".%d." % (int(size) + 1)): good}, "bad-proof"),
        ("size 0 in the name", {name: None, name.replace(".%s." % size, ".0."): good}, "bad-proof"), ("no leaf", {"entry/%s/%d/%d.json" % place: None}, "bad-proof"),
        ("no proof", {name: None}, "missing"), ("proof of another log", {name: None, name.replace("entry/" + party, "entry/" + world.full[1]): good}, "bad-proof"),
    ]
    for label, changes, reason in ways:
        changed = {n: d for n, d in dict(members, **changes).items() if d is not None}
        yield expected(alone("", world.charter, changed, claims), reason, label)


def signed_texts(world):
    """Checkpoints out of form, each signed over what it says with the log's own key, and named as the origin it says."""
    party = world.full[0]
    value, place = mutations.own_leaf(world.rng, world, party)
    leaf = make.jcs(value)
    log, leaves_ = place[:2], world.leaves[place[:2]] + [leaf]
    good = world.text(log, leaves_).decode()
    origin, size, root, _ = good.split("\n")
    odd_root = root[:-2] + ("B" if root[-2] != "B" else "C") + "="
    key = world.keys(log).log

    def wrap(text, name):
        note = text.encode() + b"\n" + world.line(name, 1, key, text.encode()).encode()
        members, claims_ = mutations.one_entry(make.Built("", world, {}), leaf, place, note)
        return alone("", world.charter, members, claims_)

    for label, text, reason in (
        ("as it is", good, "ok"), ("size with zero", good.replace("\n" + size, "\n0" + size), "bad-proof"), ("size with plus", good.replace("\n" + size, "\n+" + size), "bad-proof"),
        ("size 2^53", good.replace("\n" + size, "\n%d" % (BIG + 1)), "bad-proof"), ("size 2^63", good.replace("\n" + size, "\n%d" % 2**63), "bad-proof"), ("size 2^64", good.replace("\n" + size, "\n%d" % 2**64), "bad-proof"),
        ("an extension", good + "x\n", "bad-proof"), ("root without padding", good.replace(root, root[:-1]), "bad-proof"), ("root in odd bits", good.replace(root, odd_root), "bad-proof"),
        ("root too long", good.replace(root, make.b64(bytes(33))), "bad-proof"), ("two lines", "%s\n%s\n" % (origin, size), "bad-proof"), ("blank line inside", good + "\n" + "x\n", "bad-proof"),
        ("another epoch", good.replace(origin, world.name("r", party, 1)), "bad-proof"), ("another party", good.replace(origin, world.name("r", world.full[1], 0)), "bad-proof"),
        ("another accord", good.replace(origin, origin.replace(world.accord.hex()[:32], "0" * 32)), "bad-proof"), ("upper case", good.replace(origin, origin.upper()), "bad-proof"),
        ("epoch 00", good.replace(origin, origin + "0"), "bad-proof"), ("the mirror's name", good.replace("/r/", "/m/"), "bad-proof"), ("a space before", " " + good, "bad-proof"),
        ("another domain", good.replace("accord.example", "accord-example"), "bad-proof"), ("longer domain", "x" + good, "bad-proof"),
    ):
        name = text.split("\n")[0].strip()
        yield expected(wrap(text, name), reason, "signed text, " + label)


ROLE_SORTS = ["ok", "bad-signature", "ok", "ok", "ok", "ok", "bad-signature"]


def role_signatures(world):
    class Fixed:
        """Draws of the generator, with the sort given."""

        def __init__(self, sort, rng):
            self.sort, self.rng = sort, rng

        def randrange(self, _count):
            return self.sort

        def __getattr__(self, name):
            return getattr(self.rng, name)

    built = make.Built("", world, {})
    for sort, reason in enumerate(ROLE_SORTS):
        yield expected(mutations.role_signatures(Fixed(sort, world.rng), built), reason, "role signature %d" % sort)


# ---------------------------------------------------------------- keys

KEY_SORTS = {0: "ok", 1: "bad-keys", 2: "bad-keys", 3: "bad-keys", 4: "bad-keys", 5: "bad-keys", 6: "bad-keys", 7: "ok", 8: "bad-keys", 9: "bad-keys", 10: "bad-keys"}


def keys():
    for sort, reason in KEY_SORTS.items():
        world = make.World(3 + 8 * sort)
        world.shape.rotations = 0
        world.live()
        build = mutations.forged_offer if sort >= 7 else mutations.forged_keyset
        members, claims = build(world.rng, world, sort)
        yield expected(alone("", world.charter, members, claims), reason, "keys %d" % sort)
        if reason == "ok":
            yield from key_members(world, members, claims)


def key_members(world, members, claims):
    """Members around a good change of keys that must not be there, or must."""
    party = world.full[0]
    keys_file = "keys/%s/1.json" % party
    head = lambda log: {"head/%s.note" % make.h(world.notes[log][-1][1]).hex(): world.notes[log][-1][1]}
    if keys_file in members:
        yield expected(alone("", world.charter, dict(members, **head((party, 1))), claims), "ok", "head of the new epoch")
        without = {n: d for n, d in members.items() if n != keys_file and not n.startswith("entry/%s/1/" % party)}
        yield expected(alone("", world.charter, dict(without, **head((party, 1))), []), "bad-keys", "head of an epoch without keys")
        yield expected(alone("", world.charter, dict(members, **{"keys/%s/2.json" % party: members[keys_file]}), claims), "bad-keys", "keys of epoch 2 without an entry")
        yield expected(alone("", world.charter, dict(members, **{"keys/%s/0.json" % party: members[keys_file]}), claims), "bad-keys", "keys of epoch 0")
        policy = make.policy(world, (party, 1))
        yield expected(alone("", world.charter, dict(members, **{"policy/%s/1.txt" % party: policy}), claims), "ok", "policy of epoch 1")
        yield expected(alone("", world.charter, dict(members, **{"policy/%s/0.txt" % party: policy}), claims), "policy-differs", "policy of another epoch")
        yield expected(alone("", world.charter, dict(members, **{"policy/%s/2.txt" % party: policy}), claims), "policy-differs", "policy of an unknown epoch")
    else:
        yield expected(alone("", world.charter, dict(members, **head(("zeta", 0))), claims), "ok", "head of a joined party")
        yield expected(alone("", world.charter, dict(members, **{"policy/zeta/0.txt": b"x"}), claims), "policy-differs", "policy of a joined party")
        offer = members["offer/zeta.json"]
        yield expected(alone("", world.charter, dict(members, **{"offer/%s.json" % party: offer}), claims), "bad-keys", "offer of a party of the charter")
        yield expected(alone("", world.charter, dict(members, **{"offer/eta.json": offer}), claims), "bad-keys", "offer under another name")
        yield from offers()


class SuccessorWorld(make.World):
    """A world whose first party's next keys are changed before anything is hashed."""

    def __init__(self, seed, change):
        self.change = change
        super().__init__(seed, Plain())

    def charter_value(self):
        first = self.members[self.full[0]]
        if self.change:
            self.change(self, first.keysets)
            self.change = None
        return super().charter_value()


def successor_ways():
    """(label, change of the next keys, fits): keys that stand elsewhere, though all was announced in time."""
    other = lambda world: world.members[world.full[1]]
    return [
        ("all new", lambda w, k: None, True), ("an office keeps its key", lambda w, k: k[1].roles.update(desk=k[0].roles["desk"]), True),
        ("an office takes another's key", lambda w, k: k[1].roles.update(desk=k[0].roles["chief"]), False), ("the log keeps its key", lambda w, k: setattr(k[1], "log", k[0].log), False),
        ("the mirror keeps its key", lambda w, k: setattr(k[1], "mirror", k[0].mirror), False), ("log and mirror the same", lambda w, k: setattr(k[1], "log", k[1].mirror), False),
        ("the mirror key of another", lambda w, k: setattr(k[1], "mirror", other(w).keysets[0].mirror), False),
        ("the desk key of another", lambda w, k: k[1].roles.update(desk=other(w).keysets[0].roles["desk"]), False),
        ("an office twice", lambda w, k: k[1].roles.update(desk=k[1].roles["chief"]), False), ("the key of a witness", lambda w, k: setattr(k[1], "log", w.witnesses[0][1]), False),
        ("fewer offices", lambda w, k: k[1].roles.pop("chief"), True), ("no office", lambda w, k: k[1].roles.clear(), True),
        ("another office", lambda w, k: k[1].roles.update({"new-desk": make.Ed(bytes(32))}), True), ("office recovery", lambda w, k: k[1].roles.update(recovery=make.Ed(bytes(32))), False),
        ("recovery key as log key", lambda w, k: setattr(k[1], "log", w.members[w.full[0]].recovery), False),
    ]


def successors():
    for i, (label, change, fits) in enumerate(successor_ways()):
        world = SuccessorWorld(900 + i, change)
        world.live()
        members, claims_ = mutations.forged_keyset(world.rng, world, 0)
        yield expected(alone("", world.charter, members, claims_), "ok" if fits else "bad-keys", "next keys, " + label)
    yield from announced()


def announced():
    """The keys file, what the entry says and what was announced before: all three have to be one."""
    for label, in_entry, in_file in (("entry names others", 2, 1), ("entry and file are others", 2, 2), ("file is another", 1, 2)):
        world = plain_world(930)
        party = world.full[0]
        sets = world.members[party].keysets
        pub = {"act": "rotate", "epoch": 1, "keyset": make.b64(sets[in_entry].digest()), "next": make.b64(sets[2].digest())}
        yield expected(rotated(world, pub, sets[in_file]), "bad-keys", "keys, " + label)
    for label, changes, reason in (
        ("as they should be", {}, GOOD), ("epoch 2", {"epoch": 2}, "bad-keys"), ("epoch true", {"epoch": True}, "bad-keys"), ("epoch as text", {"epoch": "1"}, "bad-keys"),
        ("next too short", {"next": make.b64(bytes(31))}, GOOD), ("next no text", {"next": 1}, GOOD), ("keyset no text", {"keyset": [1]}, "bad-keys"),
        ("act sealing", {"act": "sealing"}, "bad-keys"), ("more", {"single": True}, GOOD),
    ):
        world = plain_world(931)
        sets = world.members[world.full[0]].keysets
        pub = {"act": "rotate", "epoch": 1, "keyset": make.b64(sets[1].digest()), "next": make.b64(sets[2].digest())}
        yield expected(rotated(world, dict(pub, **changes), sets[1]), reason, "rotate entry, " + label)


    for label, second, reason in (("the same again", {}, GOOD), ("another next", {"next": make.b64(bytes(32))}, "bad-keys"), ("no next", {"next": DROP}, "bad-keys"),
                                  ("a next of no form", {"next": 1}, "bad-keys"), ("another keyset", {"keyset": make.b64(bytes(32))}, "bad-keys"), ("another epoch", {"epoch": 2}, GOOD)):
        world = plain_world(932)
        sets = world.members[world.full[0]].keysets
        pub = {"act": "rotate", "epoch": 1, "keyset": make.b64(sets[1].digest()), "next": make.b64(sets[2].digest())}
        other = {k: v for k, v in dict(pub, **second).items() if v is not DROP}
        yield expected(rotated(world, pub, sets[1], other), reason, "two rotate entries, the second: " + label)


def rotated(world, pub, keyset, second=None):
    party = world.full[0]
    value, place = mutations.own_leaf(world.rng, world, party, type="keys", pub=pub, commits={}, refs=[], exercise=False, accord=make.b64(world.accord))
    value["statement"].pop("tree", None)
    built = make.Built("", world, {})
    members, _ = mutations.one_entry(built, make.jcs(value), place)
    if second is not None:
        world.leaves[place[:2]].append(make.jcs(value))
        value["entry"]["seq"] += 1
        value["statement"]["pub"] = second
        members.update(mutations.one_entry(built, make.jcs(value), place[:2] + (place[2] + 1,))[0])
    return alone("", world.charter, dict(members, **{"keys/%s/1.json" % party: make.jcs(keyset.value())}))


def usurped_keys():
    """An offer, well signed and invited, in the name of a party of the charter: it must not replace that party's keys."""
    world = plain_world(940)
    host, target = world.full[0], world.full[1]
    thief = make.Party(world.rng, target)
    offer = {"v": 1, "kind": "detente/offer", "made": 1, "party": thief.value(), "sealing": "", "transport": ""}
    offer["sig"] = make.b64(thief.root.sign(b"detente/offer/v1\x00" + make.jcs(offer)))
    data = make.jcs(offer)
    place = world.append(host, "member", {"to": "*", "act": "invite", "party": target, "offer": make.b64(make.h(data))}, (), ["desk"])
    world.publish(place[:2])
    bundler = make.Bundler(world)
    bundler.entry(place)
    claim = [dict(zip(("claim", "party", "epoch", "seq"), ("said",) + place))]
    yield expected(alone("", world.charter, bundler.members, claim), "ok", "an invitation alone")
    yield expected(alone("", world.charter, dict(bundler.members, **{"offer/%s.json" % target: data}), claim), "bad-keys", "offer in the name of a party of the charter")


def named_heads(world):
    """Heads in leaves that differ from the very note whose hash they give."""
    party, other = world.full[0], world.full[1]
    size, note = world.notes[(other, 0)][-1]
    root = make.mth(make.leaf_hashes(world.leaves[(other, 0)][:size]))
    good = {"party": other, "epoch": 0, "size": size, "root": make.b64(root), "note": make.b64(make.h(note))}
    for label, changes, reason in (
        ("as it is", {}, "ok"), ("size", {"size": size + 1}, "bad-head"), ("root", {"root": make.b64(bytes(32))}, "bad-head"), ("epoch", {"epoch": 1}, "bad-head"),
        ("party", {"party": world.full[2]}, "bad-head"), ("note not here", {"note": make.b64(bytes(32))}, "ok"),
    ):
        value, place = mutations.own_leaf(world.rng, world, party)
        value["entry"]["heads"] = [dict(good, **changes)]
        members, claim = mutations.one_entry(make.Built("", world, {}), make.jcs(value), place)
        members["head/%s.note" % make.h(note).hex()] = note
        yield expected(alone("", world.charter, members, claim), reason, "named head, " + label)


def offer_ways():
    """(label, change of the offer before it is signed, fits)."""
    sealing = lambda world: make.b64(make.sealing_key(world.rng))
    high = lambda world: make.b64(b"\xff" * 1216)
    return [
        ("as it is", lambda world, o: None, True), ("version 2", lambda world, o: o.update(v=2), False), ("other kind", lambda world, o: o.update(kind="detente/card"), False),
        ("made is no number", lambda world, o: o.update(made="1"), False), ("no sealing key", lambda world, o: o.update(sealing=""), True),
        ("a sealing key", lambda world, o: o.update(sealing=sealing(world)), True), ("sealing key too short", lambda world, o: o.update(sealing=make.b64(bytes(32))), False),
        ("sealing key out of form", lambda world, o: o.update(sealing=high(world)), False), ("no transport key", lambda world, o: o.update(transport=""), True),
        ("transport key of small order", lambda world, o: o.update(transport=make.b64(bytes(32))), False), ("transport is the root", lambda world, o: o.update(transport=o["party"]["root"]), False),
        ("transport is no text", lambda world, o: o.update(transport=None), False), ("sealing is no text", lambda world, o: o.update(sealing=0), False),
        ("more", lambda world, o: o.update(more=1), False), ("observer", lambda world, o: to_observer(o["party"]), False),
        ("a key of the charter", lambda world, o: o["party"].update(recovery=make.b64(world.members[world.full[0]].recovery.public)), False),
        ("a key twice", lambda world, o: o["party"].update(recovery=o["party"]["root"]), False), ("office recovery", lambda world, o: rename_office(o["party"]), False),
    ]


def to_observer(party):
    party.update(standing="observer", observes={"scope": "full", "by": "*", "delay_d": 0}, offices={o: ["ob"] for o in party["offices"]})


def rename_office(party):
    party["offices"]["recovery"] = party["offices"].pop("desk")
    party["keys"]["roles"]["recovery"] = party["keys"]["roles"].pop("desk")


class JoiningWorld(make.World):
    """A world where the offer is changed before it is signed; `after` changes it once more, unsigned."""

    def __init__(self, seed, change, after=None):
        super().__init__(seed)
        self.change, self.after = change, after
        self.shape.joined = self.shape.rotations = 0

    def signed_offer(self, party, offer):
        self.change(self, offer)
        offer["sig"] = make.b64(party.root.sign(b"detente/offer/v1\x00" + make.jcs(offer)))
        if self.after:
            self.after(offer)
        return make.jcs(offer)


def offers():
    ways = [(label, change, None, fits) for label, change, fits in offer_ways()]
    ways.append(("signature of another text", lambda world, o: None, lambda offer: offer.update(made=offer["made"] + 1), False))
    for i, (label, change, after, fits) in enumerate(ways):
        world = JoiningWorld(803 + 8 * i, change, after)
        world.live()
        members, claims_ = mutations.forged_offer(world.rng, world, 7)
        yield expected(alone("", world.charter, members, claims_), "ok" if fits else "bad-keys", "offer, " + label)


# ---------------------------------------------------------------- heads, disclosures, leaves, members

def members_of(world):
    """A bundle with an entry, a named head, a disclosure, all leaf hashes, and one thing changed in it."""
    by = next(p for p in sorted(world.said) if world.said[p]["entry"]["heads"])
    bundler = make.Bundler(world)
    size = world.notes[by[:2]][-1][0]
    bundler.entry(by, size)
    bundler.heads_of(by)
    leaves_name = "leaves/%s/%d/%d.hashes" % (by[0], by[1], size)
    bundler.members[leaves_name] = b"".join(make.leaf_hashes(world.leaves[by[:2]][:size]))
    good = bundler.members
    head = next(n for n in good if n.startswith("head/"))
    note = good[head]
    claim = dict(zip(("claim", "party", "epoch", "seq"), ("said",) + by))
    stranger = world.text(by[:2], []).replace(world.name("r", *by[:2]).encode(), b"accord.example/r/x") + b"\n\xe2\x80\x94 s AAAAAAAA\n"
    hashes = good[leaves_name]
    other_log = (next(i for i in world.full if i != by[0]), 0)
    ways = [
        ("all of it", {}, "ok"), ("head under another name", {head: None, "head/" + "0" * 64 + ".note": note}, "bad-head"),
        ("head of no log", {"head/%s.note" % make.h(stranger).hex(): stranger}, "bad-head"), ("head that is no note", {"head/%s.note" % make.h(b"x").hex(): b"x"}, "bad-head"),
        ("head of size 0", empty_head(world, make.h(b"")), "ok"), ("head of size 0, other root", empty_head(world, bytes(32)), "bad-head"),
        ("head with four lines", long_head(world), "bad-head"), ("head of an unknown party", unknown_head(world), "bad-head"), ("head that nobody names", named_by_none(world), "ok"),
        ("hashes: one short", {leaves_name: hashes[:-32]}, "bad-leaves"), ("hashes: a byte more", {leaves_name: hashes + b"x"}, "bad-leaves"),
        ("hashes: changed", {leaves_name: bytes([hashes[0] ^ 1]) + hashes[1:]}, "bad-leaves"),
        ("hashes: no note of that size", {"leaves/%s/0/999.hashes" % by[0]: bytes(32 * 999)}, "bad-leaves"), ("hashes of another log", {"leaves/%s/0/999.hashes" % other_log[0]: b""}, "bad-leaves"),
        ("content", {"content/" + make.h(b"x").hex(): b"x"}, "ok"), ("content under another name", {"content/" + make.h(b"x").hex(): b"y"}, "bad-disclosure"),
        ("rules under another name", {"rules/%s.json" % make.h(b"x").hex(): b"y"}, "malformed"), ("rules of any bytes", {"rules/%s.json" % make.h(b"x").hex(): b"x"}, "ok"),
        ("README of any bytes", {"README.txt": b"\xff\x00"}, "ok"), ("anchor of no entry", {"anchor/nobody/0/7.ots": b""}, "ok"), ("leaf that no proof shows", {}, "ok"),
        ("evidence without claim", {"evidence/5.evidence": make.Wrongdoer(world).make("fork-same")}, "ok"), ("evidence out of form", {"evidence/5.evidence": b""}, "bad-evidence"),
    ]
    for label, changes, reason in ways:
        changed = {n: d for n, d in dict(good, **changes).items() if d is not None}
        yield expected(alone("", world.charter, changed, [claim]), reason, label)
    yield from disclosure_ways(world)


def unknown_head(world):
    text = world.text((world.full[0], 0), []).replace(b"/%s/0" % world.full[0].encode(), b"/nobody/3")
    note = text + b"\n\xe2\x80\x94 s AAAAAAAA\n"
    return {"head/%s.note" % make.h(note).hex(): note}


def signed_head(world, text):
    log = (world.full[0], 0)
    note = text + b"\n" + "".join(world.log_lines(log, text)).encode()
    return {"head/%s.note" % make.h(note).hex(): note}


def empty_head(world, root):
    return signed_head(world, ("%s\n0\n%s\n" % (world.name("r", world.full[0], 0), make.b64(root))).encode())


def long_head(world):
    log = (world.full[0], 0)
    return signed_head(world, world.text(log, world.leaves[log]) + b"extension\n")


def named_by_none(world):
    log = (world.full[0], 0)
    note = world.cosigned(log, world.leaves[log], 1.0)
    return {"head/%s.note" % make.h(note).hex(): note}


def disclosure_ways(world):
    party = world.full[0]
    place = world.append(party, "inquiry", {"to": "*"}, [("text", "x"), ("meta", None), ("big", "x" * ((1 << 20) - 2)), ("deep", nest(5))], ["desk"])
    rows_ = {row[0]: row for row in world.salts[place]}
    triple = lambda label: [make.b64(rows_[label][2]), label, rows_[label][1]]
    leaf = world.leaves[place[:2]][place[2]]
    name = "entry/%s/%d/%d" % place
    good = {"v": 1, "entry": {"party": party, "epoch": place[1], "seq": place[2]}, "fields": [triple("meta"), triple("text")]}
    salt = make.b64(bytes(32))
    for label, path, new, fits in (
        ("as it is", "v", 1, True), ("no field", "fields", [], True), ("order", "fields", [triple("text"), triple("meta")], False), ("twice", "fields", [triple("text")] * 2, False),
        ("a value of 1 MiB", "fields", [triple("big")], True), ("depth 8", "fields", [triple("deep")], True), ("other salt", "fields", [[salt, "text", "x"]], False),
        ("other value", "fields", [[triple("text")[0], "text", "y"]], False), ("other label", "fields", [[triple("text")[0], "texts", "x"]], False),
        ("label not there", "fields", [[salt, "zzz", "x"]], False), ("two members", "fields", [triple("text")[:2]], False), ("five members", "fields", [triple("text") + [0, []]], False),
        ("version", "v", 2, False), ("other place", "entry.seq", 0, False), ("more", "x", 1, False),
    ):
        value = copy.deepcopy(good)
        put(value, path, new)
        members = {name + ".json": leaf, name + ".disclosed.json": make.jcs(value)}
        yield expected(alone("", world.charter, members), GOOD if fits else "bad-disclosure", "disclosure, " + label)
    yield expected(alone("", world.charter, {name + ".disclosed.json": make.jcs(good)}), "bad-disclosure", "disclosure without its leaf")
    yield from over_limits(world, place)
    yield from tree_disclosures(world)


def tree_disclosures(world):
    """Fields of a tree: value, index and path have to fit, indexes ascend."""
    party = world.full[0]
    place = world.append(party, "exhibit", {"to": "*"}, [("f%02d" % i, i) for i in range(40)], ["desk"])
    shown = [[make.b64(row[2]), row[0], row[1], row[3], [make.b64(p) for p in row[4]]] for row in world.salts[place]]
    name = "entry/%s/%d/%d" % place
    change = lambda at, new: shown[3][:at] + [new] + shown[3][at + 1:]
    for label, fields, fits in (
        ("all", shown, True), ("some", [shown[3], shown[39]], True), ("none", [], True), ("order", [shown[4], shown[3]], False), ("twice", [shown[3], shown[3]], False),
        ("value", [change(2, 99)], False), ("salt", [change(0, make.b64(bytes(32)))], False), ("label", [change(1, "f04")], False), ("index", [change(3, 2)], False),
        ("index beyond", [change(3, 40)], False), ("index as text", [change(3, "3")], False), ("path shorter", [change(4, shown[3][4][:-1])], False), ("path longer", [change(4, shown[3][4] * 2)], False),
        ("64 hashes", [change(4, shown[3][4][:1] * 64)], False), ("path of another", [change(4, shown[39][4])], False), ("triple", [shown[3][:3]], False), ("six members", [shown[3] + [0]], False),
        ("path no array", [change(4, {})], False), ("path of no hash", [change(4, [1])], False),
    ):
        data = make.jcs({"v": 1, "entry": dict(zip(("party", "epoch", "seq"), place)), "fields": fields})
        members = {name + ".json": world.leaves[place[:2]][place[2]], name + ".disclosed.json": data}
        yield expected(alone("", world.charter, members), GOOD if fits else "bad-disclosure", "tree, " + label)


def over_limits(world, place):
    """Values that commit well, but are a byte too long or a level too deep."""
    name = "entry/%s/%d/%d" % place
    for label, value in (("1 MiB + 1", "x" * ((1 << 20) - 1)), ("depth 9", nest(6))):
        leaf = json.loads(world.leaves[place[:2]][place[2]])
        row = ("text", value, bytes(32))
        leaf["statement"]["commits"] = {"text": make.b64(world.commitment(world.accord, place[0], row))}
        leaf["sigs"] = []
        shown = {"v": 1, "entry": dict(zip(("party", "epoch", "seq"), place)), "fields": [[make.b64(row[2]), "text", value]]}
        members = {name + ".json": make.jcs(leaf), name + ".disclosed.json": make.jcs(shown)}
        yield expected(alone("", world.charter, members), "bad-disclosure", "disclosure, " + label)


# ---------------------------------------------------------------- claims, overall verdict, R

def claims(world):
    bundler = make.Bundler(world)
    bundler.complete()
    bundler.said()
    members = bundler.members
    said, complete = bundler.claims[1], bundler.claims[0]
    ways = [
        ("none", [], GOOD), ("twice", [said, said], "ok"), ("10,000", [said] * 10000, "ok"), ("10,001", [said] * 10001, "malformed"), ("unknown", [dict(said, claim="swore")], "malformed"),
        ("more keys", [dict(said, by=1)], "malformed"), ("party form", [dict(said, party="A")], "malformed"), ("unknown party", [dict(said, party="nobody")], "missing"),
        ("unknown entry", [dict(said, seq=999)], "missing"), ("unknown epoch", [dict(said, epoch=BIG)], "missing"), ("too large", [dict(said, seq=BIG + 1)], "malformed"),
        ("empty range", [dict(complete, **{"from": 1, "to": 1})], "malformed"), ("range beyond", [dict(complete, to=complete["size"] + 1)], "malformed"),
        ("no such size", [dict(complete, size=999)], "missing"), ("file of no form", [{"claim": "fork", "file": "evidence/x.evidence"}], "malformed"),
        ("file 00", [{"claim": "fork", "file": "evidence/00.evidence"}], "malformed"), ("file not there", [{"claim": "fork", "file": "evidence/9.evidence"}], "missing"),
    ]
    by = {k: said[k] for k in ("party", "epoch", "seq")}
    ways.append(("acknowledged by itself", [dict(said, claim="acknowledged", by=by)], "not-acknowledged"))
    ways.append(("acknowledged by nobody", [dict(said, claim="acknowledged", by=dict(by, seq=999))], "missing"))
    for label, listed, reason in ways:
        yield expected(alone("", world.charter, members, listed), reason, "claims, " + label)
    good = alone("", world.charter, members, [said])
    for label, accord, reason in (("no R", None, "no-trust-root"), ("other R", bytes(32), "other-accord")):
        yield expected(Case("", accord, good.tar), reason, label)
    yield expected(Case("", world.accord, b""), "malformed", "empty file")
    yield expected(Case("", world.accord, bytes(1024)), "malformed", "archive of nothing")
    yield expected(Case("", world.accord, make.tar({"bundle.json": b"{}"})), "malformed", "no charter")


def listings(world):
    """bundle.json itself: every other member is in form and there."""
    members = {"charter.json": world.charter, "README.txt": b"read", "content/" + make.h(b"x").hex(): b"x"}
    sealed = make.seal(members, world.accord, [])
    value = json.loads(sealed["bundle.json"])
    files = value["files"]
    wrap = lambda data: Case("", world.accord, make.tar(dict(sealed, **{"bundle.json": data})))
    itself = {"name": "bundle.json", "sha256": make.b64(bytes(32)), "size": 0}
    table = [
        ("v", 1, True), ("v", 2, False), ("v", "1", False), ("v", True, False), ("kind", "detente/packet", False), ("kind", DROP, False), ("more", 1, False), ("claims", {}, False),
        ("claims", [1], False), ("claims", [[]], False), ("claims", [{}], False), ("claims", [{"claim": 1}], False), ("claims", [{"claim": []}], False), ("claims", DROP, False),
        ("files", files[:-1], False), ("files", [], False), ("files", {}, False), ("files", files[::-1], False), ("files", files + files[-1:], False), ("files", files[:1] + files, False),
        ("files", [itself] + files, False), ("files", files + [dict(files[-1], name="x")], False), ("files.0", 1, False), ("files.0.more", 1, False), ("files.0.size", files[0]["size"] + 1, False),
        ("files.0.size", str(files[0]["size"]), False), ("files.0.sha256", make.b64(bytes(32)), False), ("files.0.sha256", make.h(b"read").hex(), False), ("files.0.name", 1, False),
        ("files.0.name", "README.md", False), ("accord", make.b64(bytes(31)), False), ("accord", world.accord.hex(), False), ("accord", 1, False),
    ]
    yield from rows(table, value, wrap, "malformed")
    for label, kept in (("no charter", ["README.txt"]), ("the charter alone", ["charter.json"])):
        case = Case("", world.accord, make.tar(make.seal({n: members[n] for n in kept}, world.accord, [])))
        yield expected(case, GOOD if "charter.json" in kept else "malformed", label)
    other = make.seal(members, bytes(32), [])
    yield expected(Case("", world.accord, make.tar(other)), "other-accord", "another accord named")
    yield expected(Case("", bytes(32), make.tar(other)), "other-accord", "another accord named and given")
    yield expected(Case("", None, make.tar(other)), "other-accord", "another accord named, none given")


def unproved_leaves(world):
    """A complete range needs no proofs, but its leaves have to be those under the signed root."""
    log = (world.full[0], 0)
    size, note = world.notes[log][-1]
    hashes = b"".join(make.leaf_hashes(world.leaves[log][:size]))
    members = {"entry/%s/0/%d.json" % (log[0], seq): world.leaves[log][seq] for seq in range(size)}
    members.update({"leaves/%s/0/%d.hashes" % (log[0], size): hashes, "head/%s.note" % make.h(note).hex(): note})
    claim = [{"claim": "complete", "party": log[0], "epoch": 0, "from": 0, "to": size, "size": size}]
    last = "entry/%s/0/%d.json" % (log[0], size - 1)
    other = make.jcs(base_leaf(world, log[0], size - 1))
    for label, changes, reason in (("without proofs", {}, "ok"), ("another leaf", {last: other}, "bad-leaves"), ("a leaf gone", {last: None}, "missing")):
        changed = {n: d for n, d in dict(members, **changes).items() if d is not None}
        yield expected(alone("", world.charter, changed, claim), reason, "complete, " + label)


def ml_dsa_forms():
    """Known ML-DSA lines are not checked here, but their form is."""
    world = plain_world(18, pq=True)
    party, other = world.full[0], world.full[1]
    value, place = mutations.own_leaf(world.rng, world, party)
    leaf, log = make.jcs(value), (party, 0)
    text = world.text(log, world.leaves[log] + [leaf])
    own = "".join(world.log_lines(log, text))
    key, name = world.members[other].keysets[0].mirror_pq, world.name("m", other, 0)
    line = lambda time, length: "\u2014 %s %s\n" % (name, make.b64(make.key_id(name, 6, key.public) + time.to_bytes(8, "big") + bytes(length)))
    for label, tail, reason in (
        ("right", line(1, 2420), "ok"), ("greatest time", line(2**63 - 1, 2420), "ok"), ("time 0", line(0, 2420), "bad-signature"), ("time 2^63", line(2**63, 2420), "bad-signature"),
        ("a byte less", line(1, 2419), "bad-signature"), ("a byte more", line(1, 2421), "bad-signature"), ("of Ed25519's length", line(1, 64), "bad-signature"), ("twice", line(1, 2420) * 2, "bad-signature"),
    ):
        members, claims_ = mutations.one_entry(make.Built("", world, {}), leaf, place, text + b"\n" + (own + tail).encode())
        yield expected(alone("", world.charter, members, claims_), reason, "ML-DSA line, " + label)


def forms(world):
    """Archives and directories whose only fault is one of form."""
    readme = {"README.txt": world.charter, "charter.json": world.charter}
    sealed = make.seal(readme, world.accord, [])
    rows_ = sorted(sealed.items())
    yield expected(Case("", world.accord, mutations.archive(rows_)), "malformed", "archive in the order of names alone")
    yield expected(alone("", world.charter, {"README.txt": b""}), GOOD, "empty member")
    leaf = make.jcs(base_leaf(world, world.full[0], 0))
    for number, reason in ((BIG + 1, "malformed"), (10**15, "bad-leaf")):
        yield expected(alone("", world.charter, {"entry/%s/0/%d.json" % (world.full[0], number): leaf}), reason, "entry %d" % number)
    yield expected(Case("", world.accord, members=sealed), GOOD, "directory")
    yield expected(Case("", world.accord, members=dict(sealed, **{"README.txt": None})), "malformed", "directory with a symbolic link to the right bytes")
    yield expected(Case("", world.accord, members=dict(sealed, **{"leaves": None})), "malformed", "directory with a symbolic link beside")
    for digits, reason in ((16, "malformed"), (15, "bad-keys")):
        name = "entry/%s/%s/%s.%s.tlog-proof" % ("p" * 32, "1" * 16, "1" * 16, "1" * digits)
        listed = make.seal(dict(readme, **{name: b""}), world.accord, [])
        yield expected(Case("", world.accord, members=listed), reason, "name of %d bytes" % len(name))


def quantum():
    """pq required: what can't be checked can't be decided, but forks can."""
    world = plain_world(11, pq=True, required=True)
    bundler = make.Bundler(world)
    bundler.said()
    bundler.fork("fork-grow")
    for i, reason in ((0, "pq-not-checked"), (1, "ok")):
        yield expected(alone("", world.charter, bundler.members, bundler.claims[i:i + 1]), reason, "pq required, claim %d" % i)
    value = json.loads(world.charter)
    for seat in ("log_pq", "mirror_pq"):
        changed = copy.deepcopy(value)
        changed["parties"][0]["keys"][seat] = ""
        yield expected(alone("", make.jcs(changed), {}), "bad-charter", "pq required, no " + seat)


def evidences(world):
    """Every kind as it convicts, and with a and b changed."""
    for kind in make.KINDS:
        for turn in range(3):
            data = make.Wrongdoer(world).make(kind)
            name = "evidence/0.evidence"
            claim = [{"claim": "fork", "file": name}]
            yield expected(alone("", world.charter, {name: data}, claim), "ok", "%s %d" % (kind, turn))
            yield expected(alone("", world.charter, {name: data + b"\0"}, claim), "bad-evidence", "%s with a byte more" % kind)
            if kind.startswith("fork") or kind in ("double-cosign", "regress"):
                yield expected(alone("", world.charter, {name: swapped(data)}, claim), "no-evidence", "%s, a for b" % kind)
    yield from evidence_forms(world)
    yield from evidence_clocks(world)
    yield from evidence_leaves(world)
    honest = make.Wrongdoer(world)
    for kind in ("misplaced", "bad-leaf"):
        leaf = honest.other_leaf(seq=len(honest.leaves))
        yield expected(leaf_evidence(world, kind, leaf), "no-evidence", "honest leaf, " + kind)


def evidence_forms(world):
    """Heads of evidence files: what is form (`bad-evidence`), and what is judged (`no-evidence`)."""
    name, claim = "evidence/0.evidence", [{"claim": "fork", "file": "evidence/0.evidence"}]
    doer = make.Wrongdoer(world)
    same, leaf, cosign, grow = doer.fork_same(), doer.fork_leaf(), doer.double_cosign(), doer.fork_grow()
    origin = b"origin " + doer.origin.encode()
    cosigner = b"cosigner " + doer.cosigner()[0].encode()
    proof_line = next(line for line in grow.split(b"\n") if line.startswith(b"proof "))
    m, n, count = (int(word) for word in proof_line.split(b" ")[1:])
    for label, data, old, new, reason in (
        ("other first line", same, b"evidence@v1", b"evidence@v2", "bad-evidence"), ("unknown kind", same, b"kind fork-same", b"kind fork", "bad-evidence"),
        ("origin with space", same, origin, origin + b" x", "bad-evidence"), ("no origin", same, origin + b"\n", b"", "bad-evidence"), ("other key word", same, b"origin ", b"Origin ", "bad-evidence"),
        ("origin of 255", same, origin, b"origin " + b"o" * 255, "no-evidence"), ("origin of 256", same, origin, b"origin " + b"o" * 256, "bad-evidence"),
        ("line of 600", same, origin, b"origin " + b"o" * 593, "bad-evidence"), ("origin of no log", same, origin, b"origin x", "no-evidence"),
        ("origin of another log", same, origin, b"origin " + world.name("r", world.full[1], 0).encode(), "no-evidence"),
        ("cosigner where none is due", same, origin, origin + b"\n" + cosigner, "bad-evidence"), ("no cosigner", cosign, cosigner + b"\n", b"", "bad-evidence"),
        ("unknown cosigner", cosign, cosigner, b"cosigner x", "no-evidence"), ("cosigner +", cosign, cosigner, b"cosigner x+", "bad-evidence"),
        ("two blank lines", same, b"\n\n", b"\n\n\n", "bad-evidence"), ("no blank line", same, b"\n\n", b"\n", "bad-evidence"), ("no blank line but another", same, b"\n\n", b"\nx\n", "bad-evidence"),
        ("proof of five words", grow, proof_line, proof_line + b" 1", "bad-evidence"), ("other proof word", grow, b"\nproof ", b"\nProof ", "bad-evidence"), ("proof where none is due", same, b"part note-a", proof_line + b"\npart note-a", "bad-evidence"), ("part word", same, b"part note-a", b"Part note-a", "bad-evidence"),
        ("part twice", same, b"part note-b", b"part note-a", "bad-evidence"), ("part length 0", same, b"part note-a ", b"part note-a 0", "bad-evidence"),
        ("other part", same, b"part note-a", b"part leaf-a", "bad-evidence"), ("a line more", same, b"part note-a", b"x\npart note-a", "bad-evidence"),
        ("fork-same as fork-grow", same, b"kind fork-same", b"kind fork-grow", "bad-evidence"), ("fork-grow as fork-same", grow, b"kind fork-grow", b"kind fork-same", "bad-evidence"),
        ("m = 0", grow, b"proof %d " % m, b"proof 0 ", "bad-evidence"), ("m = n", grow, b"proof %d " % m, b"proof %d " % n, "bad-evidence"),
        ("no hash", grow, proof_line, b"proof %d %d 0" % (m, n), "bad-evidence"), ("a hash more named", grow, proof_line, b"proof %d %d %d" % (m, n, count + 1), "bad-evidence"),
        ("64 hashes", grow, proof_line, b"proof %d %d 64" % (m, n) + (b"\n" + make.b64(bytes(32)).encode()) * (64 - count), "bad-evidence"),
        ("63 hashes", grow, proof_line, b"proof %d %d 63" % (m, n) + (b"\n" + make.b64(bytes(32)).encode()) * (63 - count), "no-evidence"),
        ("other n", grow, proof_line, b"proof %d %d %d" % (m, n + 1, count), "no-evidence"), ("n too large", grow, b" %d " % n, b" 9007199254740992 ", "bad-evidence"),
        ("leaf for hash", leaf, b"part proof-b", b"part proof-a", "bad-evidence"), ("CR", same, b"v1\n", b"v1\r\n", "bad-evidence"),
    ):
        changed = data.replace(old, new, 1)
        assert changed != data, label
        yield expected(alone("", world.charter, {name: changed}, claim), reason, "evidence, " + label)
    yield from evidence_sizes(world, claim)


def fork_case(world, data, reason, label):
    return expected(alone("", world.charter, {"evidence/0.evidence": data}, [{"claim": "fork", "file": "evidence/0.evidence"}]), reason, label)


def evidence_clocks(world):
    doer, skew = make.Wrongdoer(world), json.loads(world.charter)["rules"]["skew"]
    for label, later, changes, reason in (
        ("a second too late", skew + 1, {"witnessed": True}, "ok"), ("just in time", skew, {"witnessed": True}, "no-evidence"), ("no bound", 10**9, {"witnessed": False}, "no-evidence"),
        ("another note named", 10**9, {"note": make.b64(bytes(32))}, "no-evidence"), ("another size named", 10**9, {"size": 1}, "no-evidence"),
        ("another root named", 10**9, {"root": make.b64(bytes(32))}, "no-evidence"), ("another epoch named", 10**9, {"epoch": 7}, "no-evidence"),
        ("leaf in another place", 10**9, {"seq": 999}, "no-evidence"), ("another leaf", 10**9, {"leaf": doer.leaves[0]}, "no-evidence"), ("no leaf", 10**9, {"leaf": b"x"}, "no-evidence"),
    ):
        yield fork_case(world, doer.clock(later, **changes), reason, "clock, " + label)
    later = make.jcs(shifted_leaf(doer))
    yield fork_case(world, doer.clock(leaf=later), "no-evidence", "clock, a leaf that the proof does not show")
    cosign = doer.double_cosign()
    third = next(i for i in world.full if i not in (doer.log[0], doer.cosigner()[0].split("/")[3]))
    moved = cosign.replace(b"origin " + doer.origin.encode(), b"origin " + world.name("r", third, 0).encode(), 1)
    yield fork_case(world, moved, "no-evidence", "double-cosign, origin of another log")


def shifted_leaf(doer):
    """The leaf of the clock evidence with another claimed time: in form and place, but never logged."""
    value = json.loads(doer.clock().rpartition(b'{"entry"')[2].join([b'{"entry"', b""]))
    value["entry"]["time"] += 1
    return value


def evidence_leaves(world):
    """Leaves that the proof beside them does not show convict nobody."""
    doer = make.Wrongdoer(world)
    honest = doer.other_leaf(seq=len(doer.leaves))
    leaves_ = doer.leaves + [honest]
    proof = make.proof_file(len(doer.leaves), make.path(len(doer.leaves), make.leaf_hashes(leaves_)), doer.note(leaves_))
    first = make.proof_file(0, make.path(0, make.leaf_hashes(leaves_)), doer.note(leaves_))
    parts = lambda leaf: [("proof-a", proof), ("leaf-a", leaf)]
    for kind, leaf in (("bad-leaf", b"x"), ("misplaced", doer.other_leaf(seq=999)), ("bad-leaf", honest), ("misplaced", honest), ("misplaced", b"x")):
        yield fork_case(world, make.evidence_file(kind, doer.origin, parts(leaf)), "no-evidence", "%s, leaf of %d bytes not shown" % (kind, len(leaf)))
    for side, other in (("leaf", honest), ("hash", make.h(b"x"))):
        shown = [("proof-a", proof), ("proof-b", proof), ("leaf-a", honest), (side + "-b", other)]
        yield fork_case(world, make.evidence_file("fork-leaf", doer.origin, shown), "no-evidence", "fork-leaf, %s not shown" % side)
    two = [("proof-a", first), ("proof-b", proof), ("leaf-a", doer.leaves[0]), ("leaf-b", honest)]
    yield fork_case(world, make.evidence_file("fork-leaf", doer.origin, two), "no-evidence", "fork-leaf, two indexes")
    yield fork_case(world, make.evidence_file("regress", doer.origin, two), "no-evidence", "regress, nothing falls")
    yield from foreign_leaves(world, doer)


def foreign_leaves(world, doer):
    """`misplaced` by party, epoch and accord; what the file form allows is in its place."""
    roots = [{"party": i, "root": make.b64(world.members[i].root.public)} for i in world.full[:2]]
    bare = make.b64(make.h(b"detente/bare/v1\0" + make.jcs(roots)))
    for label, changes, entry, reason in (
        ("another party", {"party": "zz"}, {}, "ok"), ("another accord", {"accord": make.b64(bytes(32))}, {}, "ok"), ("another epoch", {}, {"epoch": 1}, "ok"), ("in its place", {}, {}, "no-evidence"),
        ("file form of two parties", {"accord": bare, "type": "terms", "refs": [], "party": doer.log[0]}, {}, "no-evidence" if doer.log[0] in world.full[:2] else "ok"),
        ("file form of another type", {"accord": bare, "type": "inquiry", "refs": [], "party": doer.log[0]}, {}, "ok"),
    ):
        value = json.loads(doer.other_leaf(seq=len(doer.leaves), heads=[]))
        value["statement"].update(accord=make.b64(world.accord), refs=[])
        value["statement"].update(changes)
        value["entry"].update(entry)
        yield fork_case(world, doer.one_leaf("misplaced", make.jcs(value)), reason, "misplaced, " + label)


def evidence_sizes(world, claim):
    doer = make.Wrongdoer(world)
    text = world.text(doer.log, doer.leaves)
    for name, kind, other, limit in (("note-a", "fork-same", "note-b", 1 << 20), ("proof-a", "bad-leaf", "leaf-a", (1 << 20) + 4096)):
        for size, reason in ((limit, "no-evidence"), (limit + 1, "bad-evidence")):
            data = make.evidence_file(kind, doer.origin, [(name, b"x" * size), (other, text)])
            yield expected(alone("", world.charter, {claim[0]["file"]: data}, claim), reason, "evidence, %s of %d bytes" % (name, size))
    for size, reason in ((16384, "ok"), (16385, "bad-evidence")):
        yield expected(leaf_evidence(world, "bad-leaf", b"x" * size), reason, "leaf of %d bytes in evidence" % size)


def swapped(data):
    """The bytes of the a parts under the names of the b parts and the other way round."""
    head, _, rest = data.partition(b"\n\n")
    lines = head.split(b"\n")
    parts, at = {}, 0
    for line in lines:
        if line.startswith(b"part "):
            name, size = line.split(b" ")[1].decode(), int(line.split(b" ")[2])
            parts[name] = rest[at:at + size]
            at += size
    turned = {(n[:-1] + ("b" if n.endswith("a") else "a")): d for n, d in parts.items()}
    order = sorted(turned, key=lambda n: (["note", "proof", "leaf", "hash"].index(n[:-2]) // 1 if n[:-2] in ("note", "proof") else 2, n[-1]))
    plain = [line for line in lines if not line.startswith(b"part ")]
    plain += [b"part %s %d" % (n.encode(), len(turned[n])) for n in order]
    return b"\n".join(plain) + b"\n\n" + b"".join(turned[n] for n in order)


def cases():
    """All rows; each with the reason that the first claim must show."""
    world = plain_world(5)
    yield from charters(world)
    yield from leaves(world)
    yield from notes(plain_world(6))
    yield from proofs(plain_world(7))
    yield from signed_texts(plain_world(16))
    yield from role_signatures(plain_world(8))
    yield from keys()
    yield from successors()
    yield from usurped_keys()
    yield from named_heads(plain_world(15))
    yield from members_of(plain_world(9))
    yield from claims(plain_world(10))
    yield from forms(plain_world(13))
    yield from listings(plain_world(14))
    yield from unproved_leaves(plain_world(17))
    yield from ml_dsa_forms()
    yield from quantum()
    yield from evidences(plain_world(12))


def write_all(folder):
    os.makedirs(folder, exist_ok=True)
    for i, case in enumerate(cases()):
        stem = os.path.join(folder, "%03d" % i)
        if case.members is not None:
            mutations.write_directory(stem, case.members)
        else:
            with open(stem + ".tar", "wb") as file:
                file.write(case.tar)
        with open(stem + ".accord", "w") as file:
            file.write((case.accord.hex() if case.accord else "-") + "\n")
        with open(stem + ".reason", "w", encoding="utf-8") as file:
            file.write("%s\n%s\n" % (case.expect, case.label))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(64)
    write_all(sys.argv[1])
