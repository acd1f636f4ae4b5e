# Tokens in a store: `coauth login --store`, `coauth token`, `coauth tokens`.

# quietly STATUS ARGUMENT...: as run; what it prints must hold no secret either.
quietly() {
    run "$@"
    cat out >> shown
}

# What is missing is told before a browser is opened.
run 0 tokens key first --output first.key
same 600 "$(stat -c %a first.key)"
keep_secret "$(cut -d: -f2 first.key)"
cp first.key kept.key
run 2 tokens key another --output first.key
alone
says err "first.key is there already"
checks=$((checks + 1))
cmp -s first.key kept.key || fail "a key file was replaced"
[ -z "$(ls first.key.* 2>/dev/null)" ] || fail "an unfinished file was left"
run 0 tokens key
says out "key-2"
keep_secret "$(cut -d: -f2 out)"
run 2 tokens key "no name"
alone
kept="--store tokens.db --key-file first.key"
run 2 login hitkey --store tokens.db --sandbox sandbox.json
alone
says err "COAUTH_STORE_KEYS"
says err "--plaintext"
run 2 login hike $kept --sandbox sandbox.json
alone
says err "--account"
run 2 tokens list
says err "--store"
run 2 tokens list $kept --plaintext
run 2 tokens list --store tokens.db --key-file /nonexistent.key
alone
cp first.key seen.key
chmod 644 seen.key
run 2 tokens list --store tokens.db --key-file seen.key
alone
run 10 tokens list $kept
alone
says err "no store"
[ ! -e tokens.db ] || fail "a store was made for nothing"

# A login at each provider puts its token there, and prints none.
start_login hitkey $kept
same 200 "$(visit "$(browse "$address" allow)")"
end_login 0
cat out >> shown
hitkey_user=$(member subject < out)
says out '"stored": {'
same 600 "$(stat -c %a tokens.db)"
log_in_with_cookie hikka $kept
cat out >> shown
hikka_user=$(member subject < out)
log_in_with_cookie hitbox $kept
cat out >> shown
hitbox_user=$(member subject < out)
paste vk 0 allow $kept
cat out >> shown
vk_user=$(member subject < out)
paste hike 0 allow $kept --account shop
cat out >> shown
says out '"account": "shop"'
at="--sandbox sandbox.json $kept"

# `token` prints the access token and nothing else, and the provider takes it.
for account in "hikka $hikka_user" "hitkey $hitkey_user" "hitbox $hitbox_user" "vk $vk_user" "hike shop"; do
    quietly 0 tokens show $account $kept
    says out '"access_token": "(hidden)"'
    says out '"state": "valid"'
    run 0 tokens show $account $kept --reveal
    keep_token out
    access=$(member access_token < out)
    run 0 token $account $at
    same "$access" "$(cat out)"
    same "" "$(cat err)"
    ! grep -qaF "$access" tokens.db* || fail "the store is not sealed"
    printf '{"access_token": "%s"}\n' "$access" > token.json
    case $account in
        hike*) ;;
        *) run 0 userinfo ${account% *} --sandbox sandbox.json < token.json ;;
    esac
done
curl -sS --cacert ca.pem $connect -H "Authorization: Bearer $("$program" token hitkey "$hitkey_user" $at)" \
    https://api.hitkey.io/oauth/userinfo > out
says out "$hitkey_user"
run 0 token hitkey "$hitkey_user" $kept
[ -s out ] || fail "a fresh token needs no client"
run 0 token hike shop $at --output printed
[ ! -s out ] && [ -s printed ] || fail "--output leaves standard output empty"

quietly 0 tokens list $kept
same 6 "$(wc -l < out)"
says out "PROVIDER"
says out "shop"
quietly 0 tokens list $kept --json
same 5 "$(grep -c '^{"provider":".*"state":"valid".*}$' out)"

# put_again ACCOUNT ISSUED EXPIRES: the same token, with other times.
put_again() {
    run 0 tokens show $1 $kept --reveal
    sed "s/\"issued_at\": [0-9]*/\"issued_at\": $2/; s/\"expires_at\": [0-9]*/\"expires_at\": $3/" out > other.json
    quietly 0 tokens put $1 $at --token other.json
}

# A hundred shells at once: one refresh, and all get what it brought. Hike ends a login whose refresh token comes twice.
put_again "hike shop" 1000000000 1000003600
mkdir shells
shells=
for each in $(seq 100); do
    "$program" token hike shop $at -v > "shells/$each.out" 2> "shells/$each.err" &
    shells="$shells $!"
done
ended=0
for each in $shells; do
    wait "$each" && ended=$((ended + 1))
