#!/usr/bin/env bash
# Builds the programs that bench/apply/run.ts measures beside ours, kapp (at the version of kapp/go.mod) and helm (the newest), from their
# Go modules into a cache folder outside the checkout, and prints that folder and nothing else on standard output. What is there is not
# built again. About 5 minutes from nothing on 2 cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/peers"
mkdir -p "$folder"
export CGO_ENABLED=0
[[ -e "$folder/helm" ]] || GOBIN="$folder" go install -trimpath helm.sh/helm/v4/cmd/helm@latest >&2
[[ -e "$folder/kapp" ]] || (cd kapp && go build -trimpath -ldflags '-s -w' -o "$folder/kapp" carvel.dev/kapp/cmd/kapp >&2)
echo "$folder"
