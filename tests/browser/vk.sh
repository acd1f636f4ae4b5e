#!/bin/sh
# The page of examples/vk_token_api, tried in Chromium: sh tests/browser/vk.sh BUILD_FOLDER
set -eu
build=$(realpath "${1:?the build folder, as the first argument}")
cd "$(dirname "$0")"

[ -d node_modules/playwright-core ] || npm ci --no-audit --no-fund >/dev/null
exec node vk_page.mjs "$build/examples/vk_token_api/vk_token_api" "$build/browser/vk"
