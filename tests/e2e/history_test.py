"""What happened is kept: over a restart, over kill -9 at any moment, and in whatever condition the state file is found.

    ANSWERBACK_KILLS=1000 tests/e2e/history_test.py Killed     the long run; 40 without it
"""
import base64
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import threading
import time
import unittest
import urllib.parse

from harness import ANSWERBACK, Answerback, Ended, Scenario, free_port, need, wait_for
from targets import Acknowledged, Platform, Target

KILLS = int(os.environ.get("ANSWERBACK_KILLS", "40"))

CONFIG = """
service: shop
state_dir: {state}
defaults: {{interval: {interval}, timeout: 500ms, fall: {fall}, rise: 2}}
probes:
  - {{name: site, type: tcp, address: "127.0.0.1:{port}", stale: 60s}}
"""


class Kept(Scenario):
    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(self.folder, "state")
        self.target = self.opened(Target())

    def start(self, interval="100ms", fall=2, **more):
        return self.daemon(CONFIG.format(state=self.state, port=self.target.port, interval=interval, fall=fall), **more)

    def incidents(self, daemon):
        return json.loads(daemon.get("/api/v1/incidents")[2])

    def refused(self):
        """Exit code and words of a daemon that is not to start."""
        config = pathlib.Path(self.folder, "refused.yaml")
        config.write_text(CONFIG.format(state=self.state, port=1, interval="1s", fall=2))
        done = subprocess.run([ANSWERBACK, "run", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{free_port()}"],
                              capture_output=True, text=True, timeout=10)
        return done.returncode, done.stderr


class Restarted(Kept):
    def test_an_incident_goes_on_and_ends_once(self):
        daemon = self.start()
        daemon.wait_check("site", health="up")
        self.target.fall()
        daemon.wait_check("site", health="down")
        [before] = wait_for(lambda: self.incidents(daemon), 5)
        self.assertEqual((before["id"], before["reason"], before["ended"], before["durable"]), (1, "connect_refused", None, True))
        self.assertEqual(before["timeline"][0]["what"][:27], "site is down (was up): conn")
        for number in (signal.SIGTERM, signal.SIGKILL):
            daemon.stop(number)
            daemon = self.start()
            self.assertEqual(daemon.check("site")["health"], "down", "down it was, and nothing says otherwise")
            self.assertEqual(daemon.check("site")["reason"], "connect_refused")
            self.assertEqual([i["id"] for i in self.incidents(daemon)], [1])
            wait_for(lambda: (daemon.metric("answerback_probe_runs_total", verdict="fail") or 0) >= 5, 10)
            [now] = self.incidents(daemon)
            self.assertEqual((now["since"], now["ended"]), (before["since"], None), "no second one")
            self.assertEqual(daemon.metric("answerback_probe_transitions_total", probe="site"), 0, "no flap")
        self.target.rise()
        daemon.wait_check("site", health="up")
        wait_for(lambda: self.incidents(daemon)[0]["ended"], 5)
        self.assertEqual(len(self.incidents(daemon)), 1)
        daemon.stop()
        daemon = self.start()
        self.assertTrue(self.incidents(daemon)[0]["ended"])

    def test_up_is_unknown_until_it_is_seen_and_one_failure_is_not_down(self):
        daemon = self.start(interval="1500ms")
        daemon.wait_check("site", health="up")
        time.sleep(1.5)  # what is no incident is written down within a second
        daemon.stop(signal.SIGKILL)
        self.target.fall()
        daemon = self.start(interval="1500ms")
        self.assertEqual(daemon.check("site")["health"], "unknown")
        self.assertEqual(daemon.get("/readyz")[0], 503, "unknown is never green")
        wait_for(lambda: daemon.metric("answerback_probe_runs_total", verdict="fail") == 1, 5)
        self.assertEqual(daemon.check("site")["health"], "up", "as it was left, with one failure")
        self.assertEqual(daemon.check("site")["health"], "up")
        self.assertEqual(self.incidents(daemon), [])
        daemon.wait_check("site", health="down")
        wait_for(lambda: self.incidents(daemon), 5)

    def test_an_incident_of_a_probe_that_is_gone_is_closed(self):
        daemon = self.start()
        self.target.fall()
        daemon.wait_check("site", health="down")
        wait_for(lambda: self.incidents(daemon), 5)
        daemon.stop()
        daemon = self.daemon(CONFIG.format(state=self.state, port=1, interval="10s", fall=2).replace("name: site", "name: other"))
        wait_for(lambda: [i for i in self.incidents(daemon) if i["probe"] == "site" and i["ended"]], 5)

    def test_without_a_state_dir_it_is_kept_in_memory(self):
        self.state = '""'
        daemon = self.start()
        self.target.fall()
        daemon.wait_check("site", health="down")
        [incident] = wait_for(lambda: self.incidents(daemon), 5)
        self.assertFalse(incident["durable"])
        self.assertEqual(daemon.metric("answerback_history_degraded"), 0)


class Found(Kept):
    def test_two_daemons_on_one_folder(self):
        daemon = self.start()
        code, words = self.refused()
        self.assertEqual(code, 1)
        self.assertIn(f"state_dir: {self.state} is in use by another answerback (process {daemon.process.pid})", words)
        daemon.stop(signal.SIGKILL)
        self.start().stop()

    def test_a_newer_file_is_refused_and_left_alone(self):
        self.start().stop()
        file = self.state / "answerback.db"
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA user_version=99")
        before = file.read_bytes()
        code, words = self.refused()
        self.assertEqual(code, 1)
        self.assertIn("is of version 99, written by a newer answerback", words)
        self.assertEqual(file.read_bytes(), before)

    def test_what_cannot_be_read_is_set_aside(self):
        self.start().stop()
        file = self.state / "answerback.db"
        good = file.read_bytes()
        damaged = {"corrupt": good[:4096] + bytes(b ^ 0x5A for b in good[4096:]), "truncated": good[:len(good) // 2],
                   "empty": b"", "no database": b"garbage " * 1000}
        for number, (how, content) in enumerate(damaged.items(), 1):
            with self.subTest(how):
                file.write_bytes(content)
                daemon = self.start()
                self.assertIn("could not be read: set aside, a new one begun", daemon.output())
                self.assertEqual(daemon.metric("answerback_history_degraded"), 0)
                daemon.stop()
                aside = list(self.state.glob("answerback.db.set-aside-*"))
                self.assertEqual(len(aside), number)
                self.assertIn(content, [a.read_bytes() for a in aside])


class Echo(http.server.BaseHTTPRequestHandler):
    """Fails with all that it was sent, and with the same in other clothes."""

    def do_GET(self):
        sent = str(self.headers)
        body = f"{sent}{sent.encode().hex()}{urllib.parse.quote(sent)}".encode()
        self.send_response(500)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Secrets(Kept):
    def test_what_a_target_sends_back_is_not_kept(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        daemon = self.daemon(f"""
state_dir: {self.state}
defaults: {{interval: 100ms, timeout: 1s, fall: 1}}
probes:
  - {{name: a, type: http, url: "http://127.0.0.1:{server.server_port}/", headers: {{X-Api-Key: geheim-key}}}}
  - {{name: b, type: http, url: "http://user:geheim-pw@127.0.0.1:{server.server_port}/"}}
""")
        wait_for(lambda: len(self.incidents(daemon)) == 2, 5)
        shown = daemon.get("/api/v1/incidents")[2] + daemon.get("/health")[2] + daemon.get("/api/v1/report")[2]
        daemon.stop()
        kept = b"".join(f.read_bytes() for f in self.state.iterdir())
        self.assertIn(b"X-Api-Key: <secret>", kept, "the evidence is there")
        for secret in (b"geheim-key", b"geheim-pw"):
            for form in (secret, secret.hex().encode(), base64.b64encode(b"user:" + secret)):
                self.assertNotIn(form, kept)
                self.assertNotIn(form.decode(), shown + daemon.output())


class Killed(Scenario):
    """SIGKILL during transitions, again and again on one state_dir."""

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(self.folder, "state")
        self.platform = self.opened(Platform(seed=os.getpid()))
        self.acknowledged = Acknowledged()

    def one_more(self, end, **more):
        """A life of the daemon: what was acknowledged is there, more happens, `end` ends it."""
        try:
            daemon = Answerback(self.folder, self.platform.config(self.state), **more)
        except Ended as early:
            if more and early.code == -signal.SIGKILL:
                return  # the n-th call came before its port answered: the next life looks at what is left
            raise
        try:
            self.assertEqual(list(self.state.glob("*set-aside*")), [])
            self.assertEqual(self.acknowledged.lost(daemon), [])
            self.assertEqual(self.acknowledged.twice_open(daemon), [])
            end(daemon)
        except (Ended, OSError, http.client.HTTPException):
            if not more or daemon.process.wait(5) != -signal.SIGKILL:
                raise
        finally:
            daemon.stop(signal.SIGKILL)

    def test_at_random(self):
        def end(daemon):
            self.platform.shake(self.platform.random.uniform(0.02, 0.4), lambda: self.acknowledged.look(daemon))
        for _ in range(KILLS):
            self.one_more(end)
        self.one_more(lambda daemon: None)
        self.assertGreater(len(self.acknowledged.known), KILLS, "hardly anything was acknowledged: this proves nothing")
        print(f"{KILLS} kills, {len(self.acknowledged.known)} incidents acknowledged, none lost", flush=True)

    def test_at_a_syscall_of_the_writer(self):
        """strace kills it as it enters the n-th of them."""
        strace = need("strace")
        def end(daemon):
            until = time.monotonic() + 15
            while daemon.process.poll() is None and time.monotonic() < until:
                self.platform.shake(0.05, lambda: self.acknowledged.look(daemon))
            self.assertIsNotNone(daemon.process.poll(), f"it was not killed: {prefix}; {len(self.acknowledged.known)} incidents")
        died = 0
        for call in ("pwrite64", "fdatasync"):
            for n in self.platform.random.sample(range(40, 160), max(3, KILLS // 10)):
                prefix = [strace, "-D", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}",
                          "-e", f"inject={call}:signal=KILL:when={n if call == 'pwrite64' else n // 4}"]
                self.one_more(end, prefix=prefix)
                died += 1
        self.one_more(lambda daemon: None)
        self.assertGreater(len(self.acknowledged.known), died)
        print(f"{died} kills at a syscall, {len(self.acknowledged.known)} incidents acknowledged, none lost", flush=True)


if __name__ == "__main__":
    unittest.main()
