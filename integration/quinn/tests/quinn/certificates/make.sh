#!/bin/sh
# Made the files beside it, once, with OpenSSL 3.0: an Ed25519 key, and two certificates of it for the name "server", each signed by itself and no
# authority, so that it can be trusted as what it is. One is valid from 1999 until 2099, one until the first day of a simulated run is over.
# Ed25519, because its signatures are decided by what is signed, and always as long; those of ECDSA are neither.
# Another run makes another key and other serial numbers, and so other digests of runs; nothing else depends on them.
set -eu
cd "$(dirname "$0")"
DIR=$(mktemp -d)
export DIR
trap 'rm -r "$DIR"' EXIT
cat > "$DIR/conf" <<'CONF'
[ca]
default_ca = own
[own]
database = $ENV::DIR/index
rand_serial = yes
policy = any
default_md = default
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = server
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:server
CONF
openssl genpkey -algorithm ed25519 -outform DER -out key.der
openssl pkey -inform DER -in key.der -out "$DIR/key.pem"
openssl req -new -config "$DIR/conf" -key "$DIR/key.pem" -out "$DIR/request.pem"
for each in long:20991231000000Z day:20000102000000Z; do
    : > "$DIR/index"
    # `ca` takes dates, where `x509` of this version counts days from now.
    openssl ca -batch -selfsign -notext -config "$DIR/conf" -extensions leaf -keyfile "$DIR/key.pem" -in "$DIR/request.pem" \
        -startdate 19991231000000Z -enddate "${each#*:}" -outdir "$DIR" -out "$DIR/certificate.pem"
    openssl x509 -in "$DIR/certificate.pem" -outform DER -out "${each%:*}.der"
done
