#!/bin/sh
# scripts/apt.sh WHY PACKAGE...   Installs Debian packages, saying why; clear words where it cannot.
set -eu
why=$1
shift
as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "$why: needs the Debian packages $*. Become root or have sudo, and run: apt-get install $*" >&2
    exit 1
  fi
  as_root=sudo
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "$why: needs what Debian calls $*; this system has no apt-get. Install it by hand and try again." >&2
  exit 1
fi
echo "$why: installing the Debian packages $*"
$as_root apt-get update -qq </dev/null
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
