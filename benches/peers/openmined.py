"""Both parties of OpenMined's matching in one process. Package: openmined-psi 2.0.6 on PyPI.

    openmined.py CLIENT_INPUT SERVER_INPUT OUTPUT FIGURES

The client learns what is in common. Each input is a CSV file whose only column is `domain`. FIGURES gets one JSON
object; its seconds run from after the imports, so that the start of the interpreter is not held against the peer.
"""

import csv
import json
import sys
import time

import private_set_intersection.python as psi


def read(path):
    with open(path, newline="") as file:
        return [row["domain"] for row in csv.DictReader(file)]


def match(ours, theirs):
    """The places in `ours` of what is in common, and the bytes that would have been sent."""
    client = psi.client.CreateWithNewKey(True)
    server = psi.server.CreateWithNewKey(True)
    # RAW: no false matches, as with every other program here.
    setup = server.CreateSetupMessage(0.0, len(ours), theirs, psi.DataStructure.RAW)
    request = client.CreateRequest(ours)
    response = server.ProcessRequest(request)
    sent = sum(len(message.SerializeToString()) for message in (setup, request, response))
    return client.GetIntersection(setup, response), sent


def main(client_input, server_input, output, figures):
    cpu_at_start = time.process_time()
    begun = time.monotonic()
    ours, theirs = read(client_input), read(server_input)
    places, sent = match(ours, theirs)
    with open(output, "w", newline="") as file:
        csv.writer(file).writerows([ours[place]] for place in places)
    seconds = time.monotonic() - begun
    with open(figures, "w") as file:
        found = {"common": len(places), "wall_seconds": seconds, "start_cpu_seconds": cpu_at_start, "bytes": sent}
        json.dump(found, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
