#!/bin/sh
# Makes a certificate authority, a certificate of it for localhost, and a browser's home in which it is trusted:
#   sh tests/browser/authority.sh FOLDER     ca.pem, localhost.pem, localhost.key, home/
set -eu
cd "$1"

key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
{
    openssl req -x509 $key -days 2 -subj "/CN=Authority of the browser tests" -addext keyUsage=critical,keyCertSign \
        -keyout ca.key -out ca.pem
    openssl req $key -subj /CN=localhost -keyout localhost.key -out localhost.csr
    echo subjectAltName=DNS:localhost >localhost.names
    openssl x509 -req -in localhost.csr -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial -extfile localhost.names \
        -out localhost.pem
} 2>openssl.log || { cat openssl.log >&2; exit 1; }

# Chromium takes the trust of its user from the NSS database in the user's home.
mkdir -p home/.pki/nssdb
certutil -d sql:home/.pki/nssdb -N --empty-password
certutil -d sql:home/.pki/nssdb -A -n test -t C,, -i ca.pem
