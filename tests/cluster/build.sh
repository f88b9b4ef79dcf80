#!/usr/bin/env bash
# Builds the programs of the test cluster from the pinned Go modules, once per pin, into a cache outside the repository.
# It exists because no container engine is needed this way: Go, openssl and bash are enough to have a real API server.
# Usage: build.sh [--if-present]     the folder is the last line on standard output; words go to standard error
#   --if-present   never builds: prints the folder where there is one, or says what to do and exits 3
# Environment: KASSAY_TEST_CACHE (where to build), KUBEBUILDER_ASSETS (take kube-apiserver, etcd and kubectl from there).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${KASSAY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kassay-tests}
recipe=1 # raise when the way of building changes

say() { printf '%s\n' "$*" >&2; }
version_of() { sed -n "s|^\(require \)\{0,1\}[[:space:]]*$2 \(v[^ ]*\)\$|\2|p" "$here/$1/go.mod"; }
digest() { openssl dgst -sha256 -r | cut -c1-12; }
complete() { [ -e "$1/.complete" ]; }

kubernetes=$(version_of kubernetes k8s.io/kubernetes)
etcd=$(version_of kubernetes go.etcd.io/etcd/server/v3)
kwok=$(version_of kwok sigs.k8s.io/kwok)
pins=$(cat "$here"/{kubernetes,kwok}/go.{mod,sum} | digest)
platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)

# All programs of the pin, or, beside KUBEBUILDER_ASSETS, only what those assets lack.
components="kube-apiserver etcd kube-controller-manager kube-scheduler kubectl kwok"
assets=${KUBEBUILDER_ASSETS:-}
key=kubernetes-$kubernetes-etcd-$etcd-kwok-$kwok-$platform-$recipe-$pins
wanted=
if [ -n "$assets" ]; then
  for needed in kube-apiserver etcd; do
    [ -x "$assets/$needed" ] || { say "KUBEBUILDER_ASSETS=$assets holds no $needed"; exit 2; }
  done
  for component in $components; do [ -x "$assets/$component" ] || wanted="$wanted $component"; done
  key=$key-assets-$( { echo "$assets"; "$assets/kube-apiserver" --version; ls -ln "$assets"; } | digest)
else
  wanted=$components
fi
folder=$cache/$key

if complete "$folder"; then echo "$folder"; exit 0; fi
if [ "${1:-}" = --if-present ] || ! command -v go > /dev/null; then
  if [ -z "$assets" ]; then
    say "the test cluster is not built: run tests/cluster/build.sh (Go, and some ten minutes on two cores), or set KUBEBUILDER_ASSETS"
    exit 3
  fi
  # An API server alone still answers most requests; the folder is not marked complete, so that a later call with Go fills it.
  say "KUBEBUILDER_ASSETS lacks:$wanted (without kube-controller-manager no pods are made, without kwok none run)"
  mkdir -p "$folder"
  for component in $components; do [ ! -x "$assets/$component" ] || ln -sf "$assets/$component" "$folder/$component"; done
  echo "$folder"
  exit 0
fi

mkdir -p "$cache"
# One builder at a time; without flock two may build, and the rename below still keeps the result whole.
if command -v flock > /dev/null; then
  exec 9> "$cache/.lock"
  flock -n 9 || { say "waiting for another build of the test cluster"; flock 9; }
  if complete "$folder"; then echo "$folder"; exit 0; fi
  rm -rf "$cache"/.building-* # of builds that were interrupted: the lock says that none is running
fi

unfinished=$(mktemp -d "$cache/.building-XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
polite() { nice -n 10 "$@" 9>&-; }

build_kubernetes() { # the wanted commands of the kubernetes module, in one go so that they share what they have in common
  local packages=() minor=${kubernetes#v1.} stamp
  for component in $wanted; do
    case $component in kube* ) packages+=("k8s.io/kubernetes/cmd/$component") ;; esac
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  minor=${minor%%.*}
  stamp="-s -w"
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    stamp="$stamp -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=$minor"
  done
  say "building ${packages[*]##*/} $kubernetes"
  (cd "$here/kubernetes" && CGO_ENABLED=0 polite go build -trimpath -ldflags "$stamp" -o "$unfinished/" "${packages[@]}" >&2)
}

build_etcd() {
  case " $wanted " in *" etcd "*) ;; *) return 0 ;; esac
  say "building etcd $etcd"
  (cd "$here/kubernetes" && CGO_ENABLED=0 polite go build -trimpath -ldflags "-s -w" -o "$unfinished/etcd" go.etcd.io/etcd/server/v3 >&2)
}

build_kwok() { # and the stages it plays, which its own module holds
  local source stage
  case " $wanted " in
    *" kwok "*)
      say "building kwok $kwok"
      (cd "$here/kwok" && CGO_ENABLED=0 polite go build -trimpath \
        -ldflags "-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=$kwok" -o "$unfinished/kwok" sigs.k8s.io/kwok/cmd/kwok >&2) ;;
  esac
  source=$(cd "$here/kwok" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)
  mkdir "$unfinished/stages"
  for stage in node/fast node/heartbeat-with-lease pod/fast; do
    for file in "$source/kustomize/stage/$stage"/*.yaml; do
      case ${file##*/} in kustomization.yaml) ;; *) cat "$file" > "$unfinished/stages/${file##*/}" ;; esac
    done
  done
}

link_assets() { # the programs that KUBEBUILDER_ASSETS has
  [ -n "$assets" ] || return 0
  for component in $components; do
    [ ! -x "$assets/$component" ] || ln -s "$assets/$component" "$unfinished/$component"
  done
}

link_assets
build_kubernetes
build_etcd
build_kwok

touch "$unfinished/.complete"
rm -rf "$folder"
mv "$unfinished" "$folder"
say "built $key"
echo "$folder"
