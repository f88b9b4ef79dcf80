// Asks Gatekeeper's own client, with the drivers of Rego and of CEL, as its webhook asks them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/frameworks/constraint/pkg/core/templates"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/drivers/k8scel"
	mutationtypes "github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"kassay.invalid/tests/engines/lines"
	"kassay.invalid/tests/engines/webhooks/served"
)

var scheme = runtime.NewScheme()

func main() {
	if err := apis.AddToScheme(scheme); err != nil {
		panic(err)
	}
	lines.Serve(map[string]func(json.RawMessage) (any, error){"gatekeeper": askGatekeeper})
}

// askGatekeeper gives requests to the constraints of one template.
func askGatekeeper(line json.RawMessage) (any, error) {
	var question struct {
		Template    map[string]any   `json:"template"`
		Constraints []map[string]any `json:"constraints"`
		Requests    []lines.Request  `json:"requests"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return nil, err
	}
	served.Requests(question.Requests)
	ctx := context.Background()
	byRego, err := rego.New(rego.Externs("inventory"))
	if err != nil {
		return nil, err
	}
	byCEL, err := k8scel.New()
	if err != nil {
		return nil, err
	}
	client, err := constraintclient.NewClient(constraintclient.Targets(&target.K8sValidationTarget{}), constraintclient.Driver(byCEL),
		constraintclient.Driver(byRego), constraintclient.EnforcementPoints(util.AuditEnforcementPoint, util.WebhookEnforcementPoint))
	if err != nil {
		return nil, err
	}
	template, err := versionless(&unstructured.Unstructured{Object: question.Template})
	if err == nil {
		_, err = client.AddTemplate(ctx, template)
	}
	if err != nil {
		return map[string]any{"refused": err.Error()}, nil
	}
	for _, constraint := range question.Constraints {
		if _, err := client.AddConstraint(ctx, whole(constraint)); err != nil {
			return map[string]any{"refused": "constraint: " + err.Error()}, nil
		}
	}
	verdicts := make([]lines.Verdict, 0, len(question.Requests))
	for i := range question.Requests {
		verdicts = append(verdicts, asked(ctx, client, &question.Requests[i]))
	}
	return map[string]any{"answers": verdicts}, nil
}

// whole gives an object whose integers are integers, as the API machinery reads them.
func whole(object map[string]any) *unstructured.Unstructured {
	text, _ := json.Marshal(object)
	read := &unstructured.Unstructured{}
	if err := read.UnmarshalJSON(text); err != nil {
		return &unstructured.Unstructured{Object: object}
	}
	return read
}

func versionless(object *unstructured.Unstructured) (*templates.ConstraintTemplate, error) {
	typed, err := scheme.New(object.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, typed); err != nil {
		return nil, err
	}
	versioned, ok := typed.(interface {
		ToVersionless() (*templates.ConstraintTemplate, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T is no template", typed)
	}
	return versioned.ToVersionless()
}

func asked(ctx context.Context, client *constraintclient.Client, request *lines.Request) lines.Verdict {
	admission := &admissionv1.AdmissionRequest{
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
	if admission.Kind.Kind == "Namespace" && admission.Kind.Group == "" {
		admission.Namespace = ""
	}
	review := &target.AugmentedReview{AdmissionRequest: admission, Source: mutationtypes.SourceTypeOriginal, IsAdmission: true}
	options := []reviews.ReviewOpt{reviews.EnforcementPoint(util.WebhookEnforcementPoint)}
	if admission.Namespace != "" {
		review.Namespace = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: admission.Namespace, Labels: request.Namespace.Labels}}
		in, err := util.NamespaceToMap(review.Namespace)
		if err != nil {
			return lines.Verdict{Refused: true, Words: "namespace: " + err.Error()}
		}
		options = append(options, reviews.Namespace(in))
	}
	responses, err := client.Review(ctx, review, options...)
	if err != nil {
		// The webhook answers such a request with an error, and its failurePolicy decides.
		return lines.Verdict{Words: err.Error(), Parts: map[string]string{"": "error"}}
	}
	verdict := lines.Verdict{Parts: map[string]string{}}
	var words []string
	for _, result := range responses.Results() {
		actions := []string{result.EnforcementAction}
		if result.EnforcementAction == string(util.Scoped) {
			actions = result.ScopedEnforcementActions
		}
		by := result.Constraint.GetKind() + " " + result.Constraint.GetName()
		for _, action := range actions {
			if util.ValidateEnforcementAction(util.EnforcementAction(action), result.Constraint.Object) != nil {
				continue
			}
			if action == string(util.Deny) {
				verdict.Refused = true
			}
			if verdict.Parts[by] != string(util.Deny) {
				verdict.Parts[by] = action
			}
			words = append(words, by+": "+action+": "+result.Msg)
		}
	}
	verdict.Words = strings.Join(words, "; ")
	return verdict
}
