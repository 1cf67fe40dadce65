#!/bin/sh
# The benches of the context are read by a load generator: Debian's wrk.
set -eu
command -v wrk >/dev/null 2>&1 || "$(dirname "$0")/apt.sh" "Benches of the context" wrk
