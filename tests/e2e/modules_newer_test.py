"""Modules of /probe for which Debian's blackbox_exporter is too old to compare with: websocket and unix, gRPC metadata, bytes, labels,
http_headers. Against servers nobody here wrote (python3-websockets, npm's ws, Redis, PostgreSQL, python3-grpcio), and one that misbehaves."""
import contextlib
import http.server
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from beside import OURS, HealthServer, Modules, certificate, get, parse
from harness import Postgres, Process, free_port, need, ordinary_user, wait_for

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"  # the one that has Debian's packages

WEBSOCKET = """
modules:
  open: {prober: websocket, timeout: 2s}
  talk: {prober: websocket, timeout: 2s, websocket: {query_response: [{expect: "incoming_(.+)", send: "outgoing_${1}"}, {expect: "^passed"}]}}
  wrong: {prober: websocket, timeout: 2s, websocket: {query_response: [{expect: "incoming_(.+)", send: "outgoing_${1}"}, {expect: "^someotherstring"}]}}
  passed: {prober: websocket, timeout: 300ms, websocket: {query_response: [{expect: "passed$"}]}}
  echo: {prober: websocket, timeout: 2s, websocket: {query_response: [{send: one}, {expect: "^one$", send: two}, {expect: "^two$"}]}}
  npm: {prober: websocket, timeout: 2s, websocket: {query_response: [{expect: "connection_established", send: '{"type":"ping"}'}, {expect: '"pong"'}]}}
  bearer: {prober: websocket, timeout: 2s, websocket: {http_config: {bearer_token: right}}}
  basic: {prober: websocket, timeout: 2s, websocket: {http_config: {basic_auth: {username: me, password: secret-password}}}}
  typed: {prober: websocket, timeout: 2s, websocket: {http_config: {authorization: {type: Token, credentials: t1}}, query_response: [{expect: '"authorization", "Token t1"'}]}}
  headers:
    prober: websocket
    timeout: 2s
    websocket:
      headers: {X-Kind: {values: [plain], secrets: [geheim-header], files: [FOLDER/header]}, Origin: {values: ["https://shop.test"]}}
      query_response: [{expect: '"x-kind", "plain".*"x-kind", "geheim-header".*"x-kind", "from a file".*"origin", "https://shop.test"'}]
  offers: {prober: websocket, timeout: 2s, websocket: {headers: {Sec-WebSocket-Protocol: {values: ["chat.v1, chat.v2"]}}}}
  tls: {prober: websocket, timeout: 2s, websocket: {http_config: {tls_config: {ca_file: CERT}}}}
  any_cert: {prober: websocket, timeout: 2s, websocket: {http_config: {tls_config: {insecure_skip_verify: true}}}}
  named: {prober: websocket, timeout: 2s, websocket: {http_config: {tls_config: {ca_file: CERT, server_name: other.test}}}}
  only_ip6: {prober: websocket, timeout: 2s, websocket: {preferred_ip_protocol: ip6, ip_protocol_fallback: false}}
"""

UNIX = """
modules:
  open: {prober: unix, timeout: 2s}
  redis: {prober: unix, timeout: 2s, unix: {query_response: [{send: PING}, {expect: "^.PONG"}, {send: INFO server}, {expect: "redis_version:([0-9]+)([0-9.]*)", labels: [{name: major, value: "${1}"}, {name: version, value: "v$1$2"}]}]}}
  wrong: {prober: unix, timeout: 300ms, unix: {query_response: [{send: PING}, {expect: HELLO}]}}
  bytes: {prober: unix, timeout: 300ms, unix: {query_response: [{send: PING}, {expect_bytes: !!binary K1BPTkcNCg==}, {send: QUIT}, {expect: "^.OK"}]}}
  other_bytes: {prober: unix, timeout: 300ms, unix: {query_response: [{send: PING}, {expect_bytes: "+PING"}]}}
  raw: {prober: unix, timeout: 300ms, unix: {query_response: [{send: !!binary YWJj}, {expect_bytes: abc, send: !!binary ZGVm}, {expect_bytes: def}]}}
  more_bytes: {prober: unix, timeout: 300ms, unix: {query_response: [{send: QUIT}, {expect_bytes: "+OK\\r\\n and more"}]}}
  closed: {prober: unix, timeout: 300ms, unix: {query_response: [{send: QUIT}, {expect: HELLO}]}}
  tls: {prober: unix, timeout: 2s, unix: {tls: true, tls_config: {ca_file: CERT, server_name: localhost}, query_response: [{expect: "^secret hello"}]}}
  tls_any: {prober: unix, timeout: 2s, unix: {tls: true, tls_config: {insecure_skip_verify: true}}}
  tls_named: {prober: unix, timeout: 2s, unix: {tls: true, tls_config: {ca_file: CERT, server_name: other.test}}}
"""

