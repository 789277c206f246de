"""What people ask a running daemon for: the report, the gate, the status; the demo platform watched by the real daemon."""
import http.client
import json
import pathlib
import subprocess
import unittest
import xml.etree.ElementTree

from harness import ANSWERBACK, Process, Scenario, free_port, wait_for

SECRET = "a-secret-of-thirty-two-bytes-or-more"
CONFIG = """
service: chat
defaults: {{interval: 300ms, timeout: 2s, fall: 2, rise: 1}}
credentials:
  canary: {{jwt: {{alg: HS256, secret: "{secret}", claims: {{sub: canary-1, aud: platform}}}}}}
probes:
  - {{name: auth, type: http, url: "http://127.0.0.1:{port}/auth/health", runbook_url: "https://runbooks/auth"}}
  - {{name: websocket, type: websocket, url: "ws://127.0.0.1:{port}/ws", credentials: canary, send_token: header,
     welcome: {{json: {{/type: system_message}}}}, depends_on: [auth]}}
  - {{name: agent, type: agent, url: "ws://127.0.0.1:{port}/ws", credentials: canary,
     chain: [agent_started, agent_thinking, tool_executing, tool_completed, agent_completed],
     challenge: arithmetic, depends_on: [websocket], interval: 500ms, timeout: 3s}}
capabilities:
  - {{name: answers, value: 60, needs: [agent], impact: "Users get no AI responses"}}
  - {{name: live connection, value: 40, needs: [auth, websocket], impact: "Users cannot connect"}}
groups:
  readiness: {{needs: [websocket]}}
  deep: {{needs: [agent]}}
"""


class Asking(Scenario):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.platform = None

    def start_platform(self):
        program = pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")
        self.platform = self.opened(Process([str(program), "--port", str(self.port), "--jwt-secret", SECRET], self.folder, "platform"))
        wait_for(lambda: self.demo("/demo", "GET"), 20, self.platform.output)

    def start_daemon(self):
        self.answerback = self.daemon(CONFIG.format(port=self.port, secret=SECRET))
        self.url = f"http://127.0.0.1:{self.answerback.port}"

    def demo(self, path, method="POST", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body=json.dumps(body or {}) if method == "POST" else None)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def ask(self, *arguments):
        return subprocess.run([ANSWERBACK, *arguments, "--url", self.url], capture_output=True, text=True, timeout=40)

    def test_the_report_of_a_silent_agent(self):
        self.start_platform()
        self.start_daemon()
        self.answerback.wait_health("pass", 30)
        quiet = self.ask("report", "--since", "10m")
        self.assertEqual((quiet.returncode, quiet.stderr), (0, ""))
        for words in ("# chat: pass", "None in the last 10m", "What is not known"):
            self.assertIn(words, quiet.stdout)

        self.assertTrue(self.demo("/demo/break", body={"what": "agent_silent"}))
        self.answerback.wait_check("agent", 30, health="down")
        told = self.ask("report")
        self.assertEqual(told.returncode, 0, told.stderr)
        for words in ("# chat: fail, 60 % of its value is blocked", "### agent: down, no_start at dispatch", "Users get no AI responses",
                      "connection_established", "**still open**", "incident 1 opened: agent", "1. agent: See whether the agent supervisor",
                      "Time to detect: at most"):
            self.assertIn(words, told.stdout)
        self.assertNotIn(SECRET, told.stdout)
        facts = json.loads(self.ask("report", "--json").stdout)
        self.assertEqual([c["probe"] for c in facts["causes"]], ["agent"])
        self.assertEqual(facts["value"], {"working": 40, "blocked": 60, "unknown": 0})

        self.assertTrue(self.demo("/demo/heal"))
        self.answerback.wait_health("pass", 30)
        after = self.ask("report", "--since", "1h").stdout
        self.assertIn("incident 1 closed: agent after", after)
        self.assertNotIn("Root causes", after)

        wrong = self.ask("report", "--since", "yesterday")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("write it like 24h", wrong.stderr)

    def events(self, last_id=None):
        """A generator of (id, event, data) as they happen."""
        connection = http.client.HTTPConnection("127.0.0.1", self.answerback.port, timeout=20)
        connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
        response = connection.getresponse()
        self.assertEqual((response.status, response.headers.get_content_type()), (200, "text/event-stream"))
        fields = {}
        for line in response:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                yield fields.get("id"), fields["event"], json.loads(fields["data"])
                fields = {}

    def test_events_are_told_as_they_happen_and_again_to_who_missed_them(self):
        self.start_platform()
        self.start_daemon()
        self.answerback.wait_health("pass", 30)
        seen = []
        live = self.events()
        self.assertTrue(self.demo("/demo/break", body={"what": "agent_silent"}))
        for id, event, data in live:
            seen.append((id, event, data))
            if event == "output":
                break
        self.assertEqual([event for _, event, _ in seen], ["transition", "incident_opened", "output"])
        self.assertEqual((seen[0][2]["probe"], seen[0][2]["reason"]), ("agent", "no_start"))
        self.assertIn("Users get no AI responses", seen[2][2]["output"])
        again = self.events(last_id=seen[0][0])
        self.assertEqual([next(again), next(again)], seen[1:])
        status, _, text = self.answerback.get("/api/v1/probes/agent")
        self.assertEqual((status, json.loads(text)["last_run"]["reason"]), (200, "no_start"))
        self.assertEqual(self.answerback.get("/livez")[0], 200)
        self.assertEqual(self.answerback.stop(), 0)  # although both are still reading

    def test_the_gate_opens_when_the_platform_comes_up(self):
        self.start_daemon()
        junit = f"{self.folder}/gate.xml"
        shut = self.ask("wait", "--timeout", "2s", "--junit", junit)
        self.assertEqual(shut.returncode, 1)
        self.assertRegex(shut.stderr, r"waiting for readiness: websocket: (unknown|down)")
        self.assertIn("gave up on readiness", shut.stderr)
        self.assertIn("connect_refused", shut.stdout)  # the report
        failure = xml.etree.ElementTree.parse(junit).find("testcase/failure")
        self.assertIn("websocket", failure.get("message"))

        gate = subprocess.Popen([ANSWERBACK, "wait", "--for", "readiness", "--for", "deep", "--stable", "1s", "--timeout", "30s", "--url", self.url],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.start_platform()
        _, lines = gate.communicate(timeout=40)
        self.assertEqual(gate.returncode, 0, lines)
        self.assertIn("must stay so for 1s", lines)
        self.assertTrue(lines.rstrip().endswith("readiness, deep ready"), lines)

        unknown = self.ask("wait", "--for", "redinass")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("no group or probe", unknown.stderr)

    def test_the_status_says_cause_and_loss(self):
        self.start_daemon()
        self.answerback.wait_check("agent", 30, health="down")
        down = self.ask("status")
        self.assertEqual(down.returncode, 2, down.stderr)
        self.assertIn("cause auth: connect_refused at connect", down.stdout)
        self.assertIn("blocked answers: Users get no AI responses", down.stdout)
        self.assertIn("runbook https://runbooks/auth", down.stdout)
        raw = self.ask("status", "--json")
        self.assertEqual((raw.returncode, json.loads(raw.stdout)["status"]), (2, "fail"))


if __name__ == "__main__":
    unittest.main()
