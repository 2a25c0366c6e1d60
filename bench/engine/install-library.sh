#!/usr/bin/env bash
# Installs aws-local-stepfunctions, which is measured beside the engine, into a cache outside the checkout; prints its module's path.
# Needs npm. A second run does nothing.
set -euo pipefail
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/aws-local-stepfunctions"
if [ ! -d "$folder/node_modules/aws-local-stepfunctions" ]; then
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund aws-local-stepfunctions@3.0.0 >&2
fi
echo "$folder/node_modules/aws-local-stepfunctions/build/main.node.esm.js"
