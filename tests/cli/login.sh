# `coauth login`: receiver, cookie, pasted addresses, deadline, interrupts.

# start_login PROVIDER ARGUMENT...: in the background, its standard input from descriptor 4; the address for the browser
# is in $address.
start_login() {
    mkfifo telling
    "$program" login "$@" --sandbox sandbox.json <&4 > out 2> telling &
    login=$!
    exec 3< telling
    rm telling
    read -r _ <&3
    read -r address <&3
}

# end_login STATUS: when the login is at its end.
end_login() {
    cat <&3 > err
    exec 3<&-
    wait "$login"
    ended "$1" $? "login"
}

visit() {
    curl -sS -o page -w '%{http_code}' "$@"
}

here=http://127.0.0.1:$port
exec 4< /dev/null

# HitKey, with state. What is not this login's callback is turned away and changes nothing.
start_login hitkey
callback=$(browse "$address" allow)
keep_secret "$(printf '%s' "$callback" | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p')"
same 400 "$(visit "$here/callback?code=forged&state=forged")"
same 400 "$(visit "$here/callback?error=access_denied&state=forged")"
same 404 "$(visit "$here/favicon.ico")"
same 405 "$(visit -X POST "$callback")"
same 421 "$(visit -H 'Host: evil.example' "$callback")"
same 000 "$(visit -H "X-Long: $(printf '%020000d' 0)" "$callback" 2> curl_error)"
same 200 "$(visit "$callback")"
says page "You are logged in"
end_login 0
says err "not this login"
says out '"subject": "'
says out '"access_token": "'
keep_token out

# A refusal ends it.
start_login hike
same 403 "$(visit "$(browse "$address" deny | sed "s/\$/\&state=$(printf '%s' "$address" | sed -n 's/.*[?&]state=\([^&]*\).*/\1/p')/")")"
end_login 1

# Hikka and Hitbox echo no state: only the browser that began the login may end it.
log_in_with_cookie() {
    start_login "$@"
    rm -f cookies
    callback=$(browse "$(curl -sS -c cookies -o page -w '%{redirect_url}' "$address")" allow)
    keep_secret "$(printf '%s' "$callback" | sed -n 's/.*[?&]\(reference\|request_token\|authToken\)=\([^&]*\).*/\2/p')"
    same 403 "$(visit "$callback")"
    same 403 "$(visit -b coauth_login=forged "$callback")"
    same 200 "$(visit -b cookies "$callback")"
    end_login 0
    says err "did not open the address"
    says out '"subject": "'
}
for provider in hikka hitbox; do
    log_in_with_cookie $provider
    keep_token out
done

# paste PROVIDER STATUS DECISION ARGUMENT...: the address is pasted, after others.
paste() {
    provider=$1
    wanted_status=$2
    decision=$3
    shift 3
    mkfifo pasting
    exec 4<> pasting
    start_login "$provider" --paste "$@"
    rm pasting
    pasted=$(browse "$address" "$decision")
    keep_secret "$(printf '%s' "$pasted" | sed -n 's/.*[?&#]\(code\|access_token\)=\([^&]*\).*/\2/p')"
    printf '\n https://app.example/callback?state=forged \n <%s>\n' "$pasted" >&4
    end_login "$wanted_status"
    exec 4< /dev/null
}
paste vk 0 allow
says out '"subject": "'
keep_token out
paste vk 1 deny
paste hike 0 allow
says out '"identity": null'
keep_token out

printf 'https://app.example/callback?code=x&state=forged\n' | "$program" login hitkey --paste --sandbox sandbox.json > out 2> err
ended 8 $? "a pasted callback of another login"
"$program" login hitkey --paste --sandbox sandbox.json < /dev/null > out 2> err
ended 8 $? "nothing pasted"

# 2: the port is taken. 6: nobody comes back. 130: interrupted, by either signal.
run 2 login hitkey --client-id me --client-secret-file secret_file --port "$sandbox_port" --wait 5
run 6 login hitkey --sandbox sandbox.json --wait 0.2
says err "--wait"
for signal in INT TERM; do
    start_login hitkey
    kill -$signal "$login"
    end_login 130
    says err "interrupted"
done

# On a terminal the time that is left is shown, and nowhere else.
lacks err "left"
if script -qec true /dev/null < /dev/null > /dev/null 2>&1; then
    script -qec "'$program' login hitkey --sandbox sandbox.json --wait 0.2" /dev/null < /dev/null > terminal
    says terminal "0:01 left"
fi
