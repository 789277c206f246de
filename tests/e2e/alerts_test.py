"""Others are told: a real Alertmanager and webhooks that misbehave. One alert a root cause, nothing lost, nothing twice."""
import http.server
import json
import random
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.request

from harness import ANSWERBACK, Nginx, Process, Scenario, free_port, need, wait_for

# The symptom is noticed first: it is looked at more often than what it depends on.
PROBES = """
service: shop
state_dir: {folder}/state
defaults: {{timeout: 500ms, fall: 2, rise: 1}}
probes:
  - {{name: agent, type: http, url: "http://127.0.0.1:{port}/agent", interval: 100ms, depends_on: [site]}}
  - {{name: site, type: http, url: "http://127.0.0.1:{port}/", interval: 400ms, labels: {{team: web}}, runbook_url: "https://wiki.example/site"}}
  - {{name: other, type: http, url: "http://127.0.0.1:{port}/other", interval: 300ms, critical: false}}
capabilities:
  - {{name: answers, value: 60, needs: [agent], impact: "Users get no AI responses"}}
  - {{name: pages, value: 40, needs: [other], impact: "Users see nothing"}}
"""
SERVER = "listen 127.0.0.1:{port}; location / { return 200 'ok'; }"
BROKEN_SITE = SERVER + " location = / { return 500; } location = /agent { return 500; }"


