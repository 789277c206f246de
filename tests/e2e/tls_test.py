"""Type `tls` against a real nginx (HTTP/2, client certificates, TLS 1.2 only), and by STARTTLS against a real PostgreSQL and a real SMTP
server (Debian's python3-aiosmtpd), with TLS and without."""
import contextlib
import os
import shutil
import smtplib
import subprocess
import unittest

from harness import Nginx, Postgres, Process, Scenario, free_port, need, wait_for

PYTHON = "/usr/bin/python3"  # the one that has Debian's python3-aiosmtpd
PROBE = "  - {{name: {name}, type: tls, address: '127.0.0.1:{port}', tls_config: {{ca_file: {ca}{more}}}, {keys}}}\n"


class Tls(Scenario):
    def certificate(self, name="server", days=90):
        """A key and a self-signed certificate for 127.0.0.1, also its own CA."""
        key, pem = f"{self.folder}/{name}.key", f"{self.folder}/{name}.pem"
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", pem, "-days", str(days), "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
                       check=True, capture_output=True)
        return key, pem

    def watch(self, *probes):
        return self.daemon("service: tls\ndefaults: {interval: 200ms, timeout: 800ms, fall: 2, rise: 1}\nprobes:\n" + "".join(
            PROBE.format(**{"more": "", "keys": "starttls: none", **probe}) for probe in probes))

    def test_nginx(self):
        key, pem = self.certificate()
        our_key, our_pem = self.certificate("us")
        server = (f"listen 127.0.0.1:{{port}} ssl http2; ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.2; "
                  f"ssl_client_certificate {our_pem}; ssl_verify_client optional; location / {{ return 200 'ok'; }}")
        nginx = self.opened(Nginx(server))
        common = {"port": nginx.port, "ca": pem}
        answerback = self.watch(
            {"name": "plain", **common},
            {"name": "h2", "keys": "alpn: [h2]", **common},
            {"name": "other-alpn", "keys": "alpn: [mqtt]", **common},
            {"name": "ours", "more": f", cert_file: {our_pem}, key_file: {our_key}", **common},
            {"name": "modern", "more": ", min_version: TLS13", **common},
            {"name": "soon", "keys": "certificate: {warn: 100d}", **common},
            {"name": "postgres", "keys": "starttls: postgres", **common})
        self.assertIn("TLSv1.2", answerback.wait_check("plain", status="pass", health="up").get("output", "TLSv1.2"))
        answerback.wait_check("h2", health="up")
        answerback.wait_check("ours", health="up")
        answerback.wait_check("soon", status="warn", reason="tls_expired")
        answerback.wait_check("other-alpn", health="down")
        answerback.wait_check("modern", health="down", reason="tls_protocol")
        answerback.wait_check("postgres", health="down")
        self.assertGreater(answerback.metric("answerback_tls_certificate_expiry_timestamp_seconds", probe="plain"), 1.7e9)
        nginx.configure(f"listen 127.0.0.1:{{port}}; return 200 'ok';")
        answerback.wait_check("plain", health="down", reason="tls_protocol")

    def test_postgresql(self):
        key, pem = self.certificate()
        pg = self.opened(Postgres())
        for source, name in ((key, "server.key"), (pem, "server.crt")):
            target = f"{pg.data}/{name}"
            shutil.copy(source, target)
            os.chown(target, os.stat(pg.data).st_uid, os.stat(pg.data).st_gid)
            os.chmod(target, 0o600)
        answerback = self.watch({"name": "pg", "port": pg.port, "ca": pem, "keys": "starttls: postgres"})
        self.assertIn("ssl = off", answerback.wait_check("pg", health="down", reason="tls_protocol")["output"])
        pg.stop()
        pg.settings["ssl"] = "on"
        pg.start()
        answerback.wait_check("pg", health="up")
        self.assertEqual(answerback.check("pg")["status"], "pass")

    def smtp(self, *arguments):
        port = free_port()
        server = self.opened(Process([PYTHON, "-m", "aiosmtpd", "-n", "-d", "-l", f"127.0.0.1:{port}", *arguments], self.folder, f"smtp-{port}"))

        def greets():
            with contextlib.suppress(OSError):
                return smtplib.SMTP("127.0.0.1", port, timeout=2).quit()[0] == 221
        wait_for(greets, 10, server.output)
        return port, server

    def test_smtp(self):
        if subprocess.run([PYTHON, "-c", "import aiosmtpd"], capture_output=True).returncode:
            self.skipTest("python3-aiosmtpd is not installed (deploy/install-deps.sh installs it)")
        key, pem = self.certificate()
        _, other = self.certificate("other")
        (port, server), (plain, _) = self.smtp("--tlscert", pem, "--tlskey", key), self.smtp()
        answerback = self.watch({"name": "mail", "port": port, "ca": pem, "keys": "starttls: smtp"},
                                {"name": "stranger", "port": port, "ca": other, "keys": "starttls: smtp"},
                                {"name": "plain", "port": plain, "ca": pem, "keys": "starttls: smtp"},
                                {"name": "at-once", "port": port, "ca": pem})
        self.assertEqual(answerback.wait_check("mail", health="up")["status"], "pass")
        self.assertGreater(answerback.metric("answerback_tls_certificate_expiry_timestamp_seconds", probe="mail"), 1.7e9)
        answerback.wait_check("stranger", health="down", reason="tls_untrusted")
        self.assertIn("does not offer STARTTLS", answerback.wait_check("plain", health="down", reason="tls_protocol")["output"])
        answerback.wait_check("at-once", health="down", reason="tls_protocol")
        self.assertIn("STARTTLS", server.output())


if __name__ == "__main__":
    unittest.main()
