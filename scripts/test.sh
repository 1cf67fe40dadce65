#!/bin/sh
# Every test that is not long. Those in a browser and the rest run beside each other: a page waits more than it works, and
# the rest takes what it leaves. All run; one failure fails.
set -u
export PYTHONHASHSEED=0
failed=0
seen=$(mktemp)
trap 'rm -f "$seen"' EXIT
scripts/npm.sh run --silent test || failed=1
.venv/bin/pytest -m "screen and not long" tests/screen -n 2 --dist loadfile >"$seen" 2>&1 &
screen=$!
trap 'kill "$screen"; exit 130' INT TERM
.venv/bin/pytest -m "not screen and not long" -n 2 --dist loadfile || failed=1
echo "In a browser:"
wait "$screen" || failed=1
cat "$seen"
exit $failed
