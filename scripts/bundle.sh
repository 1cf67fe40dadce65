#!/bin/sh
# Fills bundle/ with wheels of Pinisi and of all it needs, for machines without the internet and without Node.
set -eu
rm -rf bundle
mkdir -p bundle/wheels
.venv/bin/python -m pip wheel -qq --no-build-isolation --no-deps --wheel-dir bundle/wheels .
.venv/bin/python -m pip download -qq --only-binary :all: --dest bundle/wheels -r requirements.txt pip
cp scripts/bundle/install.sh scripts/bundle/README.md LICENSE bundle/
chmod +x bundle/install.sh
(cd bundle && find wheels -type f | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
du -sh bundle | cut -f1 | sed 's/^/bundle: /'
