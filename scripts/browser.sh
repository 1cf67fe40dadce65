#!/bin/sh
# The screen tests need Chromium and a font for what the shipped fonts do not have. Debian's headless shell is the same
# engine without the frame of a window: a page costs it a third of the time. Where it cannot be had, Chromium itself does.
set -eu
here=$(dirname "$0")
missing=
command -v fc-list >/dev/null 2>&1 || missing="fontconfig"
[ -d /usr/share/fonts/truetype/liberation ] || missing="$missing fonts-liberation"
# shellcheck disable=SC2086
[ -z "$missing" ] || "$here/apt.sh" "Tests in a real browser" $missing
command -v chromium-headless-shell >/dev/null 2>&1 && exit 0
"$here/apt.sh" "Tests in a real browser" chromium-headless-shell && exit 0
if command -v chromium >/dev/null 2>&1; then
  echo "They go on in the Chromium that is here, which takes more time." >&2
else
  "$here/apt.sh" "Tests in a real browser" chromium
fi
