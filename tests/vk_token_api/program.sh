#!/bin/sh
# The program as its user has it: sh program.sh PROGRAM. It needs curl.
set -eu
program=$1
folder=$(mktemp -d)
server=""
cleanup() {
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"

fail() {
    echo "failed: $*" >&2
    cat out log >&2 2>/dev/null || true
    exit 1
}
same() { [ "$1" = "$2" ] || fail "expected <$1>, got <$2>"; }
says() { case "$2" in *"$1"*) ;; *) fail "<$2> does not say <$1>" ;; esac; }

(umask 077
 printf 'test:%s\n' "$(head -c 32 /dev/urandom | base64)" > ring
 head -c 32 /dev/urandom | base64 > jwt-key)
cat > vk.json <<END
{"listen": {"port": 0}, "store": "$folder/tokens.db", "key_ring_file": "$folder/ring", "jwt": {"key_file": "$folder/jwt-key"}}
END

start() {
    "$program" --sandbox --config vk.json >out 2>log &
    server=$!
    until grep -q '^chromium ' out; do
        kill -0 "$server" 2>/dev/null || fail "it does not start"
    done
    base=$(sed -n 's/^The VK token API of the sandbox is at \(http[^;]*\);.*/\1/p' out)
    vk=$(sed -n 's/^chromium .*MAP oauth.vk.com 127.0.0.1:\([0-9]*\).*/\1/p' out)
}

stop() {
    kill -TERM "$server"
    status=0
    wait "$server" || status=$?
    server=""
    same 0 "$status"
}

call() { curl -sS --max-time 20 -H "Authorization: Bearer $jwt" "$@"; }

complaint() {
    status=0
    "$program" "$@" >/dev/null 2>complaint || status=$?
    [ "$status" -ne 0 ] || fail "it does not complain"
    cat complaint
}

start
jwt=$("$program" --config vk.json token --user ann)
says '"has_token":false' "$(call "$base/api/v1/oauth/vk/token/status")"
address=$(curl -sSk --connect-to "::127.0.0.1:$vk" -o /dev/null -w '%{redirect_url}' -H 'X-Sandbox-Decision: allow' \
    "$(call "$base/api/v1/oauth/vk/authorize/implicit" | sed 's/.*"authorization_url":"\([^"]*\)".*/\1/')")
says '"credential_id":1,"user_id":100001,' "$(call "$base/api/v1/oauth/vk/token/submit" -d "{\"token_data\": \"$address\"}")"
before=$(call "$base/api/v1/oauth/vk/token/status" | sed 's/"time_until_expiry":"[^"]*",//')
stop
says '"event":"stopped"' "$(tail -1 log)"
if grep -q 'vk1\.a\.' log out || grep -q 'vk1\.a\.' tokens.db; then
    fail "a token can be read"
fi

start
says "cannot listen on 127.0.0.1 port ${base##*:}: " "$(VK_TOKEN_API_PORT=${base##*:} complaint --sandbox)"
same "$before" "$(call "$base/api/v1/oauth/vk/token/status" | sed 's/"time_until_expiry":"[^"]*",//')"
bob=$("$program" --config vk.json token --user bob)
says '"has_token":false' "$(jwt=$bob; call "$base/api/v1/oauth/vk/token/status")"
says '"error":"Not authenticated"' "$(jwt=none; call "$base/api/v1/oauth/vk/token/status")"
stop

same "vk_token_api: VK's application id is missing: set \"app_id\" or VK_CLIENT_ID" "$(complaint --config vk.json)"
same "vk_token_api: cannot read nowhere.json" "$(complaint --config nowhere.json)"
says "the JWT key is missing" "$(complaint token --user ann)"
echo '{"sotre": "t.db"}' > wrong.json
same 'vk_token_api: "sotre" is no member of wrong.json' "$(complaint --config wrong.json)"
(umask 077; printf 'other:%s\n' "$(head -c 32 /dev/urandom | base64)" > ring)
says "which is not in the key ring" "$(complaint --sandbox --config vk.json)"
