"""The night nobody noticed, and its relatives: the demo platform with a real PostgreSQL behind it, watched by the real daemon."""
import http.client
import json
import os
import pathlib
import unittest

from harness import ANSWERBACK, Postgres, Process, Scenario, free_port, wait_for

SECRET = "a-secret-of-thirty-two-bytes-or-more"
CONFIG = """
service: chat
defaults: {{interval: 300ms, timeout: 2s, fall: 2, rise: 1}}
credentials:
  canary: {{jwt: {{alg: HS256, secret: "{secret}", claims: {{sub: canary-1, aud: platform}}}}}}
probes:
  - {{name: postgres, type: postgres, dsn: "{dsn}"}}
  - {{name: auth, type: http, url: "http://127.0.0.1:{port}/auth/health", expect: {{status: 200, json: {{/status: healthy}}}}}}
  - {{name: websocket, type: websocket, url: "ws://127.0.0.1:{port}/ws", credentials: canary, send_token: header,
     welcome: {{json: {{/type: system_message}}}}, depends_on: [auth]}}
  - {{name: llm, type: llm, provider: openai, base_url: "http://127.0.0.1:{port}/v1", model: demo-1, api_key: demo-key}}
  - {{name: agent, type: agent, url: "ws://127.0.0.1:{port}/ws", credentials: canary,
     chain: [agent_started, agent_thinking, tool_executing, tool_completed, agent_completed],
     challenge: arithmetic, depends_on: [websocket, postgres, llm], interval: 500ms, timeout: 4s}}
capabilities:
  - {{name: answers, value: 60, needs: [agent], impact: "Users get no AI responses"}}
  - {{name: sign-in and live connection, value: 40, needs: [auth, websocket, postgres], impact: "Users cannot connect"}}
groups:
  readiness: {{needs: [postgres, websocket]}}
"""


class OnPlatform(Scenario):
    template, more = CONFIG, ""  # of the configuration
    watched_at = None  # port of answerback, where others must know it before

    def setUp(self):
        super().setUp()
        self.postgres = self.opened(Postgres())
        self.postgres.sql("DROP TABLE runs; DROP TABLE threads")  # the platform makes its own
        self.port = free_port()
        self.platform = self.opened(self.start_platform())
        self.answerback = self.daemon(self.template.format(port=self.port, dsn=self.postgres.dsn, secret=SECRET) + self.more, port=self.watched_at)
        self.answerback.wait_health("pass", 30)

    def start_platform(self, **environment):
        program = pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")
        platform = Process([str(program), "--port", str(self.port), "--database", self.postgres.dsn, "--jwt-secret", SECRET],
                           self.folder, "platform", {**os.environ, **environment})
        wait_for(lambda: self.demo("/demo", "GET"), 20, platform.output)
        return platform

    def demo(self, path, method="POST", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body=json.dumps(body or {}) if method == "POST" else None)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def broken(self, what, probe="agent", **fields):
        self.assertTrue(self.demo("/demo/break", body={"what": what}))
        return self.answerback.wait_check(probe, 30, **fields)

    def heal(self):
        self.assertTrue(self.demo("/demo/heal"))
        self.answerback.wait_health("pass", 30)


class Incident(OnPlatform):
    def healths(self):
        return {name: check[0]["health"] for name, check in self.answerback.health()["checks"].items()}

    def test_connected_welcomed_pinged_and_then_silence(self):
        check = self.broken("agent_silent", status="fail", health="down", reason="no_start", phase="dispatch")
        self.assertIn("0 of 5", check["output"])
        frames = json.dumps(check["evidence"])
        self.assertIn("connection_established", frames)
        self.assertIn("ping", frames)
        status, _, text = self.answerback.get("/health")
        health = json.loads(text)
        self.assertEqual((status, health["status"]), (503, "fail"))
        for words in ("agent: down no_start at dispatch", "blocked 60 %", "Users get no AI responses"):
            self.assertIn(words, health["output"])
        self.assertEqual((health["value"]["working"], health["value"]["blocked"]), (40, 60))
        self.assertEqual([c["probe"] for c in health["causes"]], ["agent"])
        self.assertEqual(self.healths(), {"postgres": "up", "auth": "up", "websocket": "up", "llm": "up", "agent": "down"})
        self.assertEqual(self.answerback.get("/readyz")[0], 200)
        metric = self.answerback.metric
        self.assertEqual(metric("answerback_probe_up", probe="agent"), 0)
        self.assertEqual(metric("answerback_agent_stages_reached_ratio", probe="agent"), 0)
        self.assertEqual(metric("answerback_capability_blocked", capability="answers"), 1)
        self.assertAlmostEqual(metric("answerback_value_ratio", state="blocked"), 0.6)
        self.assertGreater(metric("answerback_probe_runs_total", probe="agent", verdict="fail", reason="no_start"), 0)
        self.heal()

    def test_the_database_stops_and_is_the_cause(self):
        self.postgres.stop()
        self.answerback.wait_check("agent", 30, health="down")
        self.answerback.wait_check("postgres", 30, health="down", reason="connect_refused")
        health = self.answerback.health()
        self.assertEqual([c["probe"] for c in health["causes"]], ["postgres"])
        self.assertIn("agent", health["causes"][0]["blocks"])
        self.assertIn("postgres: down connect_refused", health["output"])
        self.assertEqual(self.answerback.metric("answerback_probe_cause_info", probe="agent", cause="postgres"), 1)
        self.postgres.start()
        self.answerback.wait_health("pass", 30)

    def test_each_way_to_break_it_has_its_own_reason(self):
        rows = [
            ("agent_dies", "agent", "stalled"),
            ("tool_stuck", "agent", "tool_stuck"),
            ("agent_error", "agent", "agent_error"),
            ("canned", "agent", "synthetic"),
            ("wrong_answer", "agent", "answer_wrong"),
            ("wrong_order", "agent", "chain_order"),
            ("contract", "agent", "request_dropped"),
            ("unrecognised", "agent", "request_unrecognised"),
            ("database", "agent", "agent_error"),
            ("token_refused", "websocket", "auth"),
            ("split_secret", "websocket", "auth"),
            ("closed_1011", "websocket", "closed"),
            ("no_welcome", "websocket", "no_welcome"),
            ("llm_429", "llm", "rate_limited"),
            ("llm_429_billing", "llm", "quota"),
            ("llm_key", "llm", "auth"),
            ("llm_truncated", "llm", "truncated"),
            ("llm_503", "llm", "overloaded"),
        ]
        for what, probe, reason in rows:
            with self.subTest(what):
                self.broken(what, probe, status="fail", reason=reason)
                self.heal()

    def test_noise_and_nesting_pass(self):
        for what in ("duplicate", "nested", "garbage"):
            with self.subTest(what):
                good = lambda: self.answerback.metric("answerback_probe_runs_total", probe="agent", verdict="pass")
                before = good()
                self.assertTrue(self.demo("/demo/break", body={"what": what}))
                wait_for(lambda: good() >= before + 3, 20, lambda: json.dumps(self.answerback.check("agent"))[:2000])
                self.heal()


if __name__ == "__main__":
    unittest.main()
