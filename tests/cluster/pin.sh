#!/usr/bin/env bash
# Moves the test cluster to other versions: writes the go.mod files and their sums anew.
# k8s.io/kubernetes names its staging modules at v0.0.0, so each is replaced by the release that carries the same minor and patch.
# Usage: pin.sh KUBERNETES ETCD KWOK, for instance: pin.sh v1.37.2 v3.7.3 v0.8.0
set -euo pipefail
[ $# -eq 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
kubernetes=$1 etcd=$2 kwok=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
staging=v0.${kubernetes#v1.}

cd "$here/kubernetes"
rm -f go.sum
upstream=$(cd / && go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
{
  echo "module kassay.invalid/tests/cluster/kubernetes"
  echo
  grep -E '^(go|godebug) ' "$upstream"
  echo
  echo "require ("
  echo "	go.etcd.io/etcd/server/v3 $etcd"
  echo "	k8s.io/kubernetes $kubernetes"
  echo ")"
  echo
  echo "replace ("
  sed -n 's/^\t\(k8s\.io\/[a-z-]*\) v0\.0\.0$/\1/p' "$upstream" | sort | while read -r module; do
    echo "	$module => $module $staging"
  done
  echo ")"
} > go.mod
go mod tidy

cd "$here/kwok"
rm -f go.sum
printf 'module kassay.invalid/tests/cluster/kwok\n\ngo %s\n\nrequire sigs.k8s.io/kwok %s\n' "$(sed -n 's/^go //p' "$here/kubernetes/go.mod")" "$kwok" > go.mod
go mod tidy
