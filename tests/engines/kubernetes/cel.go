package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	admissioncel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// anExpression is an expression of which any value is good, or a bool alone.
type anExpression struct {
	text string
	bool bool
}

func (e anExpression) GetExpression() string { return e.text }
func (e anExpression) ReturnTypes() []*cel.Type {
	if e.bool {
		return []*cel.Type{cel.BoolType}
	}
	return []*cel.Type{cel.AnyType}
}

var compiler = admissioncel.NewCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))

// askCEL evaluates one expression on each of some inputs, in the environment of validating admission policies.
func askCEL(line json.RawMessage) (any, error) {
	var question struct {
		Expression string                       `json:"expression"`
		Bool       bool                         `json:"bool"`
		Inputs     []map[string]json.RawMessage `json:"inputs"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	compiled := compiler.CompileCELExpression(anExpression{question.Expression, question.Bool},
		admissioncel.OptionalVariableDeclarations{HasParams: true}, environment.StoredExpressions)
	if compiled.Error != nil {
		return map[string]any{"refused": compiled.Error.Error()}, nil
	}
	answers := make([]map[string]any, 0, len(question.Inputs))
	for _, input := range question.Inputs {
		variables := map[string]any{"object": nil, "oldObject": nil, "params": nil, "namespaceObject": nil, "request": nil}
		for name, text := range input {
			var value any
			if err := utiljson.Unmarshal(text, &value); err != nil {
				return nil, err
			}
			variables[name] = value
		}
		limited, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		value, _, err := compiled.Program.ContextEval(limited, variables)
		cancel()
		if err != nil {
			answers = append(answers, map[string]any{"error": err.Error()})
		} else {
			answers = append(answers, map[string]any{"type": value.Type().TypeName(), "value": shown(value)})
		}
	}
	return map[string]any{"answers": answers}, nil
}

// shown is a value as JSON, as far as it goes; what JSON can't tell apart is told by its type.
func shown(value ref.Val) any {
	switch value := value.(type) {
	case types.Bool, types.String, types.Int, types.Double, types.Uint:
		return value.Value()
	case types.Null:
		return nil
	default:
		return fmt.Sprint(value.Value())
	}
}
