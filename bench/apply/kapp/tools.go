//go:build tools

// Names the program that bench/apply/peers.sh builds, so that go.mod and go.sum cover it.
package tools

import _ "carvel.dev/kapp/cmd/kapp"
