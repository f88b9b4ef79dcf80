#!/usr/bin/env bash
# A negated call whose argument is missing, `not startswith(input.missing, "a")`: OPA says undefined, the crate regorus says true.
#
# Versions: OPA v1.17.1 (its Go library, as Gatekeeper 3.23 has it), regorus 0.14.1. Both with errors of builtins not strict, the default of OPA.
# Seen, with an input in which `missing` is not there:
#   the rule's body                                  OPA          regorus
#   not input.missing                                true         true
#   not input.missing == "a"                         true         true
#   not startswith(input.missing, "a")               undefined    true
#   not own(input.missing)                           undefined    true       `own` is a function of the module
#   not input.missing > 1                            undefined    true
#   not count(input.missing) > 0                     undefined    true
#   v := input.missing; not startswith(v, "a")       undefined    undefined
# OPA's compiler works out the references among a call's arguments before the negation, as if the last line stood there: where one is not there the rule ends.
# Only what stands alone, or beside `==`, stays within. regorus evaluates the whole call within the negation. Policies negate calls often ("the image does not
# begin with our registry"), and on an object that lacks the field such a rule of violations says nothing in OPA and is a violation in regorus. Written as the
# last line, both agree.
# Fails where any of this changes. Needs go, cargo.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat > policy.rego <<'REGO'
package example

import rego.v1

own(x) if x == "a"

alone if not input.missing
apart if {
	v := input.missing
	not startswith(v, "a")
}
builtin if not startswith(input.missing, "a")
same if not input.missing == "a"
function if not own(input.missing)
nested if not count(input.missing) > 0
order if not input.missing > 1
REGO
printf '{"there": "text"}\n' > input.json

mkdir -p go rust/src
cat > go/go.mod <<'GO'
module example.test/negated

go 1.26

require github.com/open-policy-agent/opa v1.17.1
GO
cat > go/main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/v1/rego"
)

func must[T any](result T, err error) T {
	if err != nil {
		panic(err)
	}
	return result
}

func main() {
	policy := string(must(os.ReadFile("../policy.rego")))
	var input any
	if err := json.Unmarshal(must(os.ReadFile("../input.json")), &input); err != nil {
		panic(err)
	}
	for _, rule := range os.Args[1:] {
		asked := rego.New(rego.Query("data.example."+rule), rego.Module("policy.rego", policy), rego.Input(input))
		results := must(asked.Eval(context.Background()))
		if len(results) == 0 {
			fmt.Println(rule, "undefined")
			continue
		}
		fmt.Println(rule, results[0].Expressions[0].Value)
	}
}
GO
cat > rust/Cargo.toml <<'TOML'
[package]
name = "negated"
version = "0.0.0"
edition = "2024"

[dependencies]
regorus = { version = "=0.14.1", default-features = false, features = ["std", "arc"] }
TOML
cat > rust/src/main.rs <<'RUST'
use regorus::{Engine, Value};

fn main() {
    let policy = std::fs::read_to_string("policy.rego").expect("the policy");
    let input = Value::from_json_str(&std::fs::read_to_string("input.json").expect("the input")).expect("an input");
    for rule in std::env::args().skip(1) {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(false);
        engine.add_policy("policy.rego".to_owned(), policy.clone()).expect("a policy that is read");
        engine.set_input(input.clone());
        match engine.eval_rule(format!("data.example.{rule}")).expect("a rule that runs") {
            Value::Undefined => println!("{rule} undefined"),
            value => println!("{rule} {value}"),
        }
    }
}
RUST

rules="alone same builtin function order nested apart"
(cd go && go mod tidy > ../tidy.log 2>&1) || { cat tidy.log; exit 1; }
(cd go && go list -m -f '{{.Path}} {{.Version}}' github.com/open-policy-agent/opa)
# shellcheck disable=SC2086 # the rules are words
(cd go && go run -buildvcs=false . $rules) > opa.out 2> run.log || { cat run.log; exit 1; }
# shellcheck disable=SC2086
CARGO_TARGET_DIR="$dir/target" cargo run -q --manifest-path rust/Cargo.toml -- $rules > regorus.out 2> run.log || { cat run.log; exit 1; }
cargo tree -q --manifest-path rust/Cargo.toml --depth 1 --prefix none | grep '^regorus'

paste -d ' ' opa.out <(cut -d ' ' -f 2 regorus.out) | { echo 'rule OPA regorus'; cat; } | column -t
diff opa.out - <<'SEEN'
alone true
same true
builtin undefined
function undefined
order undefined
nested undefined
apart undefined
SEEN
diff regorus.out - <<'SEEN'
alone true
same true
builtin true
function true
order true
nested true
apart undefined
SEEN
echo "as seen before"
