package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	celengine "github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	"github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kassay.invalid/tests/engines/lines"
	"kassay.invalid/tests/engines/webhooks/served"
)

// askCELPolicy gives requests to a ValidatingPolicy or NamespacedValidatingPolicy.
func askCELPolicy(line json.RawMessage) (any, error) {
	var question struct {
		Policy     json.RawMessage                    `json:"policy"`
		Exceptions []*policiesv1beta1.PolicyException `json:"exceptions"`
		Requests   []lines.Request                    `json:"requests"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	served.Requests(question.Requests)
	var header metav1.TypeMeta
	if err := json.Unmarshal(question.Policy, &header); err != nil {
		return nil, err
	}
	var policy policiesv1beta1.ValidatingPolicyLike = &policiesv1beta1.ValidatingPolicy{}
	if header.Kind == "NamespacedValidatingPolicy" {
		policy = &policiesv1beta1.NamespacedValidatingPolicy{}
	}
	if err := json.Unmarshal(question.Policy, policy); err != nil {
		return map[string]any{"refused": err.Error()}, nil
	}
	around := libs.NewFakeContextProvider()
	provider, err := vpolengine.NewProvider(compiler.NewCompiler(), []policiesv1beta1.ValidatingPolicyLike{policy}, question.Exceptions)
	if err != nil {
		return map[string]any{"refused": err.Error()}, nil
	}
	verdicts := make([]lines.Verdict, 0, len(question.Requests))
	for i := range question.Requests {
		request := &question.Requests[i]
		resolve := func(string) *corev1.Namespace { return namespace(request) }
		predicate := vpolengine.ClusteredPolicy()
		if header.Kind == "NamespacedValidatingPolicy" {
			predicate = vpolengine.NamespacedPolicy(request.NamespaceName())
		}
		response, err := vpolengine.NewEngine(provider, resolve, matching.NewMatcher()).
			Handle(context.Background(), celengine.RequestFromAdmission(around, admission(request)), predicate)
		if err != nil {
			verdicts = append(verdicts, lines.Verdict{Refused: true, Words: err.Error()})
			continue
		}
		verdict := lines.Verdict{Parts: map[string]string{}}
		var words []string
		for n, answer := range response.Policies {
			for _, rule := range answer.Rules {
				bad := rule.Status() == engineapi.RuleStatusFail || rule.Status() == engineapi.RuleStatusError
				verdict.Refused = verdict.Refused || bad && answer.Actions.Has(admissionregistrationv1.Deny)
				verdict.Parts[fmt.Sprint(n)] = string(rule.Status())
				words = append(words, fmt.Sprintf("%d %s: %s", n, rule.Status(), rule.Message()))
			}
		}
		verdict.Words = strings.Join(words, "; ")
		verdicts = append(verdicts, verdict)
	}
	return map[string]any{"answers": verdicts}, nil
}
