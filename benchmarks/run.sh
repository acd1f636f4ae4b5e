#!/bin/sh
# Measures logins: coauth beside what one would use instead, and beside the least that a login takes. Installs what is
# missing, builds, runs every contestant in turn against nginx on this machine, prints the table of medians, and writes
# build/benchmarks/results/index.html with plots, and results.json beside it.
#   sh benchmarks/run.sh            half an hour; the machine should have nothing else to do
#   sh benchmarks/run.sh --quick    two minutes after building: to see that it works, never to judge a time
#   CLIENTS="go node" sh benchmarks/run.sh    builds fewer of the others (go node cpprest rust: Rust's crates take minutes)
#   BUILD=directory sh benchmarks/run.sh      takes the programs of a build that is there, and writes below it
#   further options: python3 benchmarks/driver/run.py --help
set -eu
cd "$(dirname "$0")/.."

clients=${CLIENTS-go node cpprest rust}
packages="nginx-light openssl libcurl4-openssl-dev libbenchmark-dev python3 valgrind"
for client in $clients; do
    case $client in
        go) packages="$packages golang-go golang-golang-x-oauth2-dev" ;;
        cpprest) packages="$packages libcpprest2.10" ;;
        rust) packages="$packages cargo rustc" ;;
    esac
done
sh examples/packages.sh $packages
command -v node >/dev/null && command -v npm >/dev/null || sh examples/packages.sh nodejs npm

build=${BUILD-build/benchmarks}
results=$build/results
mkdir -p "$results"
if [ -z "${BUILD-}" ]; then
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O2 -g -DNDEBUG" \
        -DCOAUTH_BUILD_BENCHMARKS=ON -DCOAUTH_BUILD_TESTS=OFF -DCOAUTH_BUILD_EXAMPLES=OFF >"$build/cmake.log" 2>&1 ||
        { cat "$build/cmake.log" >&2; exit 1; }
    echo "Building"
    cmake --build "$build" --target peer_floor peer_coauth peer_libcurl count_allocations
fi
sh benchmarks/peers/others.sh "$build" $clients
mkdir -p "$build/plots"
cp benchmarks/driver/plots/*.js* "$build/plots"
(cd "$build/plots" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)

python3 benchmarks/driver/run.py --build "$build" --output "$results" "$@"
node "$build/plots/draw.js" "$results/results.json" "$results"
python3 benchmarks/driver/page.py "$results"
case " $* " in *" --quick "*) exit 0 ;; esac
echo
CLIENTS="floor coauth libcurl" BUILD=$build sh benchmarks/count.sh
