#!/usr/bin/env bash
# Installs what building, running the demo and testing need, from Debian 12's own packages. As root, or with sudo.
# Does nothing (and needs no network) when everything is there already. Starts no service.
#
#   deploy/install-deps.sh          all of it
#   deploy/install-deps.sh build    what compiling what is shipped needs
#   deploy/install-deps.sh image    what the test of the image needs besides all of it
set -euo pipefail

BUILD="ca-certificates dpkg-dev file clang-19 lld-19 cmake ninja-build pkg-config binutils python3
  libboost1.81-dev libboost-url1.81-dev libboost-json1.81-dev libc-ares-dev libnghttp2-dev libssl-dev libyaml-cpp-dev libpqxx-dev
  libpq-dev libspdlog-dev prometheus-cpp-dev libcurl4-openssl-dev zlib1g-dev libre2-dev libcli11-dev libsqlite3-dev
  libcpp-httplib-dev libmariadb-dev"
WORK="ccache git libclang-rt-19-dev libgtest-dev libgmock-dev libbenchmark-dev clang-format-19 clang-tidy-19"
PEERS="postgresql-15 mariadb-server nginx-light prometheus haproxy redis-server openssl curl procps iproute2 python3 python3-websockets
  python3-uvicorn python3-fastapi nodejs node-ws monitoring-plugins-basic prometheus-alertmanager
  python3-prometheus-client strace e2fsprogs apache2-utils groff-base python3-jwt python3-cryptography python3-yaml
  python3-grpcio python3-aiosmtpd dnsmasq-base unbound chromium fonts-dejavu-core prometheus-blackbox-exporter"

IMAGE="buildah bubblewrap debootstrap"
command -v kubectl >/dev/null || PEERS="$PEERS kubernetes-client"  # one of another origin stays

case "${1:-}" in
  build) wanted=$BUILD ;;
  image) wanted="$BUILD $WORK $PEERS $IMAGE" ;;
  *) wanted="$BUILD $WORK $PEERS" ;;
esac
missing=()
for package in $wanted; do
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then root=(env); else
  command -v sudo >/dev/null || { echo "install-deps.sh: needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  root=(sudo env)
fi

. /etc/os-release
if [ "${VERSION_CODENAME:-}" != bookworm ]; then
  echo "install-deps.sh: this is ${PRETTY_NAME:-unknown}; versions are measured on Debian 12 (bookworm) only" >&2
fi

# Debian starts the services it installs, and makes a PostgreSQL cluster; neither is wanted here.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" >/dev/null
  "${root[@]}" chmod 755 "$policy"
  trap '"${root[@]}" rm -f "$policy"' EXIT
fi
cluster=/etc/postgresql-common/createcluster.conf
if [ ! -e "$cluster" ]; then
  "${root[@]}" mkdir -p "${cluster%/*}"
  echo 'create_main_cluster = false' | "${root[@]}" tee "$cluster" >/dev/null
fi

log=$(mktemp)
echo "install-deps.sh: installing ${#missing[@]} packages" >&2
if ! { "${root[@]}" apt-get update -qq &&
       "${root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
         -o Dpkg::Options::=--force-confold "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  echo "install-deps.sh: apt-get failed; all it said is in $log" >&2
  exit 1
fi
rm -f "$log"
