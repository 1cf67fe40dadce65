#!/bin/sh
# Writes the requirements files: exact versions, no addresses, good for every Python from 3.11 on Linux.
set -eu
compile() {
  .venv/bin/uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --universal --python-version 3.11 "$@"
}
compile pyproject.toml -o requirements.txt
compile requirements-build.in -c requirements.txt -o requirements-build.txt
compile requirements-test.in -c requirements-build.txt -o requirements-test.txt
