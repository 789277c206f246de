#!/usr/bin/env bash
# The demonstration: an agent-chat platform with a real PostgreSQL behind it and a real nginx before it, watched by
# answerback with the config.yaml at the top.
#
#   deploy/demo/run.sh            starts everything, says where to look, runs until Ctrl-C
#   deploy/demo/run.sh --check    silences the agent, then stops the database; expects the line that names each; exits 0 or 1
#
# As root (servers then run as user postgres) or as an ordinary user with sudo for the packages. Leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."

case "${1:-}" in
  ""|--check) mode=${1:-} ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

deploy/install-deps.sh
cmake --preset release >/dev/null
cmake --build --preset release

folder=$(mktemp -d "${TMPDIR:-/tmp}/answerback-demo.XXXXXX")
if [ "$(id -u)" -eq 0 ]; then
  chown postgres: "$folder"
  as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
else
  as_user=()
fi
pg=/usr/lib/postgresql/15/bin
pids=()

stop_all() {
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  (cd "$folder" && "${as_user[@]}" "$pg/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
database_port=$(free_port); platform_port=$(free_port); edge_port=$(free_port)
port=${PORT:-9797}
[ "$mode" = --check ] && port=$(free_port)

start_database() {
  (cd "$folder" && "${as_user[@]}" "$pg/pg_ctl" -D "$folder/data" -l "$folder/postgres.log" -w start >/dev/null)
}
stop_database() {
  (cd "$folder" && "${as_user[@]}" "$pg/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null)
}

make_database() {
  (cd "$folder" && "${as_user[@]}" "$pg/initdb" -D "$folder/data" -A trust -U chat -E UTF8 --no-locale --no-sync >/dev/null)
  cat >>"$folder/data/postgresql.conf" <<CONF
port = $database_port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
dynamic_shared_memory_type = mmap
CONF
  start_database
  psql -q -h "$folder" -p "$database_port" -U chat -v ON_ERROR_STOP=1 -d postgres -c 'CREATE DATABASE chat'
}

secret=demo-secret-at-least-32-bytes-long
database_url="postgresql://chat@127.0.0.1:$database_port/chat"

start_platform() {
  build/release/answerback-demo-platform --port "$platform_port" --database "$database_url" --jwt-secret "$secret" \
    >"$folder/platform.log" 2>&1 &
  pids+=($!)
  until curl -s -m 2 -o /dev/null "http://127.0.0.1:$platform_port/health/ready"; do sleep 0.1; done
}

start_edge() {
  local temp="" kind
  for kind in client_body proxy fastcgi uwsgi scgi; do temp+="${kind}_temp_path $folder/nginx_$kind; "; done
  cat >"$folder/nginx.conf" <<CONF
daemon off; master_process off; pid $folder/nginx.pid; error_log $folder/nginx.log;
events {}
http {
  access_log off; $temp
  map \$http_upgrade \$connection_header { default upgrade; '' close; }
  server {
    listen 127.0.0.1:$edge_port;
    location / {
      proxy_pass http://127.0.0.1:$platform_port;
      proxy_http_version 1.1;
      proxy_set_header Host \$host;
      proxy_set_header Upgrade \$http_upgrade;
      proxy_set_header Connection \$connection_header;
      proxy_buffering off;
    }
  }
}
CONF
  "${as_user[@]}" nginx -p "$folder" -e "$folder/nginx.log" -c "$folder/nginx.conf" &
  pids+=($!)
}

start_answerback() {
  DATABASE_URL="$database_url" PLATFORM_URL="http://127.0.0.1:$edge_port" PLATFORM_WS="ws://127.0.0.1:$edge_port" \
    LLM_URL="http://127.0.0.1:$edge_port/v1" JWT_SECRET="$secret" INTERVAL=1s DEEP_INTERVAL=2s AGENT_TIMEOUT=5s \
    LISTEN="127.0.0.1:$port" build/release/answerback run --config.file config.yaml 2>"$folder/answerback.log" &
  pids+=($!)
}

demo() { curl -sf -m 2 -o /dev/null "http://127.0.0.1:$platform_port/demo/$1" -d "${2:-{\}}"; }
health() { curl -s -m 2 "http://127.0.0.1:$port/health" 2>/dev/null || true; }
field() { python3 -c 'import json, sys
try: print(json.load(sys.stdin).get(sys.argv[1], ""))
except ValueError: print("")' "$1"; }

# expect STATUS [WORDS…]: waits up to 20 s for /health to say so, with every one of the words in its one line.
expect() {
  local wanted=$1 deadline=$((SECONDS + 20)) body output word missing
  shift
  while :; do
    body=$(health); output=$(field output <<<"$body"); missing=""
    [ "$(field status <<<"$body")" = "$wanted" ] || missing="status $wanted"
    for word in "$@"; do [[ $output == *"$word"* ]] || missing+=" '$word'"; done
    if [ -z "$missing" ]; then echo "  $wanted${output:+: $output}"; return; fi
    if [ $SECONDS -ge $deadline ]; then
      printf 'check failed: not within 20 s:%s\n%s\n' "$missing" "$body" >&2
      tail -n 20 "$folder/answerback.log" >&2
      exit 1
    fi
    sleep 0.2
  done
}

make_database
start_platform
start_edge
start_answerback

if [ "$mode" = --check ]; then
  echo "everything up:"; expect pass
  echo "the agent falls silent:"; demo break '{"what": "agent_silent"}'
  expect fail 'agent: down no_start at dispatch' '0 of 5' 'blocked 60 %' 'Users get no AI responses'
  echo "the agent is back:"; demo heal; expect pass
  echo "the database stops:"; stop_database
  expect fail 'postgres: down connect_refused at connect' 'blocks agent' 'blocked 100 %'
  echo "the database is back:"; start_database; expect pass
  echo "check passed"
  exit 0
fi

expect pass >/dev/null
cat <<TEXT

answerback watches a chat platform (port $platform_port) behind nginx (port $edge_port), with PostgreSQL (port $database_port).

  page      http://127.0.0.1:$port/
  status    build/release/answerback status --url http://127.0.0.1:$port
  health    curl -s http://127.0.0.1:$port/health | python3 -m json.tool
  metrics   curl -s http://127.0.0.1:$port/metrics

Silence the agent, as on the night nobody noticed, and look again after ten seconds:

  curl -s http://127.0.0.1:$platform_port/demo/break -d '{"what": "agent_silent"}'
  curl -s http://127.0.0.1:$platform_port/demo/heal -X POST

All the ways to break it: curl -s http://127.0.0.1:$platform_port/demo | python3 -m json.tool
Ctrl-C ends everything.
TEXT
wait "${pids[-1]}"
