#!/usr/bin/env python3
"""Writes golden.json: inputs of canon/1 with the bytes or the reason that the rules give.

The rules are implemented here a second time, with the standard library alone, from the text of the design and
not from the Rust code, so that the two can disagree. Where a rule needs tables that Python does not have
(UTS-46), the A-labels stand beside the input. Run it in this folder; it writes nothing but golden.json.
"""

import ipaddress
import json
import re
import unicodedata


class Refused(Exception):
    pass


SPECIAL4 = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3")]
SPECIAL6 = [ipaddress.ip_network(n) for n in ("fe80::/10", "fc00::/7", "::1/128")]
MAPPED = ipaddress.ip_network("::ffff:0:0/96")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
HASHES = {"md5": (1, 32), "sha1": (2, 40), "sha256": (3, 64), "sha512": (4, 128), "imphash": (5, 32)}

# Names beyond ASCII, by their A-labels: UTS-46 results written down by hand.
A_LABELS = {
    "bücher.example": "xn--bcher-kva.example",
    "BÜCHER.Example": "xn--bcher-kva.example",
    "straße.example": "xn--strae-oqa.example",
    "βόλος.example": "xn--nxasmm1c.example",
    "münchen.de": "xn--mnchen-3ya.de",
    "例え.テスト": "xn--r8jz45g.xn--zckzah",
    "пример.испытание": "xn--e1afmkfd.xn--80akhbyknj4f",
    "faß.de": "xn--fa-hia.de",
    "ｅｘａｍｐｌｅ.com": "example.com",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "XN--BCHER-KVA.example": "xn--bcher-kva.example",
}


def item(number, body):
    if len(body) > 0xFFFF:
        raise Refused("too long")
    return bytes([number, 1]) + len(body).to_bytes(2, "little") + body


def refang(text):
    out = re.sub(r"^(hxxp|h\*\*p|httx)(s?)(?=\[?:)", lambda m: "http" + m.group(2).lower(), text, flags=re.I)
    for pattern, plain in ((r"\[\.\]|\(\.\)", "."), (r"\[://\]", "://"), (r"\[:\]", ":"), (r"\[/\]", "/"),
                           (r"\[@\]", "@")):
        out = re.sub(pattern, plain, out)
    if "/" not in out.split("://", 1)[-1]:
        out = re.sub(r"\[dot\]|\(dot\)|\{\.\}|\[\. \.\]", ".", out, flags=re.I)
        out = re.sub(r"\[at\]|\(at\)", "@", out, flags=re.I)
        out = re.sub(r"(?<=\w)\[\.(?=\w)|(?<=\w)\.\](?=\w)", ".", out)
    return out


def port_is(text):
    return bool(re.fullmatch(r"[0-9]{1,5}", text)) and int(text) <= 65535


def without_port(text):
    head, colon, tail = text.partition(":")
    return head if colon and port_is(tail) else text


def v4(text):
    if not re.fullmatch(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}", text):
        raise Refused("bad-address")
    octets = [int(part) for part in text.split(".")]
    if max(octets) > 255:
        raise Refused("bad-address")
    return ipaddress.IPv4Address(bytes(octets))


def put_v4(address, special):
    if not special and any(address in net for net in SPECIAL4):
        raise Refused("special-use")
    return item(1, address.packed)


def embedded(address):
    if address in MAPPED or address in NAT64:
        return ipaddress.IPv4Address(address.packed[12:])
    return None


def put_v6(address, special):
    inner = embedded(address)
    if inner is not None:
        return put_v4(inner, special)
    if not special and any(address in net for net in SPECIAL6):
        raise Refused("special-use")
    return item(2, address.packed)


def v6(text, special):
    if text.startswith("["):
        inside, bracket, tail = text[1:].partition("]")
        if not bracket or (tail and not (tail[0] == ":" and port_is(tail[1:]))):
            raise Refused("bad-address")
        text = inside
    bare, percent, _ = text.partition("%")
    try:
        address = ipaddress.IPv6Address(bare)
    except ValueError:
        raise Refused("bad-address")
    if percent:
        raise Refused("zone-id")
    return put_v6(address, special)


