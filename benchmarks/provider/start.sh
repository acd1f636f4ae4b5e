#!/bin/sh
# Starts the provider in DIRECTORY, with a certificate made for it: sh start.sh DIRECTORY [PORT [CPU]]
# Ends with: kill $(cat DIRECTORY/nginx.pid). The authority that clients have to trust is DIRECTORY/ca.pem.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
directory=$1 port=${2-18440} cpu=${3-}
mkdir -p "$directory"
cd "$directory"

certificate() { # NAME SUBJECT EXTENSIONS [SIGNING OPTIONS]
    name=$1 subject=$2 extensions=$3
    shift 3
    openssl ecparam -name prime256v1 -genkey -noout -out "$name.key"
    printf '%s\n' "$extensions" >"$name.ext"
    openssl req -new -key "$name.key" -subj "/CN=$subject" |
        openssl x509 -req -days 30 -extfile "$name.ext" -out "$name.pem" "$@"
}
if ! [ -f server.pem ]; then
    {
        certificate ca "Benchmark authority" "basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign" -signkey ca.key
        certificate server localhost "subjectAltName=DNS:localhost,IP:127.0.0.1
extendedKeyUsage=serverAuth" -CA ca.pem -CAkey ca.key -CAcreateserial
    } 2>openssl.log || { cat openssl.log >&2; exit 1; }
fi

access_token=$(printf 'a%.0s' $(seq 800))
for file in nginx.conf answers.conf; do
    sed -e "s/@WARM@/$port/; s/@COLD@/$((port + 1))/; s/@RESUMED@/$((port + 2))/; s/@STATUS@/$((port + 3))/" \
        -e "s/@WORKERS@/${WORKERS-1}/; s/@ACCESS_TOKEN@/$access_token/" "$here/$file.in" >"$file"
done
${cpu:+taskset -c "$cpu"} /usr/sbin/nginx -p "$PWD/" -c "$PWD/nginx.conf" -e "$PWD/error.log"
