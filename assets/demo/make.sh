#!/usr/bin/env bash
# Makes assets/demo.kassay.gz anew: starts a test cluster, applies the demo company, lets Kassay read it as an outside assessor, and stops.
# The identity has exactly the rights that `kassay rbac` asks for, so the demo also shows that they are enough.
# Usage: make.sh      (needs what tests/cluster needs, and cargo, or KASSAY with the path of the program)
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$top/tests/cluster
dir=$(mktemp -d)
trap '"$cluster/down.sh" "$dir"; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

program=${KASSAY:-}
if [ -z "$program" ]; then
  cargo build --release --manifest-path "$top/Cargo.toml" >&2
  kassay() { cargo run --quiet --release --manifest-path "$top/Cargo.toml" -- "$@"; }
else
  kassay() { "$program" "$@"; }
fi

"$cluster/up.sh" "$dir" --owner $$
. "$dir/env"
export KUBECTL=$KASSAY_CLUSTER_KUBECTL
"$top/assets/demo/apply.sh" "$dir/admin.kubeconfig"

admin() { "$KUBECTL" --kubeconfig "$dir/admin.kubeconfig" "$@"; }
role=$(kassay rbac | admin apply -f - -o name | sed -n 's|^clusterrole.rbac.authorization.k8s.io/||p' | head -n 1)
admin create clusterrolebinding pci-assessors --clusterrole "$role" --group acmepay:pci-assessors > /dev/null
assessor=$("$cluster/identity.sh" "$dir" assessor@qsa.example acmepay:pci-assessors)

kassay collect --kubeconfig "$assessor" -f "$top/assets/demo.kassay.gz"
