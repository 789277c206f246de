"""promtool has nothing to say about /metrics, a real Prometheus scrapes it, and the rules we ship hold."""
import json
import re
import subprocess
import unittest

from harness import ROOT, Nginx, Prometheus, Scenario, free_port, need

CONFIG = """
service: shop
defaults: {{interval: 200ms, timeout: 500ms}}
probes:
  - {{name: site, type: http, url: "http://127.0.0.1:{port}/", labels: {{team: web}}}}
  - {{name: gone, type: tcp, address: "127.0.0.1:{nobody}", critical: false, depends_on: [site]}}
capabilities:
  - {{name: pages, value: 10, needs: [site], impact: "Users see nothing"}}
groups:
  readiness: {{needs: [site]}}
"""


class Scrape(Scenario):
    def setUp(self):
        super().setUp()
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { return 200 'ok'; }"))
        self.answerback = self.daemon(CONFIG.format(port=nginx.port, nobody=free_port()))
        self.answerback.wait_health("warn")

    def test_promtool_is_silent(self):
        status, headers, text = self.answerback.get("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        done = subprocess.run([need("promtool"), "check", "metrics"], input=text, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_openmetrics_is_read_by_prometheus_own_client_library(self):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("python3-prometheus-client is not installed (deploy/install-deps.sh installs it)")
        status, headers, text = self.answerback.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        self.assertEqual((status, headers["Content-Type"]), (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"))
        families = {family.name: family for family in text_string_to_metric_families(text)}
        self.assertEqual(families["answerback_probe_runs"].type, "counter")
        self.assertEqual(families["answerback_probe_duration_seconds"].type, "histogram")
        for family in ("answerback_probe_runs", "answerback_probe_duration_seconds"):
            exemplars = [sample.exemplar for sample in families[family].samples if sample.exemplar]
            self.assertTrue(exemplars, family)
            for each in exemplars:
                self.assertRegex(each.labels["trace_id"], r"^[0-9a-f]{32}$")
                self.assertIsNotNone(each.timestamp)
        _, _, plain = self.answerback.get("/metrics")
        names = {sample.name for family in families.values() for sample in family.samples}
        self.assertEqual(names, {re.match(r"\w+", line)[0] for line in plain.splitlines() if not line.startswith("#")})

    def test_prometheus_scrapes(self):
        query = self.opened(Prometheus(self.folder, [self.answerback.port])).scraping().query
        self.assertEqual(query('answerback_probe_up{probe="site",team="web"}')[0]["value"][1], "1")
        self.assertEqual(query('answerback_probe_up{probe="gone"}')[0]["value"][1], "0")
        self.assertTrue(query('answerback_probe_runs_total{probe="gone",verdict="fail",reason="connect_refused"} > 0'))
        self.assertTrue(query('histogram_quantile(0.99, answerback_probe_duration_seconds_bucket{probe="site"}) > 0'))


class Rules(unittest.TestCase):
    folder = ROOT / "deploy/prometheus"

    def promtool(self, *words):
        done = subprocess.run([need("promtool"), *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_rule_fires_and_stays_silent(self):
        self.promtool("check", "config", "scrape.yml")
        self.promtool("test", "rules", "answerback.test.yml")
        rules, tests = (self.folder / "answerback.rules.yml").read_text(), (self.folder / "answerback.test.yml").read_text()
        for alert in re.findall(r"- alert: (\w+)", rules):
            self.assertRegex(tests, rf"alertname: {alert}\b", "no test")

    def test_only_metrics_there_are(self):
        sources = "".join(path.read_text() for path in (ROOT / "daemon/sinks").glob("*.cpp"))
        named = set(re.findall(r"\banswerback_[a-z_]+", (self.folder / "answerback.rules.yml").read_text()))
        self.assertEqual(named - set(re.findall(r'"(answerback_[a-z_]+)"', sources)), set())

    def test_the_dashboard_is_laid_out(self):
        board = json.loads((ROOT / "deploy/grafana/answerback.json").read_text())
        self.assertEqual(board["uid"], "answerback")
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(board["panels"]))
        taken = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24)
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & taken, f"{panel['title']} lies on another panel")
            taken |= cells
            for each in panel.get("targets", []):
                self.assertEqual(each["datasource"]["uid"], "${datasource}")
                self.assertIn('instance=~"$instance"', each["expr"])


if __name__ == "__main__":
    unittest.main()
