// Package lines answers questions that come one to a line, as JSON, with one line each: what the programs beside it have in common.
package lines

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
)

// UnmarshalJSON reads a request; one that says nothing of what is done creates.
func (r *Request) UnmarshalJSON(text []byte) error {
	type plain Request
	r.Operation = "CREATE"
	return json.Unmarshal(text, (*plain)(r))
}

// Request is a request to the API server as it comes to admission: what `request.rs` of the engines' crate holds.
type Request struct {
	Operation   string          `json:"operation"`
	Kind        GroupKind       `json:"kind"`
	Resource    GroupResource   `json:"resource"`
	SubResource string          `json:"subresource"`
	Name        string          `json:"name"`
	Namespace   *Namespace      `json:"namespace"`
	Object      json.RawMessage `json:"object"`
	OldObject   json.RawMessage `json:"oldObject"`
	User        User            `json:"user"`
	DryRun      bool            `json:"dryRun"`
}

// GroupKind names the sort of an object.
type GroupKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// GroupResource names a part of the API.
type GroupResource struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
}

// Namespace is what admission can tell of a namespace here.
type Namespace struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
}

// User is who sends a request.
type User struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
}

// NamespaceName is the namespace's name, or "".
func (r *Request) NamespaceName() string {
	if r.Namespace == nil {
		return ""
	}
	return r.Namespace.Name
}

// Absent tells whether an object is not there.
func Absent(object json.RawMessage) bool {
	return len(object) == 0 || string(object) == "null"
}

// Verdict is what an engine says to one request.
type Verdict struct {
	// Refused: the request does not get in.
	Refused bool `json:"refused"`
	// Words of the engine: why it refuses, or what it did.
	Words string `json:"words,omitempty"`
	// Parts that answer by themselves, each with the engine's own word.
	Parts map[string]string `json:"parts,omitempty"`
}

// Serve answers each line of standard input until it ends. A question names what it asks by its field `ask`.
func Serve(answers map[string]func(json.RawMessage) (any, error)) {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if len(line) > 1 {
			reply, err := json.Marshal(answer(answers, line))
			if err != nil {
				reply, _ = json.Marshal(map[string]string{"failed": err.Error()})
			}
			_, _ = output.Write(append(reply, '\n'))
			if output.Flush() != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func answer(answers map[string]func(json.RawMessage) (any, error), line []byte) (reply any) {
	defer func() {
		if fault := recover(); fault != nil {
			reply = map[string]string{"failed": fmt.Sprintf("panic: %v\n%s", fault, debug.Stack())}
		}
	}()
	var question struct {
		Ask string `json:"ask"`
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return map[string]string{"failed": err.Error()}
	}
	known, ok := answers[question.Ask]
	if !ok {
		return map[string]string{"failed": "nothing is known of " + question.Ask}
	}
	result, err := known(line)
	if err != nil {
		return map[string]string{"failed": err.Error()}
	}
	return result
}
