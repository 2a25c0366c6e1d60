#!/usr/bin/env bash
# Builds the real Kubernetes control plane (kube-apiserver, kube-controller-manager, kube-scheduler, etcd) from its Go
# modules into a cache folder outside the checkout, and prints that folder and nothing else on standard output. The folder is
# named by the versions and a digest of all that decides what is built, so a second run finds it. About 4 minutes from
# nothing on 2 cores, 300 MB.
#
#   build.sh            build if it is not there yet, print the folder
#   build.sh --folder   only print the folder, whether it is there or not
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version_of() { sed -n "s|^.*[[:space:]]$1 \(v[0-9.]*\).*|\1|p" "$2" | head -n 1; }
kubernetes="$(version_of k8s.io/kubernetes kubernetes/go.mod)"
etcd="$(version_of go.etcd.io/etcd/server/v3 etcd/go.mod)"
digest="$({ uname -sm && cat build.sh ./*/go.mod ./*/go.sum ./*/*.go ./*/*/*.go; } | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-12)"
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/control-plane/$kubernetes-etcd-$etcd-$digest"

if [[ "${1:-}" == --folder || -e "$folder/kube-scheduler" ]]; then
  echo "$folder"
  exit 0
fi
if ! command -v go >/dev/null; then
  echo "control plane: go is not installed; install Go 1.25 or newer, or name a folder with kube-apiserver and etcd in KUBEBUILDER_ASSETS" >&2
  exit 1
fi
echo "control plane: building Kubernetes $kubernetes and etcd $etcd into $folder (minutes, once)" >&2

# Built aside and renamed when whole: a build that was cut short is never found, and two at once do no harm.
mkdir -p "$(dirname "$folder")"
aside="$(mktemp -d "$(dirname "$folder")/building.XXXXXX")"
trap 'rm -rf "$aside"' EXIT

IFS=. read -r major minor _ <<<"${kubernetes#v}"
stamp=k8s.io/component-base/version
stamps="-X $stamp.gitVersion=$kubernetes -X $stamp.gitMajor=$major -X $stamp.gitMinor=$minor"
export CGO_ENABLED=0 GOFLAGS='-mod=readonly -buildvcs=false -trimpath'
(cd etcd && go build -ldflags '-s -w' -o "$aside/etcd" .)
(cd kubernetes && go build -ldflags "-s -w $stamps" -o "$aside/" ./kube-apiserver ./kube-controller-manager ./kube-scheduler)

chmod 755 "$aside"
[[ -e "$folder" ]] || mv "$aside" "$folder"
echo "$folder"
