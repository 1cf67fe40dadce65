#!/bin/sh
# Installs Pinisi from this folder, without network. Usage: sh install.sh [FOLDER]   (default: ./pinisi)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-pinisi}
for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
  if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -z "${python:-}" ]; then
  echo "Pinisi needs Python 3.11 or later; this machine has: $(python3 --version 2>&1 || echo no python3)." >&2
  exit 1
fi
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || {
  echo "A file of this folder has been changed or is missing; copy the folder again." >&2
  exit 1
}
"$python" -m venv --without-pip "$target"
set -- "$here"/wheels/pip-*.whl
"$target/bin/python" "$1/pip" install --quiet --no-index --find-links "$here/wheels" --disable-pip-version-check pinisi
# The tests of these libraries are of no use here: 19 MB with what Python makes of them.
"$target/bin/python" -c '
import shutil, sysconfig
from pathlib import Path
for name in ("apsw", "numpy", "shapely"):
    for tests in list(Path(sysconfig.get_path("purelib"), name).rglob("tests")):
        shutil.rmtree(tests, ignore_errors=True)
'
echo "Installed. Next: $target/bin/pinisi run"
