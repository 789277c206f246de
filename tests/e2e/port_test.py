"""The port as whoever may reach it meets it: TLS, client certificates, passwords, rates, rotation, and clients that mean harm."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest

from harness import ANSWERBACK, Answerback, Nginx, Process, Scenario, free_port, need, wait_for

CONFIG = "service: shop\nprobes:\n  - {name: gone, type: tcp, address: '127.0.0.1:1', interval: 500ms, timeout: 400ms, fall: 1}\n"
LONG = os.environ.get("ANSWERBACK_LONG")


def run(*arguments, **more):
    return subprocess.run([ANSWERBACK, *arguments], capture_output=True, text=True, timeout=30, **more)


def hashed(user, password, cost=8):
    done = subprocess.run([need("htpasswd"), "-nbBC", str(cost), user, password], capture_output=True, text=True, check=True)
    return done.stdout.strip().split(":")[1]


class Authority:
    """A CA of openssl's own making, and what it signs."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = pathlib.Path(folder), name
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stderr)

    def issue(self, name, sans="DNS:localhost,IP:127.0.0.1", days=1):
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={sans}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", f"{name}.key.new", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
                     "-CAcreateserial", "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem.new")
        for kind in ("key", "pem"):
            os.rename(self.folder / f"{name}.{kind}.new", self.folder / f"{name}.{kind}")
        return self.folder / f"{name}.pem"


