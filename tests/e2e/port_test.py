"""The port as those meet it who may know something: passwords, rates, the web config file, and the commands that ask through all of it."""
import json
import os
import pathlib
import subprocess
import threading
import time
import unittest

from guarded import CONFIG, Authority, Guarded, hashed, run
from harness import Process, Scenario, free_port, need, wait_for


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


if __name__ == "__main__":
    unittest.main()
