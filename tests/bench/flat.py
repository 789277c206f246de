#!/usr/bin/env python3
"""Ten of each probe type in one daemon, many runs: whether memory and descriptors stay flat. Prints; judges nothing.

    tests/bench/flat.py [RUNS]       100,000 where it is not said; some minutes on 2 cores

Against the demo platform with PostgreSQL, MariaDB, nginx with TLS and an agent card, redis-server, dnsmasq, a gRPC server and another
answerback; what is not installed is left out and said so. As root, in a network of its own, where ping is allowed. The floor is the first
tenth of the runs, in which pools and caches fill.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
os.environ.setdefault("ANSWERBACK", str(HERE.parent.parent / "build/release/answerback"))
from harness import ANSWERBACK, Answerback, Nginx, Postgres, Process, free_port, need  # noqa: E402

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SECRET = "bench-secret-at-least-32-bytes-long"
TOKEN = "credentials: canary"
CARD = {"name": "bench", "description": "an agent", "version": "1", "capabilities": {}, "defaultInputModes": ["text/plain"],
        "defaultOutputModes": ["text/plain"], "skills": [{"id": "triage", "name": "triage", "description": "sorts", "tags": ["sort"]}]}


def shapes(at):
    """type -> (keys, interval in ms)."""
    web, ws = f"http://127.0.0.1:{at['platform']}", f"ws://127.0.0.1:{at['platform']}"
    quick = {
        "http": f'url: "{web}/auth/health"', "tcp": f'address: "127.0.0.1:{at["platform"]}"',
        "postgres": f'dsn: "{at["dsn"]}"', "websocket": f'url: "{ws}/ws", {TOKEN}, welcome: {{json: {{/type: system_message}}}}',
        "llm": f'provider: openai, base_url: "{web}/v1", model: demo-1, api_key: demo-key',
        "agent": f'url: "{ws}/ws", {TOKEN}', "mcp": f'url: "{web}/mcp", tools: [notes]',
        "registry": f'url: "{web}/agents", list: /agents, agents: [triage]',
        "auth": f'login: {{url: "{web}/auth/login", json: {{user: canary, password: demo}}, token: /access_token}}',
        "env": "required: [PATH]", "exec": "command: [/bin/true]", "icmp": "host: 127.0.0.1, count: 1",
        "tls": f'address: "127.0.0.1:{at["tls"]}", tls_config: {{insecure_skip_verify: true}}',
        "answerback": f'url: "http://127.0.0.1:{at["peer"]}"',
        "isolation": f'url: "{ws}/ws", credentials: [canary, other]',
        "a2a": f'url: "http://127.0.0.1:{at["nginx"]}", skills: [triage]',
    }
    if at.get("mysql"):
        quick["mysql"] = f'dsn: "mysql://watch:hunter22@127.0.0.1:{at["mysql"]}/shop", tables: [orders]'
    if at.get("redis"):
        quick["redis"] = f'address: "127.0.0.1:{at["redis"]}", write: true'
    if at.get("dns"):
        quick["dns"] = f'servers: ["127.0.0.1:{at["dns"]}"], query: api.internal'
    if at.get("grpc"):
        quick["grpc"] = f'address: "127.0.0.1:{at["grpc"]}"'
    slow = {"agent": 2000, "isolation": 2000, "exec": 1000, "mysql": 200, "postgres": 200, "llm": 500, "auth": 500, "websocket": 200, "icmp": 1000}
    return {kind: (keys, slow.get(kind, 100)) for kind, keys in quick.items()}


def config(at):
    users = ", ".join(f"{user}: {{jwt: {{alg: HS256, secret: {SECRET}, claims: {{sub: {user}, aud: platform}}, ttl: 5m}}}}"
                      for user in ("canary", "other"))
    lines = ["service: bench", f"credentials: {{{users}}}", "defaults: {timeout: 8s, fall: 3}", "probes:"]
    for kind, (keys, interval) in shapes(at).items():
        for i in range(10):
            lines.append(f"  - {{name: {kind}-{i}, type: {kind}, interval: {interval}ms, {keys}}}")
    return "\n".join(lines) + "\n"


def state(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024, len(os.listdir(f"/proc/{pid}/fd"))


def done(daemon):
    runs = {}
    for kind, verdict, count in re.findall(r'^answerback_probe_runs_total\{probe="(\w+)-\d+".*?verdict="(\w+)"[^}]*\} (\S+)$', daemon.get("/metrics")[2], re.M):
        of = runs.setdefault(kind, {})
        of[verdict] = of.get(verdict, 0) + int(float(count))
    return runs


def optional(what, start):
    try:
        return start()
    except Exception as missing:  # SkipTest included: said, and left out
        print(f"left out: {what}: {missing}")
        return None


def apart():
    """As root: ourselves once more, in a network of our own with nothing but a loopback, where any group may ping."""
    if os.getuid() != 0:
        return print("not root: icmp depends on net.ipv4.ping_group_range here")
    if "FLAT_APART" not in os.environ:
        os.execve(need("unshare"), ["unshare", "--net", sys.executable, *sys.argv], {**os.environ, "FLAT_APART": "1"})
    subprocess.run([need("ip"), "link", "set", "lo", "up"], check=True)
    pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")


def main():
    apart()
    opened = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            database = Postgres()
            opened.append(database)
            database.sql("DROP TABLE runs; DROP TABLE threads")
            at = {"platform": free_port(), "dsn": database.dsn}
            opened.append(Process([str(pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")), "--port", str(at["platform"]), "--database", database.dsn,
                                   "--jwt-secret", SECRET, "--sockets-per-user", "0", "--event-gap", "1"], folder, "platform"))
            subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                            "-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
            at["tls"], at["nginx"] = free_port(), free_port()
            there = [{"url": f"http://127.0.0.1:{at['nginx']}/", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]
            card = json.dumps({**CARD, "supportedInterfaces": there}, separators=(",", ":"))
            opened.append(Nginx(f"listen 127.0.0.1:{{port}}; listen 127.0.0.1:{at['nginx']} backlog=1024; listen 127.0.0.1:{at['tls']} ssl backlog=1024; "
                                f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem; location / {{ return 200 ok; }} "
                                f"location /.well-known/ {{ default_type application/json; return 200 '{card}'; }}"))

            def redis():
                port = free_port()
                opened.append(Process([need("redis-server"), "--port", str(port), "--save", "", "--bind", "127.0.0.1"], folder, "redis"))
                return port

            def dns():
                port = free_port()
                opened.append(Process([need("dnsmasq"), "-k", "-C", "/dev/null", "-p", str(port), "--listen-address=127.0.0.1", "--bind-interfaces", "-R", "-h",
                                       "-A", "/api.internal/10.0.0.7", "--user=root"], folder, "dns"))
                return port

            def grpc():
                import grpc_test
                server = grpc_test.Server()
                opened.append(server)
                return server.port

            def mysql():
                import mysql_test
                scenario = mysql_test.Mysql()
                opened.append(types.SimpleNamespace(close=mysql_test.Mysql.doClassCleanups))
                mysql_test.Mysql.setUpClass()
                opened.append(types.SimpleNamespace(close=scenario.doCleanups))
                scenario.setUp()
                return scenario.server().port
            for what in (redis, dns, grpc, mysql):
                at[what.__name__] = optional(what.__name__, what)
            os.mkdir(f"{folder}/peer")
            peer = Answerback(f"{folder}/peer", f'service: peer\nprobes:\n  - {{name: site, type: tcp, address: "127.0.0.1:{at["tls"]}", interval: 5s}}\n')
            opened.append(peer)
            at["peer"] = peer.port
            time.sleep(1)
            daemon = Answerback(folder, config(at))
            opened.append(daemon)
            marks, began = [], time.monotonic()
            while True:
                total = sum(sum(v.values()) for v in done(daemon).values())
                if total >= RUNS * (len(marks) + 1) / 10:
                    marks.append((total, *state(daemon.process.pid)))
                    print(f"{total:8} runs  {marks[-1][1]:6.1f} MiB  {marks[-1][2]:4} descriptors  {time.monotonic() - began:5.0f} s", flush=True)
                if total >= RUNS:
                    break
                time.sleep(0.5)
            print(f"from a tenth on: {marks[-1][1] - marks[0][1]:+.1f} MiB, {marks[-1][2] - marks[0][2]:+d} descriptors")
            for kind, verdicts in sorted(done(daemon).items()):
                said = {daemon.check(f"{kind}-{i}").get("output", "") for i in range(10)} - {""}
                print(f"  {kind:11} " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())), *sorted(said)[:1])
        finally:
            for each in reversed(opened):
                (each.close if hasattr(each, "close") else each.stop)()


main()
