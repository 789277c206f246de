#!/usr/bin/env python3
"""What watching costs, each figure beside a peer or a floor in the same run. Prints; judges nothing.

    tests/bench/checks.py [lag] [cost] [memory]       all of it takes about a minute and a half on 2 cores

1. Lag: 1,000 http probes at 1 s, 100 of them against a server that never answers; how late runs start after their slot, while a
   scraper reads /metrics each second; resident memory.
2. CPU: 5,000 http checks a second, a new connection each, beside HAProxy's own checks of the same nginx.
3. Memory: resident with ten http probes after a few scrapes, beside Debian's idle prometheus-blackbox-exporter.
"""
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
os.environ.setdefault("ANSWERBACK", str(pathlib.Path(__file__).resolve().parent.parent.parent / "build/release/answerback"))
from harness import Answerback, Nginx, Process, free_port, need  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
SERVER = ("listen 127.0.0.1:{port} backlog=4096; access_log off; location / { default_type text/plain; return 200 'ok'; }")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def histogram(text, name):
    """[(upper edge, cumulative count)] of a histogram without labels."""
    return [(float(edge.replace("+Inf", "inf")), float(count))
            for edge, count in re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)$', text, re.M)]


def quantile(buckets, q):
    total = buckets[-1][1]
    return next(edge for edge, count in buckets if count >= q * total)


def config(count, interval, timeout, port, tarpit=None, hanging=0):
    lines = [f"service: bench\ndefaults: {{interval: {interval}, timeout: {timeout}}}\nprobes:"]
    for i in range(count):
        target = tarpit if i < hanging else port
        lines.append(f'  - {{name: p{i}, type: http, url: "http://127.0.0.1:{target}/"}}')
    return "\n".join(lines) + "\n"


def lag(folder, seconds=30):
    nginx = Nginx(SERVER)
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen(4096)
    held = []
    threading.Thread(target=lambda: [held.append(c) for c in iter(lambda: silent.accept(), None)], daemon=True).start()
    daemon = Answerback(folder, config(1000, "1s", "900ms", nginx.port, silent.getsockname()[1], 100))
    scrapes = []
    try:
        time.sleep(3)
        before, since = daemon.get("/metrics")[2], time.monotonic()
        for i in range(1, seconds + 1):
            time.sleep(max(0.0, since + i - time.monotonic()))
            began = time.monotonic()
            text = daemon.get("/metrics")[2]
            scrapes.append(time.monotonic() - began)
            del held[:-200]
        took = began - since
        lags = [histogram(page, "answerback_scheduler_lag_seconds") for page in (before, text)]
        runs = [(edge, count - was) for (_, was), (edge, count) in zip(*lags)]
        skipped = [sum(float(n) for n in re.findall(r"^answerback_probe_skipped_slots_total\S* (\S+)$", page, re.M))
                   for page in (before, text)]
        print(f"lag: 1,000 http probes at 1 s, 100 hanging, {took:.1f} s: {runs[-1][1]:.0f} runs started, "
              f"{skipped[1] - skipped[0]:.0f} skipped")
        for q in (0.5, 0.99, 0.999):
            print(f"  p{q * 100:g}: at most {quantile(runs, q) * 1000:g} ms after the slot")
        print(f"  /metrics: {len(text.splitlines())} lines, {max(scrapes) * 1000:.0f} ms at worst")
        print(f"  resident: {resident_mib(daemon.process.pid):.1f} MiB")
    finally:
        daemon.stop()
        silent.close()
        nginx.close()


def cost(folder, seconds=15):
    nginx = Nginx(SERVER)
    daemon = Answerback(folder, config(1000, "200ms", "190ms", nginx.port))
    try:
        time.sleep(3)
        total = lambda: histogram(daemon.get("/metrics")[2], "answerback_scheduler_lag_seconds")[-1][1]
        cpu, runs, began = cpu_seconds(daemon.process.pid), total(), time.monotonic()
        time.sleep(seconds)
        cpu, runs, took = cpu_seconds(daemon.process.pid) - cpu, total() - runs, time.monotonic() - began
        passed = sum(float(v) for v in re.findall(r'^answerback_probe_success\S* (\S+)$', daemon.get("/metrics")[2], re.M))
        ours = cpu / runs * 1e6
        print(f"cost: {runs / took:.0f} checks/s, {passed:.0f} of 1,000 passing: {ours:.1f} us of CPU a check, "
              f"{resident_mib(daemon.process.pid):.1f} MiB")
    finally:
        daemon.stop()

    servers = "\n".join(f"  server s{i} 127.0.0.1:{nginx.port} check inter 200ms" for i in range(1000))
    stats = f"{folder}/haproxy.sock"
    with open(f"{folder}/haproxy.cfg", "w") as f:
        f.write(f"global\n  nbthread 1\n  maxconn 4000\n  stats socket {stats} level admin\ndefaults\n  mode http\n"
                "  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n  timeout check 190ms\n"
                f"frontend f\n  bind 127.0.0.1:{free_port()}\n  default_backend b\nbackend b\n"
                f"  option httpchk GET /\n{servers}\n")
    haproxy = Process([need("haproxy"), "-f", f"{folder}/haproxy.cfg"], folder, "haproxy")
    try:
        time.sleep(4)
        cpu, began = cpu_seconds(haproxy.process.pid), time.monotonic()
        time.sleep(seconds)
        cpu, took = cpu_seconds(haproxy.process.pid) - cpu, time.monotonic() - began
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(stats)
            s.sendall(b"show stat\n")
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        up = len([line for line in text.splitlines() if line.startswith("b,s") and ",UP," in line])
        theirs = cpu / (5000 * took) * 1e6
        print(f"      haproxy: 5000 checks/s, {up} of 1,000 up: {theirs:.1f} us of CPU a check, "
              f"{resident_mib(haproxy.process.pid):.1f} MiB")
        print(f"      ratio answerback/haproxy: {ours / theirs:.2f}")
    finally:
        haproxy.stop()
        nginx.close()


def memory(folder, seconds=5):
    nginx = Nginx(SERVER)
    daemon = Answerback(folder, config(10, "1s", "900ms", nginx.port))
    try:
        for _ in range(seconds):
            time.sleep(1)
            daemon.get("/metrics")
            daemon.get("/health")
        print(f"memory: ten http probes at 1 s: {resident_mib(daemon.process.pid):.1f} MiB resident")
    finally:
        daemon.stop()
        nginx.close()

    exporter = shutil.which("prometheus-blackbox-exporter")
    if not exporter:
        print("        prometheus-blackbox-exporter is not installed: nothing to compare with")
        return
    modules = f"{folder}/blackbox.yml"
    pathlib.Path(modules).write_text("modules: {http: {prober: http}}\n")
    peer = Process([exporter, f"--config.file={modules}", f"--web.listen-address=127.0.0.1:{free_port()}"], folder, "blackbox")
    try:
        time.sleep(seconds)
        print(f"        blackbox_exporter, idle: {resident_mib(peer.process.pid):.1f} MiB")
    finally:
        peer.stop()


if __name__ == "__main__":
    parts = {"lag": lag, "cost": cost, "memory": memory}
    home = tempfile.mkdtemp(prefix="answerback-bench-")
    try:
        for part in sys.argv[1:] or parts:
            parts[part](home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
