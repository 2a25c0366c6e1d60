// Judges Kubernetes objects as kstatus does: one object as JSON per line on standard input, one judgement as JSON per line on
// standard output, in the same order. What kstatus answers with an error, or with a panic, has status "error".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubejson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type judgement struct {
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func judge(line []byte) (judged judgement) {
	defer func() {
		if panicked := recover(); panicked != nil {
			judged = judgement{Status: "error", Message: fmt.Sprint(panicked)}
		}
	}()
	object := map[string]any{}
	if err := kubejson.Unmarshal(line, &object); err != nil {
		return judgement{Status: "error", Message: err.Error()}
	}
	result, err := status.Compute(&unstructured.Unstructured{Object: object})
	if err != nil {
		return judgement{Status: "error", Message: err.Error()}
	}
	reason := ""
	if len(result.Conditions) > 0 {
		reason = result.Conditions[0].Reason
	}
	return judgement{Status: string(result.Status), Reason: reason, Message: result.Message}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := out.Encode(judge(lines.Bytes())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
