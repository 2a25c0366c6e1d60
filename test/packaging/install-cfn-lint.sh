#!/usr/bin/env bash
# Installs cfn-lint, which holds a template against CloudFormation's own schemas, into a cache outside the checkout; prints its path.
# Needs Python 3 with venv. A second run does nothing.
set -euo pipefail
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/cfn-lint-1.58.0"
if [ ! -x "$folder/bin/cfn-lint" ]; then
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet 'cfn-lint==1.58.0' >&2
fi
echo "$folder/bin/cfn-lint"
