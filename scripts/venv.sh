#!/bin/sh
# Makes .venv with pip, whatever parts of Python this system has left out.
set -eu
here=$(dirname "$0")
python=$("$here/python.sh")
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  "$here/apt.sh" "A virtual environment" "$version" || "$here/apt.sh" "A virtual environment" python3-venv
fi
"$python" -m venv --clear .venv
