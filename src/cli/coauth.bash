# Completion of bash for coauth: providers and operations are asked of the program itself.

_coauth_providers() {
    "$1" providers 2>/dev/null | sed -n 's/^    "name": "\(.*\)",$/\1/p'
}

_coauth_operations() {
    "$1" providers 2>/dev/null | sed -n "/^    \"name\": \"$2\",\$/,/^    \"hosts\"/s/^      \"\([a-z_]*\)\": \[.*/\1/p"
}

# The options of a command, as its help has them.
_coauth_options() {
    "$1" "$2" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u
}

_coauth() {
    local program=$1 current=$2 previous=$3
    local commands="providers profile authorize exchange refresh userinfo revoke validate call login sandbox"
    local command=${COMP_WORDS[1]} before=$COMP_CWORD
    COMPREPLY=()

    case $previous in
        --ca | --ca-out | --client-secret-file | --login | --output | -o | --sandbox | --token)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        --client-id | --redirect-uri | --scope | --param | --connect-to | --timeout | --proxy | --callback | --code | \
            --port | --address | --wait | --latency | --token-lifetime)
            return ;;
    esac

    local words=
    if [[ $before -eq 1 ]]; then
        words="$commands --help --version"
    elif [[ $command == profile && $before -eq 2 ]]; then
        words="check show"
    elif [[ $current == -* ]]; then
        words=$(_coauth_options "$program" "$command")
    elif [[ $command == profile && $before -eq 3 || $before -eq 2 ]]; then
        compopt -o filenames
        words=$(_coauth_providers "$program")
        [[ $command != profile || ${COMP_WORDS[2]} == show ]] || words=
        mapfile -t COMPREPLY < <(compgen -f -W "$words" -- "$current")
        return
    elif [[ $command == call && $before -eq 3 ]]; then
        words=$(_coauth_operations "$program" "${COMP_WORDS[2]}")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _coauth coauth
