// The Kubernetes API server as published, built from its Go module.
package main

import (
	"os"
	_ "time/tzdata" // the server reads time zones; the machine may have none

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
