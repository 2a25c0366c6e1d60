#!/usr/bin/env bash
# Builds jsonnet.wasm from this folder. Usage: build.sh [FILE]   (default: jsonnet.wasm beside this script)
# The same compiler (rust-toolchain.toml) and lock file give the same bytes: paths of the machine are mapped away.
set -euo pipefail
cd "$(dirname "$0")"
out="${1:-$PWD/jsonnet.wasm}"
target="${CARGO_TARGET_DIR:-$PWD/target}"
cargo fetch --quiet --locked
# 256 MiB of memory and no more; 8 MiB of it is the stack of compiled code, placed first so that an overflow traps.
flags=('-Clink-arg=--max-memory=268435456' '-Clink-arg=-zstack-size=8388608' '-Clink-arg=--stack-first')
for crates in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do flags+=("--remap-path-prefix=$crates=crates/"); done
CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; echo "${flags[*]}")"
export CARGO_ENCODED_RUSTFLAGS
# This folder's path is for this crate alone: what it stands on is compiled alike, and kept in $target, wherever the checkout is.
cargo rustc --quiet --locked --release --target wasm32-unknown-unknown --target-dir "$target" -- "--remap-path-prefix=$PWD=crate"
cp "$target/wasm32-unknown-unknown/release/tidegate_jsonnet.wasm" "$out"
