#!/usr/bin/env bash
# Builds the programs that judge our engines of admission from the pinned Go modules, once per pin, into a cache outside the repository: they are the
# engines themselves (Kubernetes' CEL and policies, Gatekeeper's client, Kyverno's engine), and answer questions that come as lines of JSON.
# Usage: build.sh [--if-present] PROGRAM…     the folder is the last line on standard output; words go to standard error
#   PROGRAM        kubernetes, gatekeeper, kyverno; each in its turn, so that a heavy one holds up no other
#   --if-present   never builds: prints the folder where all of them are built, or says what to do and exits 3
# Environment: KASSAY_TEST_CACHE (where to build).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${KASSAY_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kassay-tests}
recipe=1 # raise when the way of building changes

say() { printf '%s\n' "$*" >&2; }
digest() { openssl dgst -sha256 -r | cut -c1-12; }

only=
if [ "${1:-}" = --if-present ]; then only=1; shift; fi
programs=("$@")
[ ${#programs[@]} -gt 0 ] || programs=(kubernetes gatekeeper kyverno)

platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
sources=$(cd "$here" && find . -type f \( -name '*.go' -o -name 'go.mod' -o -name 'go.sum' \) | LC_ALL=C sort | xargs cat | digest)
folder=$cache/engines-$platform-$recipe-$sources

missing=()
for program in "${programs[@]}"; do [ -x "$folder/$program" ] || missing+=("$program"); done
if [ ${#missing[@]} -eq 0 ]; then echo "$folder"; exit 0; fi
if [ -n "$only" ] || ! command -v go > /dev/null; then
  say "the engines that judge ours are not built (${missing[*]}): run tests/engines/build.sh (needs Go)"
  exit 3
fi

mkdir -p "$cache" "$folder"
if command -v flock > /dev/null; then
  exec 9> "$cache/.engines-lock"
  flock -n 9 || { say "waiting for another build of the engines"; flock 9; }
fi
polite() { nice -n 10 "$@" 9>&-; }
for program in "${missing[@]}"; do
  [ ! -x "$folder/$program" ] || continue
  case $program in
    kubernetes) module=kubernetes package=. ;;
    gatekeeper | kyverno) module=webhooks package=./$program ;;
    *) say "no program $program"; exit 2 ;;
  esac
  say "building $program"
  # Under another name until it is whole: a build that is interrupted leaves no half of a program.
  (cd "$here/$module" && CGO_ENABLED=0 polite go build -trimpath -ldflags "-s -w" -o "$folder/.$program" "$package" >&2)
  mv "$folder/.$program" "$folder/$program"
done
echo "$folder"
