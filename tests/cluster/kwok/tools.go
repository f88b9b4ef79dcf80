//go:build tools

// Package tools pins the node simulator that the test cluster runs, so that go.sum fixes its source.
// It stands in a module of its own because kwok wants other versions of the Kubernetes libraries than the server.
package tools

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
