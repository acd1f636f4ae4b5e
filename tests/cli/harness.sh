# What the parts of the test share. In the directory of the test: `out` and `err` of the last run, `told` all standard
# errors, `shown` the standard outputs of what failed, `secrets` what must stand in neither.

checks=0
failures=0
: > told; : > shown; : > secrets

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# run STATUS ARGUMENT...: runs the program, which must end with that status, and with one line if it is a failure.
run() {
    wanted=$1
    shift
    "$program" "$@" > out 2> err
    ended "$wanted" $? "$*"
}

# ended WANTED STATUS WHAT: judges a run whose output is in `out` and `err`.
ended() {
    checks=$((checks + 1))
    cat err >> told
    [ "$1" -eq "$2" ] || fail "$3: status $2, not $1: $(cat err)"
    if [ "$1" -ne 0 ]; then
        cat out >> shown
        [ "$(grep -c '^coauth: .' err)" -eq 1 ] || fail "$3: not one line of failure: $(cat err)"
    fi
}

# alone: the last failure had its one line and no other.
alone() {
    [ "$(wc -l < err)" -eq 1 ] && [ ! -s out ] || fail "more than one line: $(cat out err)"
}

# says FILE TEXT
says() {
    checks=$((checks + 1))
    grep -qF -- "$2" "$1" || fail "\"$2\" is not in $1: $(cat "$1")"
}

# lacks FILE TEXT
lacks() {
    checks=$((checks + 1))
    ! grep -qF -- "$2" "$1" || fail "\"$2\" is in $1: $(cat "$1")"
}

# same WANTED GOT
same() {
    checks=$((checks + 1))
    [ "$1" = "$2" ] || fail "\"$2\" is not \"$1\""
}

# member NAME < JSON: the first string of that name.
member() {
    sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" | head -n 1
}

# keep_secret VALUE...: these must never be told.
keep_secret() {
    printf '%s\n' "$@" >> secrets
}

keep_token() {
    keep_secret "$(member access_token < "$1")" "$(member refresh_token < "$1")"
}

# start_sandbox ARGUMENT...: `sandbox.json` is there and it listens when this returns.
start_sandbox() {
    mkfifo starting
    "$program" sandbox --ca-out ca.pem "$@" > starting 2>> told &
    sandbox=$!
    : > sandbox.json
    while IFS= read -r line; do
        printf '%s\n' "$line" >> sandbox.json
        [ "$line" != "}" ] || break
    done < starting
    rm starting
    sandbox_port=$(sed -n 's/^  "port": \([0-9]*\),$/\1/p' sandbox.json)
    connect=$(connect_options)
}

# The hosts of sandbox.json, as the program and curl want them.
connect_options() {
    sed -n 's/^    "\([^"]*:[0-9]*:[^"]*\)",\{0,1\}$/--connect-to \1/p' sandbox.json
}

stop_sandbox() {
    kill -TERM "$sandbox"
    wait "$sandbox"
    same 0 $?
}

# browse URL DECISION: a user at a consent page; prints where the browser is sent.
browse() {
    curl -sS --cacert ca.pem $connect -H "X-Sandbox-Decision: $2" -H "X-Sandbox-User: ann" -D - -o page "$1" |
        tr -d '\r' | sed -n 's/^[Ll]ocation: //p'
}
