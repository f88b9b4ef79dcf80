#!/usr/bin/env bash
# A server's own certificate given as the authority, as kubeconfigs that were made with `openssl s_client` hold it: who accepts it?
#
# Versions: Go 1.26's crypto/x509 (behind kubectl), rustls 0.23.46 with rustls-webpki 0.103.17 (behind kube-rs), the OpenSSL that is installed (3.0 or newer;
# behind Python's ssl, curl and Ruby).
# Seen, with the name right and the time within both certificates:
#   the certificate is                        Go        rustls               openssl verify    openssl verify -partial_chain
#   issued by a CA that is not given          accepts   UnknownIssuer        refuses           accepts
#   signed by itself, CA:TRUE                 accepts   CaUsedAsEndEntity    accepts           accepts
#   signed by itself, CA:FALSE                accepts   accepts              accepts           accepts
# So one kubeconfig works in kubectl and fails elsewhere, with a word ("unknown issuer") that sends people looking for a missing CA. Go takes a
# certificate that is itself in the pool for verified before it builds a chain; rustls takes from a root its name and key only, and never the root itself.
# Fails where any of this changes. Needs go, cargo, openssl.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
alone() { # a certificate signed by itself, with these basic constraints
  key "$1"
  openssl req -x509 -new -key "$1.key" -days 30 -subj "/CN=api.example.test" -out "$1.pem" \
    -addext "basicConstraints=critical,$2" -addext "subjectAltName=DNS:api.example.test" 2> openssl.log || { cat openssl.log; exit 1; }
}
key ca
openssl req -x509 -new -key ca.key -days 30 -subj "/CN=example authority" -out ca.pem -addext "keyUsage=critical,keyCertSign" 2> openssl.log
key issued
openssl req -new -key issued.key -subj "/CN=api.example.test" -out issued.csr
printf 'basicConstraints=critical,CA:FALSE\nsubjectAltName=DNS:api.example.test\nextendedKeyUsage=serverAuth\n' > issued.ext
openssl x509 -req -in issued.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile issued.ext -out issued.pem 2> openssl.log
alone itself-ca CA:TRUE
alone itself CA:FALSE

mkdir go rust rust/src
cat > go/go.mod <<'GO'
module example.test/leaf

go 1.26
GO
cat > go/main.go <<'GO'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name + ".pem")
		if err != nil {
			panic(err)
		}
		block, _ := pem.Decode(text)
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			panic(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(leaf)
		_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "api.example.test"})
		fmt.Println(name, err)
	}
}
GO
cat > rust/Cargo.toml <<'TOML'
[package]
name = "leaf"
version = "0.0.0"
edition = "2021"

[dependencies]
rustls = { version = "=0.23.46", default-features = false, features = ["ring", "std"] }
rustls-webpki = "=0.103.17"
TOML
cat > rust/src/main.rs <<'RUST'
use rustls::client::{danger::ServerCertVerifier, WebPkiServerVerifier};
use rustls::pki_types::{pem::PemObject, CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

fn main() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    for name in std::env::args().skip(1) {
        let leaf = CertificateDer::from_pem_file(format!("{name}.pem")).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(leaf.clone()).unwrap();
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().unwrap();
        let server = ServerName::try_from("api.example.test").unwrap();
        match verifier.verify_server_cert(&leaf, &[], &server, &[], UnixTime::now()) {
            Ok(_) => println!("{name} accepted"),
            Err(error) => println!("{name} {error:?}"),
        }
    }
}
RUST
export GOCACHE="$dir/cache" CARGO_TARGET_DIR="$dir/target"
(cd go && go build -buildvcs=false -o ../with-go .)
(cd rust && cargo build -q)

verify() { openssl verify "${@:2}" -CAfile "$1.pem" "$1.pem" > verify.log 2>&1 && echo accepts || sed -n 's/^error \([0-9]*\) .*/refuses: \1/p' verify.log | head -n 1; }
{
  ./with-go issued itself-ca itself | sed 's/^/go /; s/<nil>/accepted/'
  target/debug/leaf issued itself-ca itself | sed 's/^/rustls /'
  for name in issued itself-ca itself; do echo "openssl $name $(verify $name), with -partial_chain $(verify $name -partial_chain)"; done
} > seen

go version; cargo --version; openssl version
grep -A1 -E '^name = "(rustls|rustls-webpki)"' rust/Cargo.lock | paste -sd ' '
cat seen
diff seen - <<'WANT'
go issued accepted
go itself-ca accepted
go itself accepted
rustls issued InvalidCertificate(UnknownIssuer)
rustls itself-ca InvalidCertificate(Other(OtherError(CaUsedAsEndEntity)))
rustls itself accepted
openssl issued refuses: 20, with -partial_chain accepts
openssl itself-ca accepts, with -partial_chain accepts
openssl itself accepts, with -partial_chain accepts
WANT
