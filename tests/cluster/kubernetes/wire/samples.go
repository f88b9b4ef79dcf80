package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand"
	"reflect"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	versions "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// perKind lists are written of each kind where no other number is asked for: most fields set in the first, few in the last.
const perKind = 3

var words = []string{
	"web", "a", "payments", "registry.acme.example/pay/api:1.4", "--log-level=info", "TCP", "Always", "10.0.0.7", "key in (a, b)",
	"ein Zettel mit ü und 漢字", "quotes \" and \\ and <tags> & more\nlines\ttabs", "app.kubernetes.io/name", "500m", "true", "0", "x",
}

// keys of maps.
var keys = []string{"app", "tier", "app.kubernetes.io/name", "z", "note", "ü", "a.b/c-d_e"}

func samples(out io.Writer, lists int) {
	scheme := runtime.NewScheme()
	for _, add := range groups {
		if err := add(scheme); err != nil {
			fail("%v", err)
		}
	}
	text := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{})
	wire := protobuf.NewSerializer(scheme, scheme)
	for _, root := range roots {
		if root.list == nil {
			continue
		}
		for seed := range lists {
			n := seed % perKind
			filler := filler{rand.New(rand.NewSource(int64(seed + 1))), []float64{0.9, 0.45, 0.15}[n]}
			list := reflect.New(reflect.TypeOf(root.list).Elem())
			items := list.Elem().FieldByName("Items")
			items.Set(reflect.MakeSlice(items.Type(), n+1, n+1))
			for i := range n + 1 {
				object := items.Index(i)
				filler.fill(object, false)
				meta := object.FieldByName("ObjectMeta")
				meta.FieldByName("Name").SetString(fmt.Sprintf("%s-%d", strings.ToLower(root.kind()), i))
				meta.FieldByName("Namespace").SetString("shop")
			}
			list.Elem().FieldByName("ResourceVersion").SetString("4711")
			if n == 0 {
				list.Elem().FieldByName("Continue").SetString("next==")
				left := int64(17)
				list.Elem().FieldByName("RemainingItemCount").Set(reflect.ValueOf(&left))
			}
			object := list.Interface().(runtime.Object)
			version, err := versions.ParseGroupVersion(root.apiVersion)
			if err != nil {
				fail("%v", err)
			}
			object.GetObjectKind().SetGroupVersionKind(version.WithKind(root.kind() + "List"))
			plain, packed := strings.Builder{}, strings.Builder{}
			if err := text.Encode(object, &plain); err != nil {
				fail("%s: %v", root.kind(), err)
			}
			if err := wire.Encode(object, &packed); err != nil {
				fail("%s: %v", root.kind(), err)
			}
			encoded := base64.StdEncoding.EncodeToString([]byte(packed.String()))
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", root.apiVersion, root.kind(), encoded, strings.TrimSpace(plain.String()))
		}
	}
}

type filler struct {
	random *rand.Rand
	often  float64
}

func (f filler) yes() bool { return f.random.Float64() < f.often }

func (f filler) word() string { return words[f.random.Intn(len(words))] }

// fill sets a value to something random. What may be left out is left out now and then; empty says whether an empty list may stand where there is none.
func (f filler) fill(of reflect.Value, empty bool) {
	switch of.Interface().(type) {
	case metav1.Time:
		if f.yes() {
			of.Set(reflect.ValueOf(metav1.NewTime(time.Unix(f.random.Int63n(4_000_000_000)-2_000_000_000, 0).UTC())))
		}
		return
	case resource.Quantity:
		texts := []string{"0", "500m", "1Gi", "2e3", "1.5", "-3", "100k", "123456789012"}
		of.Set(reflect.ValueOf(resource.MustParse(texts[f.random.Intn(len(texts))])))
		return
	case intstr.IntOrString:
		value := intstr.FromInt32(int32(f.random.Intn(70000) - 1))
		if f.random.Intn(2) == 0 {
			value = intstr.FromString(f.word())
		}
		of.Set(reflect.ValueOf(value))
		return
	case metav1.FieldsV1:
		of.Set(reflect.ValueOf(metav1.FieldsV1{Raw: []byte(`{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{}}}},"f:data":{"f:x":{}}}`)}))
		return
	}
	switch of.Kind() {
	case reflect.Pointer:
		if f.yes() {
			of.Set(reflect.New(of.Type().Elem()))
			f.fill(of.Elem(), false)
		}
	case reflect.String:
		if f.yes() {
			of.SetString(f.word())
		}
	case reflect.Bool:
		of.SetBool(f.random.Intn(2) == 0)
	case reflect.Int32, reflect.Int64:
		of.SetInt([]int64{0, 1, -1, 80, 8080, 1 << 30, -(1 << 31)}[f.random.Intn(7)])
	case reflect.Slice:
		if f.yes() {
			count := 1 + f.random.Intn(2)
			if empty && f.random.Intn(8) == 0 {
				count = 0
			}
			of.Set(reflect.MakeSlice(of.Type(), count, count))
			for i := range count {
				if of.Type().Elem().Kind() == reflect.Uint8 {
					of.Index(i).SetUint(uint64(f.random.Intn(256)))
				} else {
					f.fill(of.Index(i), false)
				}
			}
		}
	case reflect.Map:
		if f.yes() {
			of.Set(reflect.MakeMap(of.Type()))
			for range f.random.Intn(3) + 1 {
				value := reflect.New(of.Type().Elem()).Elem()
				f.fill(value, false)
				if value.Kind() == reflect.Slice && value.IsNil() {
					value.Set(reflect.MakeSlice(value.Type(), 0, 0))
				}
				of.SetMapIndex(reflect.ValueOf(keys[f.random.Intn(len(keys))]).Convert(of.Type().Key()), value)
			}
		}
	case reflect.Struct:
		for i := range of.NumField() {
			// What an object within another calls itself is not written in the binary form, and says nothing that its place does not say.
			if of.Type().Field(i).Name == "TypeMeta" {
				continue
			}
			f.fill(of.Field(i), strings.Contains(of.Type().Field(i).Tag.Get("json"), "omitempty"))
		}
	default:
		fail("%s can't be filled", of.Type())
	}
}
