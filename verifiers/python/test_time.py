#!/usr/bin/env python3
"""The interval of an entry with f lying cosigners: the true time is always inside (7.3)."""

import tempfile
import unittest

import detente_verify as verify
import make_bundles as make
import table


class LiarsWorld(make.World):
    """Up to f parties cosign with any time; the others with the true one, and never before they could."""

    def __init__(self, seed, f):
        super().__init__(seed, table.Plain(parties=4, f=f, observers=0))
        self.liars = set(self.rng.sample(self.full, f))
        self.appended = {}

    def mirror_lines(self, party, text, time, sort="m"):
        lie = self.rng.choice([1, make.START - 10**6, time + self.rng.randint(-10**6, 10**9), 2**63 - 1])
        return super().mirror_lines(party, text, lie if party in self.liars else time, sort)

    def append(self, *arguments, **more):
        place = super().append(*arguments, **more)
        self.appended[place] = self.now
        return place


class Interval(unittest.TestCase):
    def test_true_time_is_inside(self):
        ends = [0, 0]
        for seed in range(60):
            world = LiarsWorld(seed, seed % 3)
            world.live()
            for claim, place in self.judged(world):
                low, high, true = claim["not_before"], claim["not_after"], world.appended[place]
                self.assertTrue(low is None or low <= true, (seed, place, low, true))
                self.assertTrue(high is None or true <= high, (seed, place, high, true))
                ends = [ends[0] + (low is not None), ends[1] + (high is not None)]
        self.assertTrue(min(ends) > 100, ends)

    def judged(self, world):
        bundler = make.Bundler(world)
        places = sorted(world.said)
        for place in places:
            bundler.entry(place)
            bundler.heads_of(place)
        bundler.claims = [dict(zip(("claim", "party", "epoch", "seq"), ("said",) + place)) for place in places]
        with tempfile.NamedTemporaryFile() as file:
            file.write(make.tar(bundler.seal()))
            file.flush()
            verdict, _ = verify.verify(file.name, world.accord, False)
        self.assertEqual(verdict["verdict"], "verified")
        return zip(verdict["claims"], places)


if __name__ == "__main__":
    unittest.main()
