"""Just enough of the curve to make signatures that libraries disagree on: keys with a part of small order.

Slow and not constant in time: for tests only.
"""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    """Extended coordinates, complete formulas of the twisted Edwards curve."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = ((x1 + y1) * (x2 + y2) - x1 * x2 - y1 * y2) % P
    c, d = D * t1 * t2 % P, z1 * z2 % P
    f, g, h = (d - c) % P, (d + c) % P, (y1 * y2 + x1 * x2) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(k, point):
    total = NEUTRAL
    while k:
        if k & 1:
            total = add(total, point)
        point, k = add(point, point), k >> 1
    return total


def encode(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def from_y(y, sign):
    """The point of this y and sign of x; None if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = from_y(4 * pow(5, P - 2, P) % P, 0)
TORSION_Y = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
TORSION = [times(i, from_y(TORSION_Y, 0)) for i in range(8)]


class MixedKey:
    """A key a·B + T, T of order 8. `exact` signatures satisfy the equation itself, the others only eight times it."""

    def __init__(self, seed, exact):
        self.scalar = int.from_bytes(hashlib.sha512(seed).digest(), "little") % L
        self.public = encode(add(times(self.scalar, BASE), TORSION[1]))
        self.exact = exact

    def sign(self, message):
        for attempt in range(10000):
            r = int.from_bytes(hashlib.sha512(b"%d" % attempt + message + self.public).digest(), "little") % L
            point = encode(add(times(r, BASE), TORSION[attempt % 8]))
            k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % L  # all libraries reduce first
            # s·B = R + k·A holds exactly if the parts of small order cancel: attempt + k = 0 mod 8.
            if ((attempt + k) % 8 == 0) == self.exact:
                return point + ((r + k * self.scalar) % L).to_bytes(32, "little")
        raise ValueError("no signature found")
