#!/usr/bin/env bash
# Starts a Kubernetes control plane with simulated nodes on loopback, for tests and for making the demo; returns when it is ready.
# Afterwards DIR holds admin.kubeconfig, env (addresses, paths, process ids) and audit.log. Several may run at once, each in a DIR of its own.
# Usage: up.sh DIR [--owner PID]      with an owner everything ends as soon as that process is gone; without one, down.sh ends it
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
say() { printf '%s\n' "$*" >&2; }

owner=
dir=${1:-}
case $dir in "" | -*) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;; esac
shift
while [ $# -gt 0 ]; do
  case $1 in
    --owner) owner=${2:?--owner needs a process id}; shift 2 ;;
    *) say "unknown argument $1"; exit 2 ;;
  esac
done
[ "${BASH_VERSINFO[0]}" -gt 4 ] || { [ "${BASH_VERSINFO[0]}" -eq 4 ] && [ "${BASH_VERSINFO[1]}" -ge 3 ]; } || { say "bash 4.3 or newer is needed"; exit 2; }

programs=$("$here/build.sh")
umask 077
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

# Whatever an earlier cluster left here is ended and removed; a folder that holds anything else is not ours to touch.
"$here/down.sh" "$dir"
rm -rf "$dir"/{pki,etcd,logs,audit.log,admin.kubeconfig,user-*.kubeconfig,failed,*.new}
[ -z "$(ls -A "$dir")" ] || { say "$dir holds other files: give an empty folder"; exit 2; }
mkdir "$dir"/{pki,logs}

. "$here/pki.sh"
make_authority "$dir" kubernetes
make_authority "$dir" front-proxy
issue "$dir" kubernetes apiserver /CN=kube-apiserver \
  "IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
issue "$dir" kubernetes admin /O=system:masters/CN=kubernetes-admin
issue "$dir" kubernetes controller-manager /CN=system:kube-controller-manager
issue "$dir" kubernetes scheduler /CN=system:kube-scheduler
issue "$dir" kubernetes nodes /O=system:masters/CN=kassay-test-nodes
issue "$dir" front-proxy front-proxy-client /CN=front-proxy-client
openssl ecparam -name prime256v1 -genkey -noout -out "$dir/pki/service-accounts.key"
openssl ec -in "$dir/pki/service-accounts.key" -pubout -out "$dir/pki/service-accounts.pub" 2> /dev/null

# The keeper lives in a session of its own: an interrupt at the keyboard must not tear the API server's etcd away before it.
detach=nohup
! command -v setsid > /dev/null || detach=setsid
$detach bash "$here/keep.sh" "$dir" "$programs" "$owner" < /dev/null > "$dir/logs/keeper.log" 2>&1 &

for _ in $(seq 1200); do
  [ ! -e "$dir/env" ] || { say "ready: $dir/admin.kubeconfig"; exit 0; }
  [ ! -e "$dir/failed" ] || break
  sleep 0.1
done
say "the test cluster did not start; the last words of each part:"
tail -n 5 "$dir"/logs/*.log >&2
"$here/down.sh" "$dir"
exit 1
