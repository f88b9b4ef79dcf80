#!/usr/bin/env bash
# The counter by which one sees how kube-apiserver stores Secrets: what does it call a Secret that is stored as it is, without encryption?
#
# Versions: k8s.io/apiserver v0.37.2 (Kubernetes 1.37.2), Go 1.26. What runs here is the library's own chain of encryption providers, `identity` and a second one
# that only adds a prefix, and its own metrics.
# Seen, of apiserver_storage_transformation_operations_total:
#   what is done                                              resource     transformation_type   transformer_prefix
#   written with identity first                               secrets      to_storage            "" (empty)
#   read, stored with identity                                secrets      from_storage          identity
#   written with another provider first                       secrets      to_storage            its prefix, k8s:enc:…
#   read, stored with that provider                           secrets      from_storage          the same
#   read by what acts for no request (as watch caches do)     "" (empty)   from_storage          as above
# So one provider has two names in one counter: who looks for writes without encryption by `transformer_prefix="identity"`, as for reads, finds none, and a
# cluster that writes every Secret in the clear looks fine. And whoever sums up `resource="secrets"` does not see what caches read at the start of a server.
# Fails where any of this changes. Needs go.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"

cat > go.mod <<'GO'
module example.test/stored

go 1.26

require (
	k8s.io/apiserver v0.37.2
	k8s.io/component-base v0.37.2
)
GO
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/storage/value"
	"k8s.io/apiserver/pkg/storage/value/encrypt/identity"
	"k8s.io/component-base/metrics/legacyregistry"
)

// A provider that changes nothing: only its prefix matters here.
type plain struct{}

func (plain) TransformFromStorage(_ context.Context, data []byte, _ value.Context) ([]byte, bool, error) {
	return data, false, nil
}

func (plain) TransformToStorage(_ context.Context, data []byte, _ value.Context) ([]byte, error) {
	return data, nil
}

func must[T any](result T, err error) T {
	if err != nil {
		panic(err)
	}
	return result
}

func main() {
	value.RegisterMetrics()
	none := value.PrefixTransformer{Transformer: identity.NewEncryptCheckTransformer()}
	other := value.PrefixTransformer{Prefix: []byte("k8s:enc:example:v1:"), Transformer: plain{}}
	first := value.NewPrefixTransformers(nil, none, other)
	second := value.NewPrefixTransformers(nil, other, none)
	about := value.DefaultContext("/registry/secrets/shop/one")
	asked := request.WithRequestInfo(context.Background(), &request.RequestInfo{IsResourceRequest: true, Resource: "secrets"})

	stored := must(first.TransformToStorage(asked, []byte("one"), about))
	step("written with identity first")
	_, _, err := first.TransformFromStorage(asked, stored, about)
	must(0, err)
	step("read, stored with identity")
	stored = must(second.TransformToStorage(asked, []byte("two"), about))
	step("written with another provider first")
	_, _, err = second.TransformFromStorage(asked, stored, about)
	must(0, err)
	step("read, stored with that provider")
	_, _, err = second.TransformFromStorage(context.Background(), []byte("one"), about)
	must(0, err)
	step("read for no request")
}

var before = map[string]float64{}

// Tells what was counted since the last step.
func step(what string) {
	for _, family := range must(legacyregistry.DefaultGatherer.Gather()) {
		if family.GetName() != "apiserver_storage_transformation_operations_total" {
			continue
		}
		var told []string
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				if label.GetName() != "status" {
					labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
				}
			}
			key := strings.Join(labels, " ")
			if metric.GetCounter().GetValue() > before[key] {
				told = append(told, key)
			}
			before[key] = metric.GetCounter().GetValue()
		}
		sort.Strings(told)
		fmt.Printf("%s: %s\n", what, strings.Join(told, " and "))
	}
}
GO
go version
go mod tidy > tidy.log 2>&1 || { cat tidy.log; exit 1; }
go list -m k8s.io/apiserver
go run . > seen.txt 2> run.log || { cat run.log; exit 1; }
cat seen.txt
cat > expected.txt <<'SEEN'
written with identity first: resource="secrets" transformation_type="to_storage" transformer_prefix=""
read, stored with identity: resource="secrets" transformation_type="from_storage" transformer_prefix="identity"
written with another provider first: resource="secrets" transformation_type="to_storage" transformer_prefix="k8s:enc:example:v1:"
read, stored with that provider: resource="secrets" transformation_type="from_storage" transformer_prefix="k8s:enc:example:v1:"
read for no request: resource="" transformation_type="from_storage" transformer_prefix="identity"
SEEN
diff expected.txt seen.txt && echo "as told"
