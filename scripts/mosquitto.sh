#!/bin/sh
# The tests of MQTT need a real broker: Debian's Mosquitto (and openssl for certificates of our own).
set -eu
here=$(dirname "$0")
missing=
[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null 2>&1 || missing="mosquitto"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
# shellcheck disable=SC2086
[ -z "$missing" ] || "$here/apt.sh" "Tests with a real MQTT broker" $missing
