#!/bin/sh
# Shows that other projects can use the library: installed (static and shared), by pkg-config, and as a subdirectory.
set -eu
cd "$(dirname "$0")/.."
work=$PWD/build/consumers
rm -rf "$work"

# Static last: the build folder is left as it was found. What is compiled is the same for both.
for shared in ON OFF; do
    echo "== installed, BUILD_SHARED_LIBS=$shared"
    cmake --preset dev -DBUILD_SHARED_LIBS=$shared -DCMAKE_INSTALL_PREFIX="$work/prefix-$shared" >/dev/null
    cmake --build --preset dev --target coauth coauth_sqlite coauth_sandbox coauth_program
    cmake --install build/dev >/dev/null
    cmake -S tests/consumer -B "$work/found-$shared" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix-$shared" >/dev/null
    cmake --build "$work/found-$shared"
    "$work/found-$shared/consumer"
    "$work/found-$shared/keeper"
done

echo "== a component that there is not"
mkdir -p "$work/component"
printf '%s\n' 'cmake_minimum_required(VERSION 3.22)' 'project(component LANGUAGES CXX)' \
    'find_package(coauth 0.1 REQUIRED COMPONENTS redis)' >"$work/component/CMakeLists.txt"
if cmake -S "$work/component" -B "$work/component/build" -DCMAKE_PREFIX_PATH="$work/prefix-OFF" >"$work/component/said" 2>&1; then
    echo "it was found"
    exit 1
fi
grep 'no component "redis"' "$work/component/said"

echo "== pkg-config"
pc=$(dirname "$(find "$work/prefix-ON" -name coauth.pc)")
export PKG_CONFIG_PATH="$pc"
c++ -std=c++20 tests/consumer/main.cpp -o "$work/by-pkg-config" $(pkg-config --cflags --libs coauth)
LD_LIBRARY_PATH="$(dirname "$pc")" "$work/by-pkg-config"
c++ -std=c++20 tests/consumer/keeper.cpp -o "$work/keeper-by-pkg-config" $(pkg-config --cflags --libs coauth-sqlite)
LD_LIBRARY_PATH="$(dirname "$pc")" "$work/keeper-by-pkg-config"

echo "== subdirectory"
cmake -S tests/consumer -B "$work/subdirectory" -G Ninja -DCOAUTH_SOURCE="$PWD" -DCOAUTH_PRECOMPILED_HEADERS=ON \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 >/dev/null
cmake --build "$work/subdirectory"
"$work/subdirectory/consumer"
"$work/subdirectory/keeper"

echo "== the quick start's project"
mkdir -p "$work/quick-start"
awk '/^```cmake$/ {on = 1; next} /^```$/ {on = 0} on' docs/quick-start.md >"$work/quick-start/CMakeLists.txt"
cp tests/consumer/main.cpp "$work/quick-start/main.cpp"
cmake -S "$work/quick-start" -B "$work/quick-start/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix-OFF" >/dev/null
cmake --build "$work/quick-start/build"
"$work/quick-start/build/my_server"