OTHERS = """
modules:
  postgresql: {prober: tcp, timeout: 3s, tcp: {tls_config: {ca_file: CERT}, query_response: [{send: !!binary AAAACATSFi8=}, {expect_bytes: S}, {starttls: true}]}}
  no_ssl: {prober: tcp, timeout: 3s, tcp: {query_response: [{send: !!binary AAAACATSFi8=}, {expect_bytes: N}]}}
  private: {prober: grpc, timeout: 3s, grpc: {service: private, metadata: {Authorization: ["Bearer right"], x-other: [a, b]}}}
  stranger: {prober: grpc, timeout: 3s, grpc: {service: private, metadata: {authorization: Bearer geheim-but-wrong}}}
  http_headers: {prober: http, timeout: 3s, http: {http_headers: {X-Key: {values: [one], secrets: [geheim-key]}}, basic_auth: {username_file: FOLDER/header, password: b}}}
"""


class Newer(Modules):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="answerback-newer-"))
        cls.cert, cls.key = certificate(cls.shared)
        pathlib.Path(cls.shared, "header").write_text(" from a file\n")

    def told(self, ours, module, target, success, reason, **values):
        """What our page says of this target: names without `probe_` and their values."""
        status, _, page = get(ours.port, module=module, target=target)
        self.assertEqual(status, 200, page)
        samples, _ = parse(page)
        info = next(name for name in samples if name.startswith(OURS))
        self.assertIn(f'reason="{reason}"', info)
        for name, value in {"success": success, **values}.items():
            self.assertEqual(samples.get(f"probe_{name}"), value, page)
        return samples

    def filled(self, modules):
        return modules.replace("CERT", self.cert).replace("FOLDER", self.shared)


