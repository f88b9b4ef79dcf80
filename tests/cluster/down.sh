#!/usr/bin/env bash
# Ends the test cluster in DIR, the API server before etcd; ending one that does not run is no error. Logs and the audit log stay.
# Usage: down.sh DIR
set -euo pipefail
dir=${1:?down.sh DIR}
[ -r "$dir/processes" ] || exit 0

# A process id may have gone to somebody else since: only one whose command line names this DIR is ours.
real=$(cd "$dir" && pwd)
ours() {
  case $(ps -o args= -p "$1" 2> /dev/null) in *"$real"*) return 0 ;; *) return 1 ;; esac
}
gone() {
  for _ in $(seq "$2"); do
    ours "$1" || return 0
    sleep 0.1
  done
  return 1
}

# The keeper stands first and stops the rest in order; what follows is for the case that it was killed, the last started first.
while read -r name pid; do
  ours "$pid" || continue
  kill -TERM "$pid" 2> /dev/null || true
  gone "$pid" 200 || { echo "$name did not end by itself" >&2; kill -KILL "$pid" 2> /dev/null || true; }
done < <(sed -n '1p' "$dir/processes"; sed '1d' "$dir/processes" | sort -nr -k 2)
rm -f "$dir/processes" "$dir/env"
