#!/usr/bin/env bash
# Installs checkov, which holds a template against what is known to be unsafe, into a cache outside the checkout; prints its path. Needs
# Python 3 with venv. A second run does nothing.
set -euo pipefail
folder="${XDG_CACHE_HOME:-$HOME/.cache}/tidegate/checkov-3.3.30"
if [ ! -x "$folder/bin/checkov" ]; then
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet 'checkov==3.3.30' >&2
fi
echo "$folder/bin/checkov"
