package main

import (
	"context"
	"encoding/json"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	admissioncel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/generic"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"

	"kassay.invalid/tests/engines/lines"
)

// askPolicies gives requests to a validating admission policy and its bindings, through the dispatcher of the plugin itself.
func askPolicies(line json.RawMessage) (any, error) {
	var question struct {
		Policy   admissionregistrationv1.ValidatingAdmissionPolicy           `json:"policy"`
		Bindings []*admissionregistrationv1.ValidatingAdmissionPolicyBinding `json:"bindings"`
		// Objects that may be parameters, and the kinds there are: a kind that is not among them is unknown to the server.
		Params     []json.RawMessage `json:"params"`
		ParamKinds []struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Namespaced bool   `json:"namespaced"`
		} `json:"paramKinds"`
		Requests []lines.Request `json:"requests"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	policy := &question.Policy
	filled(policy.Spec.MatchConstraints)
	for _, binding := range question.Bindings {
		filled(binding.Spec.MatchResources)
	}
	hook := validating.PolicyHook{Policy: policy, Evaluator: compiled(policy)}
	for _, binding := range question.Bindings {
		if binding.Spec.PolicyName == policy.Name {
			hook.Bindings = append(hook.Bindings, binding)
		}
	}
	if kind := policy.Spec.ParamKind; kind != nil {
		hook.ConfigurationError = fmt.Errorf("failed to find resource referenced by paramKind: '%v'", kind)
		for _, known := range question.ParamKinds {
			if known.APIVersion != kind.APIVersion || known.Kind != kind.Kind {
				continue
			}
			informer, err := paramsOf(kind, question.Params)
			if err != nil {
				return nil, err
			}
			hook.ParamInformer, hook.ParamScope, hook.ConfigurationError = informer, meta.RESTScopeRoot, nil
			if known.Namespaced {
				hook.ParamScope = meta.RESTScopeNamespace
			}
		}
	}
	verdicts := make([]lines.Verdict, 0, len(question.Requests))
	if len(hook.Bindings) == 0 {
		// The plugin goes by bindings: a policy that none names is not looked at.
		for range question.Requests {
			verdicts = append(verdicts, lines.Verdict{})
		}
		return map[string]any{"answers": verdicts}, nil
	}
	for _, request := range question.Requests {
		verdict, err := asked(hook, request)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, verdict)
	}
	return map[string]any{"answers": verdicts}, nil
}

// filled sets what the API server sets by default in what a policy or binding matches.
func filled(match *admissionregistrationv1.MatchResources) {
	if match == nil {
		return
	}
	if match.NamespaceSelector == nil {
		match.NamespaceSelector = &metav1.LabelSelector{}
	}
	if match.ObjectSelector == nil {
		match.ObjectSelector = &metav1.LabelSelector{}
	}
	if match.MatchPolicy == nil {
		equivalent := admissionregistrationv1.Equivalent
		match.MatchPolicy = &equivalent
	}
	everywhere := admissionregistrationv1.AllScopes
	for _, rules := range [][]admissionregistrationv1.NamedRuleWithOperations{match.ResourceRules, match.ExcludeResourceRules} {
		for i := range rules {
			if rules[i].Scope == nil {
				rules[i].Scope = &everywhere
			}
		}
	}
}

// compiled is a policy's program, made of the plugin's own pieces; the function that joins them there is not public.
func compiled(policy *admissionregistrationv1.ValidatingAdmissionPolicy) validating.Validator {
	spec := &policy.Spec
	for_ := func(authorizer bool) admissioncel.OptionalVariableDeclarations {
		return admissioncel.OptionalVariableDeclarations{HasParams: spec.ParamKind != nil, HasAuthorizer: authorizer}
	}
	stored := environment.StoredExpressions
	with, err := admissioncel.NewCompositedCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	if err != nil {
		return validating.NewValidator(nil, nil, nil, nil, spec.FailurePolicy, err)
	}
	var variables []admissioncel.NamedExpressionAccessor
	for _, variable := range spec.Variables {
		variables = append(variables, &validating.Variable{Name: variable.Name, Expression: variable.Expression})
	}
	with.CompileAndStoreVariables(variables, for_(true), stored)
	var conditions, validations, messages, annotations []admissioncel.ExpressionAccessor
	for i := range spec.MatchConditions {
		conditions = append(conditions, (*matchconditions.MatchCondition)(&spec.MatchConditions[i]))
	}
	for _, validation := range spec.Validations {
		validations = append(validations, &validating.ValidationCondition{Expression: validation.Expression, Message: validation.Message, Reason: validation.Reason})
		var message admissioncel.ExpressionAccessor
		if validation.MessageExpression != "" {
			message = &validating.MessageExpressionCondition{MessageExpression: validation.MessageExpression}
		}
		messages = append(messages, message)
	}
	for _, annotation := range spec.AuditAnnotations {
		annotations = append(annotations, &validating.AuditAnnotationCondition{Key: annotation.Key, ValueExpression: annotation.ValueExpression})
	}
	var matcher matchconditions.Matcher
	if len(conditions) > 0 {
		matcher = matchconditions.NewMatcher(with.CompileCondition(conditions, for_(true), stored), spec.FailurePolicy, "policy", "validate", policy.Name)
	}
	return validating.NewValidator(with.CompileCondition(validations, for_(true), stored), matcher, with.CompileCondition(annotations, for_(true), stored),
		with.CompileCondition(messages, for_(false), stored), spec.FailurePolicy, nil)
}

// inView is an informer of parameters that never waits: all that is there is in its index.
type inView struct {
	cache.SharedIndexInformer
	index cache.Indexer
	group schema.GroupResource
}

func (v inView) Informer() cache.SharedIndexInformer { return v }
func (v inView) HasSynced() bool                     { return true }
func (v inView) Lister() cache.GenericLister         { return cache.NewGenericLister(v.index, v.group) }

func paramsOf(kind *admissionregistrationv1.ParamKind, objects []json.RawMessage) (inView, error) {
	view := inView{index: cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})}
	for _, text := range objects {
		var header metav1.TypeMeta
		if err := json.Unmarshal(text, &header); err != nil {
			return view, err
		}
		if header.APIVersion != kind.APIVersion || header.Kind != kind.Kind {
			continue
		}
		object, err := object(text, schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind))
		if err != nil {
			return view, err
		}
		if err := view.index.Add(object); err != nil {
			return view, err
		}
	}
	return view, nil
}

// object reads an object into the type that the API server has for it, or, where it has none, as it is.
func object(text json.RawMessage, kind schema.GroupVersionKind) (runtime.Object, error) {
	if lines.Absent(text) {
		return nil, nil
	}
	if !scheme.Scheme.Recognizes(kind) {
		free := &unstructured.Unstructured{}
		return free, free.UnmarshalJSON(text)
	}
	typed, err := scheme.Scheme.New(kind)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, typed); err != nil {
		return nil, err
	}
	typed.GetObjectKind().SetGroupVersionKind(kind)
	return typed, nil
}

type knowsNobody struct{}

func (knowsNobody) Authorize(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionNoOpinion, "", nil
}

var (
	interfaces = admission.NewObjectInterfacesFromScheme(scheme.Scheme)
	client     = fake.NewSimpleClientset()
)

func asked(hook validating.PolicyHook, request lines.Request) (lines.Verdict, error) {
	namespaces := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	if request.Namespace != nil {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: request.Namespace.Name, Labels: request.Namespace.Labels}}
		if err := namespaces.Add(namespace); err != nil {
			return lines.Verdict{}, err
		}
	}
	matcher := generic.NewPolicyMatcher(matching.NewMatcher(listers.NewNamespaceLister(namespaces), client))
	kind := schema.GroupVersionKind{Group: request.Kind.Group, Version: request.Kind.Version, Kind: request.Kind.Kind}
	resource := schema.GroupVersionResource{Group: request.Resource.Group, Version: request.Resource.Version, Resource: request.Resource.Resource}
	now, err := object(request.Object, kind)
	if err != nil {
		return lines.Verdict{}, err
	}
	before, err := object(request.OldObject, kind)
	if err != nil {
		return lines.Verdict{}, err
	}
	var options runtime.Object
	switch request.Operation {
	case "CREATE":
		options = &metav1.CreateOptions{}
	case "UPDATE":
		options = &metav1.UpdateOptions{}
	case "DELETE":
		options = &metav1.DeleteOptions{}
	}
	attributes := admission.NewAttributesRecord(now, before, kind, request.NamespaceName(), request.Name, resource, request.SubResource,
		admission.Operation(request.Operation), options, request.DryRun, &user.DefaultInfo{Name: request.User.Name, Groups: request.User.Groups})
	err = validating.NewDispatcher(knowsNobody{}, matcher).Dispatch(context.Background(), attributes, interfaces, []validating.PolicyHook{hook})
	if err != nil {
		return lines.Verdict{Refused: true, Words: err.Error()}, nil
	}
	return lines.Verdict{}, nil
}
