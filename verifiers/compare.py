#!/usr/bin/env python3
"""Gives the same bundles to several verifiers and demands the same verdicts, byte for byte after normalisation.

    compare.py [--n N] [--seed S] [--worlds W] [--folder FOLDER]... [--verifier "COMMAND"]... [--keep FOLDER] [--commands yes]

Without --folder: single runs (exit status, first line; with --verifier only on request), the table of named cases, then about N mutated bundles (3000 if not given) from a seed. With --folder: every `<name>.tar` or
`<name>.detente.tar` that has `<name>.accord` (R in hex, or `-`) beside it. A verifier is a command that understands
`--no-ml-dsa --batch FILE`; without --verifier the two of this folder are compared. Bundles on which they differ
are copied to the --keep folder. Exit status 0 if all is well, 1 if not, 64 usage.
"""

import collections
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "python"))
import mutations  # noqa: E402
import table  # noqa: E402

CHUNK = 500
KEYS = {"schema", "verdict", "claims"}
CLAIM_KEYS = {"claim", "verdict", "reason", "labels", "not_before", "not_after", "not_proved"}
REASONS = {
    "ok", "malformed", "other-accord", "bad-charter", "bad-keys", "policy-differs", "bad-leaf", "bad-proof", "bad-signature", "bad-head", "bad-disclosure",
    "bad-leaves", "bad-evidence", "missing", "not-acknowledged", "no-evidence", "pq-not-checked", "no-trust-root", "no-claims", "unreadable",
}


def default_verifiers():
    return [[sys.executable, os.path.join(HERE, "python", "detente_verify.py")], [os.path.join(HERE, "go", "detente-verify")]]


# ---------------------------------------------------------------- running

def write_case(folder, index, case):
    path = os.path.join(folder, "%06d" % index)
    if case.members is not None:
        mutations.write_directory(path, case.members)
    else:
        with open(path, "wb") as file:
            file.write(case.tar)
    return path


def run_all(verifiers, listing, count):
    """The parsed answers of each verifier, in the order of the listing."""
    running = [subprocess.Popen(v + ["--no-ml-dsa", "--batch", listing], stdout=subprocess.PIPE) for v in verifiers]
    answers = []
    for process, verifier in zip(running, verifiers):
        lines = process.communicate()[0].decode().splitlines()
        if len(lines) != count:
            raise SystemExit("%s: %d answers for %d bundles" % (verifier, len(lines), count))
        answers.append([json.loads(line) for line in lines])
    return answers


class Tally:
    """What was seen, and what must not have been."""

    def __init__(self, keep):
        self.keep, self.faults, self.count = keep, [], 0
        self.reasons, self.verdicts = collections.Counter(), collections.Counter()

    def fault(self, what, label, path, answers):
        self.faults.append((what, label, answers))
        if len(self.faults) <= 20:
            print("%s: %s\n  %s" % (what, label, "\n  ".join(json.dumps(a, sort_keys=True)[:600] for a in answers)))
        if self.keep:
            os.makedirs(self.keep, exist_ok=True)
            target = os.path.join(self.keep, "%d-%s" % (len(self.faults), label.split()[0].strip(":,")))
            (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, target)

    def judge(self, label, path, answers, case=None):
        self.count += 1
        first = answers[0]
        self.verdicts[first["verdict"]] += 1
        self.reasons.update({claim["reason"] for claim in first["claims"]})
        if any(json.dumps(a, sort_keys=True) != json.dumps(first, sort_keys=True) for a in answers):
            self.fault("disagreement", label, path, answers)
        if any(not well_formed(a) for a in answers):
            self.fault("form of the verdict", label, path, answers)
        if case is None:
            return
        if case.expect is not None and first["claims"][0]["reason"] != case.expect:
            self.fault("not the reason of the table (%s)" % case.expect, label, path, answers)
        if case.never and first["verdict"] == "verified":
            self.fault("verified, but must not be", label, path, answers)
        if case.good and first["verdict"] != "verified" and first["claims"][0]["reason"] != "pq-not-checked":
            self.fault("good bundle refused", label, path, answers)
        if case.world is not None and not all(true_in(case, claim) for claim in first["claims"]):
            self.fault("verified, but never said", label, path, answers)


def well_formed(answer):
    claims = answer.get("claims")
    if set(answer) != KEYS or answer["schema"] != "detente/verdict@v1" or not claims:
        return False
    verdicts = [claim["verdict"] for claim in claims]
    worst = next((v for v in ("not-verified", "cannot-decide") if v in verdicts), "verified")
    return answer["verdict"] == worst and all(set(c) == CLAIM_KEYS and c["reason"] in REASONS for c in claims)


def true_in(case, claim):
    """Whether a claim on entries that was found verified holds in the world; nobody there gave away a key."""
    words = claim["claim"].split()
    if claim["verdict"] != "verified" or words[0] == "fork":
        return True
    party, epoch, *seq = words[1].split("/")
    leaves = case.world.leaves.get((party, int(epoch)), [])
    if words[0] == "complete":
        return int(words[2].split("..")[1]) <= int(words[4]) <= len(leaves)
    if int(seq[0]) >= len(leaves):
        return False
    return leaves[int(seq[0])] in (case.tar if case.members is None else b"".join(d or b"" for d in case.members.values()))


