// Asks Kyverno's own engine, as its webhooks ask it.
package main

import (
	"encoding/json"

	"github.com/kyverno/kyverno/ext/wildcard"
	"kassay.invalid/tests/engines/lines"
)

func main() {
	lines.Serve(map[string]func(json.RawMessage) (any, error){
		"kyverno":          askPolicy,
		"validatingpolicy": askCELPolicy,
		"wildcard":         askWildcards,
	})
}

// askWildcards matches pairs of a pattern and a text.
func askWildcards(line json.RawMessage) (any, error) {
	var question struct {
		Pairs [][2]string `json:"pairs"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	results := make([]bool, 0, len(question.Pairs))
	for _, pair := range question.Pairs {
		results = append(results, wildcard.Match(pair[0], pair[1]))
	}
	return map[string]any{"answers": results}, nil
}
