package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/ext/wildcard"
	"github.com/kyverno/kyverno/pkg/clients/dclient"
	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/engine/factories"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/engine/policycontext"
	"github.com/kyverno/kyverno/pkg/exceptions"
	imageverifycache "github.com/kyverno/kyverno/pkg/image/verification/cache"
	"github.com/kyverno/kyverno/pkg/policycache"
	engineutils "github.com/kyverno/kyverno/pkg/utils/engine"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"kassay.invalid/tests/engines/lines"
	"kassay.invalid/tests/engines/webhooks/served"
)

var (
	settings = config.NewDefaultConfiguration(false)
	queries  = jmespath.New(settings)
)

// askPolicy gives requests to a ClusterPolicy or Policy.
func askPolicy(line json.RawMessage) (any, error) {
	var question struct {
		Policy     json.RawMessage              `json:"policy"`
		Exceptions []*kyvernov2.PolicyException `json:"exceptions"`
		Requests   []lines.Request              `json:"requests"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	served.Requests(question.Requests)
	var header metav1.TypeMeta
	if err := json.Unmarshal(question.Policy, &header); err != nil {
		return nil, err
	}
	var policy kyvernov1.PolicyInterface = &kyvernov1.ClusterPolicy{}
	if header.Kind == "Policy" {
		policy = &kyvernov1.Policy{}
	}
	if err := json.Unmarshal(question.Policy, policy); err != nil {
		return map[string]any{"refused": err.Error()}, nil
	}
	key := policy.GetName()
	if policy.IsNamespaced() {
		key = policy.GetNamespace() + "/" + key
	}
	cache := policycache.NewCache()
	own := policy.GetSpec().CustomWebhookMatchConditions()
	if policy.AdmissionProcessingEnabled() && !own {
		// Kinds that are not found are left out of the cache, as there.
		_ = cache.Set(key, policy, discovery{})
	}
	verdicts := make([]lines.Verdict, 0, len(question.Requests))
	for i := range question.Requests {
		request := &question.Requests[i]
		var asked []kyvernov1.PolicyInterface
		if !own {
			resource := schema.GroupVersionResource{Group: request.Resource.Group, Version: request.Resource.Version, Resource: request.Resource.Resource}
			asked = cache.GetPolicies(policycache.ValidateEnforce, resource, request.SubResource, namespace(request))
		} else if policy.AdmissionProcessingEnabled() && policy.GetSpec().HasValidate() {
			asked = append(asked, policy)
		}
		verdict, err := judged(asked, question.Exceptions, request)
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, verdict)
	}
	return map[string]any{"answers": verdicts}, nil
}

func namespace(request *lines.Request) *corev1.Namespace {
	if request.Namespace == nil {
		return nil
	}
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: request.Namespace.Name, Labels: request.Namespace.Labels}}
}

type listed []*kyvernov2.PolicyException

func (l listed) List(labels.Selector) ([]*kyvernov2.PolicyException, error) { return l, nil }

// sees is a client that knows one namespace and nothing else.
type sees struct {
	engineapi.Client
	namespace *corev1.Namespace
}

func (s sees) GetNamespace(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Namespace, error) {
	if s.namespace == nil || s.namespace.Name != name {
		return nil, fmt.Errorf("no namespace %s", name)
	}
	return s.namespace, nil
}

func (s sees) IsNamespaced(_, _, kind string) (bool, error) {
	return kind != "Namespace" && !strings.HasPrefix(kind, "Cluster"), nil
}

func admission(request *lines.Request) admissionv1.AdmissionRequest {
	admission := admissionv1.AdmissionRequest{
		UID:         "0",
		Kind:        metav1.GroupVersionKind{Group: request.Kind.Group, Version: request.Kind.Version, Kind: request.Kind.Kind},
		Resource:    metav1.GroupVersionResource{Group: request.Resource.Group, Version: request.Resource.Version, Resource: request.Resource.Resource},
		SubResource: request.SubResource,
		Name:        request.Name,
		Namespace:   request.NamespaceName(),
		Operation:   admissionv1.Operation(request.Operation),
		UserInfo:    authenticationv1.UserInfo{Username: request.User.Name, Groups: request.User.Groups},
		DryRun:      &request.DryRun,
	}
	admission.RequestKind, admission.RequestResource, admission.RequestSubResource = &admission.Kind, &admission.Resource, admission.SubResource
	if !lines.Absent(request.Object) {
		admission.Object.Raw = request.Object
	}
	if !lines.Absent(request.OldObject) {
		admission.OldObject.Raw = request.OldObject
	}
	return admission
}

func judged(policies []kyvernov1.PolicyInterface, exempt []*kyvernov2.PolicyException, request *lines.Request) (verdict lines.Verdict, err error) {
	defer func() {
		// Nothing there catches a panic: Kyverno ends, the API server gets no answer, and the failurePolicy of the webhook decides.
		if fault := recover(); fault != nil {
			verdict = lines.Verdict{Words: fmt.Sprint("panic: ", fault)}
			for _, policy := range policies {
				verdict.Refused = verdict.Refused || policy.GetSpec().GetFailurePolicy(context.Background()) == kyvernov1.Fail
			}
		}
	}()
	within := true
	asked := admission(request)
	judge := engine.NewEngine(settings, queries, sees{namespace: namespace(request)}, nil, imageverifycache.DisabledImageVerifyCache(),
		factories.DefaultContextLoaderFactory(nil), exceptions.New(listed(exempt)), &within)
	kind := schema.GroupVersionKind{Group: request.Kind.Group, Version: request.Kind.Version, Kind: request.Kind.Kind}
	info := kyvernov2.RequestInfo{AdmissionUserInfo: asked.UserInfo, DryRun: request.DryRun}
	around, err := policycontext.NewPolicyContextFromAdmissionRequest(queries, asked, info, kind, settings)
	if err != nil {
		// The webhook refuses a request of which it can't make a context.
		return lines.Verdict{Refused: len(policies) > 0, Words: err.Error()}, nil
	}
	if request.Kind.Kind != "Namespace" && request.Namespace != nil {
		around = around.WithNamespaceLabels(request.Namespace.Labels)
	}
	verdict = lines.Verdict{Parts: map[string]string{}}
	var words []string
	failing := kyvernov1.Ignore
	var responses []engineapi.EngineResponse
	for _, policy := range policies {
		if policy.GetSpec().GetFailurePolicy(context.Background()) == kyvernov1.Fail {
			failing = kyvernov1.Fail
		}
		response := judge.Validate(context.Background(), around.WithPolicy(policy))
		if response.IsNil() {
			continue
		}
		responses = append(responses, response)
		for _, rule := range response.PolicyResponse.Rules {
			verdict.Parts[rule.Name()] = string(rule.Status())
			words = append(words, fmt.Sprintf("%s %s: %s", rule.Name(), rule.Status(), rule.Message()))
		}
	}
	for _, response := range responses {
		verdict.Refused = verdict.Refused || engineutils.BlockRequest(response, failing)
	}
	verdict.Words = strings.Join(words, "; ")
	return verdict, nil
}

// discovery finds resources among those that a server has, with what its discovery tells of them.
type discovery struct{}

var there = []struct {
	group, version, kind, resource string
	below                          []string
}{
	{"", "v1", "Pod", "pods", []string{"attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "status"}},
	{"", "v1", "ReplicationController", "replicationcontrollers", []string{"scale", "status"}},
	{"", "v1", "Namespace", "namespaces", []string{"finalize", "status"}},
	{"", "v1", "Service", "services", []string{"proxy", "status"}},
	{"", "v1", "ConfigMap", "configmaps", nil},
	{"", "v1", "Secret", "secrets", nil},
	{"", "v1", "ServiceAccount", "serviceaccounts", []string{"token"}},
	{"apps", "v1", "Deployment", "deployments", []string{"scale", "status"}},
	{"apps", "v1", "ReplicaSet", "replicasets", []string{"scale", "status"}},
	{"apps", "v1", "StatefulSet", "statefulsets", []string{"scale", "status"}},
	{"apps", "v1", "DaemonSet", "daemonsets", []string{"status"}},
	{"batch", "v1", "Job", "jobs", []string{"status"}},
	{"batch", "v1", "CronJob", "cronjobs", []string{"status"}},
	{"networking.k8s.io", "v1", "Ingress", "ingresses", []string{"status"}},
	{"rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", nil},
}

func (discovery) FindResources(group, version, kind, subresource string) (map[dclient.TopLevelApiDescription]metav1.APIResource, error) {
	found := map[dclient.TopLevelApiDescription]metav1.APIResource{}
	for _, resource := range there {
		if !wildcard.Match(group, resource.group) || !wildcard.Match(version, resource.version) || !wildcard.Match(kind, resource.kind) {
			continue
		}
		top := dclient.TopLevelApiDescription{
			GroupVersion: schema.GroupVersion{Group: resource.group, Version: resource.version}, Kind: resource.kind, Resource: resource.resource,
		}
		if subresource == "" || (kind == "*" && subresource == "*") {
			found[top] = metav1.APIResource{Name: resource.resource, Kind: resource.kind}
		}
		for _, below := range resource.below {
			if subresource != "" && wildcard.Match(resource.resource+"/"+subresource, resource.resource+"/"+below) {
				found[top.WithSubResource(below)] = metav1.APIResource{Name: resource.resource + "/" + below}
			}
		}
	}
	if len(found) == 0 {
		return nil, dclient.ErrResourceNotFound
	}
	return found, nil
}
