#!/bin/sh
# Builds the contestants that CMake does not: sh others.sh BUILD go node cpprest rust. One that cannot be built is left out,
# and said so.
# Debian's packages of cpprestsdk and of Rust's crates would replace Boost 1.81 and libcurl, so they are unpacked, not installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/peers"
cd "$1/peers"
shift

unpack() { # DIRECTORY PACKAGE...
    directory=$1
    shift
    [ ! -d "$directory" ] || return 0
    mkdir -p "$directory.parts"
    (cd "$directory.parts" && chmod 777 . && apt-get download "$@" >/dev/null)
    for package in "$directory.parts"/*.deb; do
        dpkg -x "$package" "$directory.parts/root"
    done
    mv "$directory.parts/root" "$directory"
    rm -rf "$directory.parts"
}

go_client() {
    GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$PWD/go-cache go build -o peer_go "$here/go/main.go"
}

node_client() {
    mkdir -p node
    cp "$here"/node/*.js* node
    (cd node && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)
}

cpprest_client() {
    unpack cpprest libcpprest-dev libboost1.74-dev
    include=cpprest/usr/include
    g++ -std=c++20 -O2 -w -I"$include" -o peer_cpprest "$here/cpprest.cpp" "$here/contest.cpp" \
        -l:libcpprest.so.2.10 -lssl -lcrypto -lpthread
}

rust_client() {
    # As if nothing were installed, so that all crates are named.
    crates=$(apt-get install -s --no-install-recommends -o Dir::State::status=/dev/null librust-oauth2-dev librust-tokio-dev |
        sed -n 's/^Inst \(librust[^ ]*\).*/\1/p')
    unpack rust $crates
    mkdir -p rust/build/.cargo
    cp "$here/rust/Cargo.toml" "$here/rust/login.rs" rust/build
    printf '[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "%s"\n' \
        "$PWD/rust/usr/share/cargo/registry" >rust/build/.cargo/config.toml
    (cd rust/build && RUSTC=/usr/bin/rustc /usr/bin/cargo build --release --offline --quiet)
    cp rust/build/target/release/peer_rust .
}

for client in "$@"; do
    echo "Building the client in $client"
    (set -e; "${client}_client") >"$client.log" 2>&1 || { echo "without $client:"; tail -3 "$client.log"; } >&2
done
