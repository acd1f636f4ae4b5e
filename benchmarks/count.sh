#!/bin/sh
# Counts what a warm login costs, which repeats to about 1 % whatever else the machine does: user instructions (callgrind)
# and allocations (a preloaded counter). Each is the difference of two runs of different length, so that beginning and ending are
# not in it; callgrind counts from the end of the warm-up on, and allocations, where a connection more or less would show, in ten
# times as many logins.
#   sh benchmarks/count.sh                       installs what is missing and builds first
#   BUILD=directory sh benchmarks/count.sh       takes the programs of a build that is there
#   PORT=18440 and PROVIDER=directory            take a provider that runs already (benchmarks/provider/start.sh)
#   CLIENTS="floor coauth libcurl"               counts others
set -eu
cd "$(dirname "$0")/.."

if [ -z "${BUILD-}" ]; then
    sh examples/packages.sh nginx-light valgrind libbenchmark-dev
    BUILD=build/benchmarks
    cmake -S . -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -g -DNDEBUG" \
        -DCOAUTH_BUILD_BENCHMARKS=ON -DCOAUTH_BUILD_TESTS=OFF -DCOAUTH_BUILD_EXAMPLES=OFF >/dev/null
    cmake --build "$BUILD" --target peer_floor peer_coauth count_allocations
fi
peers=$BUILD/benchmarks/peers

scratch=$(mktemp -d)
if [ -n "${PROVIDER-}" ]; then
    trap 'rm -rf "$scratch"' EXIT
else
    PROVIDER=$scratch/provider
    sh benchmarks/provider/start.sh "$PROVIDER" "${PORT-18440}"
    trap 'kill "$(cat "$PROVIDER/nginx.pid")"; rm -rf "$scratch"' EXIT
fi

few=500 many=2500
run() { # CLIENT LOGINS [COMMAND...]
    client=$1 logins=$2
    shift 2
    "$@" "$peers/peer_$client" --port "${PORT-18440}" --ca "$PROVIDER/ca.pem" --warm-up 500 --logins "$logins" >"$scratch/out"
}
instructions() { # CLIENT LOGINS
    run "$1" "$2" valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$scratch/callgrind"
    sed -n 's/.*Collected : //p' "$scratch/callgrind"
}
allocations() { # CLIENT LOGINS
    run "$1" "$2" env LD_PRELOAD="$peers/libcount_allocations.so" ALLOCATIONS="$scratch/allocations"
    cat "$scratch/allocations"
}

printf '%-10s %14s %10s %14s %10s %12s\n' "per login" instructions "x floor" allocations "x floor" bytes
missed=0
for client in ${CLIENTS-floor coauth}; do
    i1=$(instructions "$client" $few) i2=$(instructions "$client" $many)
    a1=$(allocations "$client" $((10 * few))) a2=$(allocations "$client" $((10 * many)))
    line=$(echo "$i1 $i2 $a1 $a2" | awk -v logins=$((many - few)) '{
        printf "%.0f %.2f %.0f", ($2 - $1) / logins, ($5 - $3) / logins / 10, ($6 - $4) / logins / 10 }')
    [ "$client" != floor ] || floor=$line
    echo "$client $line ${floor-0 0 0}" | awk '{
        printf "%-10s %14d %10.2f %14.2f %10.2f %12d\n", $1, $2, $5 ? $2 / $5 : 0, $3, $6 ? $3 / $6 : 0, $4 }'
    [ "$client" != coauth ] || coauth=$line
done

judge() { # WHAT GOAL MEASURED
    verdict=$(awk -v goal="$2" -v measured="$3" 'BEGIN { print measured <= goal ? "ok" : "MISS" }')
    printf '%-40s <= %-8s %10s  %s\n' "$1" "$2" "$3" "$verdict"
    [ "$verdict" = ok ] || missed=1
}
if [ -n "${coauth-}" ]; then
    echo
    set -- $coauth
    judge "user instructions per warm login" 90000 "$1"
    judge "the same, the further goal" 75000 "$1"
    judge "allocations per warm login" 25 "$2"
    judge "the same, the further goal" 15 "$2"
fi
exit $missed
