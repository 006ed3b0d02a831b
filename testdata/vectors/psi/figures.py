#!/usr/bin/env python3
"""The figures of docs/matching.md that are computed and not measured. Plain Python, no packages, a few seconds.

    python3 testdata/vectors/psi/figures.py             everything
    python3 testdata/vectors/psi/figures.py distance    one part: lengths, overfitting, noise or distance
"""
import math
import sys

FAST_SLOTS_MIN = 131_060
PRIMES = {14: 16_363, 16: 65_371, 17: 131_059, 18: 262_139, 19: 524_243, 20: 1_048_571}
CLASSES = [quarters << (j - 2) for j in range(8, 25) for quarters in (4, 5, 6, 7)]


# ---- Parameters ----------------------------------------------------------------------------------------

def store(n, failure=40):
    """Bins, load of a bin, sparse slots, dense slots and all slots of the store of a class."""
    bins = -(-n // (1 << 14))
    load = n
    if bins > 1:
        low, high = n // bins, min(n, 2 * n // bins)
        while low < high:
            middle = (low + high) // 2
            if math.log2(bins) + log2_tail(n, bins, middle) < -failure:
                high = middle
            else:
                low = middle + 1
        load = low
    bits = failure + math.log2(bins)
    expansion = 1.223 + (bits + 9.2) / 2 ** (0.55 * math.log2(load) + 2.331)
    sparse, dense = math.ceil(expansion * load), int(bits / math.log2(expansion * load)) + 1
    return bins, load, sparse, dense, bins * (sparse + dense)


def log2_tail(n, bins, load):
    """log2 of the probability that one of so many bins gets more than `load` of n items."""
    term = lambda j: (math.lgamma(n + 1) - math.lgamma(j + 1) - math.lgamma(n - j + 1)
                      - j * math.log(bins) + (n - j) * math.log1p(-1 / bins))
    first = term(load + 1)
    rest = sum(math.exp(term(j) - first) for j in range(load + 1, min(n, load + 2000) + 1))
    return (first + math.log(rest)) / math.log(2)


def noise(slots, code):
    """Batches, outputs of a batch, noise weight t and depth h of the trees."""
    if code == "qc":
        k = next((k for k in PRIMES if PRIMES[k] >= slots), 20)
        return -(-slots // PRIMES[k]), PRIMES[k], 256, k - 7
    batches = -(-slots // (1 << 21))
    outputs = -(-slots // batches)
    depth = (2 * outputs // 820).bit_length() - 1
    return batches, outputs, -(-2 * outputs // (1 << depth)), depth


# ---- Lengths of the messages ---------------------------------------------------------------------------

def lengths(n_r, n_s, code):
    *_, slots = store(n_r)
    batches, _, weight, depth = noise(slots, code)
    values, bits = batches * (weight + 1) + 3, batches * weight * depth
    offer = 2 * 32 + 256 * (2 * 32 + 2 * 1152 + 32)
    reply = 32 + 256 * 2 * 1088
    corrections = 128 * (16 * values + -(-bits // 8) + 3 * 16)
    return [offer, 32 + reply + corrections + 2 * 96, 32 + batches * weight * (2 * depth + 1) * 16,
            16 * batches, 32 * batches, 48 + 16 * slots, 16 + 16 * n_s]


def print_lengths():
    print("lengths of the messages in bytes, lists of one class on both sides")
    for n in (1 << 12, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24):
        for code in ("qc", "fast"):
            *_, slots = store(n)
            if code == "fast" and slots < FAST_SLOTS_MIN:
                continue
            batches, _, weight, depth = noise(slots, code)
            messages = lengths(n, n, code)
            print(f"  n {n} {code}: m {slots}, batches {batches}, t {weight}, h {depth};",
                  *messages, "; together", sum(messages))


# ---- How many items a deviating R can test -------------------------------------------------------------

def overfitting(n, log2_queries):
    """The least n'/n from which on no store fits n' items, but for probability 2^-40."""
    *_, slots = store(n)
    low, high = n, 16 * n
    while low < high:
        middle = (low + high) // 2
        if middle * (128 - math.log2(math.e * 2 ** log2_queries / middle)) >= 128 * slots + 40:
            high = middle
        else:
            low = middle + 1
    return low / n


def print_overfitting():
    queries = (32, 40, 48, 56, 64)
    print("n'/n by log2 of the hash queries", *queries)
    for n in (1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24):
        print(f"  n 2^{n.bit_length() - 1}:", *(f"{overfitting(n, q):.2f}" for q in queries))
    for q in (40, 48):
        over = [n for n in CLASSES if overfitting(n, q) > 1.7]
        print(f"  more than 1.7 at 2^{q} queries: {len(over)} classes, from {over[0]} to {over[-1]}")


# ---- Noise -----------------------------------------------------------------------------------------------

def print_noise():
    print("probability that t random vectors span less than F2^128")
    for t in (128, 130, 136, 168, 256, 820):
        full = math.prod(1 - 2.0 ** (i - t) for i in range(128))
        print(f"  t {t}:", f"{1 - full:.3f}" if 1 - full > 1e-6 else f"2^{math.log2(sum(2.0 ** (i - t) for i in range(128))):.0f}")
    print("bias of a linear test at relative distance 0.105: (1 - 0.105)^t")
    for t in (512, 820, 1383):
        print(f"  t {t}: 2^{t * math.log2(0.895):.1f}")
    print("information-set decoding at rate 1/2: (1/2)^t over the field, (3/4)^t for a functional over F2")
    for t in (256, 820):
        print(f"  t {t}: 2^{-t}, 2^{t * math.log2(0.75):.1f}")
    print("hidden nodes whose child R knows, at the largest class")
    for code in ("qc", "fast"):
        batches, _, weight, depth = noise(store(CLASSES[-1])[-1], code)
        print(f"  {code}: 2^{math.log2(batches * weight * depth):.1f}")


# ---- Distance of the code fast ---------------------------------------------------------------------------

def log_binomial(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) if 0 <= k <= n else -math.inf


def log_sum(terms):
    top = max(terms)
    return top if top == -math.inf else top + math.log(sum(math.exp(term - top) for term in terms))


def grid(n):
    """Weights from 1 to n, all small ones and then a few per cent apart, each with how many it stands for."""
    points = list(range(1, 129))
    while points[-1] < n:
        points.append(min(n, max(points[-1] + 1, int(points[-1] * 1.02))))
    edges = [(a + b) / 2 for a, b in zip(points, points[1:])]
    return [(w, math.log(max(1.0, right - left))) for w, left, right
            in zip(points, [0.5] + edges, edges + [n + 0.5])]


def block_weights(n, points, distance):
    """ln of an upper bound of the mean number of words of each weight in the block-diagonal code."""
    coefficients = [(w, log_binomial(64, w) - 32 * math.log(2)) for w in range(distance, 65)]
    value = lambda s: log_sum([0.0] + [c + w * s for w, c in coefficients]) * (n / 64)
    bounds = []
    for weight, _ in points:
        if weight < distance:
            bounds.append(-math.inf)
            continue
        low, high = -40.0, 40.0
        for _ in range(60):
            a, b = low + (high - low) / 3, high - (high - low) / 3
            if value(a) - weight * a < value(b) - weight * b:
                high = b
            else:
                low = a
        bounds.append(value(low) - weight * low)
    return bounds


def accumulate(n, points, weights):
    """ln of the mean number of words of each weight after one accumulator on uniformly permuted words."""
    out = []
    for h, _ in points:
        terms = [width + weight + log_binomial(n - h, w // 2) + log_binomial(h - 1, (w + 1) // 2 - 1)
                 - log_binomial(n, w) for (w, width), weight in zip(points, weights)]
        out.append(log_sum(terms))
    return out


def print_distance():
    print("log2 of the mean number of words of relative weight at most 0.01, 0.08, 0.105, 0.11 in the code fast")
    lengths = (263_168, 1 << 20, 2_832_384, 4_145_152)
    for n, distance in [(n, 8) for n in lengths] + [(2_832_384, 1)]:
        points = grid(n)
        second = accumulate(n, points, accumulate(n, points, block_weights(n, points, distance)))
        mean = lambda delta: log_sum([width + count for (w, width), count in zip(points, second)
                                      if w <= delta * n]) / math.log(2)
        print(f"  N {n}, blocks of distance {distance}:",
              *(f"{mean(delta):.1f}" for delta in (0.01, 0.08, 0.105, 0.11)))


PARTS = {"lengths": print_lengths, "overfitting": print_overfitting, "noise": print_noise,
         "distance": print_distance}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
