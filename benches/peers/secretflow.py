"""One party of SecretFlow's matching over loopback. Package: spu 0.9.5 on PyPI.

    secretflow.py RANK PROTOCOL PORT_0 PORT_1 INPUT OUTPUT FIGURES

RANK 0 learns what is in common. INPUT is a CSV file whose only column is `domain`. FIGURES gets one JSON object;
its seconds run from after the imports, so that the start of the interpreter is not held against the peer.
"""

import json
import sys
import time

import spu.psi as psi
from spu.libspu import link

PARTIES = ("left", "right")


def connect(rank, ports):
    description = link.Desc()
    description.recv_timeout_ms = 10 * 60 * 1000
    for party, port in zip(PARTIES, ports):
        description.add_party(party, f"127.0.0.1:{port}")
    return link.create_brpc(description, rank)


def configuration(protocol, source, target):
    return psi.PsiExecuteConfig(
        protocol_conf=psi.PsiProtocolConfig(
            protocol=getattr(psi.PsiProtocol, f"PROTOCOL_{protocol}"),
            receiver_rank=0,
            broadcast_result=False,
        ),
        input_params=psi.InputParams(path=source, selected_keys=["domain"], keys_unique=True),
        output_params=psi.OutputParams(path=target, disable_alignment=True),
    )


def main(rank, protocol, port_0, port_1, source, target, figures):
    cpu_at_start = time.process_time()
    begun = time.monotonic()
    context = connect(int(rank), (port_0, port_1))
    report = psi.psi_execute(configuration(protocol, source, target), context)
    seconds = time.monotonic() - begun
    with open(figures, "w") as file:
        found = {"common": report.intersection_count, "wall_seconds": seconds, "start_cpu_seconds": cpu_at_start}
        json.dump(found, file)
    context.stop_link()


if __name__ == "__main__":
    main(*sys.argv[1:])
