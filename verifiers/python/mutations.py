"""Ways to spoil a good bundle. Each yields cases; the code shares nothing with the verifiers.

A case says whether it may ever be `verified`. Mutations that need no key carry the world they were cut from, so that
the comparison can ask whether what a verifier calls verified was really said there.
"""

import base64
import copy
import json
import os
import struct

import curve
import make_bundles as make

L25519 = 2**252 + 27742317777372353535851937790883648493


class Case:
    """One bundle to judge: an archive, or a directory if `members` is given."""

    def __init__(self, label, accord, tar=None, never=False, world=None, members=None, good=False):
        self.label, self.accord, self.tar = label, accord, tar
        self.never, self.world, self.members, self.good, self.expect = never, world, members, good, None


def resealed(label, base, members, never=False, signed=False, claims=None, accord=None):
    """A case whose bundle.json is right again for changed members."""
    listed = json.loads(base.members["bundle.json"])
    accord = base.accord if accord is None else accord
    sealed = make.seal(members, accord, listed["claims"] if claims is None else claims)
    return Case(label, accord, make.tar(sealed), never, None if signed else base.world)


# ---------------------------------------------------------------- every byte

def flips(built, stride, offset):
    data = built.tar()
    for at in range(offset % stride, len(data), stride):
        changed = bytearray(data)
        changed[at] ^= 1 << (at * 7 + offset) % 8
        yield Case("flip %d" % at, built.accord, bytes(changed), never=True)


# ---------------------------------------------------------------- bytes of one member, hashes put right

def any_member(rng, built):
    return rng.choice(sorted(name for name in built.members if name != "bundle.json"))


def spoil_bytes(rng, built):
    name = any_member(rng, built)
    data = bytearray(built.members[name])
    sort = rng.randrange(5)
    at = rng.randrange(len(data)) if data else 0
    if sort == 0 and data:
        data[at] ^= 1 << rng.randrange(8)
    elif sort == 1:
        data[at:at] = rng.choice([b"\n", b" ", b"\x00", b"\xff", b"A", b"\xef\xbb\xbf"])
    elif sort == 2 and data:
        del data[at]
    elif sort == 3:
        data += rng.choice([b"\n", b" ", b"\x00", b"x"])
    else:
        del data[at:]
    return resealed("bytes of " + name, built, dict(built.members, **{name: bytes(data)}))


# ---------------------------------------------------------------- JSON fields

def paths(value, at=()):
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from paths(value[key], at + (key,))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from paths(item, at + (i,))


def parent_of(value, at):
    for step in at[:-1]:
        value = value[step]
    return value


ODD_VALUES = [None, True, False, 0, 1, 33, 59, 60, 3599, 63072001, 2**53 - 1, 2**53, 2**64, "", "a", "A", "*", "a b", "\u202e", "é", "\n", "\r", "\ufffe",
              "\U0001ffff", "\x7f", "\x85", [], {}, [[]], {"a": 1}, "x" * 300, "AA==", "AAAA", b"\x00".hex() * 32, "rotating", "recovery", "zz"]


