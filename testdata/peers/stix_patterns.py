"""Says of every pattern in a STIX bundle whether the validator of OASIS takes it: the peer of the STIX
reader's test.

usage: stix_patterns.py BUNDLE.json      (prints the two counts: valid and not)
"""

import json
import sys

from stix2patterns.validator import validate

with open(sys.argv[1], encoding="utf-8") as bundle:
    objects = json.load(bundle)["objects"]
patterns = [one["pattern"] for one in objects if one["type"] == "indicator"]
valid = sum(1 for pattern in patterns if validate(pattern))
print(valid, len(patterns) - valid)
