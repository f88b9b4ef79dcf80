# What the scripts of this folder agree on: targets, names of files, versions of tools. Sourced, never run.

# A static program for each of the two machines that clusters run on.
TARGETS="x86_64-unknown-linux-musl aarch64-unknown-linux-musl"
# Releases are the same bytes only with the same tools.
PROFILE="OPT_LEVEL=3 LTO=thin STRIP=symbols DEBUG=false CODEGEN_UNITS=16 PANIC=unwind OVERFLOW_CHECKS=false DEBUG_ASSERTIONS=false" # of cargo: what Cargo.toml says, and defaults
CARGO_TOOLS=(cargo-auditable@0.7.7 cargo-cyclonedx@0.5.9 cargo-deb@3.8.0)

machine() { echo "${1%%-*}"; } # x86_64
compiler() { echo "$(machine "$1")-linux-gnu-gcc"; } # what compiles the little that is not Rust (in ring and psm) for a target; it uses no library, so glibc's headers do for musl
go_arch() { case $(machine "$1") in x86_64) echo amd64 ;; aarch64) echo arm64 ;; *) return 1 ;; esac; } # as Debian, Go and krew call a machine
version() { sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$1/Cargo.toml"; } # of the sources in a folder
archive() { echo "kassay-$1-$2"; } # VERSION TARGET: the folder in an archive, and the archive's name without its end
