#!/bin/sh
# What including the library costs: the compile time of <coauth/coauth.hpp> at -O0 as a ratio to that of Asio's awaitable and
# Boost.JSON's value alone. Fails over 3. The best of five runs each, taken in turn.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '#include <coauth/coauth.hpp>' >"$work/coauth.cpp"
printf '#include <utility>\n#include <boost/asio/awaitable.hpp>\n#include <boost/json/value.hpp>\n' >"$work/floor.cpp"

milliseconds() {
    begin=$(date +%s%N)
    ${CXX:-g++} -std=c++20 -O0 -Iinclude -c "$1" -o /dev/null
    echo $((($(date +%s%N) - begin) / 1000000))
}

coauth=999999
floor=999999
for _ in 1 2 3 4 5; do
    took=$(milliseconds "$work/coauth.cpp"); [ "$took" -ge "$coauth" ] || coauth=$took
    took=$(milliseconds "$work/floor.cpp"); [ "$took" -ge "$floor" ] || floor=$took
done
hundredths=$((100 * coauth / floor))
printf 'header cost: <coauth/coauth.hpp> %d ms, Asio awaitable + JSON value %d ms, ratio %d.%02d (limit 3.00)\n' \
    "$coauth" "$floor" $((hundredths / 100)) $((hundredths % 100))
[ "$hundredths" -le 300 ]