class Guarded(Answerback):
    """A daemon with a web config file."""

    def __init__(self, folder, web, authority=None, client=None, password=None, env=None, arguments=()):
        self.web = pathlib.Path(folder) / "web.yml"
        self.web.write_text(web)
        self.context = None
        if authority:
            self.context = ssl.create_default_context(cafile=f"{folder}/{authority}.pem")
            if client:
                self.context.load_cert_chain(f"{folder}/{client}.pem", f"{folder}/{client}.key")
        self.password = password
        super().__init__(folder, CONFIG, env, (f"--web.config.file={self.web}", *arguments))

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.port}"

    def get(self, path, method="GET", headers=None, body=None, password="own"):
        if self.process.poll() is not None:
            raise AssertionError(f"answerback ended with {self.process.returncode}:\n{self.output()}")
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self.context) if self.context
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=5))
        headers = dict(headers or {})
        known = self.password if password == "own" else password
        if known:
            headers["Authorization"] = "Basic " + base64.b64encode(known.encode()).decode()
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def raw(self, data, wait=3):
        """What comes back for some bytes, until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), wait) as s:
            s.sendall(data)
            out = b""
            try:
                while part := s.recv(65536):
                    out += part
            except (TimeoutError, ConnectionResetError):
                pass
            return out.decode(errors="replace")


class Files(Scenario):
    def test_check_and_run_refuse_a_broken_file_with_place_and_caret(self):
        config, web = pathlib.Path(self.folder, "c.yaml"), pathlib.Path(self.folder, "web.yml")
        config.write_text(CONFIG)
        web.write_text("basic_auth_users: {john: geheim}\nrate_limt: {burst: 1}\n")
        for command in ("check", "run"):
            done = run(command, f"--config.file={config}", f"--web.config.file={web}", "--web.listen-address=127.0.0.1:0")
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(f"{web}:1:26: basic_auth_users.john: not a bcrypt hash", done.stderr)
            self.assertIn(f'{web}:2:1: rate_limt: unknown key (did you mean "rate_limit"?)', done.stderr)
            self.assertIn("    |  ", done.stderr)
            self.assertNotIn("geheim", done.stderr)
        web.write_text("http_server_config: {http2: true}\n")
        done = run("check", f"--config.file={config}", f"--web.config.file={web}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("HTTP/1.1", done.stderr)


class Tls(Scenario):
    WEB = "tls_server_config: {{cert_file: us.pem, key_file: us.key{}}}\n"

    def setUp(self):
        super().setUp()
        self.ca = Authority(self.folder)
        self.ca.issue("us")

    def curl(self, daemon, path="/livez", *arguments):
        done = subprocess.run([need("curl"), "-sS", "-m", "5", "--cacert", f"{self.folder}/ca.pem", "-w", " %{http_code}", *arguments,
                               f"https://localhost:{daemon.port}{path}"], capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else f"exit {done.returncode}"

    def test_what_is_spoken(self):
        daemon = self.opened(Guarded(self.folder, self.WEB.format(""), "ca"))
        self.assertEqual(self.curl(daemon), "ok 200")
        self.assertEqual(self.curl(daemon, "/livez", "--http2"), "ok 200")
        self.assertEqual(self.curl(daemon, "/livez", "--tls-max", "1.2"), "ok 200")
        self.assertEqual(self.curl(daemon, "/livez", "--tls-max", "1.2", "--ciphers", "AES128-SHA:ECDHE-ECDSA-AES128-SHA"), "exit 35")
        self.assertEqual(self.curl(daemon, "/livez", "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"), "exit 35")
        text = daemon.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn("400 Bad Request", text)
        self.assertIn("speaks TLS", text)
        for garbage in (b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02", b"\x00" * 100, b"SSH-2.0-x\r\n"):
            self.assertNotIn("200 OK", daemon.raw(garbage))
        self.assertGreaterEqual(daemon.metric("answerback_web_handshakes_failed_total"), 3)
        expires = daemon.metric("answerback_web_certificate_expiry_timestamp_seconds")
        self.assertLess(abs(expires - time.time() - 86400), 300)
        body = daemon.get("/metrics")[2]
        self.assertGreater(len(body), 5000)
        with socket.create_connection(("127.0.0.1", daemon.port)) as plain:  # byte by byte, over many records
            with daemon.context.wrap_socket(plain, server_hostname="localhost") as s:
                for c in b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
                    s.send(bytes([c]))
                self.assertIn(b"200 OK", s.recv(4096))

    def test_versions_and_suites_are_as_asked(self):
        daemon = self.opened(Guarded(self.folder, self.WEB.format(", min_version: TLS13"), "ca"))
        self.assertEqual(self.curl(daemon, "/livez", "--tls-max", "1.2"), "exit 35")
        daemon.web.write_text(self.WEB.format(", max_version: TLS12, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]"))
        self.assertEqual(self.curl(daemon, "/livez", "--tlsv1.3"), "exit 35")
        self.assertEqual(self.curl(daemon, "/livez", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"), "exit 35")
        self.assertEqual(self.curl(daemon), "ok 200")

    def test_client_certificates(self):
        other = Authority(self.folder, "other")
        self.ca.issue("friend", "DNS:friend.test")
        self.ca.issue("stray", "DNS:stray.test")
        other.issue("foreign")
        daemon = self.opened(Guarded(self.folder, self.WEB.format(""), "ca"))
        all_pass = {None: True, "friend": True, "stray": True, "foreign": True}
        table = {
            "NoClientCert": all_pass,
            "RequestClientCert": all_pass,
            "RequireAnyClientCert": {**all_pass, None: False},
            "VerifyClientCertIfGiven, client_ca_file: ca.pem": {**all_pass, "foreign": False},
            "RequireAndVerifyClientCert, client_ca_file: ca.pem": {**all_pass, "foreign": False, None: False},
            "RequireAndVerifyClientCert, client_ca_file: ca.pem, client_allowed_sans: [x, friend.test]":
                {None: False, "friend": True, "stray": False, "foreign": False},
            "RequireAnyClientCert, client_allowed_sans: [127.0.0.1]":
                {None: False, "friend": False, "stray": False, "foreign": True},
        }
        for kind, outcomes in table.items():
            daemon.web.write_text(self.WEB.format(f", client_auth_type: {kind}"))
            for who, passes in outcomes.items():
                with self.subTest(kind=kind, who=who):
                    client = ["--cert", f"{self.folder}/{who}.pem", "--key", f"{self.folder}/{who}.key"] if who else []
                    self.assertEqual(self.curl(daemon, "/livez", *client) == "ok 200", passes)
        flags = ["--tls.ca-file", f"{self.folder}/ca.pem"]
        daemon.web.write_text(self.WEB.format(", client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem"))
        self.assertEqual(run("healthcheck", "--url", daemon.url, *flags).returncode, 1)
        done = run("healthcheck", "--url", daemon.url, *flags, "--tls.cert-file", f"{self.folder}/friend.pem", "--tls.key-file", f"{self.folder}/friend.key")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_certificates_are_renewed_without_a_restart(self):
        daemon = self.opened(Guarded(self.folder, self.WEB.format(""), "ca"))

        def served():
            with socket.create_connection(("127.0.0.1", daemon.port), 5) as plain:
                with daemon.context.wrap_socket(plain, server_hostname="localhost") as s:
                    return s.getpeercert()["serialNumber"]
        with socket.create_connection(("127.0.0.1", daemon.port), 5) as plain:
            with daemon.context.wrap_socket(plain, server_hostname="localhost") as open_before:
                first = served()
                self.ca.issue("us", days=2)
                second = served()
                self.assertNotEqual(first, second)
                shutil.copy(f"{self.folder}/ca.key", f"{self.folder}/us.key")  # not its key
                self.assertEqual(served(), second)
                self.assertEqual(daemon.metric("answerback_web_config_last_reload_successful"), 0)
                self.assertIn("is not the key of the certificate", daemon.output())
                self.ca.issue("us")
                self.assertNotIn(served(), (first, second))
                self.assertEqual(daemon.metric("answerback_web_config_last_reload_successful"), 1)
                open_before.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertIn(b"200 OK", open_before.recv(4096))

    def test_a_crowd_that_stalls_its_handshakes_holds_up_nobody(self):
        daemon = self.opened(Guarded(self.folder, self.WEB.format(""), "ca"))
        crowd = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(800)]
        for s in crowd[::2]:
            s.send(b"\x16\x03\x01")
        took = []
        for _ in range(20):
            began = time.monotonic()
            self.assertEqual(daemon.get("/livez")[0], 200)
            took.append(time.monotonic() - began)
        self.assertLess(max(took), 1)
        self.assertLess(daemon.metric("answerback_web_connections"), 530)
        for s in crowd:
            s.close()

    @unittest.skipUnless(LONG, "a minute: ANSWERBACK_LONG=1")
    def test_testssl_finds_nothing_serious(self):
        daemon = self.opened(Guarded(self.folder, self.WEB.format(""), "ca"))
        report = f"{self.folder}/report.json"
        subprocess.run([need("testssl"), "--quiet", "--color", "0", "--add-ca", f"{self.folder}/ca.pem", "--jsonfile", report, "-p", "-P", "-U", "-s",
                        f"127.0.0.1:{daemon.port}"], capture_output=True, timeout=600)
        found = [f"{e['id']}: {e['finding']}" for e in json.load(open(report)) if e["severity"] in ("MEDIUM", "HIGH", "CRITICAL")]
        self.assertEqual(found, [])


class Passwords(Scenario):
    def setUp(self):
        super().setUp()
        self.daemon = self.opened(Guarded(self.folder, f"basic_auth_users:\n  john: {hashed('john', 'ge:heim')}\n", password="john:ge:heim"))

    def status(self, path, password=None, **more):
        return self.daemon.get(path, password=password, **more)[0]

    def test_who_may_what(self):
        for path in ("/livez", "/-/healthy", "/-/ready"):
            self.assertEqual(self.status(path), 200, path)
            self.assertEqual(self.status(path, "john:wrong"), 200, path)
        for path in ("/", "/metrics", "/config", "/api/v1/probes", "/api/v1/incidents", "/api/v1/events", "/api/v1/report", "/api/v1/silences"):
            status, headers, _ = self.daemon.get(path, password=None)
            self.assertEqual((status, headers["WWW-Authenticate"].split()[0]), (401, "Basic"), path)
        for path in ("/", "/metrics", "/config", "/api/v1/probes"):
            self.assertEqual(self.status(path, "john:ge:heim"), 200, path)
        for wrong in ("john:geheim", "john:", ":ge:heim", "jane:ge:heim", "john:ge:heim\0"):
            self.assertEqual(self.status("/metrics", wrong), 401, wrong)
        self.assertEqual(self.status("/-/reload", method="POST"), 401)
        self.assertEqual(self.status("/-/reload", "john:ge:heim", method="POST", headers={"Origin": "http://evil.example"}), 403)
        self.assertEqual(self.status("/-/reload", "john:ge:heim", method="POST"), 200)
        self.assertGreaterEqual(self.daemon.metric("answerback_web_requests_refused_total", why="unauthorised"), 10)

    def test_strangers_see_the_status_and_no_more(self):
        self.daemon.wait_check("gone", health="down")
        status, _, text = self.daemon.get("/health", password=None)
        self.assertEqual((status, json.loads(text)), (503, {"status": "fail", "notes": ["details are for the authorised"]}))
        self.assertEqual(self.status("/health", "john:wrong"), 401)
        for path in ("/readyz", "/readyz?verbose", "/startupz?verbose", "/health/nope", "/health/gone"):
            self.assertNotIn("gone", self.daemon.get(path, password=None)[2], path)
        self.assertIn("[-]gone failed", self.daemon.get("/readyz?verbose")[2])

    def test_users_change_without_a_restart_and_a_broken_file_keeps_them(self):
        self.assertEqual(self.status("/metrics", "john:ge:heim"), 200)
        self.daemon.web.write_text("basic_auth_users: {john: nonsense}\n")
        self.assertEqual(self.status("/metrics", "john:ge:heim"), 200)
        self.assertEqual(self.daemon.metric("answerback_web_config_last_reload_successful"), 0)
        self.daemon.web.write_text(f"basic_auth_users:\n  john: {hashed('john', 'new')}\n")
        self.assertEqual(self.status("/metrics", "john:ge:heim"), 401)
        self.assertEqual(self.status("/metrics", "john:new"), 200)

    def test_guessing_is_slowed_and_holds_up_nobody(self):
        self.assertEqual(self.status("/metrics", "john:ge:heim"), 200)  # known from here on
        answers, stop = [], threading.Event()

        def guess(n):
            for i in range(40):
                answers.append(self.status("/metrics", f"john:guess{n}-{i}"))
        guessers = [threading.Thread(target=guess, args=(n,)) for n in range(10)]
        for each in guessers:
            each.start()
        took = []
        while any(each.is_alive() for each in guessers):
            began = time.monotonic()
            self.assertEqual(self.status("/livez"), 200)
            took.append(time.monotonic() - began)
            self.assertEqual(self.status("/metrics", "john:ge:heim"), 200)
        self.assertEqual(set(answers), {401, 429})
        self.assertLess(answers.count(401), 20)
        self.assertLess(sorted(took)[len(took) * 9 // 10], 0.1)

    def test_client_commands(self):
        url = f"http://john:ge%3Aheim@127.0.0.1:{self.daemon.port}"
        bare = f"http://127.0.0.1:{self.daemon.port}"
        self.daemon.wait_check("gone", health="down")
        done = run("status", "--url", url)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("connect_refused", done.stdout)
        done = run("status", "--url", bare)
        self.assertEqual((done.returncode, done.stdout.split()[0]), (2, "fail"))
        self.assertIn("USER:PASSWORD", done.stdout)
        self.assertEqual(run("report", "--url", url).returncode, 0)
        done = run("report", env={**os.environ, "ANSWERBACK_URL": url})
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("report", "--url", bare)
        self.assertEqual(done.returncode, 3)
        self.assertIn("USER:PASSWORD", done.stderr)
        done = run("report", "--url", url.replace("heim", "heimat"))
        self.assertIn("wrong", done.stderr)
        self.assertNotIn("heimat", done.stdout + done.stderr)
        self.assertEqual(run("healthcheck", "--url", bare).returncode, 0)
        done = run("wait", "--url", url, "--timeout", "1s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("gone: down connect_refused", done.stderr)


class Everything(Scenario):
    def test_tls_passwords_headers_and_commands_together(self):
        Authority(self.folder).issue("us")
        daemon = self.opened(Guarded(self.folder, f"""
