// Asks Kubernetes itself: its CEL, its plugin of validating admission policies, its quantities, and Go's regular expressions.
package main

import (
	"encoding/json"
	"regexp"

	"k8s.io/apimachinery/pkg/api/resource"
	"kassay.invalid/tests/engines/lines"
)

func main() {
	lines.Serve(map[string]func(json.RawMessage) (any, error){
		"cel":      askCEL,
		"vap":      askPolicies,
		"quantity": askQuantities,
		"re2":      askPatterns,
	})
}

// askQuantities compares pairs of quantities: -1, 0, 1, or the error of the first that is none.
func askQuantities(line json.RawMessage) (any, error) {
	var question struct {
		Pairs [][2]string `json:"pairs"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	type compared struct {
		Order int    `json:"order"`
		Error string `json:"error,omitempty"`
	}
	results := make([]compared, 0, len(question.Pairs))
	for _, pair := range question.Pairs {
		left, err := resource.ParseQuantity(pair[0])
		if err == nil {
			var right resource.Quantity
			if right, err = resource.ParseQuantity(pair[1]); err == nil {
				results = append(results, compared{Order: left.Cmp(right)})
				continue
			}
		}
		results = append(results, compared{Error: err.Error()})
	}
	return map[string]any{"answers": results}, nil
}

// askPatterns searches texts for a pattern.
func askPatterns(line json.RawMessage) (any, error) {
	var question struct {
		Pattern string   `json:"pattern"`
		Texts   []string `json:"texts"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	pattern, err := regexp.Compile(question.Pattern)
	if err != nil {
		return map[string]any{"refused": err.Error()}, nil
	}
	results := make([]bool, 0, len(question.Texts))
	for _, text := range question.Texts {
		results = append(results, pattern.MatchString(text))
	}
	return map[string]any{"answers": results}, nil
}
