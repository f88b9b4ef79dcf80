#!/usr/bin/env bash
# Makes the container image of the collector as an OCI layout, with nothing but tar, gzip and sha256sum: the program, the libraries that it needs, the
# certificates of public authorities, and the licences that lie beside the program in a release's archive. No shell, no package manager, user 65532. The same input
# gives the same bytes.
#
# Usage: deploy/image.sh PROGRAM FOLDER        (FOLDER is new; afterwards: skopeo copy oci:FOLDER docker://registry.example/kassay/kassay:0.2.0)
# SOURCE_DATE_EPOCH is the time of all files, by default that of the last commit. CA_CERTIFICATES names another file of authorities.
set -euo pipefail
[ $# -eq 2 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$1 out=$2
authorities=${CA_CERTIFICATES:-/etc/ssl/certs/ca-certificates.crt}
[ -f "$program" ] && [ -x "$program" ] || { echo "image.sh: $program is no program" >&2; exit 2; }
[ -f "$authorities" ] || { echo "image.sh: $authorities is missing (Debian: ca-certificates)" >&2; exit 2; }
[ ! -e "$out" ] || { echo "image.sh: $out is there already" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2> /dev/null || echo 0)}
case $(od -An -tx2 -j18 -N2 --endian=little "$program" | tr -d ' ') in
003e) arch=amd64 ;;
00b7) arch=arm64 ;;
*) echo "image.sh: $program is no program for x86_64 or aarch64 Linux" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
install -D -m 0755 "$program" "$root/usr/bin/kassay"
# A static program names no loader and needs no libraries. Those of another machine's program can't be had here, and without them it would not start.
number() { od -An -v -tu"$2" -j"$1" -N"$2" --endian=little "$program" | tr -d ' '; } # OFFSET SIZE
table=$(number 32 8) entry=$(number 54 2) entries=$(number 56 2) dynamic=''
for ((i = 0; i < entries; i++)); do [ "$(number $((table + i * entry)) 4)" != 3 ] || dynamic=yes; done
if [ -n "$dynamic" ]; then
  needed=$(LC_ALL=C ldd "$program" 2> /dev/null || true)
  libraries=$(sed -nE 's/.*=> (\/[^ ]+) .*/\1/p; s/^[[:space:]]*(\/[^ ]+) .*/\1/p' <<< "$needed")
  [ -n "$libraries" ] && [[ $needed != *"not found"* ]] || { echo "image.sh: $program is not static, and not all of its libraries are here" >&2; exit 2; }
  for library in $libraries; do install -D -m 0755 "$(readlink -f "$library")" "$root$library"; done
fi
for page in LICENSE THIRD-PARTY.txt; do
  [ ! -f "$(dirname "$program")/$page" ] || install -D -m 0644 "$(dirname "$program")/$page" "$root/usr/share/doc/kassay/$page"
done
install -D -m 0644 "$authorities" "$root/etc/ssl/certs/ca-certificates.crt"
printf 'kassay:x:65532:65532:kassay:/:/sbin/nologin\n' > "$root/etc/passwd"
printf 'kassay:x:65532:\n' > "$root/etc/group"
chmod 0644 "$root/etc/passwd" "$root/etc/group"
find "$root" -type d -exec chmod 0755 {} +

blobs=$work/layout/blobs/sha256
mkdir -p "$blobs"
digest() { sha256sum "$1" | cut -d' ' -f1; }
store() { # FILE → its digest and size
  local sum; sum=$(digest "$1"); cp "$1" "$blobs/$sum"; printf '%s %s' "$sum" "$(stat -c %s "$1")"
}
tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -C "$root" -cf "$work/layer.tar" .
diff_id=$(digest "$work/layer.tar")
gzip -n -9 "$work/layer.tar"
read -r layer layer_size <<< "$(store "$work/layer.tar.gz")"
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
# The version is that which the program tells to servers, so that it can be read from one of another machine too.
version=$(LC_ALL=C grep -aoE -m1 'kassay/[0-9A-Za-z.+-]+ \(security assessment' "$program" | sed -n '1s#^kassay/\([^ ]*\).*#\1#p' || true)
labels=$(printf '"org.opencontainers.image.created":"%s","org.opencontainers.image.title":"kassay","org.opencontainers.image.description":"%s"' \
  "$created" "Reads a Kubernetes cluster and assesses it by the PCI SSC guidance for containers")
[ -z "$version" ] || labels+=",\"org.opencontainers.image.version\":\"$version\""
printf '{"created":"%s","architecture":"%s","os":"linux","config":{"User":"65532:65532","Env":["PATH=/usr/bin","SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],"Entrypoint":["/usr/bin/kassay"],"WorkingDir":"/","Labels":{%s}},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created":"%s","created_by":"deploy/image.sh"}]}' \
  "$created" "$arch" "$labels" "$diff_id" "$created" > "$work/config.json"
read -r config config_size <<< "$(store "$work/config.json")"
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}],"annotations":{%s}}' \
  "$config" "$config_size" "$layer" "$layer_size" "$labels" > "$work/manifest.json"
read -r manifest manifest_size <<< "$(store "$work/manifest.json")"
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"platform":{"architecture":"%s","os":"linux"}}]}' \
  "$manifest" "$manifest_size" "$arch" > "$work/layout/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' > "$work/layout/oci-layout"
mkdir -p "$(dirname "$out")"
mv "$work/layout" "$out"
echo "sha256:$manifest"