def odd_value(rng, old):
    """Another value, near the old one where that has a neighbour."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int) and rng.random() < 0.5:
        return rng.choice([old + 1, max(old - 1, 0), old * 2])
    if isinstance(old, str) and len(old) in (24, 44, 88) and rng.random() < 0.7:
        return spoil_base64(rng, old)
    if isinstance(old, str) and old and rng.random() < 0.4:
        at = rng.randrange(len(old))
        return old[:at] + rng.choice("abz09-_/+A ") + old[at + rng.randrange(2):]
    if isinstance(old, list) and old and rng.random() < 0.7:
        return rng.choice([old[::-1], old + old[:1], old[1:], old * 33, old[:-1]])
    return rng.choice(ODD_VALUES)


def spoil_base64(rng, text):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = text.rstrip("=")
    if len(text) % 4 or not last or not set(last) <= set(letters):
        return text + "="
    raw = base64.b64decode(text)
    odd_bits = last[:-1] + letters[letters.index(last[-1]) ^ 1] + text[len(last):]
    return rng.choice([
        odd_bits, last, text + "=", text + "\n", " " + text, text.replace("+", "-").replace("/", "_"), text[:10] + "\n" + text[10:],
        make.b64(raw[:-1]), make.b64(raw + b"\0"), make.b64(bytes(len(raw))), make.b64(bytes([raw[0] ^ 1]) + raw[1:]),
    ])


def edit_json(rng, value):
    """Changes one place of a decoded value, in place of a copy."""
    value = copy.deepcopy(value)
    at = rng.choice(list(paths(value)))
    if not at:
        return rng.choice([[], value if not isinstance(value, dict) else dict(value, extra=1), "x", 1])
    parent, key = parent_of(value, at), at[-1]
    sort = rng.random()
    if sort < 0.15 and isinstance(parent, dict):
        del parent[key]
    elif sort < 0.3 and isinstance(parent, dict):
        parent[rng.choice(["extra", "A", "", "a-b", "a.b", "sid", "tree", "zz", key + "x"])] = parent[key]
    elif sort < 0.35 and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    else:
        parent[key] = odd_value(rng, parent[key])
    return value


def edited(rng, data):
    """Canonical bytes of an edited JSON file; what can't be UTF-8 stays a lone surrogate's three bytes."""
    value = json.loads(data)
    for _ in range(rng.choice([1, 1, 1, 2])):
        value = edit_json(rng, value)
    return make.jcs(value)


def json_members(built):
    return sorted(n for n in built.members if n.endswith(".json") and n != "bundle.json" and not n.startswith("rules/"))


def spoil_json(rng, built):
    name = rng.choice(json_members(built))
    return resealed("json of " + name, built, dict(built.members, **{name: edited(rng, built.members[name])}))


def spoil_bundle_json(rng, built):
    members = dict(built.members)
    members["bundle.json"] = edited(rng, members["bundle.json"])
    return Case("bundle.json", built.accord, make.tar(members), world=built.world)


# ---------------------------------------------------------------- JSON that is not canonical

def spoil_form(rng, data):
    """One of the ways in which the same or nearly the same JSON has other bytes."""
    text = data.decode()
    colon, quote = text.index(":"), text.index('"')
    ways = [
        " " + text, text + " ", text + "\n", text + "\x00", "\ufeff" + text, text.replace(",", ", ", 1), text.replace(":", ": ", 1),
        text.replace(",", ",\n", 1), text[:quote + 1] + "\\u00%02x" % ord(text[quote + 1]) + text[quote + 2:],
        text[:-1] + ',"zz":1,"zz":1}', text[:1] + text[1:colon] + text[colon:] .replace("/", "\\/", 1), text[:-1] + ",}", text[:-1],
        text + text, text.replace("0", "00", 1), text.replace(":0", ":-0", 1), text.replace(":1", ":1.0", 1), text.replace(":1", ":1e0", 1),
        text.replace(":1", ":+1", 1), text.replace(":1", ":0x1", 1), text.replace(":true", ":True", 1), text.replace(":1", ":NaN", 1),
        text.replace(":1", ":9007199254740992", 1), text.replace(":1", ":" + "9" * 5000, 1), text.replace("\\n", "\\u000a", 1),
        text.replace('"v":1', '"v":1,"w":"\\ud800"'), text.replace('"v":1', '"v":1,"w":"\\b\\f\\r"'), "[" * 100000, "[" * 9 + "]" * 9, "", "{}", "null", "\"\"",
        swap_first_keys(data), text.replace('"v"', "'v'"), text.replace('"v":1', '"v":1/**/'), text.replace(",", ";", 1),
    ]
    raw = [data.replace(b'"', b'"\xff', 1), data.replace(b'"v":1', b'"v":1,"w":"\xed\xa0\x80"'), data.replace(b'"v":1', b'"v":1,"w":"\xc0\xaf"'), data[:-1] + b"\xf8}"]
    pick = rng.randrange(len(ways) + len(raw))
    return ways[pick].encode() if pick < len(ways) else raw[pick - len(ways)]


def swap_first_keys(data):
    value = json.loads(data)
    if not isinstance(value, dict):
        return "[]"
    return json.dumps({k: value[k] for k in sorted(value, reverse=True)}, separators=(",", ":"), ensure_ascii=False)


def not_canonical(rng, built):
    name = rng.choice(json_members(built) + ["bundle.json"])
    data = spoil_form(rng, built.members[name])
    same = data == built.members[name]
    if name == "bundle.json":
        return Case("form of " + name, built.accord, make.tar(dict(built.members, **{name: data})), never=not same, world=built.world)
    return resealed("form of " + name, built, dict(built.members, **{name: data}), never=not same)


# ---------------------------------------------------------------- notes, proofs, evidence, policies: lines

def spoil_lines(rng, data):
    """Changes lines of a text file."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    sort = rng.randrange(12)
    if sort == 0:
        del lines[at]
    elif sort == 1:
        lines.insert(at, lines[at])
    elif sort == 2:
        lines.append(lines[-2] if len(lines) > 1 else b"")
    elif sort == 3:
        other = rng.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif sort == 4:
        lines[at] += rng.choice([b"\r", b" ", b"\t", b"=", b"\x7f"])
    elif sort == 5:
        lines[at] = spoil_words(rng, lines[at])
    elif sort == 6:
        lines.insert(at, rng.choice([b"", b"extra AAAA", "— stranger.example/x AAAAAAAA".encode(), "— x AAAA".encode(), b"- x AAAAAAAA"]))
    elif sort == 7:
        lines[at] = lines[at].replace(b" ", b"  ", 1)
    elif sort == 8:
        lines = lines[:-1] + ["— stranger.example/x AAAAAAAA".encode()] * rng.choice([1, 20, 90, 100]) + lines[-1:]
    elif sort == 9:
        lines[at] = rng.choice([b"0", b"01", b"+1", b"-1", b"1 ", b"9007199254740992", b"18446744073709551616", b"", b"1e3"])
    elif sort == 10:
        lines.pop()
    else:
        lines[at] = lines[at][:rng.randrange(len(lines[at]) + 1)]
    return b"\n".join(lines)


