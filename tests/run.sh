#!/usr/bin/env bash
# Installs what is missing, builds with AddressSanitizer, runs every test. `--ubsan` or `--tsan` uses that build instead;
# anything else is handed to ctest (`tests/run.sh -R unit_model`).
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
case "${1:-}" in --ubsan|--tsan) preset=${1#--}; shift ;; esac

deploy/install-deps.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
exec ctest --preset "$preset" "$@"
