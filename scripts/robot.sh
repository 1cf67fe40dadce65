#!/bin/sh
# scripts/robot.sh SUITE   Prints the program robot that runs a copy of the ETSI suite: one of an environment of its own in
# .venv/suites, made once for the same requirements. Nothing is written into the suite's folder.
set -eu
suite=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
[ -f "$suite/requirements.txt" ] || { echo "$suite has no requirements.txt that would say what runs it" >&2; exit 1; }
mark=$(cd "$suite" && find requirements.txt libraries -type f ! -name '*.pyc' -exec cat {} + 2>/dev/null | sha256sum | cut -c1-12)
home=$here/../.venv/suites/$mark
robot=$home/bin/robot
if [ ! -e "$home/whole" ]; then
  echo "The suite's Robot Framework: an environment of its own in .venv/suites, by its requirements.txt (once)" >&2
  rm -rf "$home"
  "$here/../.venv/bin/python" -m venv "$home" >&2
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  sed 's/^-e //' "$suite/requirements.txt" >"$copy/requirements.txt"
  [ ! -d "$suite/libraries" ] || cp -R "$suite/libraries" "$copy/libraries"
  (cd "$copy" && "$home/bin/python" -m pip --disable-pip-version-check install --quiet --quiet -r requirements.txt) >&2
  [ -x "$robot" ] || { echo "$suite/requirements.txt does not install Robot Framework" >&2; exit 1; }
  touch "$home/whole"
fi
echo "$robot"
