#!/usr/bin/env python3
"""A second implementation of the suite `vole`, slow and small, and the vectors it makes.

Written from docs/matching.md, with the real primitives: BLAKE3 and AES-128 of the packages `blake3` and `cryptography`.
Nothing of the Rust code is used. Not here: the base oblivious transfers. Their keys are inputs of `run`, and so is the hash
over the messages that carry them; the Rust test recorded both in run_inputs.json and compares them with its own.

    python3 -m venv target/vectors && target/vectors/bin/pip install blake3 cryptography
    target/vectors/bin/python testdata/vectors/psi/make.py           writes the .json files beside it
    target/vectors/bin/python testdata/vectors/psi/make.py --check   says which of them would change

Unit tests of crates/psi read the files and compare. Bytes are in hexadecimal digits; an element of GF(2^128) is 16 bytes,
little-endian. Long outputs stand as their BLAKE3 hash.
"""
import json
import sys
from pathlib import Path

from blake3 import blake3
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HERE = Path(__file__).parent
CHECKS = 3


# ---- Bytes -----------------------------------------------------------------------------------------------

def u8(n):
    return n.to_bytes(1, "little")


def u32(n):
    return n.to_bytes(4, "little")


def u64(n):
    return n.to_bytes(8, "little")


def element(e):
    return e.to_bytes(16, "little")


def elements(es):
    return b"".join(element(e) for e in es)


def integer(b):
    return int.from_bytes(b, "little")


def integers(b):
    return [integer(b[i:i + 16]) for i in range(0, len(b), 16)]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def digest(b):
    return blake3(b).hexdigest()


# ---- The field -------------------------------------------------------------------------------------------
# For products an element is spread to a byte a bit: the bytes of an integer product then count the pairs of bits, at
# most 128, and their parity is the carry-less product.

SPREAD = bytes(c & 1 for c in range(256))
GATHER = bytes(ord("0") + (c & 1) for c in range(256))
LOWEST = int.from_bytes(b"\1" * 256, "little")


def spread(a):
    return int.from_bytes(format(a, "b").encode().translate(SPREAD), "big")


def gather(s):
    return int(s.to_bytes(256, "big").translate(GATHER), 2)


def reduce(a):
    """Modulo x^128 + x^7 + x^2 + x + 1, for degrees below 256."""
    while a >> 128:
        high = a >> 128
        a = (a & (1 << 128) - 1) ^ high ^ high << 1 ^ high << 2 ^ high << 7
    return a


def mul(a, b):
    return reduce(gather(spread(a) * spread(b)))


def power(a, n):
    r = 1
    while n:
        if n & 1:
            r = mul(r, a)
        a, n = mul(a, a), n >> 1
    return r


def inverse(a):
    return power(a, (1 << 128) - 2)


# ---- Hashes and streams ----------------------------------------------------------------------------------

def lp4(b):
    return u32(len(b)) + b


class Oracle:
    """RO of a run."""

    def __init__(self, sid):
        self.key = blake3(sid, derive_key_context="detente-psi v1").digest()

    def __call__(self, label, *fields, length=32):
        framed = lp4(label.encode()) + b"".join(map(lp4, fields))
        return blake3(framed, key=self.key).digest(length=length)


def padded(message):
    """To whole blocks of BLAKE3."""
    message += b"\x80"
    return message + bytes(-len(message) % 64)


def session(terms_id, accept_id, direction):
    return blake3(b"detente-psi run v1" + terms_id + accept_id + u8(direction)).digest()


def aes(key, blocks):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)


def stream(key, tail, first, count):
    """Blocks `first` … of the stream under an AES key."""
    return aes(key, b"".join(u64(c) + u64(tail) for c in range(first, first + count)))


def prg(ro, seed, label, first, count):
    return stream(ro(label, seed, length=16), 0, first, count)


def noise(byte, count):
    """Test input without pattern: elements of the stream under a key of equal bytes."""
    return integers(stream(bytes([byte]) * 16, 0, 0, count))


# ---- Lists -----------------------------------------------------------------------------------------------

def run_list(ro, rho, items, size):
    dummies = [bytes([0, 1, 16, 0]) + ro("dummy", rho, u64(i), length=16) for i in range(size - len(items))]
    return sorted(dummies) + sorted(items)


