#!/usr/bin/env bash
# Mints a client certificate of the test cluster in DIR for a user and its groups, and prints the path of a kubeconfig with it.
# The identity has no rights until something is bound to it.
# Usage: identity.sh DIR USER [GROUP…]
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/pki.sh"
umask 077

dir=$(cd "$1" && pwd) user=$2
shift 2
[ -r "$dir/env" ] || { echo "no test cluster runs in $dir" >&2; exit 2; }
. "$dir/env"

file=user-$(printf '%s\n' "$user" "$@" | openssl dgst -sha256 -r | cut -c1-12)
subject=
for group in "$@"; do subject="$subject/O=${group//\//\\/}"; done
issue "$dir" kubernetes "$file" "$subject/CN=${user//\//\\/}"
write_kubeconfig "$dir" "$KASSAY_CLUSTER_SERVER" "$file" "$user" "$dir/$file.kubeconfig"
echo "$dir/$file.kubeconfig"