def chunks(items):
    chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def compare_cases(cases, verifiers, tally):
    for chunk in chunks(cases):
        with tempfile.TemporaryDirectory() as folder:
            listed = [(write_case(folder, i, case), case.accord.hex() if case.accord else "-") for i, case in enumerate(chunk)]
            listing = os.path.join(folder, "list")
            write_list(listing, listed)
            answers = run_all(verifiers, listing, len(chunk))
            for i, case in enumerate(chunk):
                tally.judge(case.label, listed[i][0], [a[i] for a in answers], case)


def write_list(path, listed):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("%s %s\n" % item for item in listed)


def in_folder(folder):
    """(bundle, R) of every archive or directory that has its R beside it."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".accord"):
            with open(os.path.join(folder, name)) as file:
                accord = file.read().strip()
            stem = os.path.join(folder, name[:-len(".accord")])
            for path in (stem + ".detente.tar", stem + ".tar", stem):
                if os.path.exists(path):
                    yield os.path.abspath(path), accord
                    break


def compare_folder(folder, verifiers, tally):
    for chunk in chunks(in_folder(folder)):
        with tempfile.TemporaryDirectory() as scratch:
            listing = os.path.join(scratch, "list")
            write_list(listing, chunk)
            answers = run_all(verifiers, listing, len(chunk))
            for i, (path, _) in enumerate(chunk):
                tally.judge(os.path.basename(path), path, [a[i] for a in answers])


def command_ways(folder):
    """(arguments, exit status, reason of the first claim or None) of single runs."""
    built = mutations.make.build(1)
    mutations.make.write(folder, built)
    tar, charter = os.path.join(folder, built.name + ".detente.tar"), os.path.join(folder, "charter.json")
    with open(charter, "wb") as file:
        file.write(built.world.charter)
    right, wrong = built.accord.hex(), "0" * 64
    return [
        ([tar, "--accord", right], 0, "ok"), (["--accord", right, tar], 0, "ok"), ([tar, "--charter", charter], 0, "ok"), ([tar, "--accord", wrong], 1, "other-accord"),
        ([tar], 2, "no-trust-root"), ([tar, "--charter", tar], 1, "other-accord"), ([tar + ".x", "--accord", right], 2, "unreadable"),
        ([tar, "--charter", charter + ".x"], 2, "unreadable"), ([charter, "--accord", right], 1, "malformed"), ([folder, "--accord", right], 1, "malformed"),
        (["/dev/null", "--accord", right], 2, "unreadable"), ([], 64, None), ([tar, "--accord"], 64, None), ([tar, "--accord", right.upper()], 64, None),
        ([tar, "--accord", right[:-1]], 64, None), ([tar, tar, "--accord", right], 64, None), ([tar, "--accord", right, "--charter", charter], 64, None),
        ([tar, "--what"], 64, None),
    ]


def parsed(output):
    try:
        return json.loads(output)
    except ValueError:
        return {"no JSON": output.decode("utf-8", "replace")[:200]}


def first_reason(answer):
    return answer["claims"][0]["reason"] if answer.get("claims") else None


def compare_commands(verifiers, tally):
    """Single runs: exit status, the JSON, and the first line of the text."""
    with tempfile.TemporaryDirectory() as folder:
        for arguments, status, reason in command_ways(folder):
            answers = []
            for verifier in verifiers:
                done = [subprocess.run(verifier + arguments + ["--no-ml-dsa"] + extra, capture_output=True) for extra in (["--json"], [])]
                if {d.returncode for d in done} != {status}:
                    tally.fault("exit status %d wanted" % status, " ".join(arguments[-2:]), folder, [{"status": [d.returncode for d in done]}])
                if reason is not None:
                    answers.append(parsed(done[0].stdout))
                    first = done[1].stdout.decode().split("\n")[0]
                    wanted = {0: "verified", 1: "not verified: " + reason, 2: "cannot decide: " + reason}[status]
                    if first != wanted:
                        tally.fault("first line %r wanted" % wanted, first, folder, answers[-1:])
            if any(first_reason(answer) != reason or answer != answers[0] for answer in answers):
                tally.fault("single run", " ".join(arguments[-2:]), folder, answers)


def options_of(arguments):
    options = {"--n": ["3000"], "--seed": ["1"], "--worlds": ["24"], "--folder": [], "--verifier": [], "--keep": [None], "--commands": ["no"]}
    if len(arguments) % 2 or any(word not in options for word in arguments[::2]):
        return None
    given = collections.defaultdict(list)
    for key, value in zip(arguments[::2], arguments[1::2]):
        given[key].append(value)
    return {key: given.get(key, default) for key, default in options.items()}


def main(arguments):
    options = options_of(arguments)
    if options is None:
        print(__doc__, file=sys.stderr)
        return 64
    verifiers = [shlex.split(v) for v in options["--verifier"]] or default_verifiers()
    tally, start = Tally(options["--keep"][0]), time.time()
    for folder in options["--folder"]:
        compare_folder(folder, verifiers, tally)
    if not options["--folder"]:
        if options["--commands"][0] == "yes" or not options["--verifier"]:
            compare_commands(verifiers, tally)
        rng = random.Random(int(options["--seed"][0]))
        compare_cases(table.cases(), verifiers, tally)
        compare_cases(mutations.cases(rng, int(options["--n"][0]), int(options["--worlds"][0])), verifiers, tally)
    print("%d bundles, %d verifiers, %.0f s; verdicts %s" % (tally.count, len(verifiers), time.time() - start, dict(tally.verdicts)))
    print("reasons %s" % dict(tally.reasons.most_common()))
    print("faults %d" % len(tally.faults))
    return 1 if tally.faults or not tally.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
