#!/usr/bin/env python3
"""What a full agent round trip costs the daemon: connect, sign in, welcome, question, five events, a checked answer, goodbye.

    tests/bench/round_trips.py [plain] [tls] [open] [open_tls]        all take about four minutes on 2 cores

plain, tls  300 (100) trips a second against the demo platform, CPU of the daemon for each, beside an http check of the same server
            in the same run; tls through an nginx in front of it.
open, open_tls
            5,000 trips open at once: resident memory and CPU for each, and how far the measured stage times are from the injected ones
            (8 s between two events), the lateness of the demo platform included. A minute.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checks import cpu_seconds, resident_mib  # noqa: E402  (also finds the release binary)
from harness import ANSWERBACK, Answerback, Nginx, Process, free_port, need, wait_for  # noqa: E402

SECRET = "a-secret-of-thirty-two-bytes-or-more"
CREDENTIALS = f"credentials: {{c: {{jwt: {{secret: {SECRET}, claims: {{sub: canary, aud: platform}}}}}}}}\n"


def platform(folder, *more):
    port = free_port()
    process = Process([str(pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")), "--port", str(port), "--jwt-secret", SECRET,
                       "--sockets-per-user", "0", *more], folder, "platform")
    def up():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{port}/demo", timeout=2).status == 200
        except OSError:
            return False
    wait_for(up, 10, process.output)
    return process, port


def config(kind, count, interval, timeout, url, tls=""):
    more = "credentials: c, " if kind == "agent" else ""
    lines = [f"service: bench\n{CREDENTIALS}defaults: {{interval: {interval}, timeout: {timeout}}}\nprobes:"]
    lines += [f'  - {{name: p{i}, type: {kind}, {more}url: "{url}"{tls}}}' for i in range(count)]
    return "\n".join(lines) + "\n"


def passes(daemon):
    text = daemon.get("/metrics")[2]
    return sum(float(v) for v in re.findall(r'^answerback_probe_runs_total\{[^}]*verdict="pass"[^}]*\} (\S+)$', text, re.M))


def rate(folder, kind, count, url, tls="", seconds=15):
    """(passing runs a second, microseconds of the daemon's CPU for each)."""
    daemon = Answerback(folder, config(kind, count, "1s", "5s", url, tls))
    try:
        time.sleep(4)
        runs, cpu, began = passes(daemon), cpu_seconds(daemon.process.pid), time.monotonic()
        time.sleep(seconds)
        runs, cpu, took = passes(daemon) - runs, cpu_seconds(daemon.process.pid) - cpu, time.monotonic() - began
        return runs / took, cpu / runs * 1e6
    finally:
        daemon.stop()


def compare(folder, name, count, scheme, port, tls=""):
    trips, trip = rate(folder, "agent", count, f"ws{scheme}://localhost:{port}/ws", tls)
    checks, check = rate(folder, "http", count, f"http{scheme}://localhost:{port}/health", tls)
    print(f"{name}: {trips:.0f} round trips/s passing, {trip:.0f} us of CPU each; {checks:.0f} http checks/s, {check:.0f} us each; "
          f"ratio {trip / check:.1f}")


def plain(folder):
    process, port = platform(folder)
    try:
        compare(folder, "plain", 300, "", port)
    finally:
        process.stop()


def tls_before(folder, port):
    """An nginx that speaks TLS in front of the port, and the CA it is known by."""
    key, pem = f"{folder}/key.pem", f"{folder}/cert.pem"
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                    pem, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "90"], check=True, capture_output=True)
    to = f"proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1;"
    return Nginx(f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; location / {{ {to} }} location /ws "
                 f"{{ {to} proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }}"), pem


def tls(folder):
    process, port = platform(folder)
    nginx, pem = tls_before(folder, port)
    try:
        compare(folder, "tls", 100, "s", nginx.port, f", tls_config: {{ca_file: {pem}}}")
    finally:
        nginx.close()
        process.stop()


def open_at_once(folder, name="open", secure=False, count=5000, gap=8, ramp=16):
    """First runs are spread over the interval (no less than `ramp` for so many): all are open by then, and the next would begin when the last is over."""
    process, port = platform(folder, "--event-gap", str(gap * 1000))
    nginx, pem = tls_before(folder, port) if secure else (None, None)
    url = f"wss://localhost:{nginx.port}/ws" if secure else f"ws://localhost:{port}/ws"
    more = f", limits: {{gap: {3 * gap}s}}" + (f", tls_config: {{ca_file: {pem}}}" if secure else "")
    daemon = Answerback(folder, config("agent", count, f"{ramp}s", "9m", url, more))
    try:
        pid = daemon.process.pid
        resting, cpu = resident_mib(pid), cpu_seconds(pid)
        sockets = lambda: len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
        wait_for(lambda: sockets() >= count, ramp + 20, lambda: f"{sockets()} descriptors")
        opened = resident_mib(pid)
        print(f"{name}: {count} round trips at once: {opened:.0f} MiB, {(opened - resting) * 1024 / count:.1f} KiB each over {count} probes "
              f"that never ran ({resting:.0f} MiB)")
        time.sleep(4 * gap + 3)
        cpu = cpu_seconds(pid) - cpu
        text = daemon.get("/metrics")[2]
        whole = len(re.findall(r'^answerback_agent_stages_reached_ratio\{[^}]*\} 1$', text, re.M))
        print(f"      {cpu / count * 1e6:.0f} us of CPU each; {whole} came whole")
        sums = re.findall(r'^answerback_agent_stage_duration_seconds_sum\{([^}]*)\} (\S+)$', text, re.M)
        ones = {labels for labels, n in re.findall(r'^answerback_agent_stage_duration_seconds_count\{([^}]*)\} (\S+)$', text, re.M) if n == "1"}
        # agent_started and tool_executing wait for the store and the model as well.
        off = sorted(abs(float(value) - gap) for labels, value in sums
                     if labels in ones and re.search('stage="(agent_thinking|tool_completed|agent_completed)"', labels))
        print(f"      {len(off)} stages of {gap} s: off by {off[len(off) // 2] * 1e3:.2f} ms in the middle, {off[len(off) * 99 // 100] * 1e3:.2f} ms "
              f"at p99")
    finally:
        daemon.stop()
        if nginx:
            nginx.close()
        process.stop()


def open_over_tls(folder):
    open_at_once(folder, "open_tls", secure=True)


if __name__ == "__main__":
    home = tempfile.mkdtemp(prefix="answerback-bench-")
    parts = {"plain": plain, "tls": tls, "open": open_at_once, "open_tls": open_over_tls}
    try:
        for part in sys.argv[1:] or parts:
            parts[part](home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
