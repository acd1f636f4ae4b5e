#!/bin/sh
# Installs what is missing, builds, and logs in at all five providers of the sandbox, over TLS, without the internet.
set -eu
cd "$(dirname "$0")/.."

sh examples/packages.sh
cmake -S . -B build/examples -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOAUTH_BUILD_TESTS=OFF \
    -DCOAUTH_BUILD_PROGRAM=OFF >build-examples.log 2>&1 \
    || { cat build-examples.log >&2; exit 1; }
rm -f build-examples.log
echo "Building"
cmake --build build/examples
exec build/examples/examples/five_logins "$@"
