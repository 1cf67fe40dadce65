#!/bin/sh
# Every test that is not long: front end, browser, then the rest; on three workers, as they wait for half of their time.
# All run; one failure fails. While the front end is tested, one look at all tests compiles them for all workers.
set -u
unset PYTHONDONTWRITEBYTECODE
export PYTHONHASHSEED=0
failed=0
.venv/bin/pytest --collect-only --quiet --quiet -m "not long" >/dev/null 2>&1 &
scripts/npm.sh run --silent test || failed=1
wait
workers="-n 3 --dist loadfile --no-loadscope-reorder"
# shellcheck disable=SC2086
.venv/bin/pytest -m "screen and not long" tests/screen $workers --durations 25 -p no:schemathesis || failed=1
# shellcheck disable=SC2086
.venv/bin/pytest -m "not screen and not long" $workers --durations 40 || failed=1
exit $failed
