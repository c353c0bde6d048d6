"""Import this first in a program of ours: it leaves out what would double the program's start.

jsonschema, which nbformat needs, offers to check internationalised addresses and for that builds
a grammar when it is imported: two seconds of processor time, in each process. No notebook's schema
has such an address. Without the package jsonschema goes without this check, as its documentation
of optional formats says.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # an import of it fails now, as if not installed