# ---- Correlated products ---------------------------------------------------------------------------------

def value_column(ro, key, total):
    return integers(prg(ro, key, "copee", 0, total))


def bit_column(ro, key, count):
    packed = prg(ro, key, "copee", 0, -(-count // 128))[:-(-count // 8)]
    masks = integers(prg(ro, key, "copee", -(-count // 128), CHECKS))
    return [packed[j // 8] >> j % 8 & 1 for j in range(count)] + masks


def weigh(columns):
    """Σ x^i · column i."""
    sums = [0] * len(columns[0])
    for column in reversed(columns):
        sums = [reduce(s << 1) ^ c for s, c in zip(sums, column)]
    return sums


def asker_products(columns, pairs, c):
    """R's shares, and the corrections as columns of integers."""
    zeros, ones = ([columns(pair[b]) for pair in pairs] for b in (0, 1))
    taus = [[a ^ b ^ v for a, b, v in zip(zero, one, c)] for zero, one in zip(zeros, ones)]
    return weigh(zeros), taus


def answerer_products(columns, keys, delta, taus):
    picked = []
    for i, (key, tau) in enumerate(zip(keys, taus)):
        bit = delta >> i & 1
        picked.append([q ^ t * bit for q, t in zip(columns(key), tau)])
    return weigh(picked)


def pack(bits):
    return integer_to_bytes(sum(b << j for j, b in enumerate(bits)), len(bits))


def integer_to_bytes(n, bits):
    return n.to_bytes(-(-bits // 8), "little")


def value_corrections(taus):
    return b"".join(map(elements, taus))


def bit_corrections(taus):
    return b"".join(pack(tau[:-CHECKS]) + elements(tau[-CHECKS:]) for tau in taus)


def check_proof(ro, t_tau, which, c, z):
    """(X, Z) of every repetition."""
    proof = b""
    for rep in range(CHECKS):
        seed = ro("chi", t_tau, which, u64(rep))
        chi = integers(prg(ro, seed, "chi", 0, len(c) - CHECKS))
        for shares in (c, z):
            total = shares[len(c) - CHECKS + rep]
            for x, share in zip(chi, shares):
                total ^= mul(x, share)
            proof += element(total)
    return proof


# ---- Trees -----------------------------------------------------------------------------------------------

def tree_hash(key, nodes):
    return [xor(a, n) for a, n in zip(split(aes(key, b"".join(nodes))), nodes)]


def split(b):
    return [b[i:i + 16] for i in range(0, len(b), 16)]


def tree_keys(ro, group):
    """Eight trees of a batch share them."""
    return split(ro("ggm", u64(group), length=48))


def total(nodes):
    result = 0
    for node in nodes:
        result ^= integer(node)
    return result


def full_tree(keys, seed, depth):
    """The leaves in natural order, and the sums of left and right nodes of each level."""
    nodes, sums = [seed], []
    for _ in range(depth):
        left, right = tree_hash(keys[0], nodes), tree_hash(keys[1], nodes)
        nodes = [child for pair in zip(left, right) for child in pair]
        sums.append((total(left), total(right)))
    return [integer(leaf) for leaf in tree_hash(keys[2], nodes)], sums


def punctured_tree(keys, depth, hole, side_sums, at_hole):
    """What R computes: `side_sums` are those off the path, `at_hole` is correction plus share."""
    nodes = [None]
    for level in range(depth):
        off = 1 ^ hole >> depth - 1 - level & 1
        children = []
        for node in nodes:
            children += [None, None] if node is None else [tree_hash(keys[s], [node])[0] for s in (0, 1)]
        known = total(node for node in children[off::2] if node is not None)
        missing = next(i for i in range(off, len(children), 2) if children[i] is None)
        children[missing] = element(side_sums[level] ^ known)
        nodes = children
    leaves = [None if node is None else integer(tree_hash(keys[2], [node])[0]) for node in nodes]
    rest = 0
    for leaf in leaves:
        rest ^= leaf or 0
    leaves[hole] = at_hole ^ rest
    return leaves


def power_sum(x, terms):
    result = 0
    for term in reversed(terms):
        result = mul(result ^ term, x)
    return result


# ---- The quasi-cyclic code -------------------------------------------------------------------------------

PRIMES = {14: 16_363, 16: 65_371, 17: 131_059, 18: 262_139, 19: 524_243, 20: 1_048_571}


def fixed_element(k):
    """Coefficients 2j and 2j + 1 are the halves of a keyed hash of pad(j)."""
    key = blake3(u8(k), derive_key_context="detente-psi qc v1").digest()
    hashes = (blake3(padded(u64(j)), key=key).digest() for j in range(-(-PRIMES[k] // 2)))
    return integers(b"".join(hashes))[:PRIMES[k]]


def polynomial_product(a, b):
    """By Karatsuba over spread elements: products stay unreduced until the end."""
    n = len(a)
    if n == 1:
        return [a[0] * b[0] & LOWEST]
    half = (n + 1) // 2
    low, high = polynomial_product(a[:half], b[:half]), polynomial_product(a[half:], b[half:])
    folded = [[x ^ y for x, y in zip(v, v[half:])] + v[n - half:half] for v in (a, b)]
    middle = polynomial_product(*folded)
    out = low + [0] * (2 * n - 1 - len(low))
    for at, terms in ((half, low), (half, high), (half, middle), (2 * half, high)):
        for i, term in enumerate(terms):
            out[at + i] ^= term
    return out


def ring_product(a, b):
    """In F[x]/(x^p - 1)."""
    p = len(a)
    product = polynomial_product([spread(x) for x in a], [spread(x) for x in b]) + [0]
    return [reduce(gather(low ^ high)) for low, high in zip(product[:p], product[p:])]


def qc_compress(k, vector):
    p = PRIMES[k]
    return [x ^ y for x, y in zip(ring_product(fixed_element(k), vector[:p]), vector[p:2 * p])]


# ---- The code fast ---------------------------------------------------------------------------------------

def code_key(length, kind, round):
    context = "detente-psi fast code v1"
    return blake3(u64(length) + u8(kind) + u8(round), derive_key_context=context).digest()[:16]


def code_stream(length, kind, round, tail, count):
    return stream(code_key(length, kind, round), tail, 0, -(-count // 16))[:count]


def label_bits(length):
    return min(10, max(0, length.bit_length() - 14))


def labels(length, bits, round):
    width = 2 if bits > 8 else 1
    taken = code_stream(length, 0, round, 0, width * length)
    return [integer(taken[width * i:width * (i + 1)]) & (1 << bits) - 1 for i in range(length)]


def shuffle(vector, bits, round):
    length = len(vector)
    buckets = [[] for _ in range(1 << bits)]
    for value, label in zip(vector, labels(length, bits, round)):
        buckets[label].append(value)
    out = []
    for number, bucket in enumerate(buckets):
        draws = code_stream(length, 1, round, number, 4 * len(bucket))
        places = []
        for i in range(len(bucket)):
            q = integer(draws[4 * i:4 * i + 4]) * (i + 1) >> 32
            places.append(i)
            places[i], places[q] = places[q], i
        out += [bucket[place] for place in places]
    return out


def running_sums(vector):
    out, so_far = [], 0
    for value in vector:
        so_far ^= value
        out.append(so_far)
    return out


def inverse_matrix(rows):
    rows = [row | 1 << 32 + i for i, row in enumerate(rows)]
    for column in range(32):
        pivot = next((i for i in range(column, 32) if rows[i] >> column & 1), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows = [row ^ rows[column] if i != column and row >> column & 1 else row for i, row in enumerate(rows)]
    return [row >> 32 for row in rows]


def is_heavy(rows):
    """Words of weight 1 to 3 have images that make up eight."""
    for a in range(32):
        if rows[a].bit_count() < 7:
            return False
        for b in range(a):
            pair = rows[a] ^ rows[b]
            if pair.bit_count() < 6 or any((pair ^ rows[c]).bit_count() < 5 for c in range(b)):
                return False
    return True


def book():
    """The matrices, and the attempt at which each was found."""
    found = []
    for number in range(256):
        attempt = 0
        while True:
            taken = blake3(b"detente-psi fast book v1" + u32(number) + u32(attempt)).digest(length=128)
            rows = [integer(taken[4 * r:4 * r + 4]) for r in range(32)]
            back = inverse_matrix(rows)
            if back and is_heavy(rows) and is_heavy(back):
                break
            attempt += 1
        found.append((rows, attempt))
    return found


def fast_compress(vector, bits, matrices):
    length = len(vector)
    vector = shuffle(running_sums(vector), bits, 0)
    vector = shuffle(running_sums(vector), bits, 1)
    numbers = code_stream(length, 2, 0, 0, length // 64)
    out = []
    for i, number in enumerate(numbers):
        x, y = vector[64 * i:64 * i + 32], vector[64 * i + 32:64 * i + 64]
        for row, value in zip(matrices[number], x):
            for column in range(32):
                if row >> column & 1:
                    value ^= y[column]
            out.append(value)
    return out


# ---- Rows, store, tags -----------------------------------------------------------------------------------

class Row:
    def __init__(self, key, item, shape):
        bins, sparse, self.dense = shape
        self.hash = blake3(padded(item), key=key).digest()
        draws, u = [], integer(self.hash[:8])
        for bound in (bins, sparse, sparse - 1, sparse - 2):
            draws.append(u * bound >> 64)
            u = u * bound & (1 << 64) - 1
        self.bin, p0, p1, p2 = draws
        p1 += p1 >= p0
        p2 += p2 >= min(p0, p1)
        p2 += p2 >= max(p0, p1)
        self.positions = p0, p1, p2
        self.key = integer(self.hash[8:16])
        self.value = integer(self.hash[16:])

    def powers(self):
        powers = [self.key]
        while len(powers) < self.dense:
            powers.append(mul(powers[-1], self.key))
        return powers[:self.dense]


def encode(rows, sparse, dense):
    """The slots of one bin and the number of gap rows; no slots if the rows do not fit."""
    members = [set() for _ in range(sparse)]
    for number, row in enumerate(rows):
        for p in row.positions:
            members[p].add(number)
    stack = [p for p in range(sparse) if len(members[p]) == 1]
    left, order, gaps = set(range(len(rows))), [], []

    def remove(number):
        left.discard(number)
        for p in rows[number].positions:
            members[p].discard(number)
            if len(members[p]) == 1:
                stack.append(p)

    while left:
        if stack:
            pivot = stack.pop()
            if len(members[pivot]) == 1:
                number = min(members[pivot])
                order.append((number, pivot))
                remove(number)
        else:
            gaps.append(min(left))
            remove(gaps[-1])
    if len(gaps) > dense:
        return None, len(gaps)
    step_of = {pivot: step for step, (_, pivot) in enumerate(order)}
    equations = [equation(rows, order, step_of, gap, dense) for gap in gaps]
    coefficients = solve(equations, dense)
    if coefficients is None:
        return None, len(gaps)
    slots = [0] * sparse
    for number, pivot in reversed(order):
        row = rows[number]
        slots[pivot] = row.value
        for p in row.positions:
            if p != pivot:
                slots[pivot] ^= slots[p]
        for k, d in zip(row.powers(), coefficients):
            slots[pivot] ^= mul(k, d)
    return slots + coefficients, len(gaps)


def equation(rows, order, step_of, gap, dense):
    """Coefficients of the dense slots, and the right side, of a gap row without pivots."""
    out, pending = [0] * (dense + 1), set()

    def take(number, pivot):
        for at, term in enumerate(rows[number].powers() + [rows[number].value]):
            out[at] ^= term
        for p in rows[number].positions:
            if p != pivot and p in step_of:
                pending.symmetric_difference_update({step_of[p]})

    take(gap, None)
    while pending:
        step = min(pending)
        pending.discard(step)
        take(*order[step])
    return out


def solve(equations, unknowns):
    pivots = []
    for column in range(unknowns):
        rank = len(pivots)
        found = next((i for i in range(rank, len(equations)) if equations[i][column]), None)
        if found is None:
            continue
        equations[rank], equations[found] = equations[found], equations[rank]
        factor = inverse(equations[rank][column])
        equations[rank] = [mul(factor, term) for term in equations[rank]]
        for i, other in enumerate(equations):
            if i != rank and other[column]:
                equations[i] = [a ^ mul(other[column], b) for a, b in zip(other, equations[rank])]
        pivots.append(column)
    if len(pivots) < len(equations):
        return None
    out = [0] * unknowns
    for column, solved in zip(pivots, equations):
        out[column] = solved[-1]
    return out


def decode(row, slots, sparse):
    p0, p1, p2 = row.positions
    value = slots[p0] ^ slots[p1] ^ slots[p2]
    for k, d in zip(row.powers(), slots[sparse:]):
        value ^= mul(k, d)
    return value


def tag(key, value, row):
    return blake3(padded(element(value) + row.hash), key=key).digest()[:16]


# ---- The files -------------------------------------------------------------------------------------------

SID = bytes([7]) * 32
SIGMA, NONCE_R, NONCE_S = bytes([8]) * 32, bytes([1]) * 32, bytes([2]) * 32
DELTA = 0x8D3F_9A20_41C7_55B1_09E2_6F8B_D00D_1C35


def dealt_pairs():
    return [[bytes([2 * i]) * 32, bytes([2 * i + 1]) * 32] for i in range(128)]


def chosen(pairs, delta):
    return [pair[delta >> i & 1] for i, pair in enumerate(pairs)]


def items_of(numbers):
    """Items of many lengths, across one block and two."""
    return [bytes([1 + i % 5]) + bytes([i]) * (i * 7 % 140) + u32(i) for i in numbers]


def hexes(values):
    return [v.hex() for v in values]


def element_hexes(values):
    return [element(v).hex() for v in values]


def primitives():
    ro = Oracle(SID)
    rho = ro("rand", SIGMA, NONCE_R, NONCE_S)
    samples = [0, 1, 2, 1 << 127, (1 << 128) - 1, *noise(1, 24)]
    products = [(a, b, mul(a, b)) for a, b in zip(samples, samples[::-1])]
    assert mul(1 << 127, 2) == 0x87 and all(mul(a, inverse(a)) == 1 for a in samples if a)
    node = element(noise(2, 1)[0])
    return {
        "sid_hex": session(bytes([3]) * 32, bytes([4]) * 32, 1).hex(),
        "oracle": [
            {"label": label, "fields_hex": hexes(fields), "output_hex": ro(label, *fields, length=length).hex()}
            for label, fields, length in (
                ("ggm", [], 48), ("w", [rho], 16), ("ot", [u64(77), element(DELTA)], 16), ("pprf", [u64(3), element(5)], 32), ("salt", [b"", b"ab"], 32))
        ],
        "randomness_hex": rho.hex(),
        "items_hex": hexes(sorted(items_of(range(3)))),
        "list_hex": hexes(run_list(ro, rho, items_of(range(3)), 256)[-5:]),
        "prg": {"seed_hex": bytes(range(32)).hex(), "label": "copee",
                "blocks_hex": prg(ro, bytes(range(32)), "copee", 0, 70).hex()},
        "stream": {"key_hex": (bytes([9]) * 16).hex(), "tail": 5, "first": 3,
                   "blocks_hex": stream(bytes([9]) * 16, 5, 3, 4).hex()},
        "products_hex": [element_hexes(triple) for triple in products],
        "inverse_hex": element_hexes([noise(3, 1)[0], inverse(noise(3, 1)[0])]),
        "power_sum": {"x_hex": element(DELTA).hex(), "terms": 300, "key": 4,
                      "sum_hex": element(power_sum(DELTA, noise(4, 300))).hex()},
        "tree_hash_hex": [node.hex(), tree_hash(bytes([6]) * 16, [node])[0].hex()],
    }


def correlation():
    ro, pairs = Oracle(SID), dealt_pairs()
    keys, t_tau = chosen(pairs, DELTA), bytes([4]) * 32
    c = noise(9, 300)
    columns = lambda key: value_column(ro, key, len(c))
    z, taus = asker_products(columns, pairs, c)
    y = answerer_products(columns, keys, DELTA, taus)
    assert all(a == b ^ mul(v, DELTA) for a, b, v in zip(z, y, c))
    values = {"key": 9, "total": len(c), "corrections_blake3": digest(value_corrections(taus)),
              "first_column_hex": elements(taus[0][:4]).hex(), "asker_blake3": digest(elements(z)),
              "answerer_blake3": digest(elements(y)), "asker_hex": elements(z[:2]).hex(),
              "answerer_hex": elements(y[:2]).hex(), "proof_hex": check_proof(ro, t_tau, b"v", c, z).hex()}
    bits = []
    for count in (5, 128, 299):
        c = [n & 1 for n in noise(10, count)] + noise(11, CHECKS)
        columns = lambda key: bit_column(ro, key, count)
        z, taus = asker_products(columns, pairs, c)
        y = answerer_products(columns, keys, DELTA, taus)
        assert all(a == b ^ mul(v, DELTA) for a, b, v in zip(z, y, c))
        bits.append({"count": count, "packed_hex": pack(c[:-CHECKS]).hex(), "masks_hex": element_hexes(c[-CHECKS:]),
                     "corrections_blake3": digest(bit_corrections(taus)), "asker_blake3": digest(elements(z)),
                     "answerer_blake3": digest(elements(y)), "proof_hex": check_proof(ro, t_tau, b"o", c, z).hex()})
    return {"pairs": "key b of pair i is 32 bytes 2i + b", "sid_hex": SID.hex(), "delta_hex": element(DELTA).hex(),
            "t_tau_hex": t_tau.hex(), "values": values, "bits": bits, "trees": trees()}


def trees():
    ro = Oracle(SID)
    keys, seed, made = tree_keys(ro, 5), bytes([8]) * 16, []
    for depth in (1, 3, 7):
        leaves, sums = full_tree(keys, seed, depth)
        product = noise(12, 1)[0]
        corrected = total(map(element, leaves)) ^ product
        for hole in sorted({0, 1, 5 % (1 << depth), (1 << depth) - 1}):
            side = [sums[l][1 ^ hole >> depth - 1 - l & 1] for l in range(depth)]
            known = punctured_tree(keys, depth, hole, side, corrected)
            assert [a ^ b for a, b in zip(leaves, known)] == [product * (i == hole) for i in range(1 << depth)]
        made.append({"depth": depth, "sums_hex": [element_hexes(pair) for pair in sums],
                     "leaves_hex": elements(leaves).hex()})
    return {"seed_hex": seed.hex(), "trees": made}


def qc():
    small = []
    for p in (3, 5, 11, 29, 61):
        a, b = noise(20, p), noise(21, p)
        product = [0] * p
        for i in range(p):
            for j in range(p):
                product[(i + j) % p] ^= mul(a[i], b[j])
        assert product == ring_product(a, b)
        small.append({"p": p, "product_hex": elements(product).hex()})
    fixed = []
    for k, p in PRIMES.items():
        made = fixed_element(k)
        fixed.append({"k": k, "first_hex": elements(made[:2]).hex(), "middle": p // 3,
                      "middle_hex": element(made[p // 3]).hex(), "last_hex": element(made[-1]).hex(),
                      "blake3": digest(elements(made))})
    out = qc_compress(14, noise(22, 1 << 15))
    return {"left_key": 20, "right_key": 21, "products": small, "fixed": fixed,
            "compress": {"k": 14, "key": 22, "first_hex": elements(out[:4]).hex(), "blake3": digest(elements(out))}}


def fast():
    matrices, attempts = zip(*book())
    codes = []
    for length, bits in ((256, 0), (512, 2), (768, 1), (256 * 17, 4), (256 * 17, 9), (1 << 14, 10), (1 << 17, 4)):
        out = fast_compress(noise(30, length), bits, matrices)
        codes.append({"length": length, "label_bits": bits,
                      "labels_hex": u32s(labels(length, bits, 1)[:8]).hex(),
                      "draws_hex": code_stream(length, 1, 1, 0, 32).hex(),
                      "matrices_hex": code_stream(length, 2, 0, 0, 4).hex(),
                      "first_hex": elements(out[:4]).hex(), "blake3": digest(elements(out))})
    rows = b"".join(u32s(matrix) for matrix in matrices)
    return {"key": 30, "attempts": list(attempts), "book_blake3": digest(rows),
            "label_bits": [[n, label_bits(n)] for n in (263_168, 1 << 20, 2_832_384, 4_145_152)], "codes": codes}


def u32s(numbers):
    return b"".join(map(u32, numbers))


def okvs():
    ro = Oracle(SID)
    rho = ro("rand", SIGMA, NONCE_R, NONCE_S)
    items = sorted(items_of(range(200)))
    entries = run_list(ro, rho, items, 256)
    tag_key = ro("tag key")
    rows = [Row(bytes([5]) * 32, item, (5, 97, 4)) for item in items[:40]]
    stores = []
    for number in range(32):
        bins, sparse, dense, count = [(1, 30, 4, 24), (3, 80, 3, 60), (1, 432, 5, 256), (1, 27, 2, 24)][number % 4]
        key = blake3(u64(number)).digest()
        mine = [row for row in (Row(key, entry, (bins, sparse, dense)) for entry in entries) if row.bin == 0][:count]
        slots, gaps = encode(mine, sparse, dense)
        if slots:
            assert all(decode(row, slots, sparse) == row.value for row in mine)
        full = noise(40, sparse + dense)
        decoded = [decode(row, full, sparse) for row in mine]
        stores.append({"key_hex": key.hex(), "bins": bins, "sparse": sparse, "dense": dense, "count": count,
                       "rows": len(mine), "gaps": gaps, "blake3": digest(elements(slots)) if slots else None,
                       "dense_hex": elements(slots[sparse:]).hex() if slots else None,
                       "decoded_blake3": digest(elements(decoded)),
                       "tags_blake3": digest(b"".join(tag(tag_key, v, row) for v, row in zip(decoded, mine)))})
    return {"items_hex": hexes(items), "tag_key_hex": tag_key.hex(), "slots_key": 40,
            "rows": {"key_hex": (bytes([5]) * 32).hex(), "bins": 5, "sparse": 97,
                     "rows": [{"hash_hex": row.hash.hex(), "bin": row.bin, "positions": row.positions,
                               "key": str(row.key), "value_hex": element(row.value).hex()} for row in rows]},
            "stores": stores}


def run():
    """All of a run of the smallest class with the code qc, from message 2 on, but for base OTs."""
    inputs = json.loads((HERE / "run_inputs.json").read_text())
    pairs = [[bytes.fromhex(key) for key in pair] for pair in inputs["base_ot_pairs_hex"]]
    t_tau = bytes.fromhex(inputs["t_tau_hex"])
    ro = Oracle(session(bytes([3]) * 32, bytes([4]) * 32, 0))
    rho_r, rho_s = (ro("rand", bytes([sigma]) * 32, NONCE_R, NONCE_S) for sigma in (8, 9))
    asked, listed = sorted(items_of(range(40))), sorted(items_of(range(20, 75)))
    trees, depth, k, sparse, dense = 256, 7, 14, 432, 5
    leaves_of_tree = 1 << depth

    delta, delta_bits = integers(ro("delta", rho_s))
    alpha = [integer(ro("alpha", rho_r, u64(i), length=16)) % leaves_of_tree for i in range(trees)]
    beta = [integer(ro("beta", rho_r, u64(i), length=16)) for i in range(trees)]
    point = integer(ro("X", rho_r, u64(0), length=16))
    e = [0] * (trees * leaves_of_tree)
    for i in range(trees):
        e[i * leaves_of_tree + alpha[i]] = beta[i]
    masks = lambda which: [integer(ro("mask", rho_r, which, u64(rep), length=16)) for rep in range(CHECKS)]

    c_values = beta + [power_sum(point, e)] + masks(b"v")
    columns = lambda key: value_column(ro, key, len(c_values))
    z_values, taus = asker_products(columns, pairs[:128], c_values)
    y_values = answerer_products(columns, chosen(pairs[:128], delta), delta, taus)
    corrections = value_corrections(taus)
    c_bits = [1 ^ a >> depth - 1 - level & 1 for a in alpha for level in range(depth)] + masks(b"o")
    columns = lambda key: bit_column(ro, key, len(c_bits) - CHECKS)
    z_bits, taus = asker_products(columns, pairs[128:], c_bits)
    y_bits = answerer_products(columns, chosen(pairs[128:], delta_bits), delta_bits, taus)
    corrections += bit_corrections(taus)
    proofs = check_proof(ro, t_tau, b"v", c_values, z_values) + check_proof(ro, t_tau, b"o", c_bits, z_bits)

    b, c, sums, ends = [], [], [], []
    pad = lambda q, share: integer(ro("ot", u64(q), element(share), length=16))
    for i in range(trees):
        keys = tree_keys(ro, i // 8)
        leaves, levels = full_tree(keys, ro("seed", rho_s, u64(i), length=16), depth)
        masked = [(left ^ pad(q, y_bits[q]), right ^ pad(q, y_bits[q] ^ delta_bits))
                  for q, (left, right) in enumerate(levels, i * depth)]
        sums += [m for both in masked for m in both]
        ends.append(y_values[i] ^ total(map(element, leaves)))
        side = [both[c_bits[q]] ^ pad(q, z_bits[q]) for q, both in enumerate(masked, i * depth)]
        b += leaves
        c += punctured_tree(keys, depth, alpha[i], side, ends[i] ^ z_values[i])
    assert all(known == leaf ^ mul(value, delta) for known, leaf, value in zip(c, b, e) if value)
    digests = [ro("pprf", u64(0), element(shares[trees] ^ power_sum(point, leaves)))
               for shares, leaves in ((y_values, b), (z_values, c))]
    assert digests[0] == digests[1]

    big_a, big_b, big_c = (qc_compress(k, vector)[:sparse + dense] for vector in (e, b, c))
    assert all(known == base ^ mul(a, delta) for known, base, a in zip(big_c, big_b, big_a))
    salts, shares = [ro("r", rho) for rho in (rho_s, rho_r)], [ro("w", rho, length=16) for rho in (rho_s, rho_r)]
    w, row_key, tag_key = integer(shares[0]) ^ integer(shares[1]), ro("salt", *salts), ro("tag key")
    rows_of = lambda rho, items: [Row(row_key, entry, (1, sparse, dense)) for entry in run_list(ro, rho, items, 256)]
    rows_r, rows_s = rows_of(rho_r, asked), rows_of(rho_s, listed)
    store, _ = encode(rows_r, sparse, dense)
    blinded = [a ^ p for a, p in zip(big_a, store)]
    moved = [base ^ mul(m, delta) for base, m in zip(big_b, blinded)]
    tags = sorted(tag(tag_key, decode(row, moved, sparse) ^ mul(delta, row.value) ^ w, row) for row in rows_s)
    own = [tag(tag_key, decode(row, big_c, sparse) ^ w, row) for row in rows_r]
    common = [at - (256 - len(asked)) for at, mine in enumerate(own) if mine in tags]
    assert [asked[at] for at in common] == sorted(set(asked) & set(listed))

    bodies = {2: corrections + proofs, 3: salts[0] + elements(sums + ends), 4: element(point), 5: digests[0],
              6: salts[1] + shares[1] + elements(blinded), 7: shares[0] + b"".join(tags)}
    return {"asker_items_hex": hexes(asked), "answerer_items_hex": hexes(listed),
            "messages": [{"number": number, "note": "from the corrections on" if number == 2 else "whole",
                          "bytes": len(body), "blake3": digest(body), "first_hex": body[:48].hex(),
                          "last_hex": body[-48:].hex()} for number, body in bodies.items()],
            "common_ranks": common}


FILES = {"primitives": primitives, "correlation": correlation, "qc": qc, "fast": fast, "okvs": okvs, "run": run}


def main():
    check = "--check" in sys.argv[1:]
    changed = 0
    for name in [a for a in sys.argv[1:] if not a.startswith("-")] or FILES:
        text = json.dumps(FILES[name](), indent=1) + "\n"
        path = HERE / f"{name}.json"
        same = path.exists() and path.read_text() == text
        changed += not same
        print(f"{name}: {len(text)} bytes, {'as it was' if same else 'changed'}")
        if not check:
            path.write_text(text)
    sys.exit(1 if check and changed else 0)


if __name__ == "__main__":
    main()