class WebSocket(Newer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if subprocess.run([PYTHON, "-c", "import websockets"], capture_output=True).returncode:
            raise unittest.SkipTest("python3-websockets is not installed (deploy/install-deps.sh installs it)")
        cls.port, cls.tls, cls.npm, cls.closed = (free_port() for _ in range(4))
        cls.server = cls.start("messages", [PYTHON, HERE / "servers/messages.py", str(cls.port)], "ready")
        cls.start("tls", [PYTHON, HERE / "servers/messages.py", str(cls.tls), cls.cert, cls.key], "ready")
        environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
        cls.start("npm", [need("node"), HERE / "servers/ws.js", str(cls.npm)], "", environment)
        wait_for(cls.npm_is_up, 10)

    @classmethod
    def npm_is_up(cls):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", cls.npm), 1).close()
            return True

    @classmethod
    def start(cls, name, arguments, says, environment=None):
        server = Process([str(each) for each in arguments], cls.shared, name, environment)
        cls.addClassCleanup(server.stop)
        wait_for(lambda: says in server.output(), 10, server.output)
        return server

    def test_what_it_tells(self):
        ours = self.ours(self.filled(WEBSOCKET))
        plain, tls, npm = (f"{scheme}://127.0.0.1:{port}" for scheme, port in [("ws", self.port), ("wss", self.tls), ("ws", self.npm)])
        up = {"websocket_status_code": 101, "websocket_connection_upgraded": 1, "websocket_failed_due_to_regex": 0, "websocket_ssl": 0}
        down = {**up, "websocket_status_code": 0, "websocket_connection_upgraded": 0}
        failed = {**up, "websocket_failed_due_to_regex": 1}
        for module, target, success, reason, values in [
            ("open", f"{plain}/echo", 1, "", {**up, "ip_protocol": 4}),
            ("open", f"{npm}/", 1, "", up),
            ("npm", f"{npm}/", 1, "", up),
            ("talk", f"{plain}/greet", 1, "", up),
            ("wrong", f"{plain}/greet", 0, "assertion", failed),
            ("passed", f"{plain}/binary", 1, "", up),
            ("passed", f"{plain}/two", 0, "assertion", failed),  # the next message, not one of those that follow
            ("passed", f"{plain}/silent", 0, "read_timeout", failed),
            ("passed", f"{plain}/bye", 0, "auth", failed),  # 1008: not let in
            ("passed", f"{npm}/huge", 0, "too_large", failed),
            ("echo", f"{plain}/echo", 1, "", up),
            ("open", f"{plain}/forbidden", 0, "upgrade_refused", {**down, "websocket_status_code": 403}),
            ("open", f"{plain}/moved", 0, "upgrade_refused", {**down, "websocket_status_code": 302}),
            ("open", f"{plain}/signed", 0, "auth", {**down, "websocket_status_code": 401}),
            ("bearer", f"{plain}/signed", 1, "", up),
            ("basic", f"{plain}/signed", 1, "", up),
            ("typed", f"{plain}/headers", 1, "", up),
            ("headers", f"{plain}/headers", 1, "", up),
            ("offers", f"{plain}/echo", 1, "", up),
            ("tls", f"{tls}/echo", 1, "", {**up, "websocket_ssl": 1, 'tls_version_info{version="TLS 1.3"}': 1}),
            ("any_cert", f"{tls}/echo", 1, "", {**up, "websocket_ssl": 1, "ssl_last_chain_expiry_timestamp_seconds": -62135596800}),
            ("open", f"{tls}/echo", 0, "tls_untrusted", down),
            ("named", f"{tls}/echo", 0, "tls_host_mismatch", down),
            ("any_cert", f"wss://127.0.0.1:{self.port}/", 0, "tls_protocol", down),
            ("open", f"ws://127.0.0.1:{self.closed}/", 0, "connect_refused", down),
            ("open", "ws://no.such.invalid/", 0, "dns_nxdomain", {**down, "ip_protocol": 0}),
            ("only_ip6", f"{plain}/echo", 0, "dns_nxdomain", down),
        ]:
            with self.subTest(module=module, target=target):
                samples = self.told(ours, module, target, success, reason, **values)
                phases = {name for name in samples if name.startswith("probe_websocket_duration_seconds")}
                self.assertEqual(len(phases), 5, phases)
        samples, _ = parse(get(ours.port, module="passed", target=f"{plain}/silent")[2])
        self.assertGreater(samples['probe_websocket_duration_seconds{phase="transfer"}'], 0.2)
        wait_for(lambda: "closed 1000" in self.server.output(), 2, self.server.output)
        text = self.debug_tells(ours, ["processing", "<secret>", "probe_success 1"], module="headers", target=f"{plain}/headers")
        self.assertNotIn("geheim", text)

    def test_a_hostile_peer_and_the_time_of_a_scrape(self):
        ours = self.ours(self.filled(WEBSOCKET).replace("timeout: 300ms, ", "").replace("timeout: 2s", "timeout: 9s"))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            samples = self.cut_off(ours, module="open", target=f"ws://127.0.0.1:{silent.getsockname()[1]}/")
            self.assertEqual((samples["probe_websocket_status_code"], samples["probe_websocket_connection_upgraded"]), (0, 0))
        samples = self.cut_off(ours, module="passed", target=f"ws://127.0.0.1:{self.port}/silent")
        self.assertEqual((samples["probe_websocket_status_code"], samples["probe_websocket_failed_due_to_regex"]), (101, 1))

    def test_who_must_not_be_looked_at(self):
        self.nobody_came(WEBSOCKET.replace("CERT", self.cert).replace("FOLDER", self.shared), ["open", "any_cert"], ["ws://{}:%d/", "wss://{}:%d/"])
        self.no_targets(self.ours(self.filled(WEBSOCKET)), "open", ["", "a b", "127.0.0.1:80", "http://127.0.0.1/", "ws://", "ws://127.0.0.1:99999/"])


class Unix(Newer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.redis = f"{cls.shared}/redis.sock"
        server = Process([need("redis-server"), "--port", "0", "--unixsocket", cls.redis, "--save", "", "--dir", cls.shared], cls.shared, "redis")
        cls.addClassCleanup(server.stop)
        wait_for(lambda: os.path.exists(cls.redis), 10, server.output)

    def listening(self, name, kind=socket.SOCK_STREAM, queue=None):
        """A socket of ours, and its path."""
        path = f"{self.shared}/{name}"
        listener = self.opened(socket.socket(socket.AF_UNIX, kind))
        listener.bind(path)
        if kind == socket.SOCK_STREAM:
            listener.listen(*([] if queue is None else [queue]))
        return listener, path

    def secure(self, listener):
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.cert, self.key)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError), tls.wrap_socket(connection, server_side=True) as wrapped:
                        wrapped.sendall(b"secret hello\r\n")
                        wrapped.recv(1)
        threading.Thread(target=serve, daemon=True).start()

    def echo(self, listener):
        def serve():
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                while piece := connection.recv(100):
                    connection.sendall(piece)
        threading.Thread(target=serve, daemon=True).start()

    def test_what_it_tells(self):
        ours = self.ours(self.filled(UNIX), f"['{self.shared}/*']")
        listener, echo = self.listening("echo.sock")
        self.echo(listener)
        listener, secure = self.listening("tls.sock")
        self.secure(listener)
        _, datagrams = self.listening("datagrams.sock", socket.SOCK_DGRAM)
        _, full = self.listening("full.sock", queue=0)
        waiting = self.opened(socket.socket(socket.AF_UNIX))
        waiting.connect(full)
        listener, gone = self.listening("gone.sock")
        listener.close()
        quiet = {"failed_due_to_regex": 0, "failed_due_to_bytes": 0}
        version = subprocess.run([need("redis-server"), "--version"], capture_output=True, text=True).stdout.split("v=")[1].split()[0]
        for module, target, success, reason, values in [
            ("open", self.redis, 1, "", {**quiet, "ip_protocol": None, "dns_lookup_time_seconds": None}),
            ("redis", self.redis, 1, "", {**quiet, f'expect_info{{major="{version[0]}",version="v{version}"}}': 1}),
            ("wrong", self.redis, 0, "read_timeout", quiet),
            ("closed", self.redis, 0, "assertion", {**quiet, "failed_due_to_regex": 1}),
            ("bytes", self.redis, 1, "", quiet),
            ("other_bytes", self.redis, 0, "assertion", {**quiet, "failed_due_to_bytes": 1}),
            ("raw", echo, 1, "", quiet),
            ("more_bytes", self.redis, 0, "truncated", quiet),
            ("tls", secure, 1, "", {**quiet, 'tls_version_info{version="TLS 1.3"}': 1}),
            ("tls_any", secure, 1, "", quiet),
            ("tls_named", secure, 0, "tls_host_mismatch", quiet),
            ("open", f"{self.shared}/none.sock", 0, "connect_refused", quiet),
            ("open", f"{self.redis}/none", 0, "connect_refused", None),
            ("open", gone, 0, "connect_refused", quiet),
            ("open", self.cert, 0, "connect_refused", quiet),
            ("open", datagrams, 0, "protocol", quiet),
            ("open", full, 0, "connect_refused", quiet),
        ]:
            with self.subTest(module=module, target=target):
                if values is None:  # not within the folder of the rule
                    self.assertEqual(get(ours.port, module=module, target=target)[0], 403)
                else:
                    self.told(ours, module, target, success, reason, **values)
        self.debug_tells(ours, ["connect", "+PONG", "probe_success 1"], module="redis", target=self.redis)

    def test_time_and_who_must_not_be_looked_at(self):
        _, silent = self.listening("silent.sock")
        ours = self.ours(self.filled(UNIX).replace("timeout: 300ms, ", ""), f"[127.0.0.0/8, '*', '{silent}']")
        self.cut_off(ours, module="wrong", target=silent)
        for target in (self.redis, "/run/docker.sock", f"{silent}2"):
            status, _, text = get(ours.port, module="open", target=target)
            self.assertEqual(status, 403, target)
            self.assertIn("blackbox.allow_targets", text)
        self.no_targets(ours, "open", ["", "silent.sock", f"{self.shared}/../{silent}", f"{silent}/", "/" + "a" * 107, "@abstract", f"unix:{silent}", "/a\nb"])


