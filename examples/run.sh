#!/bin/sh
# Installs what is missing, builds, and runs an example against the sandbox, over TLS, without the internet.
#   sh examples/run.sh         logs in at all five providers, then 2,000 times at once
#   sh examples/run.sh serve   a login server to be tried in any browser (--port PORT; --config FILE for real providers)
#   sh examples/run.sh vk      the VK token API, whose VK is the sandbox (--token-lifetime SECONDS: how long its tokens live)
#   sh examples/run.sh game    a game whose players log in while it ticks (--help: its options)
set -eu
cd "$(dirname "$0")/.."

case "${1-}" in
    serve)
        program=login_server folder=login_server/
        shift
        case "$*" in *--config*) ;; *) set -- --sandbox "$@" ;; esac ;;
    vk) program=vk_token_api folder=vk_token_api/; shift; set -- --sandbox "$@" ;;
    game) program=game_backend folder=game_backend/; shift ;;
    *) program=five_logins folder= ;;
esac

sh examples/packages.sh
cmake -S . -B build/examples -G Ninja -DCMAKE_BUILD_TYPE=Release -DCOAUTH_PRECOMPILED_HEADERS=ON \
    -DCOAUTH_BUILD_TESTS=OFF -DCOAUTH_BUILD_PROGRAM=OFF >build-examples.log 2>&1 \
    || { cat build-examples.log >&2; exit 1; }
rm -f build-examples.log
echo "Building"
cmake --build build/examples --target "$program"
exec "build/examples/examples/$folder$program" "$@"
