#!/bin/sh
# The tests of the PostgreSQL store start a real server of their own: Debian's PostgreSQL with PostGIS. Its packages are
# installed where they are missing; no cluster of the system is made or touched.
set -eu
here=$(dirname "$0")
found=
for bin in /usr/lib/postgresql/*/bin; do
  version=$(basename "$(dirname "$bin")")
  [ ! -x "$bin/initdb" ] || [ ! -f "/usr/share/postgresql/$version/extension/postgis.control" ] || found=$bin
done
[ -n "$found" ] || "$here/apt.sh" "Tests of the PostgreSQL store" postgresql postgresql-15-postgis-3
