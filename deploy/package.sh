#!/usr/bin/env bash
# Builds the release and makes a Debian package of it: build/release/answerback_VERSION_ARCH.deb
set -euo pipefail
cd "$(dirname "$0")/.."
deploy/install-deps.sh build
cmake --preset release >/dev/null
cmake --build --preset release
cmake --build build/release --target manual
cmake --build build/release --target package
ls build/release/answerback_*.deb
