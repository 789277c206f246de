"""What a person did by hand that night, done by the daemon: for each fault one root cause, the whys down to it, what it costs, one
incident that opens and closes, one alert."""
import json
import unittest

from agent_test import OnPlatform
from alerts_test import Hook
from harness import wait_for


class Night(OnPlatform):
    def setUp(self):
        self.hook = self.opened(Hook())
        self.more = f"""
state_dir: state
compare: [{{name: split, preset: auth_split_brain, socket: websocket, sign_in: auth}}]
alerts: {{webhooks: [{{name: hook, url: "http://127.0.0.1:{self.hook.port}/"}}]}}
"""
        super().setUp()

    def incidents(self, probe):
        return [i for i in json.loads(self.answerback.get("/api/v1/incidents")[2]) if i["probe"] == probe]

    def one_night(self, breaks, heals, probe, reason, blocked, whys):
        self.assertTrue(breaks() is not False)

        def found():
            health = self.answerback.health()
            causes = [(c["probe"], c["reason"]) for c in health["causes"]]
            return health if causes == [(probe, reason)] and health["value"]["blocked"] == blocked else None
        health = wait_for(found, 30, lambda: str(self.answerback.health()["causes"]) + str(self.answerback.health()["value"]))
        chain = health["causes"][0]["whys"]
        for words in whys:
            self.assertIn(words, " | ".join(chain))
        wait_for(lambda: ("firing", probe) in self.hook.notices(), 40, lambda: str(self.hook.notices()))
        report = self.answerback.get("/api/v1/report")[2]
        for words in (probe, reason, *whys[:1]):
            self.assertIn(words, report)

        self.assertTrue(heals() is not False)
        self.answerback.wait_health("pass", 30)
        wait_for(lambda: ("resolved", probe) in self.hook.notices(), 20, lambda: str(self.hook.notices()))
        self.assertEqual(self.hook.notices(), [("firing", probe), ("resolved", probe)])
        [incident] = self.incidents(probe)
        self.assertEqual((incident["cause"], incident["durable"]), (probe, True))
        self.assertIsNotNone(incident["ended"])

    def test_the_agent_is_silent(self):
        self.one_night(lambda: self.demo("/demo/break", body={"what": "agent_silent"}), lambda: self.demo("/demo/heal"),
                       "agent", "no_start", 60, ["Users get no AI responses", "agent is down: no_start at dispatch", "up"])

    def test_the_database_is_stopped(self):
        self.one_night(self.postgres.stop, self.postgres.start, "postgres", "connect_refused", 100,
                       ["Users get no AI responses", "because agent is down", "because postgres is down: connect_refused"])

    def test_the_token_secret_is_split(self):
        self.one_night(lambda: self.demo("/demo/break", body={"what": "split_secret"}), lambda: self.demo("/demo/heal"),
                       "websocket", "auth_split_brain", 100, ["Users", "because websocket is down: auth", "auth"])


if __name__ == "__main__":
    unittest.main()
