"""A real nginx stopped, slow, failing, and with a certificate that has expired."""
import datetime
import socket
import subprocess
import unittest

from harness import Nginx, Process, Scenario, free_port, need, wait_for

CONFIG = """
service: shop
defaults: {{interval: 200ms, timeout: 800ms, fall: 2, rise: 1}}
probes:
  - {{name: site, type: http, url: "{url}", slow: {{warn: 300ms}}{more}}}
  - {{name: other, type: tcp, address: "127.0.0.1:{other}"}}
"""


class NginxStates(Scenario):
    def start(self, server, url="http://127.0.0.1:{port}/", more="", wanted="pass"):
        self.nginx = self.opened(Nginx(server))
        other = self.opened(Nginx("listen 127.0.0.1:{port};"))
        self.answerback = self.daemon(CONFIG.format(url=url.replace("{port}", str(self.nginx.port)), other=other.port, more=more))
        self.answerback.wait_health(wanted)

    def down(self, reason, **fields):
        check = self.answerback.wait_check("site", health="down", reason=reason, **fields)
        self.assertEqual(self.answerback.check("other")["status"], "pass")
        self.assertEqual(self.answerback.metric("answerback_probe_up", probe="site"), 0)
        return check

    def test_stopped(self):
        self.start("listen 127.0.0.1:{port}; location / { return 200 'ok'; }")
        self.nginx.stop()
        self.down("connect_refused", phase="connect")
        self.nginx.restart()
        self.answerback.wait_health("pass")

    def test_answering_500(self):
        self.start("listen 127.0.0.1:{port}; location / { return 200 'ok'; }")
        self.nginx.configure("listen 127.0.0.1:{port}; location / { return 500 'the app broke'; }")
        check = self.down("status")
        self.assertIn("500", check["output"])
        self.assertEqual(self.answerback.metric("answerback_probe_success", probe="site"), 0)

    def test_a_502_of_the_proxy_is_told_from_the_applications(self):
        app = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'ok'; }"))
        self.start(f"listen 127.0.0.1:{{port}}; location / {{ proxy_pass http://127.0.0.1:{app.port}; }}")
        app.configure("listen 127.0.0.1:{port}; location / { return 503 '{\"detail\":\"starting\"}'; }")
        check = self.down("status")
        self.assertIn("starting", check["output"])
        self.assertNotIn("in front", check["output"])
        app.stop()
        wait_for(lambda: "made by nginx in front, not by the app" in self.answerback.check("site")["output"], 10,
                 lambda: self.answerback.check("site")["output"])
        self.assertIn("status 502", self.answerback.check("site")["output"])

    def test_a_503_of_haproxy(self):
        haproxy, port, nobody = need("haproxy"), free_port(), free_port()
        with open(f"{self.folder}/haproxy.cfg", "w") as f:
            f.write("defaults\n mode http\n retries 0\n timeout connect 1s\n timeout client 1s\n timeout server 1s\n"
                    f"listen front\n bind 127.0.0.1:{port}\n server app 127.0.0.1:{nobody}\n")
        self.opened(Process([haproxy, "-db", "-f", f"{self.folder}/haproxy.cfg"], self.folder, "haproxy"))
        self.start("listen 127.0.0.1:{port};", url=f"http://127.0.0.1:{port}/", wanted="fail")
        self.assertIn("made by HAProxy in front, not by the app", self.down("status")["output"])

    def test_slow_and_silent(self):
        self.start("listen 127.0.0.1:{port}; location / { return 200 'ok'; }")
        backend = free_port()  # nobody listens there: nginx waits for a connection that is never answered
        silent = socket.socket()
        silent.bind(("127.0.0.1", backend))
        silent.listen(64)
        self.addCleanup(silent.close)
        self.nginx.configure(f"listen 127.0.0.1:{{port}}; location / {{ proxy_pass http://127.0.0.1:{backend}; }}")
        self.down("read_timeout", phase="processing")

    def certificate(self, days):
        openssl = need("openssl")
        key, pem = f"{self.folder}/key.pem", f"{self.folder}/cert.pem"
        subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", f"{self.folder}/plain.pem", "-subj", "/CN=localhost", "-days", "1"], check=True, capture_output=True)
        now = datetime.datetime.utcnow()
        ends = now + datetime.timedelta(days=days)
        starts = min(now, ends) - datetime.timedelta(days=30)
        stamp = "%y%m%d%H%M%SZ"
        # A small CA of its own, because `req -x509` cannot make a certificate that has expired already.
        (open(f"{self.folder}/index.txt", "w")).close()
        with open(f"{self.folder}/serial", "w") as f:
            f.write("01")
        with open(f"{self.folder}/ca.cnf", "w") as f:
            f.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\nserial={self.folder}/serial\n"
                    f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=p\nx509_extensions=e\nunique_subject=no\n"
                    "[p]\ncommonName=supplied\n[e]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:TRUE\n")
        subprocess.run([openssl, "req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", f"{self.folder}/csr.pem"], check=True,
                       capture_output=True)
        subprocess.run([openssl, "ca", "-batch", "-selfsign", "-config", f"{self.folder}/ca.cnf", "-keyfile", key, "-in",
                        f"{self.folder}/csr.pem", "-out", pem, "-startdate", starts.strftime(stamp), "-enddate", ends.strftime(stamp)],
                       check=True, capture_output=True)
        return key, pem

    def test_certificate_expired(self):
        key, pem = self.certificate(days=90)
        server = f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; location / {{ return 200 'ok'; }}"
        self.start(server, url="https://localhost:{port}/", more=f", tls_config: {{ca_file: {pem}}}")
        expiry = self.answerback.metric("answerback_tls_certificate_expiry_timestamp_seconds", probe="site")
        in_days = (expiry - datetime.datetime.now().timestamp()) / 86400
        self.assertAlmostEqual(in_days, 90, delta=0.1)
        self.certificate(days=-1)
        self.nginx.restart()
        self.down("tls_expired", phase="tls")

    def test_certificate_untrusted(self):
        key, pem = self.certificate(days=90)
        server = f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; location / {{ return 200 'ok'; }}"
        self.start(server, url="https://localhost:{port}/", wanted="fail")
        self.down("tls_untrusted", phase="tls")


if __name__ == "__main__":
    unittest.main()
