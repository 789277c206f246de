"""/probe beside Debian's prometheus-blackbox-exporter: the same blackbox.yml, the same targets, field by field."""
import contextlib
import gzip
import http.server
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from beside import OURS, agree, exporter, get, parse
from harness import Scenario, free_port, need, wait_for

MODULES = """
modules:
  http_2xx: {prober: http, timeout: 3s}
  post: {prober: http, timeout: 3s, http: {method: POST, body: "hello", headers: {Content-Type: text/plain}}}
  head: {prober: http, http: {method: HEAD}}
  stay: {prober: http, http: {follow_redirects: false, valid_status_codes: [302]}}
  any_500: {prober: http, http: {valid_status_codes: [500, 404]}}
  not_well: {prober: http, http: {fail_if_body_matches_regexp: ["all is w.ll"]}}
  well: {prober: http, http: {fail_if_body_not_matches_regexp: ["all is w.ll"]}}
  sick: {prober: http, http: {fail_if_body_not_matches_regexp: ["nobody says this"]}}
  small: {prober: http, http: {body_size_limit: 5B}}
  has_header: {prober: http, http: {fail_if_header_not_matches: [{header: x-kind, regexp: "^plain$"}]}}
  no_header: {prober: http, http: {fail_if_header_matches: [{header: X-Kind, regexp: pla}]}}
  missing: {prober: http, http: {fail_if_header_not_matches: [{header: X-None, regexp: "."}]}}
  may_miss: {prober: http, http: {fail_if_header_not_matches: [{header: X-None, regexp: ".", allow_missing: true}]}}
  only_tls: {prober: http, http: {fail_if_not_ssl: true}}
  never_tls: {prober: http, http: {fail_if_ssl: true, tls_config: {insecure_skip_verify: true}}}
  old: {prober: http, http: {valid_http_versions: ["HTTP/1.0"]}}
  packed: {prober: http, http: {compression: gzip, fail_if_body_not_matches_regexp: ["all is w.ll"]}}
  any_cert: {prober: http, http: {enable_http2: false, tls_config: {insecure_skip_verify: true}}}
  our_ca: {prober: http, http: {enable_http2: false, tls_config: {ca_file: CERT}}}
  basic: {prober: http, http: {basic_auth: {username: me, password: secret-password}, valid_status_codes: [299]}}
  hurry: {prober: http, timeout: 300ms}
  connect: {prober: tcp, timeout: 2s}
  connect_tls: {prober: tcp, tcp: {tls: true, tls_config: {ca_file: CERT}}}
  strict_tls: {prober: tcp, tcp: {tls: true}}
  banner:
    prober: tcp
    timeout: 2s
    tcp:
      query_response:
        - expect: "^220 ([^ ]+) ESMTP (?P<what>.+)$"
          send: "EHLO ${1} $what\\r"
        - expect: "^250-(.*)$"
        - send: "QUIT"
        - expect: "^221"
  wrong_banner: {prober: tcp, timeout: 300ms, tcp: {query_response: [{expect: "^HELLO"}]}}
  starttls:
    prober: tcp
    timeout: 2s
    tcp:
      tls_config: {ca_file: CERT}
      query_response:
        - expect: "^220"
        - send: "STARTTLS\\r"
        - expect: "^220 go"
        - starttls: true
        - send: "EHLO again\\r"
        - expect: "^250-again"
"""


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    came, gone = [], []  # paths of requests whose client left before the answer

    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        self.send_response(status)
        if "Transfer_Encoding" not in headers:
            headers["Content_Length"] = str(len(body))
        for name, value in {"X_Kind": "plain", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):  # who had enough is gone
                self.wfile.write(body)

    def do_GET(self):
        path = self.path
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/ok":
            self.answer(200, b"all is well\n")
        elif path == "/post":
            self.answer(200 if sent == b"hello" and self.command == "POST" else 400, b"thanks")
        elif path == "/500":
            self.answer(500, b"broken")
        elif path == "/dated":
            self.answer(200, b"x", Last_Modified="Wed, 21 Oct 2015 07:28:00 GMT")
        elif path == "/gzip":
            self.answer(200, gzip.compress(b"all is well\n" * 100), Content_Encoding="gzip")
        elif path == "/chunks":
            self.answer(200, b"5\r\nhello\r\n0\r\n\r\n", Transfer_Encoding="chunked")
        elif path == "/basic":
            self.answer(299 if self.headers.get("Authorization") == "Basic bWU6c2VjcmV0LXBhc3N3b3Jk" else 401, b"")
        elif path == "/slow":
            Web.came.append(path)
            self.connection.settimeout(3)
            with contextlib.suppress(OSError):
                if not self.connection.recv(1):
                    Web.gone.append(path)
            self.close_connection = True
        elif path.startswith("/to/"):
            self.answer(302, b"", Location=urllib.parse.unquote(path[4:]))
        elif path == "/loop":
            self.answer(302, b"", Location="/loop")
        else:
            self.answer(404, b"nothing here")

    do_POST = do_HEAD = do_GET