def spoil_words(rng, line):
    words = line.split(b" ")
    at = rng.randrange(len(words))
    word = words[at]
    if len(word) in (44, 92, 104) and rng.random() < 0.8:
        try:
            words[at] = spoil_base64(rng, word.decode()).encode()
        except ValueError:
            pass
    elif word.isdigit():
        words[at] = str(int(word) + rng.choice([1, -1, 256])).encode()
    elif word:
        i = rng.randrange(len(word))
        words[at] = word[:i] + rng.choice([b"a", b"0", b"+", b"/", b"\xc2\xa0", b"\xe3\x80\x80", b"\x1c", b"\xc2\x85"]) + word[i + 1:]
    return b" ".join(words)


def lined_members(built):
    endings = (".tlog-proof", ".note", ".evidence", ".txt")
    return sorted(n for n in built.members if n.endswith(endings))


def spoil_text(rng, built):
    names = [n for n in lined_members(built) if n != "README.txt"]
    name = rng.choice(names) if names else any_member(rng, built)
    data = spoil_lines(rng, built.members[name])
    members = {n: d for n, d in built.members.items() if n != name}
    if name.startswith("head/") and rng.random() < 0.7:
        name = "head/%s.note" % make.h(data).hex()
    members[name] = data
    return resealed("lines of " + name, built, members)


# ---------------------------------------------------------------- members and claims

def spoil_members(rng, built):
    members = dict(built.members)
    names = sorted(n for n in members if n != "bundle.json")
    one, two = rng.choice(names), rng.choice(names)
    sort = rng.randrange(7)
    if sort == 0:
        del members[one]
    elif sort == 1:
        members[one], members[two] = members[two], members[one]
    elif sort == 2:
        members[odd_name(rng, one)] = members[one]
    elif sort == 3:
        members[odd_name(rng, one)] = members.pop(one)
    elif sort == 4:
        members[one] = members[two]
    elif sort == 5:
        members[rng.choice(EXTRA_NAMES)] = rng.choice([b"", b"{}", b"x", members[one]])
    else:
        del members[one]
        members.pop(two, None)
    return resealed("members", built, members)


EXTRA_NAMES = [
    "x", "entry", "entry/a", "entry/a/0/0.txt", "entry/a/00/0.json", "entry/a/0/01.json", "entry/A/0/0.json", "entry/a/0/-1.json", "keys/a/0.json", "keys/a/1.json",
    "keys/nobody/1.json", "offer/a.json", "offer/nobody.json", "policy/a/0.txt", "policy/nobody/0.txt", "policy/a/1.txt", "content/00", "content/" + "0" * 64,
    "content/" + "A" * 64, "head/" + "0" * 64 + ".note", "rules/" + "0" * 64 + ".json", "evidence/7.evidence", "evidence/07.evidence", "evidence/x.evidence",
    "anchor/a/0/0.tsr", "anchor/a/0/0.txt", "leaves/a/0/0.hashes", "leaves/a/0/1.hashes", "leaves/nobody/0/1.hashes", "entry/nobody/0/0.json", "entry/a/1/0.json",
    "entry/a/0/9007199254740992.json", "entry/a/0/9007199254740991.json", "entry/a/0/0.1.tlog-proof", "entry/a/0/0.disclosed.json", "readme.txt", "a/../b", "./x",
    "bundle.json.bak", "charter.json/x", "evidence/9007199254740992.evidence",
]


def odd_name(rng, name):
    parts = name.split("/")
    at = rng.randrange(len(parts))
    piece = parts[at]
    parts[at] = rng.choice(["0" + piece, piece + "0", piece.upper(), piece.replace("0", "1", 1), piece.replace("1", "2", 1), "a", "b", piece[:-1] or "x"])
    return "/".join(parts)


def spoil_claims(rng, built):
    claims = copy.deepcopy(json.loads(built.members["bundle.json"])["claims"])
    sort = rng.randrange(6)
    if sort == 0:
        claims = []
    elif sort == 1:
        claims = claims[:1] * rng.choice([2, 10000, 10001])
    elif sort == 2:
        claims[rng.randrange(len(claims))] = edit_json(rng, rng.choice(claims))
    else:
        claims += [odd_claim(rng, built) for _ in range(rng.randint(1, 4))]
    return resealed("claims", built, built.members, claims=claims)


