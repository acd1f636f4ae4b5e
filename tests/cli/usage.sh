# What needs no provider: help, the command line's errors, profiles.

commands="providers profile authorize exchange refresh userinfo revoke validate call login token tokens sandbox"
token_commands="list show put refresh revoke erase reseal key"

run 0 --version
says out "coauth "
for command in "" $commands "profile check" "profile show" $(printf 'tokens:%s ' $token_commands); do
    command=$(printf '%s' "$command" | tr : ' ')
    run 0 $command --help
    [ "$(wc -l < out)" -le 24 ] && [ "$(wc -L < out)" -le 80 ] || fail "$command --help does not fit a screen"
done

# Each in one line, which names the help.
for line in "" "frobnicate" "profile" "profile check" "login" "call hitkey" "token hitkey ann" "tokens" "tokens show hitkey" "userinfo hitkey extra" \
    "login hitkey --frobnicate" "login hitkey --timeout soon" "login hitkey --port 70000" "login hitkey --scope" \
    "exchange hitkey --callback a --code b"; do
    run 2 $line
    alone
    says err "--help"
done

# The option is named, by a command that has no use for it too.
for line in "login hitkey --timeout soon" "authorize hitkey --timeout soon"; do
    run 2 $line
    says err "--timeout = soon"
done
run 2 userinfo hitkey --scope
says err "--scope"

keep_secret typed-into-the-wrong-place
run 2 login hitkey --client-secret=typed-into-the-wrong-place
alone
says err "--client-secret-file"
run 2 login hitkey --client-secret typed-into-the-wrong-place
run 2 userinfo hitkey typed-into-the-wrong-place
run 2 userinfo hitkey --proxy http://ann:typed-into-the-wrong-place@127.0.0.1:3128
says err "COAUTH_PROXY_PASSWORD"

# Values with a form.
for line in "--timeout 0" "--timeout 1e9" "--connect-to api.hitkey.io:443" "--connect-to a:b:c:d" \
    "--connect-to ::1:443:::1:444" "--connect-to a:443:b:99999" "--connect-to a:65536:b:443" \
    "--proxy https://127.0.0.1" "--proxy 127.0.0.1:3128" "--proxy http://127.0.0.1:99999" "--proxy http://127.0.0.1:0"; do
    run 2 userinfo hitkey $line
    alone
done
for uri in foo /callback "https://app.example/callback#top" "http://a b/"; do
    run 2 sandbox --redirect-uri "$uri"
    alone
    says err "--redirect-uri $uri"
done
run 2 login hitkey --client-id me --wait 0
run 2 login hitkey --client-id me --redirect-uri http://127.0.0.1:99999/callback
alone
run 2 authorize hitkey --client-id me --redirect-uri https://app.example/ --param nothing
alone
run 2 exchange hitkey
says err "--callback"

# Files.
run 2 userinfo hitkey --token /nonexistent/token.json
says err "/nonexistent/token.json"
run 5 userinfo hitkey --ca /nonexistent/ca.pem --client-id me
run 2 authorize hitkey --client-id me --redirect-uri https://app.example/ --output /nonexistent/login.json
run 2 authorize hitkey --client-id me --redirect-uri https://app.example/ --output /dev/null
[ -c /dev/null ] || fail "/dev/null was replaced"
echo 'not json' > broken.json
run 2 userinfo hitkey --token broken.json
echo '{"access_token": 1}' > broken.json
run 2 userinfo hitkey --token broken.json
echo '{"url": "https://x.example/"}' > broken.json
run 2 exchange hitkey --callback https://app.example/ --login broken.json --client-id me
says err "coauth authorize"
run 2 exchange hitkey --callback - --client-id me < broken.json
says err "twice"

"$program" providers 2> err > /dev/full
ended 2 $? "providers > /dev/full"
says err "standard output"

# Providers and profiles.
run 0 providers
for provider in hike hikka hitbox hitkey vk; do
    says out "\"name\": \"$provider\""
done
run 0 profile show hitkey
cp out hitkey.json
run 0 profile check hitkey.json
says out '"ok": true'
run 0 profile show ./hitkey.json
cmp -s out hitkey.json || fail "profile show changed the profile"
run 2 profile show frobnicate
alone
says err "hitkey"
sed 's/"callback"/"calback"/' hitkey.json > wrong.json
run 2 profile check wrong.json
alone
says err "wrong.json"
says err "calback"
run 2 profile check /nonexistent.json
alone

# Where client id and secret come from, and what authorize prints.
run 0 authorize hitkey --client-id from-option --redirect-uri https://app.example/callback --scope openid,email --scope profile
says out "client_id=from-option"
says out "openid+email+profile"
export HITKEY_CLIENT_ID=its-own
run 0 authorize hitkey --redirect-uri https://app.example/callback
says out "client_id=its-own"
export COAUTH_CLIENT_ID=from-environment
run 0 authorize hitkey --redirect-uri https://app.example/callback
says out "client_id=from-environment"
unset HITKEY_CLIENT_ID COAUTH_CLIENT_ID
run 0 authorize hitbox --client-id me --redirect-uri https://app.example/callback --param force_auth=true
says out "force_auth=true"
run 0 authorize ./hitkey.json --client-id me --redirect-uri https://app.example/callback --output login.json
[ ! -s out ] || fail "--output leaves standard output empty"
same 600 "$(stat -c %a login.json)"
same "" "$(find . -name 'login.json.*')"
