#!/bin/sh
# Checks this bag with sha256sum, ssh-keygen and openssl alone:  sh verify.sh [ALLOWED_SIGNERS [TSA_CERTIFICATES]]
# A signature is judged by the time of its time-stamp, where TSA_CERTIFICATES vouch for that, else by AT=20261130120000Z, else by today.
whole() { case $1 in '' | /*) printf %s "$1" ;; *) printf %s "$PWD/$1" ;; esac; }
allowed=$(whole "${1:-}") tsa=$(whole "${2:-}") wrong=0 signed=0
cd "$(dirname "$0")" || exit 2
say() { printf '%s\n' "$*"; }
bad() { say "WRONG: $*"; wrong=1; }
for list in manifest-sha256.txt tagmanifest-sha256.txt; do sha256sum --strict --quiet -c "$list" || bad "$list"; done
[ "$(find data -type f | wc -l)" -eq "$(wc -l < manifest-sha256.txt)" ] || bad "data holds files that are in no manifest"
[ -z "$(find . ! -type f ! -type d)" ] || bad "there are links, or other things that are no files"
for sig in signatures/*.sig; do
  [ -f "$sig" ] || continue
  name=$(basename "$sig" .sig) answer=${sig%.sig}.tsr at=${AT:-}
  if [ -f "$answer" ] && [ -n "$tsa" ]; then
    time=$(openssl ts -reply -in "$answer" -token_out 2> /dev/null | openssl cms -verify -noverify -inform DER 2> /dev/null |
      openssl asn1parse -inform DER | sed -n 's/.*GENERALIZEDTIME *:\([0-9]\{14\}\).*/\1/p')
    seconds=$(echo "$time" | awk '{ y = substr($0, 1, 4) + 0; m = substr($0, 5, 2) + 0; if (m < 3) { y--; m += 12 }
      printf "%.0f", 86400 * (365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + substr($0, 7, 2) - 719469) \
        + 3600 * substr($0, 9, 2) + 60 * substr($0, 11, 2) + substr($0, 13, 2) }')
    if openssl ts -verify -data "$sig" -in "$answer" -CAfile "$tsa" -attime "$seconds" > /dev/null; then at=${time}Z; else bad "$answer"; fi
  elif [ -f "$answer" ]; then say "not checked: $answer, for want of TSA_CERTIFICATES"; fi
  [ -n "$allowed" ] || { say "not checked: $sig, for want of ALLOWED_SIGNERS"; continue; }
  ssh-keygen -Y verify -f "$allowed" -I "$name" -n kassay -s "$sig" ${at:+"-Overify-time=$at"} < tagmanifest-sha256.txt || bad "$sig"
  signed=1
done
[ -z "$allowed" ] || [ $signed = 1 ] || bad "nobody signed"
[ $wrong = 0 ] && say "The bag is whole." || { say "The bag is not whole."; exit 1; }