def odd_claim(rng, built):
    logs = sorted(built.world.leaves)
    log, by = rng.choice(logs), rng.choice(logs)
    one = {"party": log[0], "epoch": log[1], "seq": rng.randrange(len(built.world.leaves[log]) + 1)}
    other = {"party": by[0], "epoch": by[1], "seq": rng.randrange(len(built.world.leaves[by]) + 1)}
    size = len(built.world.leaves[log])
    first = rng.randrange(size)
    span = {"claim": "complete", "party": log[0], "epoch": log[1], "from": first, "to": rng.randint(first, size + 1), "size": size}
    fork = {"claim": "fork", "file": rng.choice(["evidence/0.evidence", "evidence/1.evidence", "evidence/x", "charter.json"])}
    return rng.choice([dict(one, claim="said"), dict(one, claim="acknowledged", by=other), dict(one, claim="acknowledged", by=other), span, fork,
                       dict(one, claim="said", party="nobody"), dict(one, claim="swore"), dict(one, claim="said", by=other)])


def replay(rng, built, other):
    """Members of another accord under this one's R, or the other way round."""
    members = dict(built.members)
    sort = rng.randrange(4)
    if sort == 0:
        return Case("other R", other.accord, built.tar(), never=True)
    if sort == 1:
        members["charter.json"] = other.world.charter
        return resealed("other charter", built, members, never=True, signed=True)
    names = [n for n in other.members if n not in ("bundle.json", "charter.json", "README.txt")]
    for name in rng.sample(names, rng.randint(1, len(names))):
        members[name] = other.members[name]
    if sort == 2:
        return resealed("other members", built, members)
    return resealed("other members, other accord named", built, members, accord=other.accord)


def no_root(rng, built):
    return Case("no R", None, built.tar() if rng.random() < 0.5 else make.tar(dict(built.members, **{"charter.json": b"{}"})), never=True)


# ---------------------------------------------------------------- archive forms

def spoil_tar(rng, built):
    members = built.members
    rows = [(n, members[n]) for n in ["bundle.json"] + sorted(n for n in members if n != "bundle.json")]
    ways = [
        ("trailing zeros", lambda: make.tar(members) + bytes(512)), ("trailing data", lambda: make.tar(members) + b"x" * 512),
        ("one zero block", lambda: make.tar(members)[:-512]), ("no zero block", lambda: make.tar(members)[:-1024]), ("cut", lambda: make.tar(members)[:-1]),
        ("order", lambda: archive(rows[:1] + rows[:0:-1])), ("bundle.json not first", lambda: archive(rows[1:] + rows[:1])),
        ("name twice", lambda: archive(rows + rows[-1:])), ("name twice in a row", lambda: archive(rows[:2] + rows[1:])),
        ("nothing", lambda: b""), ("empty archive", lambda: bytes(1024)), ("padding", lambda: archive(rows, pad=b"x")),
        ("pax", lambda: extra_record(rows, b"x", b"30 path=entry/a/0/0.json______\n")), ("pax global", lambda: extra_record(rows, b"g", b"12 a=b_____\n")),
        ("gnu long name", lambda: extra_record(rows, b"L", b"charter.json\0")), ("directory", lambda: extra_record(rows, b"5", b"")),
        ("zero block inside", lambda: archive(rows[:1]) [:-1024] + bytes(512) + archive(rows[1:])),
    ]
    ways += [(label, lambda fields=fields: archive(rows, fields)) for label, fields in HEADER_WAYS]
    label, way = rng.choice(ways)
    return Case("tar: " + label, built.accord, way(), never=True)


HEADER_WAYS = [
    ("symbolic link", {"type": b"2", "link": b"charter.json".ljust(100, b"\0")}), ("hard link", {"type": b"1", "link": b"charter.json".ljust(100, b"\0")}),
    ("old type", {"type": b"\0"}), ("contiguous", {"type": b"7"}), ("device", {"type": b"3"}), ("gnu magic", {"magic": b"ustar  \0"}), ("no magic", {"magic": bytes(8)}),
    ("mode", {"mode": b"0000755\0"}), ("mode in spaces", {"mode": b"   644 \0"}), ("uid", {"uid": b"0001750\0"}), ("gid", {"gid": b"0001750\0"}),
    ("mtime", {"mtime": b"14500000000\0"}), ("owner", {"user": b"root".ljust(32, b"\0")}), ("group", {"group": b"root".ljust(32, b"\0")}),
    ("prefix", {"prefix": b"x".ljust(155, b"\0")}), ("end of header", {"pad": b"x" + bytes(11)}), ("link name", {"link": b"x".ljust(100, b"\0")}),
    ("device numbers", {"major": bytes(8), "minor": bytes(8)}), ("checksum", {"sum": b"0000000\0"}), ("size in base 256", {"size": b"\x80" + bytes(10) + b"\x01"}),
    ("size with space", {"size": b"00000000001 "}), ("huge size", {"size": b"77777777777\0"}), ("size beyond the end", {"size": b"00400000000\0"}),
]


