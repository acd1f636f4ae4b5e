#!/bin/sh
# Installs the Debian packages that a build needs and that are missing: sh examples/packages.sh [NAME...] for further ones.
set -eu

packages="g++ cmake ninja-build ccache mold pkg-config ca-certificates libboost1.81-dev libboost-json1.81-dev
libboost-url1.81-dev libboost-system1.81-dev libssl-dev libcli11-dev libsqlite3-dev doctest-dev $*"

missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "As root, install:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "Installing:$missing"
log=$(mktemp)
if ! { $as_root apt-get update && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing; } \
        >"$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
fi
rm -f "$log"
