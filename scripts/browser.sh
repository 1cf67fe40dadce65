#!/bin/sh
# The screen tests need Debian's Chromium and a font for what the shipped fonts do not have.
set -eu
here=$(dirname "$0")
missing=
command -v chromium >/dev/null 2>&1 || missing="chromium"
command -v fc-list >/dev/null 2>&1 || missing="$missing fontconfig"
[ -d /usr/share/fonts/truetype/liberation ] || missing="$missing fonts-liberation"
# shellcheck disable=SC2086
[ -z "$missing" ] || "$here/apt.sh" "Tests in a real browser" $missing
