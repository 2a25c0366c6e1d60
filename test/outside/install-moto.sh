#!/usr/bin/env bash
# Installs moto, the stand-in for DynamoDB, S3 and SSM in the contract tests, into a cache outside the checkout; prints its server's
# path. Needs Python 3 with venv. A second run does nothing.
set -euo pipefail
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/moto"
if [ ! -x "$folder/bin/moto_server" ]; then
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet 'moto[server]==5.2.5' >&2
fi
echo "$folder/bin/moto_server"
