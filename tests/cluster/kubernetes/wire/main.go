// Command wire writes what the application's reader of Kubernetes' protobuf is made of and tested with.
//
//	go run ./wire schema  > …/schema.txt     the messages that lists of the roots are made of
//	go run ./wire samples > …/samples.tsv    random lists of them, each as the library writes it in JSON and in protobuf;
//	                                         a number behind it makes more of each kind
//
// Field numbers come from the tags `protobuf`, names and what is left out where it is empty from the tags `json`.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	words := append(os.Args[1:], "", strconv.Itoa(perKind))
	switch words[0] {
	case "schema":
		schema(os.Stdout)
	case "samples":
		count := words[1]
		if count == "" {
			count = words[2]
		}
		lists, err := strconv.Atoi(count)
		if err != nil {
			fail("%q is no number", count)
		}
		samples(os.Stdout, lists)
	default:
		fail("one word is needed: schema or samples")
	}
}

func fail(words string, values ...any) {
	fmt.Fprintf(os.Stderr, words+"\n", values...)
	os.Exit(1)
}
