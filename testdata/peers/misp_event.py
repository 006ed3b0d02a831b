"""Loads a MISP event with PyMISP and writes it again as PyMISP does: the peer of the MISP reader's test.

usage: misp_event.py EVENT.json      (the event goes to standard output)
"""

import sys

from pymisp import MISPEvent

event = MISPEvent()
event.load_file(sys.argv[1])
sys.stdout.write('{"Event": %s}' % event.to_json())
