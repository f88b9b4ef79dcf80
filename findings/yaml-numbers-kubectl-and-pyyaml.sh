#!/usr/bin/env bash
# Numbers in a manifest: what kubectl's YAML reader makes of them, and what PyYAML makes of the same text.
#
# Versions: sigs.k8s.io/yaml v1.6.0 (the reader behind kubectl and every client-go program), PyYAML 6.0.3 (behind Ansible and most linters).
# Seen: sigs.k8s.io/yaml reads both `08` and `010` as the number 8: a leading zero is octal where the digits allow it and silently decimal where
# they do not. `8_` and `0_8` are 8 too. A number too large for a float (`1e400`) becomes the text "1e400" without an error, while `1e300` stays a number.
# PyYAML reads the same text otherwise: `08`, `0_8`, `8e0`, `0o10` and `1e300` stay text, and `12:30` becomes 750 (base 60), which kubectl takes for
# text. So a check of ports or user ids that is written in Python judges other values than those that the cluster gets.
# Fails where any of this changes. Needs go, python3 with venv.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
mkdir "$dir/numbers"
cd "$dir/numbers"

cat > go.mod <<'GO'
module example.test/numbers

go 1.23

require sigs.k8s.io/yaml v1.6.0
GO
cat > main.go <<'GO'
package main

import (
	"bufio"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		out, err := yaml.YAMLToJSON([]byte("v: " + lines.Text()))
		fmt.Println(lines.Text(), string(out), err)
	}
}
GO
export GOMODCACHE="$dir/mod" GOCACHE="$dir/cache"
go mod tidy 2> tidy.log || { cat tidy.log; exit 1; }
go build -buildvcs=false -o numbers .
cd "$dir"
python3 -m venv venv
venv/bin/pip install -q PyYAML==6.0.3

printf '%s\n' 08 010 0_8 8_ 0o10 8e0 1e300 1e400 12:30 > texts
numbers/numbers < texts > kubectl.out
venv/bin/python - > pyyaml.out <<'PY'
import json, yaml
for text in open("texts").read().split():
    print(text, json.dumps(yaml.safe_load("v: " + text), separators=(",", ":")))
PY

echo "sigs.k8s.io/yaml $(cd numbers && go list -m -f '{{.Version}}' sigs.k8s.io/yaml), PyYAML $(venv/bin/python -c 'import yaml; print(yaml.__version__)')"
paste kubectl.out pyyaml.out | column -t -s "$(printf '\t')"

diff kubectl.out - <<'WANT'
08 {"v":8} <nil>
010 {"v":8} <nil>
0_8 {"v":8} <nil>
8_ {"v":8} <nil>
0o10 {"v":8} <nil>
8e0 {"v":8} <nil>
1e300 {"v":1e+300} <nil>
1e400 {"v":"1e400"} <nil>
12:30 {"v":"12:30"} <nil>
WANT
diff pyyaml.out - <<'WANT'
08 {"v":"08"}
010 {"v":8}
0_8 {"v":"0_8"}
8_ {"v":8}
0o10 {"v":"0o10"}
8e0 {"v":"8e0"}
1e300 {"v":"1e300"}
1e400 {"v":"1e400"}
12:30 {"v":750}
WANT
echo "as seen before"
