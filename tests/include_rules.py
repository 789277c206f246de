#!/usr/bin/env python3
"""Which way includes point (ARCHITECTURE.md): reads every #include and fails on one that breaks a rule.

    tests/include_rules.py              checks the tree
    tests/include_rules.py --self-test  proves that a broken rule is noticed
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Room -> what it may include of ours: whole rooms ("model/"), or single headers ("config/fields.h").
MAY = {
    "model": ["model/"],
    "config": ["model/", "config/"],
    "probe": ["model/", "probe/", "config/fields.h"],
    "net": ["model/", "net/", "probe/clock.h", "probe/run.h"],
    "engine": ["model/", "probe/", "engine/", "sinks/sink.h", "sinks/board.h"],
    "sinks": ["model/", "sinks/"],
    "notify": ["model/", "net/", "notify/", "credentials/tls_keys.h", "config/fields.h", "config/secret.h", "probe/clock.h", "probe/real_clock.h",
               "probe/within.h", "probe/run.h", "probe/random.h", "engine/task_group.h", "sinks/board.h"],
    "access": ["model/", "access/", "config/fields.h", "config/secret.h", "config/open.h", "config/diagnostics.h",
               "net/file_stamp.h"],
    "cli": ["model/", "config/", "probe/", "credentials/", "engine/", "notify/settings.h", "access/web_file.h", "blackbox/settings.h",
            "cli/"],
    "blackbox": ["model/", "net/", "blackbox/", "credentials/tls_keys.h", "probe/probe.h", "probe/run.h", "probe/clock.h", "config/fields.h",
                 "config/open.h", "config/files.h", "config/secret.h", "config/diagnostics.h", "probes/shared/expect/",
                 "probes/dns/exchange.h", "probes/grpc/call.h", "probes/grpc/wire.h", "probes/http/http.h", "probes/icmp/echo.h",
                 "probes/icmp/ping_socket.h", "probe/random.h"],
    "http": ["model/", "http/", "access/", "net/turn_gate.h", "sinks/board.h", "sinks/event_ring.h", "sinks/metrics.h"],
    "credentials": ["model/", "net/", "config/fields.h", "config/secret.h", "probe/run.h", "probe/random.h",
                    "probe/within.h", "credentials/"],
    "probes": ["model/", "probe/", "net/", "credentials/", "config/fields.h", "config/secret.h", "probes/shared/",
               "probes/agent/chain.h"],
}
# Libraries that stay inside the rooms (or the one file) named.
ONLY = {
    r"yaml-cpp/": {"daemon/config/yaml_syntax.cpp", "daemon/config/yaml_tree.cpp"},
    r"pqxx/|libpq": {"probes/llm/replicas_worker.cpp", "probes/postgres/worker.cpp", "probes/postgres/sign_in.h", "probes/postgres/sign_in.cpp", "probes/postgres/guard.cpp"},
    r"mysql": {"probes/mysql/sign_in.h"},
    r"boost/beast": {"daemon/net/", "daemon/http/wire.h", "daemon/http/wire.cpp"},
    r"openssl/|boost/asio/ssl": {"daemon/net/", "daemon/credentials/", "daemon/access/"},
    r"ares|arpa/nameser|resolv|nghttp2": {"daemon/net/"},
    r"prometheus/": {"daemon/sinks/"},
    r"spdlog/|fmt/": {"daemon/sinks/event_log.cpp"},
    r"httplib": {"daemon/client.cpp"},
    r"sqlite3": {"daemon/sinks/"},
    r"re2/": {"probes/"},
}
NEVER = {"model": r"boost/|openssl/|yaml|prometheus|spdlog"}  # std only

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def room_of(path):
    parts = path.split("/")
    if parts[0] == "daemon" and len(parts) > 2:
        return parts[1]
    return "probes" if parts[0] == "probes" else None


def breaches(path, text):
    """Each include of the file that breaks a rule, as a sentence."""
    room = room_of(path)
    for ours, library in INCLUDE.findall(text):
        if ours and room:
            own = path.removeprefix("daemon/").rsplit(".", 1)[0]
            allowed = MAY[room] + [own + ".h"]
            if room == "probes":  # a probe may know the files of its own folder, the list knows them all
                allowed += [own[: own.rindex("/") + 1]] if own.count("/") > 1 or own == "probes/all" else []
            if not any(ours == a or a.endswith("/") and ours.startswith(a) for a in allowed):
                yield f'{path}: includes "{ours}": room {room} may include {", ".join(MAY[room])}'
        name = ours or library
        for pattern, homes in ONLY.items():
            if library and re.match(pattern, name) and not any(path == h or h.endswith("/") and path.startswith(h) for h in homes):
                yield f"{path}: includes <{name}>: stays in {', '.join(sorted(homes))}"
        if room in NEVER and library and re.match(NEVER[room], name):
            yield f"{path}: includes <{name}>: room {room} is std only"


def tree():
    for folder in ("daemon", "probes"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".h", ".cpp"):
                yield str(file.relative_to(ROOT)), file.read_text()


def self_test():
    cases = [
        ("daemon/model/a.cpp", '#include "engine/runner.h"', 1),
        ("daemon/model/a.cpp", "#include <boost/asio.hpp>", 1),
        ("daemon/net/a.cpp", '#include "config/fields.h"', 1),
        ("daemon/net/a.cpp", '#include "probe/run.h"', 0),
        ("daemon/engine/a.h", '#include "net/http.h"', 1),
        ("daemon/notify/a.cpp", '#include "engine/engine.h"', 1),
        ("daemon/notify/a.cpp", '#include "net/http.h"', 0),
        ("daemon/blackbox/a.cpp", '#include "engine/runner.h"', 1),
        ("daemon/http/a.h", "#include <boost/beast/http.hpp>", 1),
        ("probes/http/http.cpp", '#include "probes/shared/expect/expect.h"', 0),
        ("probes/http/http.cpp", '#include "probes/http/before.h"', 0),
        ("probes/http/http.cpp", '#include "probes/tcp.h"', 1),
        ("probes/tcp.cpp", '#include "probes/http/http.h"', 1),
        ("probes/shared/endpoint.cpp", '#include "probes/http/http.h"', 1),
        ("probes/all.cpp", '#include "probes/tcp.h"', 0),
        ("daemon/sinks/a.cpp", "#include <spdlog/spdlog.h>", 1),
        ("daemon/app.cpp", '#include "engine/engine.h"', 0),
    ]
    wrong = [c for c in cases if len(list(breaches(c[0], c[1]))) != c[2]]
    for path, text, count in wrong:
        print(f"self-test: {path} with {text}: wanted {count} breaches, got {list(breaches(path, text))}")
    return wrong


if __name__ == "__main__":
    found = self_test() if "--self-test" in sys.argv else [b for p, t in tree() for b in breaches(p, t)]
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
