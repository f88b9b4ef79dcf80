package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// special are the types with a form of their own in JSON, by what the schema calls them.
var special = map[reflect.Type]string{
	reflect.TypeOf(metav1.Time{}):        "time",
	reflect.TypeOf(resource.Quantity{}):  "quantity",
	reflect.TypeOf(intstr.IntOrString{}): "int-or-string",
	reflect.TypeOf(metav1.FieldsV1{}):    "json",
	reflect.TypeOf([]byte{}):             "bytes",
}

var marshaler = reflect.TypeOf((*json.Marshaler)(nil)).Elem()

type field struct {
	number int
	line   string
}

func schema(out io.Writer) {
	fmt.Fprintf(out, "# Messages of Kubernetes' protobuf that lists of these kinds are made of: field number, name in JSON, type.\n")
	fmt.Fprintf(out, "# []T is repeated, {}T a map from text, =T stands among its parent's own fields, T? is left out of JSON where it is empty.\n")
	fmt.Fprintf(out, "# Made by tests/cluster/kubernetes/wire (go run ./wire schema) from k8s.io/api %s.\n", versionOf("k8s.io/api"))
	messages, waiting := map[reflect.Type]bool{}, []reflect.Type{}
	for _, root := range roots {
		fmt.Fprintf(out, "kind %s %s %s\n", root.apiVersion, root.kind(), nameOf(reflect.TypeOf(root.object)))
		waiting = append(waiting, reflect.TypeOf(root.object))
	}
	waiting = append(waiting, reflect.TypeOf(metav1.ListMeta{}))
	var found []reflect.Type
	for len(waiting) > 0 {
		next := waiting[0]
		waiting = waiting[1:]
		if messages[next] {
			continue
		}
		messages[next] = true
		found = append(found, next)
		_, below := fieldsOf(next)
		waiting = append(waiting, below...)
	}
	sort.Slice(found, func(a, b int) bool { return nameOf(found[a]) < nameOf(found[b]) })
	for i, message := range found {
		if i > 0 && nameOf(found[i-1]) == nameOf(message) {
			fail("two messages are called %s", nameOf(message))
		}
		fmt.Fprintf(out, "message %s\n", nameOf(message))
		fields, _ := fieldsOf(message)
		for _, field := range fields {
			fmt.Fprintf(out, "%s\n", field.line)
		}
	}
}

// fieldsOf gives the fields of a message in the order of their numbers, and the messages that they are of.
func fieldsOf(message reflect.Type) (fields []field, below []reflect.Type) {
	for i := range message.NumField() {
		own := message.Field(i)
		wire, told := own.Tag.Lookup("protobuf")
		if !told {
			if own.Name != "TypeMeta" {
				fail("%s.%s has no number", nameOf(message), own.Name)
			}
			continue
		}
		number, err := strconv.Atoi(strings.Split(wire, ",")[1])
		if err != nil {
			fail("%s.%s: %v", nameOf(message), own.Name, err)
		}
		name, options, _ := strings.Cut(own.Tag.Get("json"), ",")
		omits := strings.Contains(options, "omitempty")
		// As encoding/json has it: an embedded struct without a name stands among its parent's own fields.
		inline := own.Anonymous && name == ""
		if name == "-" || (name == "" && !inline) {
			fail("%s.%s has no name in JSON", nameOf(message), own.Name)
		}
		kind, found := typeOf(own.Type, omits, fmt.Sprintf("%s.%s", nameOf(message), own.Name))
		if found != nil {
			below = append(below, found)
		}
		if strings.Contains(options, "omitzero") && kind != "time" {
			fail("%s.%s: what is zero of %s is not known", nameOf(message), own.Name, kind)
		}
		if inline {
			name, kind = "-", "="+kind
		}
		fields = append(fields, field{number, fmt.Sprintf("%d %s %s", number, name, kind)})
	}
	sort.Slice(fields, func(a, b int) bool { return fields[a].number < fields[b].number })
	return fields, below
}

// typeOf gives the schema's word for a type, and the message that it is of where it is one.
func typeOf(of reflect.Type, omits bool, place string) (string, reflect.Type) {
	if word, known := special[of]; known {
		if word == "bytes" && omits {
			word += "?"
		}
		return word, nil
	}
	if of.Kind() != reflect.Map && of.Kind() != reflect.Slice && of.Kind() != reflect.Pointer && (of.Implements(marshaler) || reflect.PointerTo(of).Implements(marshaler)) {
		fail("%s: %s has a form of its own in JSON that is not known", place, of)
	}
	empty := ""
	if omits {
		empty = "?"
	}
	switch of.Kind() {
	case reflect.Pointer:
		return typeOf(of.Elem(), false, place)
	case reflect.String:
		return "string" + empty, nil
	case reflect.Bool:
		return "bool" + empty, nil
	case reflect.Int32, reflect.Int64:
		return "int" + empty, nil
	case reflect.Slice:
		word, below := typeOf(of.Elem(), false, place)
		if strings.HasPrefix(word, "[]") || strings.HasPrefix(word, "{}") {
			fail("%s is nested in a way that is not known", place)
		}
		return "[]" + word, below
	case reflect.Map:
		if of.Key().Kind() != reflect.String {
			fail("%s: keys are no text", place)
		}
		// A list as the value of a map is a message of its own with the list as its first field.
		word, below := typeOf(of.Elem(), false, place)
		return "{}" + word, below
	case reflect.Struct:
		return nameOf(of), of
	default:
		fail("%s: %s is not known", place, of)
		return "", nil
	}
}

// nameOf is the package's last two parts with the type's name: core/v1.Pod.
func nameOf(of reflect.Type) string {
	parts := strings.Split(of.PkgPath(), "/")
	if len(parts) > 2 {
		parts = parts[len(parts)-2:]
	}
	return strings.Join(parts, "/") + "." + of.Name()
}

func versionOf(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, known := range info.Deps {
		if known.Path == module {
			if known.Replace != nil {
				return known.Replace.Version
			}
			return known.Version
		}
	}
	return "?"
}
