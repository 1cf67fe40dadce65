#!/bin/sh
# Every test that is not long: front end, browser, then the rest; on three workers, as they wait for half of their time.
# All run; one failure fails.
set -u
export PYTHONHASHSEED=0
failed=0
scripts/npm.sh run --silent test || failed=1
.venv/bin/pytest -m "screen and not long" tests/screen -n 3 --durations 25 --dist loadfile || failed=1
.venv/bin/pytest -m "not screen and not long" -n 3 --durations 40 --dist loadfile || failed=1
exit $failed
