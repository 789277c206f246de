"""TLS on the port: what is spoken, who is let in by certificate, rotation, and clients that stall."""
import json
import pathlib
import shutil
import socket
import subprocess
import time
import unittest

from guarded import LONG, Authority, Guarded, run
from harness import Scenario, need


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
        findings = json.loads(pathlib.Path(report).read_text())
        self.assertGreater(len(findings), 30, "testssl did not get through")
        found = [f"{e['id']}: {e['finding']}" for e in findings if e["severity"] in ("MEDIUM", "HIGH", "CRITICAL")]
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
