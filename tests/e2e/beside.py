"""Our /probe beside Debian's prometheus-blackbox-exporter: both asked the same, compared field by field. And what tests of modules share."""
import contextlib
import http.client
import pathlib
import re
import socket
import subprocess
import unittest
import urllib.parse

from harness import Process, Scenario, free_port, need, wait_for

# Times differ from run to run; ours is one more.
TIMED = re.compile(r"(probe_(dns_lookup_time|duration|http_duration|dns_duration|grpc_duration|icmp_duration)_seconds)(\{.*\})?$")
OURS = "answerback_probe_run_info"


def parse(page):
    """{name with labels: value}, {name: type}"""
    samples, types = {}, {}
    for line in page.splitlines():
        if line.startswith("# TYPE"):
            types[line.split()[2]] = line.split()[3]
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
    return samples, types


def get(port, headers=None, **query):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=6)
    try:
        connection.request("GET", "/probe?" + urllib.parse.urlencode(query), headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def exporter(folder, modules):
    """The real one with these modules, up; its port is `port`."""
    path, port = f"{folder}/theirs.yml", free_port()
    with open(path, "w") as f:
        f.write(modules)
    theirs = Process([need("prometheus-blackbox-exporter"), f"--config.file={path}", f"--web.listen-address=127.0.0.1:{port}"],
                     folder, "theirs")
    theirs.port = port

    def up():
        with contextlib.suppress(OSError):
            return get(port, target="x")
    wait_for(up, 10, theirs.output)
    return theirs


def agree(test, theirs, ours, module, target, success, reason):
    """Both say the same of this target, and ours why. Ports; our page's samples."""
    their_status, their_headers, their_page = get(theirs, module=module, target=target)
    status, headers, page = get(ours, module=module, target=target)
    test.assertEqual(status, their_status, page)
    test.assertEqual(headers["Content-Type"], their_headers["Content-Type"])
    (their_samples, their_types), (samples, types) = parse(their_page), parse(page)
    info = [name for name in samples if name.startswith(OURS)]
    test.assertEqual(len(info), 1, page)
    test.assertIn(f'reason="{reason}"', info[0])
    test.assertEqual(samples["probe_success"], success, page)
    samples = {name: value for name, value in samples.items() if name not in info}
    types.pop(OURS)
    test.assertEqual(types, their_types)
    test.assertEqual(sorted(samples), sorted(their_samples))
    for name, value in samples.items():
        if TIMED.match(name):
            test.assertFalse(value == 0 and their_samples[name] > 0.005, f"{name} is 0, theirs {their_samples[name]}")
        else:
            test.assertEqual(value, their_samples[name], name)
    return samples


def certificate(folder):
    cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                    "-out", cert, "-days", "30", "-subj", "/O=Test/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
                   check=True, capture_output=True)
    return cert, key


class HealthServer:
    """A real gRPC server with a health service (peers/health_server.py)."""
    PYTHON = "/usr/bin/python3"  # the one that has Debian's python3-grpcio
    LINES = ("chat SERVING", "tools NOT_SERVING", "odd UNKNOWN", "private SERVING")

    @staticmethod
    def start(test, *arguments, lines=LINES):
        """Its port, with these states set; it ends with the test class."""
        if subprocess.run([HealthServer.PYTHON, "-c", "import grpc"], capture_output=True).returncode:
            raise unittest.SkipTest("python3-grpcio is not installed (deploy/install-deps.sh installs it)")
        port = free_port()
        server = subprocess.Popen([HealthServer.PYTHON, pathlib.Path(__file__).with_name("peers") / "health_server.py", str(port), *arguments],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for end in (server.stdout.close, server.stdin.close, server.wait, server.kill):
            test.addClassCleanup(end)
        assert server.stdout.readline() == "ready\n"
        for line in lines:
            print(line, file=server.stdin, flush=True)
            assert server.stdout.readline() == "ready\n"
        return port


class Modules(Scenario):
    def ours(self, modules, allow="[127.0.0.0/8, '::1', '*.invalid']"):
        with open(f"{self.folder}/blackbox.yml", "w") as f:
            f.write(modules)
        return self.daemon("service: shop\nprobes:\n  - {name: self, type: tcp, address: '127.0.0.1:9', interval: 1h}\n"
                           f"blackbox: {{config_file: blackbox.yml, allow_targets: {allow}}}\n")

    def agree_on(self, theirs, ours, cases):
        for module, target, success, reason in cases:
            with self.subTest(module=module, target=target):
                agree(self, theirs.port, ours.port, module, target, success, reason)

    def cut_off(self, ours, **query):
        """A run that would go on is ended by the scrape's time; its samples."""
        samples, _ = parse(get(ours.port, {"X-Prometheus-Scrape-Timeout-Seconds": "0.9"}, **query)[2])
        self.assertTrue(0.35 <= samples["probe_duration_seconds"] < 0.6, samples["probe_duration_seconds"])
        self.assertEqual(samples["probe_success"], 0)
        return samples

    def debug_tells(self, ours, parts, **query):
        _, _, text = get(ours.port, debug="true", **query)
        for part in ["Logs for the probe:", *parts]:
            self.assertIn(part, text)
        return text

    def no_targets(self, ours, module, targets):
        for target in targets:
            self.assertEqual(get(ours.port, module=module, target=target)[0], 400, target)

    def forbidden(self, ours, target, **query):
        """An address is refused at once, a name once it is resolved."""
        for each in ("169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254"):
            host = f"[{each}]" if ":" in each and "{}:" in target else each
            status, _, text = get(ours.port, target=target.format(host), **query)
            self.assertEqual(status, 403, f"{each}: {text}")
        samples, _ = parse(get(ours.port, target=target.format("localhost"), **query)[2])
        self.assertEqual(samples[OURS + '{verdict="fail",reason="forbidden",phase="resolve"}'], 1, "a name that turns out to be our loopback")
        self.assertEqual(samples["probe_success"], 0)

    def nobody_came(self, modules, names, targets):
        """forbidden() for each of them, and that no connection was made."""
        ours = self.ours(modules, "['*']")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            for module in names:
                for target in targets:
                    self.forbidden(ours, target % listener.getsockname()[1], module=module)
            listener.setblocking(False)
            with self.assertRaises(BlockingIOError, msg="somebody came"):
                listener.accept()
