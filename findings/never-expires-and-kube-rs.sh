#!/usr/bin/env bash
# The time that certificates give when they never expire, 9999-12-31T23:59:59Z (RFC 5280, 4.1.2.5), in the status of an object: kube-rs reads none of the list.
#
# Versions: kube-core 5.0.0, k8s-openapi 0.29.0, jiff 0.2.46; k8s.io/apimachinery v0.37.2 for comparison.
# Seen: since k8s-openapi took jiff for `metav1.Time`, its latest instant is jiff's, 9999-12-30T22:00:00.999999999Z (26 hours early, so that every zone can show it).
# RFC 5280's second lies behind that, and its parser refuses it. A cert-manager Certificate repeats the end of what was issued as `status.notAfter`, so an
# issuer that signs without an end brings it there. A typed list of kube-rs with one such object among others is an error as a whole: none of the others is read
# either. The Go types read it and write it again unchanged; chrono, which earlier releases used, reads it too. A dynamic object (times as text) is the way round.
# Fails where any of this changes. Needs cargo, go.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat > list.json <<'JSON'
{"apiVersion": "cert-manager.io/v1", "kind": "CertificateList", "metadata": {}, "items": [
  {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "short", "namespace": "a"}, "spec": {}, "status": {"notAfter": "2027-03-01T00:00:00Z"}},
  {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": "endless", "namespace": "a"}, "spec": {}, "status": {"notAfter": "9999-12-31T23:59:59Z"}}
]}
JSON

mkdir -p rust/src go
cat > rust/Cargo.toml <<'TOML'
[package]
name = "never"
version = "0.0.0"
edition = "2024"

[dependencies]
chrono = { version = "=0.4.42", default-features = false, features = ["std", "serde"] }
jiff = { version = "=0.2.46", default-features = false, features = ["std"] }
k8s-openapi = { version = "=0.29.0", features = ["v1_36"] }
kube-core = "=5.0.0"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
TOML
cat > rust/src/main.rs <<'RUST'
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube_core::{DynamicObject, Object, ObjectList};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
struct Spec {}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    not_after: Option<Time>,
}

fn main() {
    let list = std::fs::read_to_string("list.json").unwrap();
    match serde_json::from_str::<ObjectList<Object<Spec, Status>>>(&list) {
        Ok(list) => println!("typed list: {} objects", list.items.iter().filter_map(|c| c.status.as_ref()?.not_after.as_ref()).count()),
        Err(error) => println!("typed list: {}", error.to_string().split(':').next().unwrap_or_default()),
    }
    match serde_json::from_str::<ObjectList<DynamicObject>>(&list) {
        Ok(list) => println!("dynamic list: {} objects", list.items.len()),
        Err(error) => println!("dynamic list: {error}"),
    }
    println!("latest time: {}", jiff::Timestamp::MAX);
    println!("chrono: {:?}", "9999-12-31T23:59:59Z".parse::<chrono::DateTime<chrono::Utc>>().map(|time| time.timestamp()));
}
RUST
cat > go/go.mod <<'GO'
module example.test/never

go 1.26

require k8s.io/apimachinery v0.37.2
GO
cat > go/main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func main() {
	var list struct {
		Items []struct {
			Status struct {
				NotAfter metav1.Time `json:"notAfter"`
			} `json:"status"`
		} `json:"items"`
	}
	text, err := os.ReadFile("list.json")
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		fmt.Println("go:", err)
		return
	}
	again, err := json.Marshal(list.Items[1].Status.NotAfter)
	fmt.Println("go:", len(list.Items), "objects, the second", string(again), err)
}
GO
export GOMODCACHE="$dir/mod" GOCACHE="$dir/cache" CARGO_TARGET_DIR="$dir/target"
(cd go && { go mod tidy && go build -buildvcs=false -o ../with-go .; } > ../go.log 2>&1) || { cat go.log; exit 1; }
(cd rust && cargo build -q)
{ target/debug/never; ./with-go; } > seen

go version; cargo --version
grep -A1 -E '^name = "(jiff|k8s-openapi|kube-core)"' rust/Cargo.lock | grep -v '^--' | paste -sd ' '
cat seen
diff seen - <<'WANT'
typed list: failed to convert civil datetime to timestamp with offset +00
dynamic list: 2 objects
latest time: 9999-12-30T22:00:00.999999999Z
chrono: Ok(253402300799)
go: 2 objects, the second "9999-12-31T23:59:59Z" <nil>
WANT
