// Package served writes objects as the API server writes them for webhooks: by their types, so that null and what is empty by default is left out.
package served

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"kassay.invalid/tests/engines/lines"
)

// Requests writes the objects of requests so. What does not fit its type stays as it is.
func Requests(requests []lines.Request) {
	for i := range requests {
		request := &requests[i]
		kind := schema.GroupVersionKind{Group: request.Kind.Group, Version: request.Kind.Version, Kind: request.Kind.Kind}
		request.Object, request.OldObject = object(request.Object, kind), object(request.OldObject, kind)
	}
}

func object(text json.RawMessage, kind schema.GroupVersionKind) json.RawMessage {
	if lines.Absent(text) || !scheme.Scheme.Recognizes(kind) {
		return text
	}
	typed, err := scheme.Scheme.New(kind)
	if err != nil || json.Unmarshal(text, typed) != nil {
		return text
	}
	typed.GetObjectKind().SetGroupVersionKind(kind)
	written, err := json.Marshal(typed)
	if err != nil {
		return text
	}
	return written
}
