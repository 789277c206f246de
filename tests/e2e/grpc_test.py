"""Type `grpc` against a real gRPC server, plain and over TLS: every answer of the health service, sign-in, stopped, frozen."""
import pathlib
import signal
import subprocess
import unittest

from harness import Nginx, Scenario, free_port, need

PEER = pathlib.Path(__file__).with_name("peers") / "health_server.py"
PYTHON = "/usr/bin/python3"  # the one that has Debian's python3-grpcio


class Server:
    def __init__(self, *arguments):
        if subprocess.run([PYTHON, "-c", "import grpc"], capture_output=True).returncode:
            raise unittest.SkipTest("python3-grpcio is not installed (deploy/install-deps.sh installs it)")
        self.port, self.arguments = free_port(), arguments
        self.start()

    def start(self):
        self.process = subprocess.Popen([PYTHON, PEER, str(self.port), *self.arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def say(self, line):
        print(line, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "ready\n"

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Grpc(Scenario):
    def watch(self, port, probes):
        return self.daemon("service: grpc\ndefaults: {interval: 200ms, timeout: 800ms, fall: 2, rise: 1}\nprobes:\n" + "".join(
            f"  - {{name: {name}, type: grpc, address: '127.0.0.1:{port}', {keys}}}\n" for name, keys in probes.items()))

    def test_plain(self):
        server = self.opened(Server())
        for line in ("chat SERVING", "tools NOT_SERVING", "odd UNKNOWN", "private SERVING"):
            server.say(line)
        answerback = self.watch(server.port, {
            "server": "slow: {fail: 5s}", "chat": "service: chat", "tools": "service: tools", "odd": "service: odd", "gone": "service: gone",
            "stranger": "service: private", "known": "service: private, metadata: {authorization: Bearer right}"})
        for name in ("server", "chat", "known"):
            answerback.wait_check(name, health="up", status="pass")
        answerback.wait_check("tools", health="down", reason="not_ready")
        answerback.wait_check("odd", health="down", reason="not_ready")
        self.assertIn("unknown service", answerback.wait_check("gone", health="down", reason="assertion")["output"])
        answerback.wait_check("stranger", health="down", reason="auth")
        server.say("tools SERVING")
        answerback.wait_check("tools", health="up")
        server.say("unimplemented")
        self.assertIn("no health service", answerback.wait_check("server", health="down", reason="status")["output"])
        server.process.send_signal(signal.SIGSTOP)
        answerback.wait_check("server", health="down", reason="read_timeout")
        server.close()
        answerback.wait_check("server", health="down", reason="connect_refused")
        server.start()
        answerback.wait_check("server", health="up")

    def test_tls(self):
        key, pem = f"{self.folder}/key", f"{self.folder}/pem"
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", pem, "-days", "100", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        server = self.opened(Server(key, pem))
        answerback = self.watch(server.port, {"tls": f"tls: true, tls_config: {{ca_file: {pem}}}", "untrusting": "tls: true", "plain": "service: ''"})
        answerback.wait_check("tls", health="up")
        answerback.wait_check("untrusting", health="down", reason="tls_untrusted")
        answerback.wait_check("plain", health="down")
        self.assertGreater(answerback.metric("answerback_tls_certificate_expiry_timestamp_seconds", probe="tls"), 1.7e9)

    def test_nginx_is_no_grpc_server(self):
        nginx = self.opened(Nginx("listen 127.0.0.1:{port} http2; location / { return 200 'hello'; }"))
        answerback = self.watch(nginx.port, {"web": "service: x"})
        self.assertIn("no gRPC", answerback.wait_check("web", health="down", reason="protocol")["output"])


if __name__ == "__main__":
    unittest.main()
