"""The face others rely on: commands, exit codes, endpoints, reload, and a stop without a trace."""
import json
import os
import resource
import signal
import subprocess
import time
import unittest

from harness import ANSWERBACK, ROOT, Answerback, Nginx, Scenario, free_port, wait_for

CONFIG = """
service: shop
defaults: {{interval: 200ms, timeout: 500ms, fall: 2, rise: 1}}
probes:
  - {{name: site, type: http, url: "http://user:geheim-pw@127.0.0.1:{port}/", headers: {{X-Api-Key: geheim-key}}}}
groups:
  readiness: {{needs: [site]}}
"""


def run(*arguments, **more):
    return subprocess.run([ANSWERBACK, *arguments], capture_output=True, text=True, timeout=30, **more)


class Commands(Scenario):
    def config(self, text):
        path = f"{self.folder}/c.yaml"
        with open(path, "w") as f:
            f.write(text)
        return path

    def test_the_worked_example_passes_check_as_it_stands(self):
        done = run("check", f"--config.file={ROOT}/config.yaml", env={"PATH": os.environ["PATH"]})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_check_names_the_place_the_path_and_the_word_that_was_meant(self):
        path = self.config("service: shop\nprobes:\n  - {name: a, type: tcp, address: 'h:1'}\n  - {name: b, type: tcp, address: 'h:2', timout: 5s}\n")
        done = run("check", "--config.file", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f'{path}:4:42: probes[1].timout: unknown key (did you mean "timeout"?)', done.stderr)
        self.assertEqual(run("run", "--config.file", path).returncode, 1)

    def test_check_says_once_what_could_not_be_filled_in(self):
        path = self.config("service: shop\ncredentials: {c: {jwt: {alg: HS256, secret: '${NOT_SET_ANYWHERE}', ttl: 5m}}}\n")
        done = run("check", "--config.file", path)
        self.assertEqual((done.returncode, done.stderr.count(f"{path}:")), (1, 1), done.stderr)
        self.assertIn("${NOT_SET_ANYWHERE} is not set", done.stderr)

    def test_who_asks_nowhere_is_told_so(self):
        for url in ("ftp://127.0.0.1:1", "http://", "http://[::1", "http://127.0.0.1:99999", ""):
            for command, code in (("status", 3), ("report", 3), ("healthcheck", 1)):
                done = run(command, "--url", url)
                self.assertEqual(done.returncode, code, (command, url, done.stderr))
                self.assertIn("not a URL of the form", done.stdout + done.stderr)

    def test_a_reload_says_what_it_cannot_change(self):
        path = self.config(f"listen: 127.0.0.1:{free_port()}\nprobes: []\n")
        daemon = subprocess.Popen([ANSWERBACK, "--config.file", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait, 5)
        self.addCleanup(daemon.terminate)
        self.assertTrue(any("msg=started" in line for line in daemon.stdout))
        self.config("listen: 127.0.0.1:1\nprobes: []\n")
        daemon.send_signal(signal.SIGHUP)
        lines = []
        for line in daemon.stdout:
            lines.append(line)
            if "configuration reloaded" in line:
                break
        self.assertIn("listen changes with a restart only", "".join(lines))

    def test_a_start_that_cannot_be_is_refused_in_words(self):
        path = self.config("service: shop\nprobes:\n  - {name: a, type: tcp, address: '127.0.0.1:1'}\n")
        refused = 0
        for most in range(8, 16):  # file descriptors
            daemon = subprocess.Popen(["prlimit", f"--nofile={most}", ANSWERBACK, "run", "--config.file", path,
                                       f"--web.listen-address=127.0.0.1:{free_port()}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                _, why = daemon.communicate(timeout=2)
            except subprocess.TimeoutExpired:  # it had enough
                daemon.terminate()
                daemon.communicate(timeout=10)
                break
            self.assertEqual(daemon.returncode, 1, f"{most}: {why}")
            self.assertIn("answerback: ", why)
            self.assertNotIn("terminate called", why)
            refused += 1
        self.assertGreater(refused, 3)

    def test_print_shows_defaults_and_no_secret(self):
        done = run("check", "--print", "--config.file", self.config(CONFIG.format(port=1)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("<secret>", done.stdout)
        self.assertNotIn("geheim", done.stdout)
        self.assertIn("timeout: 500ms", done.stdout)

    def test_probe_prints_a_timeline_and_says_by_its_exit_code(self):
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'ok'; }"))
        path = self.config(CONFIG.format(port=nginx.port))
        good = run("probe", "site", "--config.file", path)
        self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        for phase in ("connect", "processing", "transfer"):
            self.assertIn(phase, good.stdout)
        nginx.stop()
        bad = run("--config.file", path, "probe", "site")
        self.assertEqual(bad.returncode, 1, bad.stdout + bad.stderr)
        self.assertIn("connect_refused", bad.stdout)
        nagios = run("probe", "site", "--nagios", "--config.file", path)
        self.assertEqual(nagios.returncode, 2)
        self.assertEqual(run("probe", "sight", "--config.file", path).returncode, 2)

    def test_types_documents_every_key(self):
        done = run("types", "postgres")
        self.assertEqual(done.returncode, 0)
        for word in ("dsn", "tables", "too_many_connections"):
            self.assertIn(word, done.stdout)

    def test_what_could_not_be_said_is_told(self):
        path = self.config(CONFIG.format(port=1).replace("timeout: 500ms", "timeout: 50ms"))
        daemon = self.daemon("probes: [{name: ok, type: exec, command: [/bin/echo, OK], interval: 1s}]")
        daemon.wait_health("pass")
        url = ("--url", f"http://127.0.0.1:{daemon.port}")
        for code, command in ((1, ("check", "--config.file", path)), (1, ("check", "--print", "--config.file", path)), (1, ("types",)),
                              (1, ("--version",)), (1, ("--help",)), (1, ("probe", "site", "--config.file", path)), (3, ("status", *url)),
                              (3, ("status", "--json", *url)), (3, ("report", *url)), (1, ("debug", "--output", "-", *url)),
                              (0, ("healthcheck", *url))):
            with self.subTest(command), open("/dev/full", "w") as full:
                done = subprocess.run([ANSWERBACK, *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn("answerback: cannot write to stdout", done.stderr)
        closed = subprocess.run(["sh", "-c", 'exec "$0" healthcheck --url "$1" >&-', ANSWERBACK, url[1]], timeout=30)
        self.assertEqual(closed.returncode, 0)

    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, r"answerback, version \d")
        self.assertEqual(run("--help").returncode, 0)
        self.assertEqual(run("--no-such-flag").returncode, 2)

    def test_commands_for_a_running_daemon(self):
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'ok'; }"))
        daemon = self.daemon(CONFIG.format(port=nginx.port))
        daemon.wait_health("pass")
        url = f"http://127.0.0.1:{daemon.port}"
        self.assertEqual(run("healthcheck", "--url", url).returncode, 0)
        up = run("status", "--url", url)
        self.assertEqual(up.returncode, 0, up.stderr)
        self.assertRegex(up.stdout, r"site +up")
        nginx.stop()
        daemon.wait_health("fail")
        self.assertEqual(run("status", "--url", url).returncode, 2)
        nobody = f"http://127.0.0.1:{free_port()}"
        self.assertEqual(run("status", "--url", nobody).returncode, 3)
        self.assertEqual(run("healthcheck", "--url", nobody).returncode, 1)


class Endpoints(Scenario):
    def setUp(self):
        super().setUp()
        self.nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'ok'; }"))
        self.answerback = self.daemon(CONFIG.format(port=self.nginx.port))

    def test_health_groups_and_probes(self):
        self.answerback.wait_health("pass")
        status, headers, text = self.answerback.get("/health")
        self.assertEqual((status, headers.get_content_type()), (200, "application/health+json"))
        health = json.loads(text)
        self.assertEqual(health["serviceId"], "shop")
        self.assertNotIn("output", health)
        self.assertEqual(self.answerback.get("/health/site")[0], 200)
        self.assertEqual(self.answerback.get("/health/readiness")[0], 200)
        self.assertEqual(self.answerback.get("/health/nobody")[0], 404)
        self.assertEqual(self.answerback.get("/readyz")[2], "ok")
        self.assertIn("[+]site ok", self.answerback.get("/readyz?verbose")[2])
        for path in ("/livez", "/startupz", "/-/healthy", "/-/ready", "/", "/config", "/api/v1/probes", "/api/v1/incidents"):
            self.assertEqual(self.answerback.get(path)[0], 200, path)
        self.assertNotIn("geheim", self.answerback.get("/config")[2])
        self.assertEqual(self.answerback.get("/-/reload")[0], 405)

    def test_no_secret_anywhere(self):
        self.nginx.stop()
        self.answerback.wait_health("fail")
        seen = self.answerback.output() + "".join(self.answerback.get(p)[2] for p in ("/health", "/metrics", "/", "/config", "/api/v1/probes"))
        self.assertNotIn("geheim", seen)
        with open(f"/proc/{self.answerback.process.pid}/cmdline") as f:
            self.assertNotIn("geheim", f.read())

    def test_reload_keeps_counters_and_refuses_a_broken_file(self):
        self.answerback.wait_health("pass")
        total = lambda: self.answerback.metric("answerback_probe_runs_total", probe="site", verdict="pass")
        before = total()
        text = self.answerback.config.read_text()
        self.answerback.config.write_text(text + "capabilities: [{name: pages, value: 5, needs: [site], impact: Nothing}]\n")
        self.assertEqual(self.answerback.get("/-/reload", "POST")[0], 200)
        wait_for(lambda: self.answerback.health()["capabilities"], 5)
        self.assertGreaterEqual(total(), before)
        self.assertEqual(self.answerback.health()["status"], "pass")

        self.answerback.config.write_text("probes: [{name: site, type: nonsense}]\n")
        status, _, why = self.answerback.get("/-/reload", "POST")
        self.assertEqual(status, 500)
        self.assertIn("nonsense", why)
        wait_for(lambda: self.answerback.metric("answerback_config_last_reload_successful") == 0, 5)
        self.assertEqual(self.answerback.health()["status"], "pass")
        self.answerback.config.write_text(text)
        self.answerback.kill(signal.SIGHUP)
        wait_for(lambda: self.answerback.metric("answerback_config_last_reload_successful") == 1, 5)
        for number in (403,):
            self.assertEqual(self.answerback.get("/-/reload", "POST", {"Origin": "http://evil.example"})[0], number)

    def test_terminates_cleanly_and_soon(self):
        self.answerback.wait_health("pass")
        began = time.monotonic()
        self.assertEqual(self.answerback.stop(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - began, 5)

    def test_a_signal_that_asks_is_answered_in_the_log(self):
        self.answerback.wait_health("pass")
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            self.answerback.kill(number)
        self.nginx.stop()
        self.answerback.wait_health("fail")
        self.answerback.kill(signal.SIGUSR1)
        wait_for(lambda: self.answerback.output().count('msg="asked how things stand"') == 3, 5, self.answerback.output)
        asked = [line for line in self.answerback.output().splitlines() if "asked how things stand" in line]
        self.assertIn("status=pass ready=yes up=1 probes=1", asked[0])
        self.assertRegex(asked[2], r'status=fail ready=no up=0 probes=1 output=".*site')

    def test_our_own_freeze_changes_no_health(self):
        self.answerback.wait_health("pass")
        moved = lambda: self.answerback.metric("answerback_probe_transitions_total", probe="site")
        before = moved()
        self.answerback.kill(signal.SIGSTOP)
        time.sleep(4)
        self.answerback.kill(signal.SIGCONT)
        wait_for(lambda: (self.answerback.metric("answerback_loop_stalls_total") or 0) >= 1, 5)
        self.answerback.wait_health("pass")
        self.assertEqual(moved(), before)

    def test_our_own_want_of_descriptors_changes_no_health(self):
        self.answerback.wait_health("pass")
        limits = resource.prlimit(self.answerback.process.pid, resource.RLIMIT_NOFILE)
        opened = len(os.listdir(f"/proc/{self.answerback.process.pid}/fd"))
        own = lambda: self.answerback.metric("answerback_probe_runs_total", probe="site", verdict="unknown", reason="internal") or 0
        resource.prlimit(self.answerback.process.pid, resource.RLIMIT_NOFILE, (opened - 1, limits[1]))
        time.sleep(0.6)  # three runs
        resource.prlimit(self.answerback.process.pid, resource.RLIMIT_NOFILE, limits)
        wait_for(lambda: own() >= 1, 5)
        self.answerback.wait_health("pass")
        self.assertEqual(self.answerback.metric("answerback_probe_transitions_total", probe="site"), 1)


class BehindAPrefix(Scenario):
    def test_all_routes_stand_beneath_it(self):
        daemon = Answerback(self.folder, "service: shop\nprobes: []\n", arguments=["--web.external-url=https://ops.example/ops/ab/", "--log.level=info"])
        self.opened(daemon)
        self.assertEqual(daemon.get("/ops/ab/livez")[0], 200)
        self.assertEqual(daemon.get("/ops/ab/health")[0], 503)
        self.assertIn("text/html", daemon.get("/ops/ab/")[1]["Content-Type"])
        self.assertEqual([daemon.get(path)[0] for path in ("/livez", "/metrics", "/ops/abc/livez")], [404] * 3)
        for path in ("/", "/ops/ab"):
            status, headers, _ = daemon.get(path)
            self.assertEqual((status, headers["Location"]), (302, "/ops/ab/"))
        done = subprocess.run([ANSWERBACK, "healthcheck", f"--url=http://127.0.0.1:{daemon.port}/ops/ab"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
