# Every exit status but those that the other parts provoke.

# 1: a refusal, in the callback and in the exchange; a token that is no good.
run 0 authorize hitkey --sandbox sandbox.json --output login.json
run 1 exchange hitkey --sandbox sandbox.json --login login.json --callback "$(browse "$(member url < login.json)" deny)"
alone
says err "hitkey callback"
log_in hitkey
run 1 exchange hitkey --sandbox sandbox.json --callback "$callback" --login login.json
alone
says err "hitkey exchange"
keep_secret no-such-token-anywhere
echo '{"access_token": "no-such-token-anywhere", "refresh_token": "no-such-token-anywhere"}' > unknown.json
for provider in hikka hitkey vk hitbox; do
    run 1 userinfo $provider --sandbox sandbox.json -v < unknown.json
done
"$program" validate vk --sandbox sandbox.json < unknown.json > out 2> err
ended 1 $? "validate vk"
says out '"active": false'

# 2: an operation that the provider does not have, arguments that it does not know.
run 2 revoke hitkey --sandbox sandbox.json < unknown.json
alone
run 2 refresh vk --sandbox sandbox.json < unknown.json
run 2 call hitkey frobnicate --sandbox sandbox.json < unknown.json
run 2 call hitbox list_apps --sandbox sandbox.json < unknown.json
says err "user"
run 2 call hitbox list_apps nobody=ann --sandbox sandbox.json < unknown.json
run 2 userinfo hitkey --sandbox token.json < unknown.json
says err "coauth sandbox"

# 3: an HTTP status without an OAuth error; 4: an answer without its subject.
log_in hitkey
sed 's|https://api.hitkey.io/oauth/userinfo|https://hitkey.io/|' hitkey.json > moved.json
run 3 userinfo ./moved.json --sandbox sandbox.json < token.json
alone
sed 's|"subject": "/sub"|"subject": "/frobnicate"|' hitkey.json > headless.json
run 4 userinfo ./headless.json --sandbox sandbox.json < token.json
alone

# 5: the sandbox's authority is nobody's. 7: nobody listens there.
run 5 userinfo hitkey $connect < token.json
alone
# Without --ca the system's store decides, wherever OpenSSL finds that.
export SSL_CERT_FILE="$work/ca.pem"
run 0 userinfo hitkey $connect < token.json
unset SSL_CERT_FILE
run 7 userinfo hitkey --ca ca.pem --connect-to "api.hitkey.io:443:127.0.0.1:$port" < token.json
alone
run 7 userinfo hitkey --sandbox sandbox.json --proxy "http://127.0.0.1:$port" < token.json

# 6: a sandbox that takes its time. 130: interrupted meanwhile; -v tells when the request is under way.
mv sandbox.json quick.json
mv ca.pem quick.pem
quick_sandbox=$sandbox
quick_port=$sandbox_port
start_sandbox --latency 600
run 6 userinfo hitkey --sandbox sandbox.json --timeout 0.3 < token.json
alone
mkfifo telling
"$program" refresh hitkey --sandbox sandbox.json --token token.json -v > out 2> telling &
refreshing=$!
exec 3< telling
rm telling
read -r line <&3 && read -r line <&3
kill -INT "$refreshing"
{ printf '%s\n' "$line"; cat <&3; } > err
exec 3<&-
wait "$refreshing"
ended 130 $? "an interrupted refresh"
says err "interrupted"
stop_sandbox
mv quick.json sandbox.json
mv quick.pem ca.pem
sandbox=$quick_sandbox
sandbox_port=$quick_port
connect=$(connect_options)

# 8: callbacks that are not this login's.
run 0 authorize hitkey --sandbox sandbox.json --output login.json
callback=$(browse "$(member url < login.json)" allow)
code=$(printf '%s' "$callback" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')
keep_secret "$code"
here=http://127.0.0.1:$port/callback
state=$(member state < login.json)
for forged in "$here?code=$code&state=forged" "$here?code=$code" "$here?state=$state" "$callback&code=$code" "$here" ""; do
    run 8 exchange hitkey --sandbox sandbox.json --login login.json --callback "$forged"
    alone
done
run 0 exchange hitkey --sandbox sandbox.json --login login.json --callback "$callback"
keep_token out
