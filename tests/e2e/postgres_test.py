"""A real PostgreSQL in every state that matters, each named right while the probe beside it is untouched."""
import json
import subprocess
import unittest

from harness import Nginx, Postgres, Scenario, wait_for

CONFIG = """
service: chat
defaults: {{interval: 200ms, timeout: 1s, fall: 2, rise: 2}}
probes:
  - {{name: postgres, type: postgres, dsn: "{dsn}", tables: [threads, runs]{more}}}
  - {{name: site, type: http, url: "http://127.0.0.1:{site}/"}}
  - {{name: api, type: http, url: "http://127.0.0.1:{site}/missing", depends_on: [postgres]}}
capabilities:
  - {{name: answers, value: 60, needs: [postgres], impact: "Users get no AI responses"}}
  - {{name: pages, value: 40, needs: [site], impact: "Users see nothing"}}
groups:
  readiness: {{needs: [postgres]}}
"""


class PostgresStates(Scenario):
    def start(self, settings=(), more="", query="", expect_up=True):
        self.postgres = self.opened(Postgres(settings))
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'hello'; }"))
        config = CONFIG.format(dsn=self.postgres.dsn + query, site=nginx.port, more=more)
        config = config.replace("/missing", "/")
        self.answerback = self.daemon(config)
        if expect_up:
            self.answerback.wait_health("pass")

    def named(self, reason, **fields):
        """postgres down for this reason, the others untouched, metrics and endpoints of one mind."""
        check = self.answerback.wait_check("postgres", status="fail", health="down", reason=reason, **fields)
        health = self.answerback.health()
        self.assertEqual(health["status"], "fail")
        self.assertIn("postgres", health["output"])
        self.assertIn(reason, health["output"])
        self.assertEqual([c["probe"] for c in health["causes"]], ["postgres"])
        self.assertEqual((health["value"]["blocked"], health["value"]["working"]), (60, 40))
        self.assertEqual(self.answerback.check("site")["status"], "pass")
        self.assertEqual(self.answerback.get("/readyz")[0], 503)
        self.assertEqual(self.answerback.get("/livez")[0], 200)
        self.assertEqual(self.answerback.metric("answerback_probe_up", probe="postgres"), 0)
        self.assertEqual(self.answerback.metric("answerback_probe_up", probe="site"), 1)
        self.assertEqual(self.answerback.metric("answerback_group_ready", group="readiness"), 0)
        self.assertEqual(self.answerback.metric("answerback_capability_blocked", capability="answers"), 1)
        return check

    def test_stopped_and_started(self):
        self.start()
        self.postgres.stop()
        self.named("connect_refused", phase="connect")
        self.postgres.start()
        self.answerback.wait_health("pass")
        incidents = json.loads(self.answerback.get("/api/v1/incidents")[2])
        self.assertEqual(len(incidents), 1)
        self.assertEqual((incidents[0]["probe"], incidents[0]["cause"]), ("postgres", "postgres"))
        self.assertIsNotNone(incidents[0]["ended"])

    def test_frozen(self):
        self.start()
        self.postgres.freeze()
        check = self.answerback.wait_check("postgres", status="fail", health="down")
        self.assertIn(check["reason"], ("read_timeout", "connect_timeout", "query_timeout"))
        self.assertEqual(self.answerback.check("site")["status"], "pass")
        self.postgres.thaw()
        self.answerback.wait_health("pass")

    def test_full_of_connections(self):
        self.start(settings={"max_connections": 8, "superuser_reserved_connections": 0}.items(),
                   more=", pressure: {warn: 0.99, fail: 1.0}")
        held = [subprocess.Popen([*self.postgres.prefix, "psql", "-h", self.postgres.folder, "-p", str(self.postgres.port),
                                  "-U", "chat", "-d", "chat", "-c", "SELECT pg_sleep(600)"], cwd=self.postgres.folder,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(8)]
        self.addCleanup(lambda: [(h.kill(), h.wait()) for h in held])
        self.named("too_many_connections")
        for h in held:
            h.kill()
            h.wait()
        self.postgres.stop()
        self.postgres.start()
        self.answerback.wait_health("pass")

    def test_in_recovery_where_a_primary_is_wanted(self):
        self.start(more=", role: primary")
        self.postgres.stop()
        open(f"{self.postgres.data}/standby.signal", "w").close()
        self.postgres.start()
        self.named("read_only", phase="role")

    def test_table_missing(self):
        self.start()
        self.postgres.sql("DROP TABLE runs")
        check = self.named("missing_table", phase="tables")
        self.assertIn("runs", check["output"])

    def test_no_connection_of_ours_stays_behind(self):
        self.start()
        runs = lambda: self.answerback.metric("answerback_probe_runs_total", probe="postgres", verdict="pass") or 0
        wait_for(lambda: runs() > 10, 20)
        ours = self.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'answerback'")
        self.assertLessEqual(int(ours), 1)


if __name__ == "__main__":
    unittest.main()