class Hook:
    """A webhook that keeps what it was sent. `answer` decides about each request: a status, (status, headers), or None to
    leave it hanging."""

    def __init__(self, answer=lambda n: 200, port=None):
        hook, self.seen, self.answer, self.released = self, [], answer, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hook.seen.append((self.path, dict(self.headers), body, time.monotonic()))
                decided = hook.answer(len(hook.seen))
                if decided is None:
                    hook.released.wait(20)
                    return
                status, headers = decided if isinstance(decided, tuple) else (decided, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port or 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def notices(self):
        """(status, probe) of each request in the form of Alertmanager's webhook."""
        bodies = [json.loads(body) for _, _, body, _ in self.seen]
        return [(a["status"], a["labels"]["probe"]) for b in bodies for a in b["alerts"]]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Alertmanager:
    """A real one, which tells a Hook at once of each change."""

    def __init__(self, folder, hook_port):
        self.port, self.folder = free_port(), folder
        with open(f"{folder}/alertmanager.yml", "w") as f:
            json.dump({"route": {"receiver": "hook", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s",
                                 "repeat_interval": "1h"},
                       "receivers": [{"name": "hook", "webhook_configs": [{"url": f"http://127.0.0.1:{hook_port}/am"}]}]}, f)
        self.process = Process([need("prometheus-alertmanager"), f"--config.file={folder}/alertmanager.yml",
                                f"--storage.path={folder}/alertmanager", f"--web.listen-address=127.0.0.1:{self.port}",
                                "--web.route-prefix=/am", "--cluster.listen-address="], folder, "alertmanager")
        wait_for(lambda: self.alerts() is not None, 20, self.process.output)

    def alerts(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/am/api/v2/alerts", timeout=2) as answer:
                return json.load(answer)
        except OSError:
            return None

    def close(self):
        self.process.stop()


class Told(Scenario):
    def setUp(self):
        super().setUp()
        self.nginx = self.opened(Nginx(SERVER))

    def config(self, alerts):
        return PROBES.format(port=self.nginx.port, folder=self.folder) + "alerts:\n" + alerts

    def hook(self, *arguments, **more):
        return self.opened(Hook(*arguments, **more))

    def outcome(self, daemon, target, outcome):
        return daemon.metric("answerback_notifications_total", target=target, outcome=outcome)


class WithAlertmanager(Told):
    def test_one_alert_fires_survives_a_restart_and_resolves_once(self):
        heard = self.hook()
        manager = self.opened(Alertmanager(self.folder, heard.port))
        direct = self.hook()
        config = self.config(f"""
  resend: 1s
  external_url: https://answerback.example/ab/
  alertmanagers: [{{name: am, url: "http://127.0.0.1:{manager.port}/am/"}}]
  webhooks: [{{name: direct, url: "http://127.0.0.1:{direct.port}/direct"}}]
""")
        daemon = self.daemon(config)
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        wait_for(manager.alerts, 15, daemon.output)
        [alert] = manager.alerts()
        self.assertEqual(alert["labels"], {"alertname": "AnswerbackProbeDown", "service": "shop", "probe": "site", "team": "web",
                                           "reason": "status", "severity": "critical"})
        self.assertEqual(alert["annotations"]["impact"], "Users get no AI responses")
        self.assertEqual(alert["annotations"]["value_blocked"], "60")
        self.assertEqual(alert["annotations"]["blocks"], "agent")
        self.assertEqual(alert["annotations"]["runbook_url"], "https://wiki.example/site")
        self.assertRegex(alert["annotations"]["summary"], r"^site: down status at ")
        self.assertEqual(alert["generatorURL"], "https://answerback.example/ab/health/site")

        # What it is changes; who it is does not.
        self.nginx.stop()
        daemon.wait_check("site", reason="connect_refused")
        wait_for(lambda: any(a["annotations"]["reason"] == "connect_refused" for a in manager.alerts()), 10)
        self.assertEqual([a["labels"]["reason"] for a in manager.alerts() if a["labels"]["probe"] == "site"], ["status"])
        wait_for(lambda: self.outcome(daemon, "direct", "delivered") == 2, 10)  # `other`, too; shown once it is written down

        daemon.process.kill()
        daemon.process.wait()
        again = self.daemon(config)
        again.wait_check("site", health="down")
        delivered = wait_for(lambda: self.outcome(again, "am", "delivered"), 10)
        wait_for(lambda: self.outcome(again, "am", "delivered") >= delivered + 2, 10)  # it is told again and again
        [same] = [a for a in manager.alerts() if a["labels"]["probe"] == "site"]
        self.assertEqual((same["fingerprint"], same["startsAt"]), (alert["fingerprint"], alert["startsAt"]))

        self.nginx.configure(SERVER)
        again.wait_health("pass")
        wait_for(lambda: not manager.alerts(), 10, lambda: json.dumps(manager.alerts(), indent=1))
        wait_for(lambda: ("resolved", "site") in heard.notices(), 10, lambda: str(heard.notices()))
        time.sleep(2.5)  # a second telling would come with the next group_interval
        once = sorted((status, probe) for status in ("firing", "resolved") for probe in ("site", "other"))
        self.assertEqual(sorted(heard.notices()), once)
        self.assertEqual(sorted(direct.notices()), once)
        first = json.loads(direct.seen[0][2])
        self.assertEqual(first["alerts"][0]["fingerprint"], alert["fingerprint"])
        self.assertEqual((first["version"], first["receiver"], first["externalURL"]),
                         ("4", "direct", "https://answerback.example/ab"))

    def test_without_us_it_ends_by_itself(self):
        manager = self.opened(Alertmanager(self.folder, free_port()))
        daemon = self.daemon(self.config(f"""
  resend: 1s
  alertmanagers: [{{url: "http://127.0.0.1:{manager.port}/am"}}]
"""))
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        wait_for(manager.alerts, 15, daemon.output)
        self.assertEqual(self.outcome(daemon, f"127.0.0.1:{manager.port}", "failed"), 0)
        daemon.process.kill()
        daemon.process.wait()
        wait_for(lambda: manager.alerts() == [], 10, lambda: json.dumps(manager.alerts()))


class Webhooks(Told):
    def test_each_is_told_whatever_the_others_do(self):
        good, hanging, refusing = self.hook(), self.hook(lambda n: None), self.hook(lambda n: 400)
        flaky = self.hook(lambda n: (503, {"Retry-After": "2"}) if n == 1 else 200)
        daemon = self.daemon(self.config(f"""
  webhooks:
    - {{name: hanging, url: "http://127.0.0.1:{hanging.port}/", timeout: 1s}}
    - {{name: nobody, url: "http://127.0.0.1:{free_port()}/"}}
    - {{name: refusing, url: "http://127.0.0.1:{refusing.port}/"}}
    - {{name: flaky, url: "http://127.0.0.1:{flaky.port}/"}}
    - {{name: good, url: "http://127.0.0.1:{good.port}/"}}
    - {{name: only-resolved, url: "http://127.0.0.1:{good.port}/resolved", on: resolved}}
"""))
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        daemon.wait_check("site", health="down")
        wait_for(lambda: good.seen, 1.5, daemon.output)
        wait_for(lambda: len(flaky.seen) == 2, 6, daemon.output)
        self.assertGreaterEqual(flaky.seen[1][3] - flaky.seen[0][3], 1.9)
        self.assertEqual(flaky.seen[0][1]["Idempotency-Key"], flaky.seen[1][1]["Idempotency-Key"])
        wait_for(lambda: len(hanging.seen) >= 2, 10, daemon.output)
        self.assertEqual(len(refusing.seen), 1)
        for target, outcome, queue in (("good", "delivered", 0), ("flaky", "delivered", 0), ("flaky", "failed", 0),
                                       ("hanging", "failed", 1), ("nobody", "failed", 1), ("refusing", "dropped", 0)):
            wait_for(lambda: self.outcome(daemon, target, outcome), 3, lambda: f"{target} {outcome}")
            self.assertEqual(daemon.metric("answerback_notifications_queue", target=target), queue, target)
        self.assertEqual(self.outcome(daemon, "only-resolved", "delivered"), 0)
        self.nginx.configure(SERVER)
        wait_for(lambda: [p for p, *_ in good.seen].count("/resolved") == 1, 10, daemon.output)
        self.assertLess(daemon.get("/livez")[0], 300)
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)  # though one of them hangs
        self.assertLess(time.monotonic() - began, 3)

    def test_nothing_is_lost_over_a_kill(self):
        port = free_port()
        config = self.config(f'  webhooks: [{{name: late, url: "http://127.0.0.1:{port}/"}}]\n')
        daemon = self.daemon(config)
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        wait_for(lambda: daemon.metric("answerback_notifications_queue", target="late") == 1, 10, daemon.output)
        self.nginx.configure(SERVER)
        wait_for(lambda: daemon.metric("answerback_notifications_queue", target="late") == 2, 10, daemon.output)
        daemon.process.kill()
        daemon.process.wait()
        late = self.hook(port=port)
        self.daemon(config)
        wait_for(lambda: len(late.seen) == 2, 10, lambda: str(late.seen))
        time.sleep(0.5)
        self.assertEqual(late.notices(), [("firing", "site"), ("resolved", "site")])

    def test_what_was_over_while_we_were_not_there_is_told(self):
        hook = self.hook()
        config = self.config(f'  webhooks: [{{name: hook, url: "http://127.0.0.1:{hook.port}/"}}]\n')
        daemon = self.daemon(config)
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        wait_for(lambda: self.outcome(daemon, "hook", "delivered"), 10, daemon.output)  # shown only once it is written down
        daemon.process.kill()
        daemon.process.wait()
        self.nginx.configure(SERVER)
        again = self.daemon(config)
        again.wait_health("pass")
        wait_for(lambda: len(hook.seen) == 2, 10, again.output)
        self.assertEqual(hook.notices(), [("firing", "site"), ("resolved", "site")])

    def test_killed_at_any_moment_it_loses_nothing(self):
        hook = self.hook(lambda n: 503 if n % 3 == 0 else 200)
        config = self.config(f'  webhooks: [{{name: hook, url: "http://127.0.0.1:{hook.port}/"}}]\n')
        chance = random.Random(5)
        daemon = self.daemon(config)
        for step in range(12):
            self.nginx.configure(BROKEN_SITE if step % 2 == 0 else SERVER)
            time.sleep(chance.uniform(0, 2))
            daemon.process.kill()
            daemon.process.wait()
            daemon = self.daemon(config)
        daemon.wait_health("pass")

        def told():
            told, ids = {}, set()
            for body in (json.loads(body) for _, _, body, _ in hook.seen):
                if body["id"] not in ids:  # at least once: a repetition has the id of the first
                    ids.add(body["id"])
                    told.setdefault(body["groupKey"], []).append(body["status"])
            return told

        wait_for(lambda: told() and all(each[-1] == "resolved" for each in told().values()), 20, lambda: str(told()) + daemon.output())
        self.assertTrue(any(len(each) > 2 for each in told().values()), told())
        for probe, each in told().items():
            self.assertEqual(each, ["firing", "resolved"] * (len(each) // 2), probe)

    def test_a_reload_replaces_them(self):
        first, second = self.hook(), self.hook()
        alerts = '  webhooks: [{{name: {name}, url: "http://127.0.0.1:{port}/"}}]\n'
        daemon = self.daemon(self.config(alerts.format(name="first", port=first.port)))
        daemon.wait_health("pass")
        self.nginx.configure(BROKEN_SITE)
        wait_for(lambda: first.seen, 10, daemon.output)
        daemon.config.write_text(self.config(alerts.format(name="second", port=second.port)))
        daemon.kill(signal.SIGHUP)
        wait_for(lambda: second.seen, 10, daemon.output)  # one that is new hears of what fires
        self.nginx.configure(SERVER)
        wait_for(lambda: len(second.seen) == 2, 10, daemon.output)
        self.assertEqual(second.notices(), [("firing", "site"), ("resolved", "site")])
        self.assertEqual(len(first.seen), 1)
        self.assertIsNone(self.outcome(daemon, "first", "delivered"))

    def test_no_secret_is_seen(self):
        echo = self.hook(lambda n: (400, {"Location": "http://geheim-echo/"}))
        daemon = self.daemon(self.config(f"""
  webhooks:
    - name: slack
      url: "http://127.0.0.1:{echo.port}/geheim-path"
      headers: {{X-Key: geheim-header}}
      bearer_token: geheim-token
      body: '{{"routing_key": "geheim-body", "text": "{{{{summary}}}}", "value": {{{{value_blocked}}}}}}'
    - {{name: basic, url: "http://127.0.0.1:{free_port()}/", basic_auth: {{username: u, password: geheim-password}}}}
  alertmanagers: [{{url: "http://u:geheim-user@127.0.0.1:{free_port()}/"}}]
"""), arguments=["--log.level=debug"])
        daemon.wait_health("pass")
        self.nginx.configure(SERVER + " location = / { return 500 'heard geheim-header, geheim-token and geheim-password'; } location = /agent { return 500; }")
        wait_for(lambda: echo.seen, 15, daemon.output)
        path, headers, body, _ = echo.seen[0]
        self.assertEqual((path, headers["X-Key"], headers["Authorization"]), ("/geheim-path", "geheim-header", "Bearer geheim-token"))
        self.assertEqual(json.loads(body)["routing_key"], "geheim-body")
        self.assertEqual(json.loads(body)["value"], 60)
        wait_for(lambda: "refused and is dropped" in daemon.output(), 5, daemon.output)
        printed = subprocess.run([ANSWERBACK, "check", "--print", f"--config.file={daemon.config}"], capture_output=True, text=True)
        self.assertEqual(printed.returncode, 0, printed.stderr)
        self.assertIn("webhooks", printed.stdout)
        kept = (daemon.folder / "state/notifications.json").read_text()
        for where in (daemon.output(), printed.stdout, daemon.get("/config")[2], daemon.get("/metrics")[2],
                      daemon.get("/health")[2], daemon.get("/api/v1/probes/site")[2], kept):
            self.assertNotIn("geheim", where)
        self.assertIn("heard <secret>, <secret> and <secret>", daemon.get("/api/v1/probes/site")[2])

    def test_what_is_wrong_is_said_with_its_place(self):
        path = f"{self.folder}/c.yaml"
        with open(path, "w") as f:
            f.write('alerts:\n  webhoks: []\n  webhooks:\n    - {name: a, url: "ftp://x/", body: "{{sumary}}"}\n')
        done = subprocess.run([ANSWERBACK, "check", f"--config.file={path}"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        for text in (r":2:3: alerts.webhoks: unknown key \(did you mean \"webhooks\"\?\)", r":4:22: alerts.webhooks\[0\].url: ",
                     r":4:\d+: alerts.webhooks\[0\].body: no placeholder is named"):
            self.assertTrue(re.search(text, done.stderr), f"{text}\n{done.stderr}")


if __name__ == "__main__":
    unittest.main()