def serve(test, tls=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    test.addClassCleanup(server.server_close)
    test.addClassCleanup(server.shutdown)
    return server.server_address[1]


def talk(test, tls=None):
    """A mail server of sorts."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection):
        with contextlib.ExitStack() as left, contextlib.suppress(OSError):
            left.enter_context(connection)
            connection.settimeout(3)
            connection.sendall(b"220-welcome\r\n220 mail.test ESMTP Toy server\r\n")
            lines = connection.makefile("rb")
            while line := lines.readline():
                word = line.split()
                if word[0] == b"STARTTLS":
                    connection.sendall(b"220 go ahead\r\n")
                    connection = left.enter_context(tls.wrap_socket(connection, server_side=True))
                    lines = connection.makefile("rb")
                elif word[0] == b"EHLO":
                    connection.sendall(b"250-" + b" ".join(word[1:]) + b"\r\n250 HELP\r\n")
                elif word[0] == b"QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    test.addClassCleanup(listener.close)
    return listener.getsockname()[1]


class Beside(Scenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="answerback-blackbox-"))
        cls.cert, key = f"{folder}/cert.pem", f"{folder}/key.pem"
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", key, "-out", cls.cert, "-days", "30", "-subj", "/O=Test/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,DNS:web.test,IP:127.0.0.1"], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cls.cert, key)
        cls.web, cls.webs, cls.mail, cls.closed = serve(cls), serve(cls, tls), talk(cls, tls), free_port()
        cls.modules = MODULES.replace("CERT", cls.cert)
        theirs = exporter(folder, cls.modules)
        cls.addClassCleanup(theirs.stop)
        cls.port = theirs.port

    def ours(self, extra="", allow="[127.0.0.0/8, localhost, '*.invalid']", modules=None):
        with open(f"{self.folder}/blackbox.yml", "w") as f:
            f.write(self.modules if modules is None else modules)
        return self.daemon("service: shop\nprobes:\n  - {name: web, type: http, url: \"http://127.0.0.1:%d/ok\", interval: 100ms}\n"
                           "blackbox: {config_file: blackbox.yml, allow_targets: %s%s}\n" % (self.web, allow, extra))

    def test_field_by_field(self):
        web, webs, mail = f"127.0.0.1:{self.web}", f"127.0.0.1:{self.webs}", f"127.0.0.1:{self.mail}"
        closed = f"127.0.0.1:{self.closed}"
        cases = [  # module, target, success, our reason
            ("http_2xx", f"http://{web}/ok", 1, ""),
            ("http_2xx", f"{web}/ok", 1, ""),
            ("http_2xx", f"http://{web}/500", 0, "status"),
            ("http_2xx", f"http://{web}/chunks", 1, ""),
            ("http_2xx", f"http://{web}/dated", 1, ""),
            ("http_2xx", f"http://{web}/to/%2Fok", 1, ""),
            ("http_2xx", f"http://{web}/to/http%3A%2F%2F{web}%2F500", 0, "status"),
            ("http_2xx", f"http://{web}/loop", 0, "status"),
            ("http_2xx", f"http://{closed}/", 0, "connect_refused"),
            ("http_2xx", "http://no.such.invalid/", 0, "dns_nxdomain"),
            ("http_2xx", f"https://{webs}/ok", 0, "tls_untrusted"),
            ("http_2xx", f"https://{web}/ok", 0, "tls_protocol"),
            ("post", f"http://{web}/post", 1, ""),
            ("http_2xx", f"http://{web}/post", 0, "status"),
            ("head", f"http://{web}/ok", 1, ""),
            ("stay", f"http://{web}/to/%2Fok", 1, ""),
            ("stay", f"http://{web}/ok", 0, "status"),
            ("any_500", f"http://{web}/500", 1, ""),
            ("not_well", f"http://{web}/ok", 0, "assertion"),
            ("not_well", f"http://{web}/dated", 1, ""),
            ("well", f"http://{web}/ok", 1, ""),
            ("sick", f"http://{web}/ok", 0, "assertion"),
            ("sick", f"http://{web}/500", 0, "status"),
            ("small", f"http://{web}/ok", 0, "too_large"),
            ("small", f"http://{web}/dated", 1, ""),
            ("has_header", f"http://{web}/ok", 1, ""),
            ("no_header", f"http://{web}/ok", 0, "assertion"),
            ("missing", f"http://{web}/ok", 0, "assertion"),
            ("may_miss", f"http://{web}/ok", 1, ""),
            ("only_tls", f"http://{web}/ok", 0, "assertion"),
            ("never_tls", f"http://{web}/ok", 1, ""),
            ("old", f"http://{web}/ok", 0, "protocol"),
            ("packed", f"http://{web}/gzip", 1, ""),
            ("packed", f"http://{web}/ok", 0, "protocol"),
            ("any_cert", f"https://{webs}/ok", 1, ""),
            ("any_cert", f"https://{webs}/to/http%3A%2F%2F{web}%2Fok", 1, ""),
            ("our_ca", f"https://{webs}/ok", 1, ""),
            ("basic", f"http://{web}/basic", 1, ""),
            ("hurry", f"http://{web}/slow", 0, "read_timeout"),
            ("connect", web, 1, ""),
            ("connect", closed, 0, "connect_refused"),
            ("connect", "no.such.invalid:80", 0, "dns_nxdomain"),
            ("connect_tls", webs, 1, ""),
            ("strict_tls", webs, 0, "tls_untrusted"),
            ("banner", mail, 1, ""),
            ("wrong_banner", mail, 0, "read_timeout"),
            ("wrong_banner", f"127.0.0.1:{self.web}", 0, "read_timeout"),
            ("starttls", mail, 1, ""),
        ]
        ours = self.ours()
        for module, target, success, reason in cases:
            with self.subTest(module=module, target=target):
                agree(self, self.port, ours.port, module, target, success, reason)

    def test_time_is_the_scrapes_or_the_modules(self):
        ours, slow = self.ours(), f"http://127.0.0.1:{self.web}/slow"
        for headers, module, low, high in [({"X-Prometheus-Scrape-Timeout-Seconds": "0.9"}, "http_2xx", 0.4, 0.6),
                                           ({"X-Prometheus-Scrape-Timeout-Seconds": "9"}, "hurry", 0.3, 0.5)]:
            samples, _ = parse(get(ours.port, headers, module=module, target=slow)[2])
            self.assertEqual(samples["probe_success"], 0)
            self.assertTrue(low <= samples["probe_duration_seconds"] < high, samples["probe_duration_seconds"])
        self.assertEqual(get(ours.port, {"X-Prometheus-Scrape-Timeout-Seconds": "soon"}, target=slow)[0], 400)

    def test_who_must_not_be_looked_at(self):
        web = f"http://127.0.0.1:{self.web}"
        ours = self.ours(allow=f"[127.0.0.1, '*.invalid']")
        metadata = urllib.parse.quote("http://169.254.169.254/latest/meta-data", safe="")
        status, _, text = get(ours.port, target="http://169.254.169.254/")
        self.assertEqual(status, 403)
        self.assertIn("link-local", text)
        for target in ["http://[fd00:ec2::254]/", "http://0.0.0.0/", "http://[::ffff:169.254.169.254]/", "http://224.0.0.1/",
                       "http://[::1]:80/", "http://127.0.0.2/", "http://10.0.0.1/"]:
            self.assertEqual(get(ours.port, target=target)[0], 403, target)
        samples, _ = parse(get(ours.port, target=f"{web}/to/{metadata}")[2])
        self.assertEqual((samples["probe_success"], samples["probe_http_redirects"]), (0, 1))
        self.assertEqual(samples[OURS + '{verdict="fail",reason="forbidden",phase="resolve"}'], 1)
        samples, _ = parse(get(ours.port, target=f"{web}/to/" + urllib.parse.quote(f"http://127.0.0.2:{self.web}/", safe=""))[2])
        self.assertEqual(samples[OURS + '{verdict="fail",reason="forbidden",phase="resolve"}'], 1)

        anybody = self.ours(allow="['*']")
        samples, _ = parse(get(anybody.port, target=f"http://localhost:{self.web}/ok")[2])
        self.assertEqual(samples["probe_success"], 0, "a name that turns out to be our loopback")
        self.assertEqual(samples[OURS + '{verdict="fail",reason="forbidden",phase="resolve"}'], 1)

        nobody = self.ours(allow="[]")
        status, _, text = get(nobody.port, target=web)
        self.assertEqual(status, 403)
        self.assertIn("blackbox.allow_targets", text)
        self.assertEqual(get(ours.port, {"Sec-Fetch-Site": "cross-site"}, target=web)[0], 403)

    def test_what_we_lack_is_named_and_the_rest_works(self):
        ours = self.ours(modules="modules:\n  good: {prober: http}\n  bad:\n    prober: http\n    http:\n"
                                 "      proxy_url: http://127.0.0.1:3128\n  worse: {prober: tcp, tcp: {qery_response: []}}\n"
                                 "  other:\n    prober: quic\n")
        log = ours.output()
        for place in ["blackbox.yml:6:18: modules.bad.http.proxy_url: not supported", "blackbox.yml:7:", "blackbox.yml:9:13: modules.other.prober"]:
            self.assertIn(place, log)
        target = f"http://127.0.0.1:{self.web}/ok"
        self.assertEqual(parse(get(ours.port, module="good", target=target)[2])[0]["probe_success"], 1)
        status, _, text = get(ours.port, module="bad", target=target)
        self.assertEqual(status, 400)
        self.assertIn("blackbox.yml:6:18", text)
        self.assertEqual(get(ours.port, module="nope", target=target)[0], get(self.port, module="nope", target=target)[0])
        self.assertEqual(get(ours.port, module="good")[0], 400)
        checked = subprocess.run([os.environ.get("ANSWERBACK", "answerback"), "check", f"--config.file={ours.config}"],
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0)
        self.assertIn("blackbox.yml:6:18", checked.stderr)

    def test_only_so_many_at_once_and_a_client_that_goes_ends_its_run(self):
        ours, slow = self.ours(extra=", concurrency: 2"), f"http://127.0.0.1:{self.web}/slow"
        Web.came.clear()
        Web.gone.clear()
        clients = [socket.create_connection(("127.0.0.1", ours.port)) for _ in range(2)]
        for each in clients:
            each.sendall(f"GET /probe?target={urllib.parse.quote(slow)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait_for(lambda: len(Web.came) == 2, 2)
        full = get(ours.port, target=f"http://127.0.0.1:{self.web}/ok")
        self.assertEqual(full[0], 503)
        self.assertEqual(full[1]["Retry-After"], "1")
        self.assertEqual(ours.get("/livez")[0], 200)
        runs = ours.metric("answerback_probe_runs_total", probe="web") or 0
        for each in clients:
            each.close()
        wait_for(lambda: len(Web.gone) == 2, 1, lambda: str(Web.gone))  # long before the 3 s of the module
        self.assertEqual(get(ours.port, target=f"http://127.0.0.1:{self.web}/ok")[0], 200)
        wait_for(lambda: ours.metric("answerback_probe_runs_total", probe="web") > runs, 2)
        self.assertEqual(ours.metric("answerback_probe_runs_total", probe="web", verdict="fail"), None)

    def test_a_reload_reads_the_file_again_and_a_broken_one_changes_nothing(self):
        ours, target = self.ours(), f"http://127.0.0.1:{self.web}/ok"
        modules = f"{self.folder}/blackbox.yml"
        with open(modules, "w") as f:
            f.write("modules:\n  new: {prober: http}\n")
        self.assertEqual(ours.get("/-/reload", "POST")[0], 200)
        self.assertEqual(get(ours.port, module="new", target=target)[0], 200)
        self.assertEqual(get(ours.port, target=target)[0], 400, "http_2xx is gone")
        with open(modules, "w") as f:
            f.write("modules:\n  new: {prober: http}\n  new: {prober: tcp}\n")
        status, _, text = ours.get("/-/reload", "POST")
        self.assertEqual(status, 500)
        self.assertIn("blackbox.yml:3:3", text)
        self.assertEqual(get(ours.port, module="new", target=target)[0], 200)

    def test_the_daemon_ends_with_a_run_under_way(self):
        ours = self.ours()
        with socket.create_connection(("127.0.0.1", ours.port)) as client:
            slow = urllib.parse.quote(f"http://127.0.0.1:{self.web}/slow")
            client.sendall(f"GET /probe?target={slow} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            self.assertEqual(ours.get("/livez")[0], 200)
            self.assertEqual(ours.stop(within=2), 0)

    def test_debug_and_configured_probes(self):
        ours = self.ours()
        _, headers, text = get(ours.port, debug="true", module="basic", target=f"http://127.0.0.1:{self.web}/basic")
        for part in ["Logs for the probe:", "processing", "HTTP 299", "Metrics that would have been returned:", "probe_success 1"]:
            self.assertIn(part, text)
        self.assertNotIn("secret-password", text)
        page = wait_for(lambda: (lambda a: a[2] if a[0] == 200 else None)(get(ours.port, probe="web")), 5)
        samples, _ = parse(page)
        self.assertEqual((samples["probe_success"], samples["probe_http_status_code"]), (1, 200))
        self.assertEqual(get(ours.port, probe="nope")[0], 404)
        done = subprocess.run([need("promtool"), "check", "metrics"], input=page, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
