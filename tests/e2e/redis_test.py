"""Type `redis` against a real Redis: signed in, written to, over TLS, as a replica, full, stopped, frozen."""
import contextlib
import signal
import socket
import subprocess
import unittest

from harness import Process, Scenario, free_port, need, wait_for

CONFIG = """
service: cache
defaults: {{interval: 200ms, timeout: 800ms, fall: 2, rise: 1}}
probes:
  - {{name: redis, type: redis, address: "127.0.0.1:{port}"{more}}}
"""
WRITING = ", password: hunter22, write: true"


class Redis(Scenario):
    def server(self, *arguments, port=None):
        port = port or free_port()
        process = Process([need("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir",
                           self.folder, *arguments], self.folder, f"redis-{port}")
        self.opened(process)

        def up():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
        wait_for(up, 10, process.output)
        process.port = port
        return process

    def cli(self, redis, *words):
        return subprocess.run([need("redis-cli"), "-p", str(redis.port), "-a", "hunter22", "--no-auth-warning", *words],
                              capture_output=True, text=True, timeout=5).stdout.strip()

    def watch(self, redis, more=WRITING):
        self.answerback = self.daemon(CONFIG.format(port=redis.port, more=more))

    def down(self, reason, **fields):
        return self.answerback.wait_check("redis", health="down", reason=reason, **fields)

    def test_used_as_an_application_would(self):
        redis = self.server("--requirepass", "hunter22")
        self.watch(redis)
        self.answerback.wait_health("pass")
        self.assertEqual(self.cli(redis, "DBSIZE"), "0")
        self.cli(redis, "CONFIG", "SET", "requirepass", "another")
        self.down("auth", phase="sign_in")
        for path in ("/health", "/metrics", "/config", "/api/v1/probes"):
            self.assertNotIn("hunter22", self.answerback.get(path)[2])
        self.assertNotIn("hunter22", self.answerback.output())

    def test_full(self):
        redis = self.server("--requirepass", "hunter22")
        self.watch(redis)
        self.answerback.wait_health("pass")
        self.cli(redis, "CONFIG", "SET", "maxmemory", "1")
        self.down("overloaded", phase="query")
        self.cli(redis, "CONFIG", "SET", "maxmemory", "0")
        self.answerback.wait_health("pass")

    def test_a_replica_where_a_primary_is_wanted(self):
        primary = self.server()
        replica = self.server("--replicaof", f"127.0.0.1 {primary.port}")
        self.watch(replica, ", role: primary")
        self.down("read_only", phase="role")

    def test_stopped_and_frozen(self):
        redis = self.server()
        self.watch(redis, "")
        self.answerback.wait_health("pass")
        redis.kill(signal.SIGSTOP)
        self.down("query_timeout", phase="ping")
        redis.kill(signal.SIGCONT)
        self.answerback.wait_health("pass")
        redis.stop()
        self.down("connect_refused", phase="connect")

    def test_over_tls(self):
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", f"{self.folder}/key", "-out", f"{self.folder}/cert", "-days", "100", "-subj", "/CN=x",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        port = free_port()
        redis = Process([need("redis-server"), "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "",
                         "--tls-cert-file", f"{self.folder}/cert", "--tls-key-file", f"{self.folder}/key",
                         "--tls-ca-cert-file", f"{self.folder}/cert", "--tls-auth-clients", "no"], self.folder, "redis")
        self.opened(redis)
        redis.port = port
        self.watch(redis, f", tls: true, tls_config: {{ca_file: {self.folder}/cert}}")
        self.answerback.wait_health("pass")


if __name__ == "__main__":
    unittest.main()