def archive(rows, fields=None, pad=b"\0"):
    """An archive with the given header fields in its second member."""
    out = []
    for i, (name, data) in enumerate(rows):
        head = make.tar_header(name.encode(), len(data), **(fields if fields and i == 1 else {}))
        out += [head, data, pad * (-len(data) % 512)]
    return b"".join(out) + bytes(1024)


def extra_record(rows, kind, data):
    head = make.tar_header(b"charter.json.x", len(data), type=kind)
    first = make.tar(dict([rows[0]]))[:-1024]
    return first + head + data + bytes(-len(data) % 512) + archive(rows[1:])


def checksum_forms(built):
    """The usual checksum of other writers: six digits, NUL, space."""
    rows = [(n, built.members[n]) for n in ["bundle.json"] + sorted(n for n in built.members if n != "bundle.json")]
    plain = make.tar_header(rows[1][0].encode(), len(rows[1][1]))
    six = b"%06o\0 " % int(plain[148:155], 8)
    yield Case("tar: checksum of six digits", built.accord, archive(rows, {"sum": six}), never=True)


# ---------------------------------------------------------------- directories

def write_directory(path, members):
    """Writes members below a folder; None stands for a symbolic link to the charter."""
    os.makedirs(path)
    for name, data in members.items():
        target = os.path.join(path, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if data is None:
            os.symlink("charter.json", target)
        else:
            with open(target, "wb") as file:
                file.write(data)

def directories(rng, built):
    yield Case("directory", built.accord, members=dict(built.members), world=built.world, good=True)
    yield Case("directory, extra file", built.accord, members=dict(built.members, **{"x.txt": b"x"}), never=True)
    yield Case("directory, hidden file", built.accord, members=dict(built.members, **{"entry/.x": b"x"}), never=True)
    yield Case("directory, symbolic link", built.accord, members=dict(built.members, **{"README.txt": None}), never=True)
    name = any_member(rng, built)
    without = {n: d for n, d in built.members.items() if n != name}
    yield Case("directory, file gone", built.accord, members=without, never=True)
    yield Case("directory, line end", built.accord, members=dict(built.members, **{name: built.members[name] + b"\n"}), never=True)


# ---------------------------------------------------------------- minimal bundles: one decoder at a time

def alone(label, charter, members, claims=(), world=None):
    """A bundle of a charter and few other members; what is in form ends at `no-claims` or its claims."""
    sealed = make.seal(dict(members, **{"charter.json": charter}), make.h(charter), list(claims))
    return Case(label, make.h(charter), make.tar(sealed), world=world)


def charters(rng, built):
    """The charter decoder: R is right for whatever the bytes are."""
    charter = built.world.charter
    data = spoil_form(rng, charter) if rng.random() < 0.15 else edited(rng, charter)
    return alone("charter", data, {})


HOSTILE_POINTS = [bytes.fromhex(t) for t in (
    "00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f", "ff" * 32, "ec" + "ff" * 31, "01" + "00" * 30 + "80",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "02" + "00" * 31, "03" + "00" * 31, "f0" + "ff" * 30 + "7f", "ef" + "ff" * 30 + "7f", "f1" + "ff" * 30 + "7f", "04" + "00" * 31, "05" + "00" * 31, "09" + "00" * 31,
)]


def hostile_keys(built):
    """Every hostile point in every seat of a charter."""
    for i, point in enumerate(HOSTILE_POINTS):
        value = json.loads(built.world.charter)
        seat = i % 5
        if seat < 2:
            value["parties"][0][("root", "recovery")[seat]] = make.b64(point)
        elif seat < 4:
            value["parties"][0]["keys"][("log_ed", "mirror_ed")[seat - 2]] = make.b64(point)
        else:
            value["parties"][0]["keys"]["roles"]["desk"] = make.b64(point)
        yield alone("hostile key %d" % i, make.jcs(value), {})


def leaves(rng, built):
    """The leaf decoder: an entry without a proof."""
    place = rng.choice(sorted(built.world.said))
    if place[1] or place[0] == "zeta":
        place = (built.world.full[0], 0, 0)
    leaf = built.world.leaves[place[:2]][place[2]]
    data = spoil_form(rng, leaf) if rng.random() < 0.2 else edited(rng, leaf)
    return alone("leaf", built.world.charter, {"entry/%s/%d/%d.json" % place: data}, world=built.world)


def one_entry(built, leaf, place, note=None, **extra):
    """A bundle that claims a leaf of one's own making, under a log of that leaf alone (or under a given note)."""
    world = built.world
    log = place[:2]
    leaves_ = world.leaves[log][:place[2]] + [leaf]
    note = world.cosigned(log, leaves_, 1.0) if note is None else note
    proof = make.proof_file(place[2], make.path(place[2], make.leaf_hashes(leaves_)), note)
    members = {"entry/%s/%d/%d.json" % place: leaf, "entry/%s/%d/%d.%d.tlog-proof" % (place + (len(leaves_),)): proof}
    members.update(extra)
    return members, [{"claim": "said", "party": place[0], "epoch": place[1], "seq": place[2]}]


def own_leaf(rng, world, party, **changes):
    """A leaf that its author could have made, next in its log."""
    log = (party, 0)
    value = json.loads(world.leaves[log][-1])
    value["entry"].update(seq=len(world.leaves[log]), heads=[])
    value["sigs"] = []
    value["statement"]["nonce"] = make.b64(rng.randbytes(16))
    value["statement"].update(changes)
    return value, log + (len(world.leaves[log]),)


def role_signatures(rng, built):
    """Role signatures: good, bad, by another party, another epoch, recovery, nobody."""
    world = built.world
    party, other = world.full[0], world.full[1]
    value, place = own_leaf(rng, world, party)
    signed = b"detente/statement/v1\x00" + make.jcs(value["statement"])
    keys, sort = world.members[party].keysets, rng.randrange(7)
    office, key, owner = "desk", keys[0].roles["desk"], party
    if sort == 1:
        signed += b"x"
    elif sort == 2:
        owner, key = other, world.members[other].keysets[0].roles["desk"]
    elif sort == 3:
        office, key = "chief", keys[1].roles["chief"]
    elif sort == 4:
        office, key = "recovery", world.members[party].recovery
    elif sort == 5:
        key = make.Ed(rng.randbytes(32))
    signature = key.sign(signed)
    if sort == 6:
        signature = rng.choice(list(malleable(signature)))
    name = "%s/%s" % (owner, office)
    value["sigs"] = [{"key": name + "+" + make.key_id(name, 1, key.public).hex(), "sig": make.b64(signature)}]
    members, claims = one_entry(built, make.jcs(value), place)
    return alone("role signature %d" % sort, world.charter, members, claims)


def malleable(signature):
    """The same signature with s + L, and hostile first halves."""
    s = int.from_bytes(signature[32:], "little")
    yield signature[:32] + ((s + L25519) % 2**256).to_bytes(32, "little")
    for point in HOSTILE_POINTS[:6]:
        yield point + signature[32:]
    yield point + bytes(32)
    yield bytes(64)


def cosignatures(rng, built):
    """Notes signed with real keys in ways that are refused, passed over, or count for less."""
    world = built.world
    party, other = world.full[0], world.full[1]
    value, place = own_leaf(rng, world, party)
    leaf, log = make.jcs(value), (party, 0)
    leaves_ = world.leaves[log] + [leaf]
    text = world.text(log, leaves_)
    sort = rng.randrange(18)
    lines = cosigned_lines(rng, world, log, other, text, sort)
    note = text + b"\n" + "".join(lines).encode()
    members, claims = one_entry(built, leaf, place, note)
    return alone("cosignature %d" % sort, world.charter, members, claims)


def cosigned_lines(rng, world, log, other, text, sort):
    own, mirror = world.log_lines(log, text), world.name("m", other, 0)
    key = world.members[other].keysets[0].mirror
    at = lambda time: world.line(mirror, 4, key, text, time)
    raw = lambda name, kind, key_, body: "\u2014 %s %s\n" % (name, make.b64(make.key_id(name, kind, key_.public) + body))
    good = at(make.START)
    witness = [world.line(name, 4, ed, text, make.START + 7) for name, ed in world.witnesses]
    author = world.members[log[0]].keysets[0].mirror
    body = base64.b64decode(good.rsplit(" ", 1)[1])[4:]
    ways = [
        lambda: own + [good], lambda: own + [good, at(make.START + 5)], lambda: [good], lambda: own + [at(0)], lambda: own + [at(2**63 - 1)],
        lambda: own + [at(2**63)], lambda: own + [raw(mirror, 4, key, body[:-1])], lambda: own + [raw(mirror, 4, key, body + b"\0")],
        lambda: own + [world.line(world.name("m", *log), 4, author, text, make.START)], lambda: own + [world.line(world.name("w", other, 0), 4, key, text, make.START)],
        lambda: own + [world.line(mirror, 4, make.Ed(bytes(32)), text, make.START)], lambda: own + own,
        lambda: own + [raw(mirror, 4, key, body[:8] + rng.choice(list(malleable(body[8:]))))], lambda: own + witness + [good],
        lambda: own + [raw(mirror, 1, key, key.sign(text))], lambda: own + [raw(mirror, 4, key, struct.pack(">Q", 2**64 - 1) + body[8:])],
        lambda: [raw(world.name("r", *log), 1, world.keys(log).log, rng.choice(list(malleable(base64.b64decode(own[0].rsplit(" ", 1)[1])[4:]))))],
        lambda: pq_lines(rng, world, log, other, text, own),
    ]
    return ways[sort]()


def pq_lines(rng, world, log, other, text, own):
    """ML-DSA lines with a right key id, of right and wrong length and time. Only in worlds that have such keys."""
    key = world.members[other].keysets[0].mirror_pq
    name = world.name("m", other, 0)
    if key is None:
        return own
    length, time = rng.choice([2420, 2420, 2419, 64]), rng.choice([make.START, 0, 2**63])
    body = struct.pack(">Q", time) + bytes(length)
    return own + ["\u2014 %s %s\n" % (name, make.b64(make.key_id(name, 6, key.public) + body))]


# ---------------------------------------------------------------- keys, offers: forged successors

def forged_keys(rng, built):
    """Epochs and joined parties: good, unproved, exercises, two successors, foreign invitations, keys used twice."""
    world = make.World(rng.randrange(10**6) * 8 + 3)
    world.rng.seed(rng.random())
    world.shape.rotations = 0
    world.live()
    sort = rng.randrange(12)
    build = forged_offer if sort >= 7 else forged_keyset
    members, claims = build(rng, world, sort)
    return alone("keys %d" % sort, world.charter, members, claims)


def forged_keyset(rng, world, sort):
    party = world.full[0]
    old, new, after = world.members[party].keysets[:3]
    if sort == 5:
        new.roles["desk"] = world.members[world.full[1]].keysets[0].mirror
    if sort == 6:
        new.mirror = old.mirror
    pub = {"act": "rotate", "epoch": 1, "keyset": make.b64(new.digest()), "next": make.b64(after.digest())}
    value, place = own_leaf(rng, world, party, type="keys", pub=pub, exercise=sort == 2, commits={}, refs=[],
                            accord=make.b64(world.accord))
    value["statement"].pop("tree", None)
    leaf = make.jcs(value)
    base = make.Built("", world, {})
    members, _ = one_entry(base, leaf, place)
    if sort == 1:
        members = {n: d for n, d in members.items() if not n.endswith("proof")}
    if sort == 3:
        value["statement"]["pub"]["next"] = make.b64(rng.randbytes(32))
        value["entry"]["seq"] += 1
        world.leaves[(party, 0)].append(leaf)
        second, _ = one_entry(base, make.jcs(value), place[:2] + (place[2] + 1,))
        members.update(second)
    members["keys/%s/1.json" % party] = make.jcs(new.value()) if sort != 4 else make.jcs(after.value())
    world.epoch[party] = 1
    world.append(party, "charter", {"sha256": make.b64(world.accord), "size": 1})
    world.publish((party, 1), 1.0)
    first = world.leaves[(party, 1)][0]
    at = (party, 1, 0)
    members["entry/%s/%d/%d.json" % at] = first
    members["entry/%s/%d/%d.1.tlog-proof" % at] = world.proof(at, 1, world.notes[(party, 1)][0][1])
    return members, [{"claim": "said", "party": party, "epoch": 1, "seq": 0}]


def forged_offer(rng, world, sort):
    world.join("zeta")
    offer = world.offers["offer/zeta.json"]
    bundler = make.Bundler(world)
    bundler.entry(("zeta", 0, 0))
    members = bundler.members
    del members["README.txt"]
    invite = "entry/%s/%d/%d" % world.invite
    if sort == 8:
        members = {n: d for n, d in members.items() if not (n.startswith(invite + ".") and n.endswith("proof"))}
    elif sort == 9:
        members = {n: d for n, d in members.items() if not n.startswith(invite + ".")}
    elif sort == 10:
        # The newcomer invites itself in its own log.
        members = {n: d for n, d in members.items() if not n.startswith(invite + ".")}
        value = json.loads(world.leaves[world.invite[:2]][world.invite[2]])
        own, place = own_leaf(rng, world, "zeta", **{k: value["statement"][k] for k in ("type", "pub", "commits", "aud")})
        extra, _ = one_entry(make.Built("", world, {}), make.jcs(own), place)
        members.update(extra)
    elif sort == 11:
        members["offer/zeta.json"] = edited(rng, offer)
    return members, [{"claim": "said", "party": "zeta", "epoch": 0, "seq": 0}]


def mixed_keys(rng, built):
    """A log or mirror key with a part of small order: admitted; only exact signatures hold."""
    world = make.World(rng.randrange(10**6) * 8)
    exact, seat, party = rng.random() < 0.5, rng.choice(["log", "mirror"]), world.full[0]
    other = world.full[1]
    setattr(world.members[party].keysets[0], seat, curve.MixedKey(rng.randbytes(8), exact))
    world.charter = make.jcs(world.charter_value())
    world.accord = make.h(world.charter)
    author = party if seat == "log" else other
    world.append(author, "charter", {"sha256": make.b64(world.accord), "size": 1})
    world.publish((author, 0), 1.0)
    bundler = make.Bundler(world)
    bundler.entry((author, 0, 0))
    claims = [{"claim": "said", "party": author, "epoch": 0, "seq": 0}]
    case = alone("mixed key %s %s" % (seat, exact), world.charter, bundler.members, claims)
    case.never, case.good = not exact, exact
    return case


# ---------------------------------------------------------------- disclosures and evidence alone

def disclosures(rng, built):
    world = built.world
    places = [p for p in sorted(world.said) if world.salts[p] and p[1] == 0 and p[0] != "zeta"]
    if not places:
        return leaves(rng, built)
    place = rng.choice(places)
    bundler = make.Bundler(world)
    bundler.disclose(place)
    name = "entry/%s/%d/%d.disclosed.json" % place
    data = bundler.members[name]
    data = spoil_form(rng, data) if rng.random() < 0.2 else edited(rng, data)
    return alone("disclosure", world.charter, {name: data, "entry/%s/%d/%d.json" % place: world.leaves[place[:2]][place[2]]}, world=world)


def evidence(rng, built):
    """Evidence by itself: form, order, and what convicts nobody."""
    world = built.world
    kind = rng.choice(make.KINDS)
    data = make.Wrongdoer(world).make(kind)
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        data = spoil_evidence(rng, data, kind)
    name = "evidence/0.evidence"
    bundler = make.Bundler(world)
    for log in world.leaves:
        bundler.lead_to(log)
    members = {n: d for n, d in bundler.members.items() if n != "README.txt"}
    return alone("evidence " + kind, world.charter, dict(members, **{name: data}), [{"claim": "fork", "file": name}])


def spoil_evidence(rng, data, kind):
    head, blank, rest = data.partition(b"\n\n")
    sort = rng.randrange(5)
    if sort == 0:
        return spoil_lines(rng, head + b"\n")[:-1] + b"\n\n" + rest
    if sort == 1:
        return data.replace(b"kind " + kind.encode(), b"kind " + rng.choice(make.KINDS).encode(), 1)
    if sort == 2:
        lines = head.split(b"\n")
        parts = [line.split(b" ") for line in lines if line.startswith(b"part ")]
        return swap_parts(rng, lines, parts, rest) if parts else data
    if sort == 3:
        changed = bytearray(data)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        return bytes(changed)
    return spoil_lines(rng, data)


def swap_parts(rng, lines, parts, rest):
    """The same parts with contents exchanged, so that a and b change places."""
    try:
        sizes = [int(part[2]) for part in parts]
    except (ValueError, IndexError):
        return b"\n".join(lines) + b"\n\n" + rest
    bodies, at = [], 0
    for size in sizes:
        bodies.append(rest[at:at + size])
        at += size
    if len(bodies) < 2:
        return b"\n".join(lines) + b"\n\n" + rest
    i, j = rng.sample(range(len(bodies)), 2)
    bodies[i], bodies[j] = bodies[j], bodies[i]
    head = [line for line in lines if not line.startswith(b"part ")]
    head += [b"part %s %d" % (part[1], len(body)) for part, body in zip(parts, bodies)]
    return b"\n".join(head) + b"\n\n" + b"".join(bodies)


# ---------------------------------------------------------------- the whole run

WAYS = [
    (spoil_bytes, 14), (spoil_json, 14), (spoil_bundle_json, 6), (not_canonical, 8), (spoil_text, 16), (spoil_members, 8), (spoil_claims, 8), (spoil_tar, 8),
    (charters, 14), (leaves, 12), (role_signatures, 4), (cosignatures, 8), (forged_keys, 2), (mixed_keys, 1), (disclosures, 8), (evidence, 10), (no_root, 2),
]


def cases(rng, count, worlds):
    """About `count` cases: good ones, flips of small bundles, then mutations in turn."""
    pool = [make.build(rng.randrange(10**6) * 24 + i) for i in range(worlds)]
    for built in pool:
        yield Case("good " + built.name, built.accord, built.tar(), world=built.world, good=True)
    yield from hostile_keys(pool[0])
    yield from checksum_forms(pool[0])
    for built in pool[:4]:
        yield from directories(rng, built)
    small = make.build_small(rng.randrange(10**6))
    yield Case("good " + small.name, small.accord, small.tar(), world=small.world, good=True)
    yield from flips(small, max(1, len(small.tar()) * 4 // count), rng.randrange(10**6))
    ways, weights = zip(*WAYS)
    for _ in range(count - count // 4):
        built = rng.choice(pool)
        if rng.random() < 0.04:
            yield replay(rng, built, rng.choice([b for b in pool if b.accord != built.accord]))
        else:
            yield rng.choices(ways, weights)[0](rng, built)
