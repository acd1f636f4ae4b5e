#!/bin/sh
# Runs the program as its users do, against its own sandbox: sh tests/cli/run.sh PROGRAM SOURCE_DIRECTORY
# The browser is curl.
set -u

program=$(realpath "$1")
source=$(realpath "$2")
tests=$source/tests/cli
work=$(mktemp -d)
cd "$work" || exit 1
umask 077

command -v curl >/dev/null || { echo "curl is needed: it plays the browser" >&2; exit 1; }
unset COAUTH_CLIENT_ID COAUTH_CLIENT_SECRET COAUTH_PROXY_PASSWORD COAUTH_STORE_KEYS http_proxy https_proxy

. "$tests/harness.sh"

for part in usage documents steps pages failures login tokens; do
    echo "-- $part"
    . "$tests/$part.sh"
done
stop_sandbox

echo "-- secrecy"
grep -v '^$' secrets | sort -u > known_secrets
[ "$(wc -l < known_secrets)" -ge 20 ] || fail "the test knows of too few secrets"
for each in told shown; do
    if grep -F -f known_secrets "$each" > leaked; then
        fail "a secret was told: $(cat leaked)"
    fi
done

cd / && rm -rf "$work"
echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