def address(text, special):
    if text.startswith("[") or text.count(":") >= 2:
        return v6(text, special)
    return put_v4(v4(without_port(text)), special)


def network(text, special, notes):
    if "/" not in text:
        return address(text, special)
    base, _, length = text.partition("/")
    if not re.fullmatch(r"0|[1-9][0-9]{0,2}", length):
        raise Refused("bad-address")
    length = int(length)
    if ":" in base:
        if "%" in base:
            return v6(base, special)
        try:
            start = ipaddress.IPv6Address(base)
        except ValueError:
            raise Refused("bad-address")
        if length > 128:
            raise Refused("bad-address")
        inner = embedded(start)
        if inner is not None and length >= 96:
            start, length = inner, length - 96
    else:
        start = v4(base)
        if length > 32:
            raise Refused("bad-address")
    if length == start.max_prefixlen:
        return put_v4(start, special) if start.version == 4 else put_v6(start, special)
    net = ipaddress.ip_network((start, length), strict=False)
    ranges = SPECIAL4 if net.version == 4 else SPECIAL6
    if not special and any(net.subnet_of(r) for r in ranges):
        raise Refused("special-use")
    if net.network_address != start:
        notes.add("host-bits-cleared")
    return item(3, bytes([length]) + net.network_address.packed)


def name(text):
    if text.endswith((".", "。")):
        text = text[:-1]
    if text in A_LABELS:
        text = A_LABELS[text]
    elif not text.isascii():
        raise Refused("bad-name")
    text = text.lower()
    labels = text.split(".")
    if len(text) > 253 or len(labels) < 2:
        raise Refused("bad-name")
    for label in labels:
        if not re.fullmatch(r"[a-z0-9_-]{1,63}", label) or label[0] == "-" or label[-1] == "-":
            raise Refused("bad-name")
        if label.startswith("xn--"):
            try:
                decoded = label[4:].encode().decode("punycode")
            except UnicodeError:
                raise Refused("bad-name")
            controls = any(unicodedata.category(c).startswith("C") for c in decoded)
            if decoded.isascii() or controls or decoded.encode("punycode").decode() != label[4:]:
                raise Refused("bad-name")
    if not re.fullmatch(r"[a-z][a-z0-9-]+", labels[-1]):
        raise Refused("bad-last-label")
    return text


def domain(text, notes):
    for lead in ("*.", "."):
        if text.startswith(lead):
            text = text[len(lead):]
            notes.add("wildcard-stripped")
            break
    return item(4, name(text).encode())


def email(text):
    local, at, host = text.rpartition("@")
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())
    atom = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
    if not at or not re.fullmatch(atom + r"(\." + atom + r")*", local) or re.search(r"\s", local):
        raise Refused("bad-email")
    try:
        return item(6, local.encode() + b"@" + name(host).encode())
    except Refused:
        raise Refused("bad-email")


def hexadecimal(kind, text):
    number, digits = HASHES[kind]
    if not re.fullmatch(r"[0-9a-fA-F]{%d}" % digits, text):
        raise Refused("bad-hash")
    return item(8, bytes([number]) + bytes.fromhex(text))


def by_length(text):
    for kind in ("md5", "sha1", "sha256", "sha512"):
        if len(text) == HASHES[kind][1]:
            return hexadecimal(kind, text)
    raise Refused("bad-hash")


def dot_segments(path):
    out = []
    parts = path.split("/")[1:]
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        plain = re.sub("%2e", ".", part, flags=re.I)
        if plain == "..":
            out = out[:-1]
            if last:
                out.append("")
        elif plain == ".":
            if last:
                out.append("")
        else:
            out.append(part)
    return "/" + "/".join(out)


def percent(text, extra):
    return "".join(c if 0x21 <= ord(c) < 0x7F and c not in extra else
                   "".join("%%%02X" % b for b in c.encode()) for c in text)


