#!/bin/sh
# Installs what is missing, builds, and passes all tests.
#   sh tests/run.sh               the suite
#   sh tests/run.sh --sanitize    the suite under AddressSanitizer + UndefinedBehaviorSanitizer, then under ThreadSanitizer
set -eu
cd "$(dirname "$0")/.."

sh examples/packages.sh curl

suite() {
    echo "== $1"
    cmake --preset "$1" >/dev/null
    cmake --build --preset "$1"
    ctest --preset "$1"
}

case "${1-}" in
    "") suite dev ;;
    --sanitize)
        suite asan
        export TSAN_OPTIONS="suppressions=$PWD/tests/tsan.supp halt_on_error=1"
        suite tsan ;;
    *) echo "usage: sh tests/run.sh [--sanitize]" >&2; exit 2 ;;
esac
