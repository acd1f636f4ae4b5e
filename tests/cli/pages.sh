# docs/program.md shows what really happens, but for the values that differ in each run.

# The page's commands, each with what it prints.
play_page() {
    coauth() { "$program" "$@"; }
    while IFS= read -r line <&5; do
        case $line in
            '$ '*)
                printf '%s\n' "$line"
                eval "${line#??}" 2>&1 < /dev/null ;;
        esac
    done 5< page
}

masked() {
    sed 's/: ".*"/: "..."/; s/: [0-9][0-9]*/: 0/; s/[0-9.][0-9.]* ms/0 ms/g; s/at 127\.0\.0\.1:[0-9]*/at 127.0.0.1:0/
         s/in [0-9]* min/in 0 min/'
}

awk '/^```console$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/docs/program.md" > page
[ "$(grep -c '^\$ coauth' page)" -ge 10 ] || fail "docs/program.md has no examples"
(play_page) > played
checks=$((checks + 1))
masked < page > page.masked
masked < played > played.masked
diff page.masked played.masked > differences || fail "docs/program.md is not what happens: $(cat differences)"
rm -f login.json token.json tokens.db* store.key

# The line of docs/sandbox.md that approves a login without a browser.
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/docs/sandbox.md" > approval
sed -i "s/:8443/:$sandbox_port/" approval
checks=$((checks + 1))
case $(sh ./approval) in
    'https://app.example/callback?code='*'&state=xyz') ;;
    *) fail "docs/sandbox.md does not approve: $(sh ./approval 2>&1)" ;;
esac