done
cat shells/*.err > err
cat err >> told
same 100 "$ended"
same 1 "$(cat shells/*.out | sort -u | wc -l)"
same 1 "$(grep -c 'hike refresh: POST' err)"
quietly 0 tokens refresh hike shop $at
says out '"access_token": "(hidden)"'
run 0 tokens refresh hike shop $at --reveal
keep_token out
run 0 token hike shop $at
same "$(member access_token < other.json | wc -c)" "$(wc -c < out)"

# What ends soon is refreshed first; if that fails, it is printed all the same.
put_again "hitkey $hitkey_user" 1000000000 $(($(date +%s) + 50))
run 0 token hitkey "$hitkey_user" $at --min-left 1
same "$(member access_token < other.json)" "$(cat out)"
run 0 token hitkey "$hitkey_user" $kept --ca ca.pem --connect-to "api.hitkey.io:443:127.0.0.1:$port" \
    --client-id "$(cat client_id)" --client-secret-file secret_file
same "$(member access_token < other.json)" "$(cat out)"
says err "was not refreshed"
run 0 token hitkey "$hitkey_user" $at
[ "$(member access_token < other.json)" != "$(cat out)" ] || fail "a token that ends soon was not refreshed"
keep_secret "$(cat out)"
run 2 token hitkey "$hitkey_user" $at --min-left soon

# 9: log in. Nobody is there; a token that has ended and cannot be refreshed; a refresh that is refused.
run 9 token hitkey nobody $at
alone
run 9 tokens show hitkey nobody $kept
run 9 tokens erase hitkey nobody $kept
run 9 tokens revoke hitkey nobody $at
run 2 tokens refresh vk "$vk_user" $at
put_again "vk $vk_user" 1000000000 1000003600
run 9 token vk "$vk_user" $at
alone
echo '{"access_token": "no-such-token-anywhere", "refresh_token": "no-such-token-anywhere", "expires_at": 1}' > unknown.json
quietly 0 tokens put hike closed $at --token unknown.json
run 9 token hike closed $at
alone
quietly 0 tokens list $kept
says out "refused: invalid_grant"
run 2 tokens put hitkey ann $kept --token unknown.json
says err "--client-id"

# The same account for two clients: the choice must be clear.
quietly 0 tokens put hitkey "$hitkey_user" $kept --client-id other --token unknown.json
run 2 tokens show hitkey "$hitkey_user" $kept
alone
says err "--client-id"
quietly 0 tokens show hitkey "$hitkey_user" $kept --client-id other
run 0 token hitkey "$hitkey_user" $at
quietly 0 tokens erase hitkey "$hitkey_user" $kept --client-id other
run 9 tokens show hitkey "$hitkey_user" $kept --client-id other
run 9 tokens show hitkey "$hitkey_user" $kept --key-scope email
run 9 tokens show hitkey "$hitkey_user" $kept --key-resource https://api.example/

# Interrupted, it still waits for what the provider sends: the old refresh token is spent.
mv sandbox.json quick.json
mv ca.pem quick.pem
quick_sandbox=$sandbox
quick_connect=$connect
start_sandbox --latency 1.5
log_in hike
sed 's/"issued_at": [0-9]*/"issued_at": 1/; s/"expires_at": [0-9]*/"expires_at": 2/' token.json > other.json
quietly 0 tokens put hike slow $at --token other.json
mkfifo telling
"$program" token hike slow $at -v > out 2> telling &
asking=$!
exec 3< telling
rm telling
read -r line <&3
kill -INT "$asking"
{ printf '%s\n' "$line"; cat <&3; } > err
exec 3<&-
wait "$asking"
ended 130 $? "an interrupted token"
says err "hike refresh: HTTP 200"
run 0 tokens show hike slow $kept --reveal
keep_token out
says out '"state": "valid"'
stop_sandbox
mv quick.json sandbox.json
mv quick.pem ca.pem
sandbox=$quick_sandbox
connect=$quick_connect
quietly 0 tokens erase hike slow $kept

# A new key in front; the old one goes when nothing is sealed under it any more.
run 0 tokens key second --output second.key
keep_secret "$(cut -d: -f2 second.key)"
cat second.key first.key > both.key
renewed="--store tokens.db --key-file second.key"
run 10 token hitkey "$hitkey_user" --sandbox sandbox.json $renewed
alone
says err '"first"'
quietly 0 tokens list $renewed
same 6 "$(grep -c ' unreadable: ' out)"
quietly 0 tokens list $renewed --json
says out '"state":"unreadable"'
run 10 tokens reseal $renewed
says out '"unreadable": 6'
quietly 0 tokens reseal --store tokens.db --key-file both.key
says out '"resealed": 6'
quietly 0 tokens reseal --store tokens.db --key-file both.key
says out '"resealed": 0'
run 0 token hitkey "$hitkey_user" --sandbox sandbox.json $renewed
run 10 token hitkey "$hitkey_user" $at
COAUTH_STORE_KEYS=$(cat second.key)
export COAUTH_STORE_KEYS
run 0 token hitkey "$hitkey_user" --sandbox sandbox.json --store tokens.db
COAUTH_STORE_KEYS=typed-into-the-wrong-place
run 2 tokens list --store tokens.db
alone
unset COAUTH_STORE_KEYS

# The end of a token: at the provider too, or here alone. An unreadable one goes too.
run 2 tokens revoke hitkey "$hitkey_user" --sandbox sandbox.json $renewed
alone
quietly 0 tokens show hitkey "$hitkey_user" $renewed
quietly 0 tokens revoke hitbox "$hitbox_user" --param "user=$hitbox_user" --sandbox sandbox.json $renewed
says out '"revoked": true'
run 9 token hitbox "$hitbox_user" --sandbox sandbox.json $renewed
quietly 0 tokens erase vk "$vk_user" $renewed
says out '"erased": true'
quietly 0 tokens erase hikka "$hikka_user" $kept
quietly 0 tokens list $renewed
lacks out "vk"
lacks out "hikka"

# Without a key, by name; what is sealed does not open then.
quietly 0 tokens put hike plain --store plain.db --plaintext --sandbox sandbox.json --token unknown.json
same 600 "$(stat -c %a plain.db)"
run 0 tokens show hike plain --store plain.db --plaintext --reveal
says out "no-such-token-anywhere"
quietly 0 tokens list --store tokens.db --plaintext
says out "unreadable"
echo "not a store" > broken.db
run 10 tokens list --store broken.db --plaintext
alone
says err "broken.db"
