# Man page, completion and documentation know all commands and options.

{
    for command in $commands; do
        "$program" $command --help
    done
    for command in $token_commands; do
        "$program" tokens $command --help
    done
} | grep -o -- '--[a-z][a-z-]*' | sort -u > options
for option in $(cat options); do
    escaped=$(printf '%s' "$option" | sed 's/-/\\-/g')
    says "$source/src/cli/coauth.1" "$escaped"
    says "$source/docs/program.md" "$option"
done
for command in $commands; do
    says "$source/src/cli/coauth.1" "$command"
    says "$source/src/cli/coauth.bash" "$command"
    says "$source/docs/program.md" "coauth $command"
done
for command in $token_commands; do
    says "$source/src/cli/coauth.1" "tokens $command"
    says "$source/docs/program.md" "coauth tokens $command"
done

if command -v man >/dev/null; then
    same "" "$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 "$source/src/cli/coauth.1" 2>&1 >/dev/null)"
fi

# complete WORD...: what bash would offer for the last word.
complete_words() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
             _coauth "$1" "${@: -1}" "${@: -2:1}" 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$source/src/cli/coauth.bash" "$program" "$@" > offered
}

bash -n "$source/src/cli/coauth.bash" || fail "the completion is not bash"
complete_words us
same userinfo "$(cat offered)"
complete_words userinfo hik
same "hike hikka" "$(sort offered | xargs)"
complete_words call hitkey list
same list_clients "$(cat offered)"
complete_words login hitkey --pas
same --paste "$(cat offered)"
complete_words profile ch
same check "$(cat offered)"
complete_words tokens re
same "refresh reseal revoke" "$(sort offered | xargs)"
complete_words tokens show hik
same "hike hikka" "$(sort offered | xargs)"
complete_words tokens list --js
same --json "$(cat offered)"