def url_once(text, special):
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if not match:
        raise Refused("bad-url")
    scheme = match.group(1).lower()
    if scheme not in ("http", "https"):
        good = "." not in scheme and text[len(scheme):].startswith("://")
        raise Refused("bad-scheme" if good else "bad-url")
    rest = re.sub(r"^[/\\]*", "", text[len(scheme) + 1:]).partition("#")[0]
    rest, mark, query = rest.partition("?")
    rest = rest.replace("\\", "/")
    authority, slash, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    path = dot_segments(slash + path) if slash else "/"
    port = ""
    bracket = re.fullmatch(r"(\[[^\]]*\])(?::([0-9]*))?", host)
    plain = re.fullmatch(r"([^:]*)(?::([0-9]*))?", host)
    if not bracket and not plain:
        raise Refused("bad-url")
    host, port = (bracket or plain).groups()
    if port and int(port) > 65535:
        raise Refused("bad-url")
    if port and int(port) == {"http": 80, "https": 443}[scheme]:
        port = ""
    if host.startswith("["):
        try:
            bytes_ = put_v6(ipaddress.IPv6Address(host[1:-1]), special)
        except ValueError:
            raise Refused("bad-url")
        shown = ("[%s]" % ipaddress.IPv6Address(bytes_[4:]).compressed if bytes_[0] == 2
                 else str(ipaddress.IPv4Address(bytes_[4:])))
    elif re.fullmatch(r"[0-9.]+", host):
        try:
            shown = str(ipaddress.IPv4Address(put_v4(v4(host), special)[4:]))
        except Refused as refused:
            raise Refused("special-use" if str(refused) == "special-use" else "bad-url")
    else:
        try:
            shown = name(host)
        except Refused:
            raise Refused("bad-url")
    path = percent(path, ' "#<>?`{}^')
    unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

    def escape(match):
        char = chr(int(match.group(1), 16))
        return char if char in unreserved else match.group(0).upper()

    path = re.sub(r"%([0-9A-Fa-f]{2})", escape, path)
    return scheme + "://" + shown + (":" + str(int(port)) if port else "") + path + (
        "?" + percent(query, " \"#<>'") if mark else "")


def url(text, special):
    for _ in range(8):
        once = url_once(text, special)
        again = refang(once)
        if once == text and again == once:
            return item(5, once.encode())
        text = again
    raise Refused("bad-url")


def guessed(text, special, notes):
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        return url(text, special)
    if not re.search(r"\s", text):
        local, at, host = text.rpartition("@")
        if at:
            if local and host and not re.search("[@/]", local):
                return email(text)
        else:
            base, slash, length = text.partition("/")
            looks4 = re.fullmatch(r"[0-9][0-9.]*", without_port(base)) and "." in without_port(base)
            bare = base.partition("%")[0]
            looks6 = (bare.count(":") >= 2 and re.fullmatch(r"[0-9A-Fa-f:.]*", bare)) or (
                base.startswith("[") and base.count(":") >= 2)
            if looks4 or looks6:
                if not slash or re.fullmatch(r"[0-9]*", length):
                    return network(text, special, notes)
            elif re.fullmatch(r"[0-9a-fA-F]*", text) and len(text) in (32, 40, 64, 128):
                return by_length(text)
            else:
                host = without_port(text)
                bare = host[2:] if host.startswith("*.") else host
                if "." in bare and not re.search(r"[\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]", bare):
                    return domain(host, notes)
    parts = [part for part in re.split(r"[,;|\s]", text) if part]

    def stands(part):
        try:
            guessed(part, special, set())
            return True
        except Refused as refused:
            return str(refused) == "special-use"

    raise Refused("ambiguous" if 2 <= len(parts) <= 16 and all(map(stands, parts)) else "not-an-indicator")


def canonicalise(declared, text, special, notes):
    if declared == "not-carried":
        raise Refused("type-not-carried")
    text = text.strip()
    restored = refang(text)
    if restored != text:
        notes.add("refanged")
        text = restored
    if declared == "unknown":
        return guessed(text, special, notes)
    if declared in ("address", "cidr"):
        return network(text, special, notes)
    if declared == "host":
        host = without_port(text)
        if (re.fullmatch(r"[0-9][0-9.]*", host) and "." in host) or text.count(":") >= 2:
            return address(text, special)
        return domain(host, notes)
    if declared == "ipv4":
        return put_v4(v4(without_port(text)), special)
    if declared == "ipv6":
        return v6(text, special)
    if declared == "domain":
        return domain(without_port(text), notes)
    if declared == "url":
        return url(text, special)
    if declared == "email":
        return email(text)
    if declared == "hash":
        return by_length(text)
    return hexadecimal(declared, text)


