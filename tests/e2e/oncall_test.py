"""The night nobody noticed as Prometheus, Alertmanager and Grafana tell it: two answerbacks, the rules and the dashboard we ship."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from agent_test import CONFIG, OnPlatform
from alerts_test import Alertmanager, Hook
from harness import ROOT, Answerback, Nginx, Prometheus, free_port, need, wait_for


# Beside it: a budget and prices for the model, and a certificate.
EDGE = '  - {{name: edge, type: http, url: "https://127.0.0.1:EDGE/", tls_config: {{insecure_skip_verify: true}}}}'
SPENDS = "api_key: demo-key, budget: {{tokens_per_day: 1000000}}, price: {{input: 1, output: 2}}}}\n"


class OnCall(OnPlatform):
    template = CONFIG.replace("timeout: 4s", "timeout: 1s").replace("api_key: demo-key}}", SPENDS + EDGE)

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="answerback-oncall-"))
        self.addCleanup(shutil.rmtree, folder, True)
        key, pem = folder / "key.pem", folder / "cert.pem"
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", pem, "-subj", "/CN=localhost", "-days", "90"], check=True, capture_output=True)
        self.hook = self.opened(Hook())
        manager = self.opened(Alertmanager(folder, self.hook.port))
        rules = (ROOT / "deploy/prometheus/answerback.rules.yml").read_text()
        (folder / "rules.yml").write_text(re.sub(r"\bfor: \w+", "for: 1s", rules))
        # Prometheus needs five seconds to begin: meanwhile the platform starts.
        ports = self.watched_at, other_port = free_port(), free_port()
        self.prometheus = self.opened(Prometheus(
            folder, ports, rule_files=["rules.yml"],
            alerting={"alertmanagers": [{"path_prefix": "/am", "static_configs": [{"targets": [f"127.0.0.1:{manager.port}"]}]}]}))
        edge = self.opened(Nginx(f"listen 127.0.0.1:{{port}} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; location / {{ return 200 'ok'; }}"))
        self.template = self.template.replace("EDGE", str(edge.port))
        super().setUp()
        other = pathlib.Path(self.folder) / "other"
        other.mkdir()
        self.other = self.opened(Answerback(other, self.answerback.config.read_text(), arguments=["--log.level=debug"], port=other_port))
        self.other.wait_health("pass", 30)
        self.prometheus.scraping()

    def told(self, status, alert):
        """Labels of each such notice, without those of the route there."""
        notices = [each for _, _, body, _ in self.hook.seen for each in json.loads(body)["alerts"]]
        return [{k: v for k, v in each["labels"].items() if k not in ("alertname", "severity")} for each in notices
                if (each["status"], each["labels"]["alertname"]) == (status, alert)]

    def every_query_of_the_dashboard_returns_data(self):
        board = json.loads((ROOT / "deploy/grafana/answerback.json").read_text())
        asked = [(panel["title"], each["expr"]) for panel in board["panels"] for each in panel.get("targets", [])]
        asked += [(each["name"], each["expr"]) for each in board["annotations"]["list"]]
        self.assertGreater(len(asked), 25)
        values = {"$__rate_interval": "5s", "$datasource": "prometheus", "$job": "answerback", "$instance": ".+", "$probe": ".+"}
        for title, expression in asked:
            for name, value in values.items():
                expression = expression.replace(name, value)
            self.assertNotIn("$", expression)
            with self.subTest(title, expression=expression):
                wait_for(lambda: self.prometheus.query(expression), 5, lambda: f"{title}: {expression} returns nothing")
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
                self.assertTrue(self.prometheus.ask(f"label/{label}/values", **{"match[]": series.replace("$job", ".+").replace("$instance", ".+")}),
                                variable["name"])

    def exemplars_are_runs_of(self, daemon, failed):
        """Each is a run of the probe it stands for, as the log has it; this failed run of the agent is among them."""
        mine = f'instance="127.0.0.1:{daemon.port}"'
        failures = f'answerback_probe_runs_total{{{mine},probe="agent",verdict="fail",reason="no_start"}}'
        wait_for(lambda: failed in [trace for _, trace, _ in self.prometheus.exemplars(failures)], 5)
        seen = {series: self.prometheus.exemplars(f"{series}{{{mine}}}") for series in (
            "answerback_probe_runs_total", "answerback_probe_duration_seconds_bucket", "answerback_agent_stage_duration_seconds_bucket",
            "answerback_llm_time_to_first_chunk_seconds_bucket")}
        runs = {trace for exemplars in seen.values() for _, trace, _ in exemplars}

        def logged():
            lines = re.findall(r'msg="run finished" probe=(\S+) .*?\btrace=([0-9a-f]{32})', daemon.output())
            return {trace: probe for probe, trace in lines}
        wait_for(lambda: runs <= logged().keys(), 5, lambda: str(runs - logged().keys()))
        for series, exemplars in seen.items():
            self.assertTrue(exemplars, series)
            for labels, trace, value in exemplars:
                self.assertEqual(logged()[trace], labels["probe"], f"{series} {labels} {trace}")
                self.assertLessEqual(value, float(labels.get("le", 1)))

    def test_it_fires_with_the_cause_and_resolves(self):
        self.assertTrue(self.demo("/demo/break", body={"what": "agent_silent"}))
        both = sorted(({"instance": f"127.0.0.1:{d.port}", "cause": "agent", "reason": "no_start"} for d in (self.answerback, self.other)),
                      key=lambda labels: labels["instance"])

        def told_of_both(status):
            told = self.told(status, "AnswerbackRootCause")
            return sorted(told, key=lambda labels: labels["instance"]) == both
        wait_for(lambda: told_of_both("firing"), 30, lambda: str(self.hook.seen)[-3000:] + str(self.prometheus.query("ALERTS")))
        wait_for(lambda: len(self.told("firing", "AnswerbackValueBlocked")) == 2, 5)
        wait_for(lambda: self.told("firing", "AnswerbackAgentChainDegraded"), 5)
        self.exemplars_are_runs_of(self.other, self.other.check("agent")["evidence"]["run"])
        self.every_query_of_the_dashboard_returns_data()
        self.assertEqual(self.told("resolved", "AnswerbackRootCause"), [])

        self.assertTrue(self.demo("/demo/heal"))
        wait_for(lambda: told_of_both("resolved"), 20, lambda: str(self.prometheus.query("ALERTS")))
        self.assertTrue(told_of_both("firing"), "once, and nothing else as a cause")


if __name__ == "__main__":
    unittest.main()
