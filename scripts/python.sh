#!/bin/sh
# Prints the first Python of at least 3.11 on this machine; says what is missing when there is none.
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
  if command -v "$name" >/dev/null 2>&1 &&
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    command -v "$name"
    exit 0
  fi
done
have=$(python3 --version 2>&1 || echo "no python3")
echo "Pinisi needs Python 3.11 or later; this machine has: $have." >&2
echo "On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv. Elsewhere: make PYTHON=/path/to/python3.11" >&2
exit 1