L63 = "a" * 63
NAME_253 = ".".join([L63, L63, L63, "b" * 57, "com"])
SHA256_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
assert len(NAME_253) == 253

INPUTS = [("unknown", text, False) for text in [
    # the worked bytes, and what a list holds
    "8.8.8.8", "Example.COM.", "2001:db8::1", SHA256_EMPTY, "example.com", "EXAMPLE.com", "a.b.c.d.example.org",
    "  example.com  ", "\u00a0example.com\u00a0", "\texample.com", "example.com:443", "8.8.8.8:53",
    "[2001:db8::1]:443", "[2001:db8::1]", "1.2.3.4:0", "1.2.3.4:65535", "1.2.3.4:65536", "example.com:",
    # addresses
    "010.1.1.1", "0x7f.1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1..2.3", "0.1.2.3",
    "10.0.0.1", "100.64.0.1", "100.63.255.255", "100.128.0.0", "127.0.0.1", "169.254.1.1", "172.15.255.255",
    "172.16.0.0", "172.31.255.255", "172.32.0.0", "192.168.1.1", "192.169.0.0", "223.255.255.255",
    "224.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "192.88.99.1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b::a00:1", "::1", "::",
    "fe80::1", "febf::1", "fec0::1", "fc00::1", "fdff::1", "fe00::1", "fe80::1%eth0", "2001:db8::1%eth0",
    "2001:0DB8:0:0:0:0:0:0001", "2001:db8::1::2", "2001:db8:1", "1:2:3:4:5:6:7:8:9", "::ffff:1.2.3.04",
    # networks
    "192.0.2.0/24", "192.0.2.77/24", "8.8.8.8/32", "8.8.8.8/33", "8.8.8.8/0", "8.8.8.8/", "8.8.8.8/08",
    "10.1.0.0/16", "8.0.0.0/5", "2001:db8::/32", "2001:db8::1/32", "2001:db8::1/128", "2001:db8::/129",
    "::ffff:192.0.2.0/120", "::ffff:0:0/95", "fe80::/64", "fe00::/7", "8.8.8.8/24/24", "8.8.8.8:53/24",
    # names
    "localhost", "foo_bar.example.com", "_dmarc.example.com", "example._com", "-a.example.com", "a-.example.com",
    "a--b.example.com", "ab--cd.example.com", "a..b", ".example.com", "..example.com", "*.example.com",
    "*.*.example.com", "*example.com", "example.c", "example.1com", "example.123", "a.1", "t.co", "a.bc",
    "example.com..", L63 + ".com", L63 + "a.com", NAME_253, "x" + NAME_253, NAME_253 + ".",
    "bücher.example", "BÜCHER.Example", "straße.example", "βόλος.example", "例え.テスト", "пример.испытание",
    "ｅｘａｍｐｌｅ.com", "xn--bcher-kva.example", "XN--BCHER-KVA.example", "xn--a.example", "xn--.example",
    "exam ple.com", "example,com", "example.com/path", "example.com#x", "$example.com", "a@b@c.com",
    # defanged
    "example[.]com", "example(.)com", "example[dot]com", "example(dot)com", "example{.}com", "example[.com",
    "example.]com", "8.8.8[.]8", "8[.]8[.]8[.]8:53", "hxxp://example.com", "hXXps://example[.]com/a",
    "hxxp[://]example[.]com", "hxxp[:]//example[.]com/x", "h**p://example.com", "user[@]example[.]com",
    "user[at]example[dot]com", "2001[:]db8[:][:]1", "http://example.com[/]a", "hxxp.example.com", "[.]",
    # URLs
    "http://example.com", "HTTP://EXAMPLE.COM/", "https://example.com:443/", "http://example.com:80",
    "http://example.com:8080/a", "http://user:pass@example.com/x", "http://example.com/a#b",
    "http://example.com/?q=%41%2f#f", "http://example.com/%7euser/%2f%41", "http://example.com/a/../b/./c",
    "http://example.com/%2e%2e/x", "http://example.com/a b", "http://example.com?x", "http://example.com/?",
    "http://8.8.8.8/", "http://10.0.0.1/", "http://[2001:db8::1]/", "http://[2001:db8::1]:8080/a",
    "http://[::ffff:8.8.8.8]/", "http://[::1]/", "http://localhost/", "http://example.com./",
    "http://*.example.com/", "http://.example.com/", "http://bücher.example/ü", "ftp://example.com/",
    "tcp://1.2.3.4:80", "http://", "http:///example.com/", "http://example.com:99999/", "http://a_b.example.com/",
    "http://example.com/%%341", "http://example.com/[.]", "http://example.com/a[.]php", "https://example.com/A?B=C",
    # e-mail
    "User@Example.COM", "first.last+tag@example.com", "a@b", "a@localhost", ".a@example.com", "a.@example.com",
    "a..b@example.com", "@example.com", "a@", "\"a b\"@example.com", "a@[8.8.8.8]", "É@example.com",
    "E\u0301@example.com", "a@bücher.example", "host.com/x@y",
    # hashes
    "D41D8CD98F00B204E9800998ECF8427E", "d41d8cd98f00b204e9800998ecf8427", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    SHA256_EMPTY.upper(), SHA256_EMPTY * 2, SHA256_EMPTY[:-1] + "g", SHA256_EMPTY[:32],
    # nothing, and too much
    "", "foo", "1.2.3.4,5.6.7.8", "example.com|8.8.8.8", "a.example b.example", "Mozilla/5.0 (X11)", "10.0.0.1|8.8.8.8",
]] + [
    ("ipv4", "8.8.8.8", False), ("ipv4", "8.8.8.8:53", False), ("ipv4", "8.8.8.0/24", False),
    ("ipv4", "2001:db8::1", False), ("ipv6", "8.8.8.8", False), ("ipv6", "::ffff:8.8.8.8", False),
    ("address", "8.8.8.0/24", False), ("address", "example.com", False), ("cidr", "8.8.8.8", False),
    ("cidr", "8.8.8.9/31", False), ("host", "8.8.8.8", False), ("host", "1.2.3", False),
    ("host", "example.com:80", False), ("host", "2001:db8::1", False), ("host", "10.0.0.1", True),
    ("domain", "8.8.8.8", False), ("domain", "localhost", False), ("domain", "*.example.com", False),
    ("domain", "deadbeefdeadbeefdeadbeefdeadbeef", False), ("domain", "", False),
    ("url", "example.com/path", False), ("url", "example.com:8080/x", False), ("url", "http:example.com/x", False),
    ("url", "mailto:a@example.com", False), ("url", "http:\\\\example.com\\a", False),
    ("email", "not an address", False), ("hash", "d41d8cd98f00b204e9800998ecf8427e", False), ("hash", "abc", False),
    ("imphash", "d41d8cd98f00b204e9800998ecf8427e", False), ("sha1", "d41d8cd98f00b204e9800998ecf8427e", False),
    ("md5", "zz1d8cd98f00b204e9800998ecf8427e", False), ("not-carried", "CVE-2024-0001", False),
    ("unknown", "10.0.0.1", True), ("unknown", "::1", True), ("unknown", "10.1.0.0/16", True),
    ("unknown", "http://192.168.0.1/", True), ("unknown", "fe80::1%eth0", True),
]


def main():
    rows = []
    for declared, text, special in INPUTS:
        notes = set()
        row = {"declared": declared, "text": text, "special_use": special}
        try:
            row["bytes"] = canonicalise(declared, text, special, notes).hex()
            row["notes"] = sorted(notes)
        except Refused as refused:
            row["reason"] = str(refused)
        rows.append(row)
    with open("golden.json", "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows) + "\n]\n")
    print(len(rows), "inputs")


main()