tls_server_config: {{cert_file: us.pem, key_file: us.key}}
basic_auth_users: {{john: {hashed('john', 'pw')}}}
http_server_config: {{headers: {{Strict-Transport-Security: max-age=31536000, X-Frame-Options: deny}}}}
""", "ca", password="john:pw"))
        for path in ("/livez", "/metrics", "/nothing"):
            headers = daemon.get(path)[1]
            self.assertEqual((headers["Strict-Transport-Security"], headers["X-Frame-Options"]), ("max-age=31536000", "deny"))
        url = daemon.url.replace("://", "://john:pw@")
        self.assertEqual(run("status", "--url", url, "--tls.ca-file", f"{self.folder}/ca.pem").returncode, 2)
        self.assertEqual(run("status", "--url", url, "--tls.insecure-skip-verify").returncode, 2)
        done = run("status", "--url", url)
        self.assertEqual(done.returncode, 3)
        self.assertIn("--tls.ca-file", done.stderr)
        self.assertNotIn("john", done.stderr)
        done = run("status", "--url", url.replace("https", "http"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("https://", done.stderr)
        done = run("healthcheck", "--url", daemon.url, "--tls.ca-file", f"{self.folder}/ca.pem")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        port = free_port()
        pathlib.Path(self.folder, "prometheus.yml").write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [
            {"job_name": "a", "scheme": "https", "tls_config": {"ca_file": f"{self.folder}/ca.pem"}, "basic_auth": {"username": "john", "password": "pw"},
             "static_configs": [{"targets": [f"127.0.0.1:{daemon.port}"]}]}]}))
        prometheus = self.opened(Process([need("prometheus"), f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/tsdb",
                                          f"--web.listen-address=127.0.0.1:{port}"], self.folder, "prometheus"))

        def scraped():
            done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/api/v1/query?query=answerback_web_connections"], capture_output=True, text=True)
            return '"__name__"' in done.stdout
        wait_for(scraped, 30, prometheus.output)

    def test_the_rate_limit_spares_the_kubelet(self):
        daemon = self.opened(Guarded(self.folder, "rate_limit: {interval: 1h, burst: 3}\n"))
        statuses = [daemon.get("/health")[0] for _ in range(5)]
        self.assertEqual(statuses[3:], [429, 429])
        self.assertEqual(daemon.get("/metrics")[1]["Retry-After"], "2")
        for path in ("/livez", "/-/healthy"):
            self.assertEqual([daemon.get(path)[0] for _ in range(20)], [200] * 20)
        self.assertIn(daemon.get("/readyz")[0], (200, 503))


class Hostile(Scenario):
    def test_what_could_smuggle_a_second_request_is_refused(self):
        daemon = self.opened(Guarded(self.folder, ""))
        head = b"POST /-/reload HTTP/1.1\r\nHost: x\r\n"
        second = b"GET /config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for name, bytes_ in {
            "both lengths": head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
            "two lengths": head + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + second,
            "list of lengths": head + b"Content-Length: 0, 5\r\n\r\n" + second,
            "signed length": head + b"Content-Length: +0\r\n\r\n" + second,
            "space before the colon": head + b"Content-Length : 5\r\n\r\n" + second,
            "another coding": head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + second,
            "a coding twice": head + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + second,
            "chunk size overflow": head + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + second,
            "bare line feeds": b"GET /livez HTTP/1.1\nHost: x\n\n" + second,
            "NUL": b"GET /livez HTTP/1.1\r\nHost: x\r\nA: \0b\r\n\r\n" + second,
            "no Host": b"GET /livez HTTP/1.1\r\n\r\n" + second,
            "two Hosts": b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + second,
            "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + second,
            "huge line": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n" + second,
            "many headers": b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n" + second,
            "huge body": head + b"Content-Length: 99999999\r\n\r\n" + second,
        }.items():
            with self.subTest(name):
                answers = re.findall(r"HTTP/1\.1 (\d+)", daemon.raw(bytes_))
                self.assertEqual(len(answers), 1, answers)
                self.assertIn(answers[0], ("400", "413", "431", "501", "505"))
        for target in ("/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/health/..%2f..%2fconfig", "//evil.example/livez", "/livez/../config"):
            self.assertRegex(daemon.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()), r"^HTTP/1\.1 (400|404)", target)

    def test_odd_methods_and_paths_make_no_series(self):
        daemon = self.opened(Guarded(self.folder, ""))

        def series():
            return len([line for line in daemon.get("/metrics")[2].splitlines() if not line.startswith("#")])
        daemon.wait_check("gone", health="down")
        before = series()
        with socket.create_connection(("127.0.0.1", daemon.port)) as s:
            for part in range(20):
                s.sendall(b"".join(b"M%d /p%d?%d HTTP/1.1\r\nHost: x\r\n\r\n" % (i, i, i) for i in range(part * 100, part * 100 + 100)))
                seen = b""
                while seen.count(b"HTTP/1.1 404") < 100:
                    part_seen = s.recv(65536)
                    self.assertTrue(part_seen, "hung up")
                    seen += part_seen
        self.assertLessEqual(series(), before + 3)

    def test_readers_that_never_read_hold_up_nobody(self):
        daemon = self.opened(Guarded(self.folder, ""))
        crowd = []
        for path in (b"/metrics", b"/api/v1/events") * 60:
            s = socket.create_connection(("127.0.0.1", daemon.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" * 1)
            crowd.append(s)
        took = []
        for _ in range(100):
            began = time.monotonic()
            self.assertEqual(daemon.get("/livez")[0], 200)
            took.append(time.monotonic() - began)
        self.assertLess(sorted(took)[98], 0.1)
        for s in crowd:
            s.close()

    @unittest.skipUnless(LONG, "a minute: ANSWERBACK_LONG=1")
    def test_slowhttptest(self):
        daemon = self.opened(Guarded(self.folder, ""))
        for kind in (["-H"], ["-B"], ["-X", "-w", "1", "-y", "8", "-z", "1"]):
            attack = subprocess.Popen([need("slowhttptest"), *kind, "-c", "1000", "-r", "500", "-i", "1", "-l", "12", "-u", f"http://127.0.0.1:{daemon.port}/metrics"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took = []
            while attack.poll() is None:
                began = time.monotonic()
                self.assertEqual(daemon.get("/livez")[0], 200)
                took.append(time.monotonic() - began)
                time.sleep(0.01)
            print(f"slowhttptest {kind[0]}: {len(took)} requests, the slowest {max(took) * 1000:.1f} ms")
            self.assertLess(sorted(took)[len(took) * 99 // 100], 0.05)


class Outputs(Scenario):
    def start(self, **streams):
        port = free_port()
        config = pathlib.Path(self.folder, "c.yaml")
        config.write_text(CONFIG + f"state_dir: {self.folder}/state\n")
        process = subprocess.Popen([ANSWERBACK, "run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=debug"],
                                   stdin=subprocess.DEVNULL, **streams)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def lives():
            self.assertIsNone(process.poll())
            done = subprocess.run(["curl", "-s", "-m", "2", f"http://127.0.0.1:{port}/livez"], capture_output=True, text=True)
            return done.stdout == "ok"
        wait_for(lives, 10)
        time.sleep(0.7)  # some runs are logged meanwhile
        self.assertTrue(lives())
        process.terminate()
        self.assertEqual(process.wait(10), 0)

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            self.start(stdout=full, stderr=full)

    def test_a_pipe_nobody_reads(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            pass
        os.set_blocking(writer, True)
        self.start(stdout=writer, stderr=writer)
        os.close(reader)
        os.close(writer)

    def test_a_reader_that_went_away(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.start(stdout=writer, stderr=writer)
        os.close(writer)

    def test_closed_descriptors_are_not_taken_for_others(self):
        script = 'exec "$0" "$@" >&- 2>&-'
        port = free_port()
        config = pathlib.Path(self.folder, "c.yaml")
        config.write_text(CONFIG + f"state_dir: {self.folder}/state\n")
        process = subprocess.Popen(["sh", "-c", script, ANSWERBACK, "run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"],
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for(lambda: subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/livez"], capture_output=True).stdout == b"ok", 10)
        for fd in ("1", "2") if os.getuid() == 0 else ():  # of a process without dumps only root may see them
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{fd}"), "/dev/null")
        process.terminate()
        self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    unittest.main()
