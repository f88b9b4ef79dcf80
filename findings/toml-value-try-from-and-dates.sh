#!/usr/bin/env bash
# Dates that become tables: `toml::Value::try_from` of the Rust crate toml gives no `Value::Datetime` for the crate's own `Datetime`.
#
# Versions: toml 1.2.1 (toml_datetime 1.1.3) and toml 0.8.23 (toml_datetime 0.6.11), alike; serde 1.
# Seen: a struct with a `toml::value::Datetime` is written by `toml::to_string` as a date (`at = 2026-11-29`). Turned into a tree first, with `Value::try_from` or
# `Table::try_from`, the tree holds a table with the one key `$__toml_private_datetime` and a text, also in arrays, in options and for a bare date.
# `Value::is_datetime` says no, a walk through the tree meets a table where the file has a date, and printing the tree writes that private key into the
# file. Reading the tree back into the struct works, so a round trip by types shows nothing. The way round is to print and parse:
# `toml::to_string(&x)?.parse::<toml::Table>()`.
# Fails where any of this changes. Needs cargo.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "dates"
version = "0.0.0"
edition = "2024"

[dependencies]
old = { package = "toml", version = "=0.8.23" }
new = { package = "toml", version = "=1.2.1" }
serde = { version = "1", features = ["derive"] }
TOML
cat > src/main.rs <<'RUST'
macro_rules! look {
    ($module:ident, $toml:ident) => {
        mod $module {
            use $toml::value::Datetime;
            #[derive(serde::Serialize, serde::Deserialize, PartialEq)]
            struct Entry {
                at: Datetime,
                maybe: Option<Datetime>,
                list: Vec<Datetime>,
            }

            pub fn look() {
                let day: Datetime = "2026-11-29".parse().unwrap();
                let entry = Entry { at: day, maybe: Some(day), list: vec![day] };
                let text = $toml::to_string(&entry).unwrap();
                println!("{} text: {}", stringify!($toml), text.trim().replace('\n', ", "));
                let tree = $toml::Value::try_from(&entry).unwrap();
                let kinds = [&tree["at"], &tree["maybe"], &tree["list"][0], &$toml::Value::try_from(day).unwrap()].map(|v| v.type_str());
                println!("{} tree: {}", stringify!($toml), kinds.join(" "));
                println!("{} tree printed: {}", stringify!($toml), $toml::to_string(&tree).unwrap().lines().any(|l| l.contains("private_datetime")));
                println!("{} tree read back: {}", stringify!($toml), tree.try_into::<Entry>().unwrap() == entry);
                let parsed: $toml::Table = text.parse().unwrap();
                println!("{} printed and parsed: {}", stringify!($toml), parsed["at"].type_str());
            }
        }
    };
}
look!(before, old);
look!(now, new);

fn main() {
    before::look();
    now::look();
}
RUST
cargo run --quiet > seen 2> errors || { cat errors; exit 1; }
cargo tree --quiet --depth 1 --prefix none | tail -n +2
cat seen
diff - seen <<'SEEN'
old text: at = 2026-11-29, maybe = 2026-11-29, list = [2026-11-29]
old tree: table table table table
old tree printed: true
old tree read back: true
old printed and parsed: datetime
new text: at = 2026-11-29, maybe = 2026-11-29, list = [2026-11-29]
new tree: table table table table
new tree printed: true
new tree read back: true
new printed and parsed: datetime
SEEN
echo "as told"
