#!/bin/sh
# Fuzzing and soak, then every property on examples that `make test` does not draw. SEED=N repeats a search.
set -u
SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "searching with SEED=$SEED"
export EXAMPLES="${EXAMPLES:-10}"
failed=0
.venv/bin/pytest -m long --timeout=1800 --hypothesis-profile=searching --hypothesis-seed="$SEED" || failed=1
.venv/bin/pytest -m "hypothesis and not long and not screen" -n 2 --dist loadfile --timeout=1800 \
  --hypothesis-profile=searching --hypothesis-seed="$SEED" || failed=1
[ "$failed" = 0 ] || echo "to draw the same again: make test-long SEED=$SEED"
exit $failed
