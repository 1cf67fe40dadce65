"""`python -m pinisi`. Written so that a Python of any age can read it and say what is missing."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.stderr.write(
        "pinisi: Python 3.11 or later is needed; this is Python %d.%d (%s).\n"  # noqa: UP031
        "        On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv, then use python3.\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    sys.exit(1)

from pinisi.cli import main

sys.exit(main())
