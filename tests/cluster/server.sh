#!/usr/bin/env bash
# Starts one more API server beside the test cluster in DIR, with flags of one's own and a part of the database of its own; it runs in the foreground.
# It exists because a server of any configuration is wanted at once, and a whole cluster for each would take too long.
# Usage: server.sh DIR NAME PORT FLAG…      NAME parts its objects from those of others; what is not given is as kube-apiserver ships it
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
dir=$(cd "$1" && pwd) name=$2 port=$3
shift 3
. "$dir/env"

# It ends with whoever started it, where the system can do that.
leash=
! command -v setpriv > /dev/null || leash="setpriv --pdeathsig KILL"
exec $leash "$KASSAY_CLUSTER_PROGRAMS/kube-apiserver" --etcd-servers "$KASSAY_CLUSTER_ETCD" --etcd-prefix "/$name" \
  --bind-address 127.0.0.1 --secure-port "$port" --advertise-address 10.40.0.10 \
  --tls-cert-file "$dir/pki/apiserver.crt" --tls-private-key-file "$dir/pki/apiserver.key" --client-ca-file "$dir/pki/kubernetes.crt" \
  --service-cluster-ip-range 10.96.0.0/16 --service-account-issuer https://kubernetes.default.svc.cluster.local \
  --service-account-key-file "$dir/pki/service-accounts.pub" --service-account-signing-key-file "$dir/pki/service-accounts.key" \
  --shutdown-delay-duration 0s "$@" > "$dir/logs/server-$name.log" 2>&1
