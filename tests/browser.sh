#!/bin/sh
# Installs what is missing, builds the example programs that have pages, and tries them in headless Chromium. Screenshots
# are in build/browser/screenshots.
#   sh tests/browser.sh [BUILD]    of the programs that are in that build folder already
set -eu
cd "$(dirname "$0")/.."

needed="chromium libnss3-tools openssl"
command -v node >/dev/null && command -v npm >/dev/null || needed="$needed nodejs npm"
sh examples/packages.sh $needed

build=${1-}
if [ -z "$build" ]; then
    build=build/dev
    cmake --preset dev >/dev/null
    cmake --build --preset dev --target login_server vk_token_api
fi

# The tests run where their packages are: nothing is installed in the tree.
rm -rf build/browser/screenshots build/browser/authority
mkdir -p build/browser/screenshots build/browser/authority
cp tests/browser/*.js tests/browser/*.json tests/browser/*.mjs build/browser
sh tests/browser/authority.sh build/browser/authority
(cd build/browser && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)

LOGIN_SERVER=$(realpath "$build/examples/login_server/login_server")
SCREENSHOTS=$PWD/build/browser/screenshots
AUTHORITY=$PWD/build/browser/authority
NODE_EXTRA_CA_CERTS=$AUTHORITY/ca.pem
export LOGIN_SERVER SCREENSHOTS AUTHORITY NODE_EXTRA_CA_CERTS
node --test build/browser/*.test.js
node build/browser/vk_page.mjs "$build/examples/vk_token_api/vk_token_api" build/browser/screenshots
