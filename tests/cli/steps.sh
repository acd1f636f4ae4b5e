# A login at each provider, step by step, as a shell script would do it.

# A port that is free now, for the redirect URI; the sandbox's own start takes another.
start_sandbox
port=$sandbox_port
stop_sandbox
start_sandbox --redirect-uri "http://127.0.0.1:$port/callback" --redirect-uri https://app.example/callback
[ "$(grep -c '^    "[a-z.]*:443:127.0.0.1:[0-9]*",\{0,1\}$' sandbox.json)" -ge 5 ] || fail "connect_to: $(cat sandbox.json)"
keep_secret "$(member client_secret < sandbox.json)"

# log_in PROVIDER: leaves login.json, token.json, and the callback in $callback.
log_in() {
    run 0 authorize "$1" --sandbox sandbox.json
    cp out login.json
    callback=$(browse "$(member url < login.json)" allow)
    keep_secret "$(member code_verifier < login.json)"
    keep_secret "$(printf '%s' "$callback" | sed -n 's/.*[?&#]\(code\|reference\|request_token\|access_token\)=\([^&]*\).*/\2/p')"
    run 0 exchange "$1" --sandbox sandbox.json --callback "$callback" --login login.json
    cp out token.json
    keep_token token.json
}

for provider in hikka hitkey hike vk hitbox; do
    log_in $provider
    says token.json '"access_token": "'
done

log_in hitkey
run 0 userinfo hitkey --sandbox sandbox.json < token.json 
says out '"provider": "hitkey"'
[ -n "$(member subject < out)" ] || fail "no subject: $(cat out)"
run 0 userinfo hitkey --sandbox sandbox.json --token token.json -v
says err "GET https://api.hitkey.io/oauth/userinfo"
says err "HTTP 200 in"
says err "opened to https://api.hitkey.io"
run 0 refresh hitkey --sandbox sandbox.json --token token.json --output renewed.json
[ ! -s out ] || fail "--output leaves standard output empty"
keep_token renewed.json
same 600 "$(stat -c %a renewed.json)"
run 0 userinfo hitkey --sandbox sandbox.json --token renewed.json

# The same with every connection option spelled out, the code from standard input, the secret from a file.
run 0 authorize hitkey --sandbox sandbox.json --output login.json
callback=$(browse "$(member url < login.json)" allow)
code=$(printf '%s' "$callback" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
keep_secret "$code"
member client_secret < sandbox.json > secret_file
member client_id < sandbox.json > client_id
options="--ca ca.pem $(echo $connect) --client-id $(cat client_id) --timeout 20.5"
printf '%s\n' "$code" | run 0 exchange hitkey $options --client-secret-file secret_file --code - --login login.json
says out '"access_token": "'
keep_token out

# Both from standard input: the login is a file then.
run 0 authorize hike --sandbox sandbox.json --output login.json
browse "$(member url < login.json)" allow > callback
printf '"%s"\n' "$(cat callback)" > callback
keep_secret "$(sed -n 's/.*[?&]code=\([^&"]*\).*/\1/p' callback)"
run 0 exchange hike --sandbox sandbox.json --callback - --login login.json < callback
cp out token.json
keep_token token.json
run 0 refresh hike --sandbox sandbox.json < token.json
cp out rotated.json
keep_token rotated.json
run 1 refresh hike --sandbox sandbox.json < token.json
alone

log_in hikka
run 0 userinfo hikka --sandbox sandbox.json < token.json
says out '"username"'
run 0 call hikka token_info --sandbox sandbox.json < token.json
run 0 validate hikka --sandbox sandbox.json < token.json
says out '"active": true'

log_in vk
run 0 userinfo vk --sandbox sandbox.json < token.json
run 0 validate vk --sandbox sandbox.json < token.json
says out '"active": true'

log_in hitbox
run 0 userinfo hitbox --sandbox sandbox.json < token.json
user=$(member subject < out)
run 0 call hitbox list_apps "user=$user" --sandbox sandbox.json < token.json
says out '"apps"'
printf '%s' "$user" > user
run 0 call hitbox list_apps user=@user --sandbox sandbox.json < token.json
run 0 revoke hitbox --param "user=$user" --sandbox sandbox.json < token.json
says out '"revoked": true'
run 1 userinfo hitbox --sandbox sandbox.json < token.json
alone
