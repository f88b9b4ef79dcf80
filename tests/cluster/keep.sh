#!/usr/bin/env bash
# The keeper of one test cluster: starts its processes in order, watches them and their owner, and stops them in order.
# It runs in the background, started by up.sh, so that there is one place which knows how a cluster begins and ends.
# Usage: keep.sh DIR PROGRAMS OWNER      OWNER may be empty
set -uo pipefail
dir=$1 programs=$2 owner=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/pki.sh"
cd "$dir" || exit 1
umask 077

# Where the system can do it, children die with a keeper that was killed hard.
leash=
! command -v setpriv > /dev/null || leash="setpriv --pdeathsig KILL"

declare -A pids=()
echo "keeper $$" > processes

start() { # NAME PROGRAM ARGUMENT…
  local name=$1
  shift
  $leash "$@" > "logs/$name.log" 2>&1 &
  pids[$name]=$!
  echo "$name $!" >> processes
}

stop() { # NAME: asks, waits, insists
  local pid=${pids[$1]:-}
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2> /dev/null
  for _ in $(seq 100); do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2> /dev/null
  wait "$pid" 2> /dev/null
  unset "pids[$1]"
}

stop_all() { # an API server without its etcd hangs and keeps its port, so etcd goes last
  trap '' TERM INT HUP
  trap - EXIT
  kill -0 "${pids[etcd]:-$$}" 2> /dev/null || kill -KILL "${pids[kube-apiserver]:-}" 2> /dev/null
  for name in watcher kwok kube-scheduler kube-controller-manager kube-apiserver etcd; do stop "$name"; done
  rm -rf env processes etcd
}
trap 'stop_all; exit 0' TERM INT HUP
trap stop_all EXIT

give_up() { echo "$*"; touch failed; exit 1; }
runs() { kill -0 "${pids[$1]}" 2> /dev/null; }
admin() { "$kubectl" --kubeconfig "$dir/admin.kubeconfig" --request-timeout 5s "$@"; }

free_port() { # below the range that systems hand out by themselves
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
}

kubectl=$programs/kubectl
[ -x "$kubectl" ] || kubectl=$(command -v kubectl) || give_up "there is no kubectl"

if [ -n "$owner" ]; then
  (while kill -0 "$owner" 2> /dev/null; do sleep 0.5; done) &
  pids[watcher]=$!
fi

start_etcd() {
  start etcd "$programs/etcd" --name test --data-dir "$dir/etcd" --unsafe-no-fsync --quota-backend-bytes 8589934592 --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls http://127.0.0.1:0
}

start_apiserver() {
  start kube-apiserver "$programs/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" \
    --bind-address 127.0.0.1 --secure-port "$api_port" --advertise-address 10.40.0.10 \
    --tls-cert-file "$dir/pki/apiserver.crt" --tls-private-key-file "$dir/pki/apiserver.key" --client-ca-file "$dir/pki/kubernetes.crt" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged=true --service-cluster-ip-range 10.96.0.0/16 \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$dir/pki/service-accounts.pub" --service-account-signing-key-file "$dir/pki/service-accounts.key" \
    --requestheader-client-ca-file "$dir/pki/front-proxy.crt" --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$dir/pki/front-proxy-client.crt" --proxy-client-key-file "$dir/pki/front-proxy-client.key" \
    --audit-policy-file "$here/audit-policy.yaml" --audit-log-path "$dir/audit.log" --audit-log-maxsize 2000 --shutdown-delay-duration 0s ${KASSAY_CLUSTER_API_FLAGS:-}
}

# Ports are chosen before they are bound, so somebody else may be faster: then the whole beginning is done again.
begin() {
  etcd_port=$(free_port) api_port=$(free_port)
  server=https://127.0.0.1:$api_port
  write_kubeconfig "$dir" "$server" admin kubernetes-admin admin.kubeconfig
  rm -rf etcd
  start_etcd
  start_apiserver
  # With credentials: before the hook that writes the RBAC defaults has run, readyz refuses everybody else.
  for _ in $(seq 600); do
    runs etcd && runs kube-apiserver || return 1
    [ "$(admin get --raw /readyz 2> /dev/null)" != ok ] || return 0
    sleep 0.1
  done
  return 1
}
attempt=1
until begin; do
  stop kube-apiserver
  stop etcd
  attempt=$((attempt + 1))
  [ "$attempt" -le 4 ] || give_up "etcd or kube-apiserver did not come up"
done

component() { # NAME CERTIFICATE ARGUMENT…, where the program is there at all
  local name=$1 certificate=$2
  shift 2
  [ -x "$programs/$name" ] || { echo "$name is absent"; return 0; }
  write_kubeconfig "$dir" "$server" "$certificate" "$name" "$dir/pki/$name.kubeconfig"
  start "$name" "$programs/$name" --kubeconfig "$dir/pki/$name.kubeconfig" "$@"
}
# Nobody stands behind the nodes but kwok, whose heartbeats come late on a busy machine: without patience all pods would count as lost then.
quick="--kube-api-qps=1000 --kube-api-burst=2000"
component kube-controller-manager controller-manager $quick --leader-elect=false --secure-port 0 --use-service-account-credentials \
  --root-ca-file "$dir/pki/kubernetes.crt" --service-account-private-key-file "$dir/pki/service-accounts.key" \
  --cluster-signing-cert-file "$dir/pki/kubernetes.crt" --cluster-signing-key-file "$dir/pki/kubernetes.key" \
  --node-monitor-grace-period=24h --allocate-node-cidrs --cluster-cidr 10.244.0.0/16 --service-cluster-ip-range 10.96.0.0/16
component kube-scheduler scheduler $quick --leader-elect=false --secure-port 0
stages=()
for stage in "$programs"/stages/*.yaml; do
  [ ! -e "$here/stages/${stage##*/}" ] || stage=$here/stages/${stage##*/}
  stages+=(--config "$stage")
done
component kwok nodes "${stages[@]}" --manage-all-nodes=true --server-address 127.0.0.1:0

# Pods are refused until their namespace has its account, so the cluster is of use from then on.
if [ -n "${pids[kube-controller-manager]:-}" ]; then
  for _ in $(seq 300); do
    ! admin get serviceaccount default > /dev/null 2>&1 || break
    sleep 0.1
  done
fi

{
  echo "KASSAY_CLUSTER_SERVER=$server"
  echo "KASSAY_CLUSTER_PROGRAMS='$programs'"
  echo "KASSAY_CLUSTER_KUBECTL='$kubectl'"
  echo "KASSAY_CLUSTER_AUDIT_LOG='$dir/audit.log'"
  echo "KASSAY_CLUSTER_ETCD=http://127.0.0.1:$etcd_port"
  echo "KASSAY_CLUSTER_KEEPER=$$"
  for name in "${!pids[@]}"; do echo "KASSAY_CLUSTER_PID_$(tr 'a-z-' 'A-Z_' <<< "$name")=${pids[$name]}"; done | sort
} > env.new
mv env.new env

# Whoever ends first, a part or the owner, ends everything.
wait -n
for name in "${!pids[@]}"; do runs "$name" || echo "$name ended"; done