class Others(Newer):
    def test_postgresqls_own_example(self):
        for name, module in [("on", "postgresql"), ("off", "no_ssl")]:
            settings = [("ssl", name)]
            if name == "on":
                for each in (self.cert, self.key):
                    os.chmod(each, 0o600)
                    if os.getuid() == 0:
                        os.chown(each, *ordinary_user()[1:])
                os.chmod(self.shared, 0o755)
                settings += [("ssl_cert_file", self.cert), ("ssl_key_file", self.key)]
            database = Postgres(settings)
            self.addCleanup(database.stop)
            ours = self.ours(self.filled(OTHERS))
            samples = self.told(ours, module, f"127.0.0.1:{database.port}", 1, "", failed_due_to_bytes=0)
            self.assertEqual('probe_tls_version_info{version="TLS 1.3"}' in samples, name == "on")
            if name == "off":
                self.told(ours, "postgresql", f"127.0.0.1:{database.port}", 0, "assertion", failed_due_to_bytes=1)

    def test_metadata_of_grpc(self):
        port = HealthServer.start(self)
        ours, server = self.ours(self.filled(OTHERS)), f"127.0.0.1:{port}"
        self.told(ours, "private", server, 1, "", grpc_status_code=0)
        self.told(ours, "stranger", server, 0, "auth", grpc_status_code=16)
        text = self.debug_tells(ours, ["probe_success 0"], module="stranger", target=server)
        self.assertNotIn("geheim", text)

    def test_http_headers(self):
        came = []

        class Web(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                came.append(self.headers)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Web)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.addCleanup(server.shutdown)
        ours = self.ours(self.filled(OTHERS))
        self.told(ours, "http_headers", f"http://127.0.0.1:{server.server_address[1]}/", 1, "")
        self.assertEqual(came[0].get_all("X-Key"), ["one", "geheim-key"])
        self.assertEqual(came[0]["Authorization"], "Basic ZnJvbSBhIGZpbGU6Yg==")


if __name__ == "__main__":
    unittest.main()
