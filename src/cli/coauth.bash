# Completion of bash for coauth: providers and operations are asked of the program itself.

_coauth_providers() {
    "$1" providers 2>/dev/null | sed -n 's/^    "name": "\(.*\)",$/\1/p'
}

_coauth_operations() {
    "$1" providers 2>/dev/null | sed -n "/^    \"name\": \"$2\",\$/,/^    \"hosts\"/s/^      \"\([a-z_]*\)\": \[.*/\1/p"
}

# The options of a command, as its help has them.
_coauth_options() {
    "$@" --help 2>/dev/null | grep -o -- '--[a-z][a-z-]*' | sort -u
}

_coauth() {
    local program=$1 current=$2 previous=$3
    local commands="providers profile authorize exchange refresh userinfo revoke validate call login token tokens sandbox"
    local command=(${COMP_WORDS[1]}) provider_at=2
    case ${COMP_WORDS[1]} in
        profile | tokens)
            command+=(${COMP_WORDS[2]})
            provider_at=3 ;;
    esac
    COMPREPLY=()

    case $previous in
        --ca | --ca-out | --client-secret-file | --key-file | --login | --output | -o | --sandbox | --store | --token)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        --client-id | --redirect-uri | --scope | --param | --connect-to | --timeout | --proxy | --callback | --code | \
            --port | --address | --wait | --latency | --token-lifetime | --account | --key-scope | --key-resource | --min-left)
            return ;;
    esac

    local words=
    if [[ $COMP_CWORD -eq 1 ]]; then
        words="$commands --help --version"
    elif [[ $COMP_CWORD -lt $provider_at ]]; then
        case ${command[0]} in
            profile) words="check show" ;;
            tokens) words="list show put refresh revoke erase reseal key" ;;
        esac
    elif [[ $current == -* ]]; then
        words=$(_coauth_options "$program" "${command[@]}")
    elif [[ $COMP_CWORD -eq $provider_at ]]; then
        case ${command[*]} in
            "tokens list" | "tokens reseal" | "tokens key" | providers | sandbox) return ;;
            "profile check") ;;
            *) words=$(_coauth_providers "$program") ;;
        esac
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -W "$words" -- "$current")
        return
    elif [[ ${command[0]} == call && $COMP_CWORD -eq 3 ]]; then
        words=$(_coauth_operations "$program" "${COMP_WORDS[2]}")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _coauth coauth
