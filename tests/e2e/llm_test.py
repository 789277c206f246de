"""The llm probe against @copilotkit/aimock (npm, pinned by servers/aimock/package-lock.json), which speaks each provider's wire."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import unittest
import urllib.request

import harness

HERE = pathlib.Path(__file__).resolve().parent / "servers/aimock"
CACHE = harness.ROOT / "build/aimock"
PROVIDERS = ["openai", "openai_responses", "anthropic", "gemini", "azure", "ollama", "vllm", "litellm", "openai_compatible"]


def aimock():
    """Path of the program, installed once below build/; a skip where that cannot be."""
    node, npm = harness.need("node"), harness.need("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (20, 15):
        raise unittest.SkipTest(f"aimock needs Node 20.15, this is {version}")
    program = CACHE / "node_modules/.bin/llmock"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, CACHE)
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=CACHE, capture_output=True,
                              text=True, timeout=120)
        if done.returncode:
            raise unittest.SkipTest(f"npm cannot install aimock: {done.stderr.strip()[-300:]}")
    return str(program)


class Llm(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.port = harness.free_port()
        self.mock = self.opened(harness.Process([aimock(), "-p", str(self.port), "-f", str(HERE / "fixtures.json"),
                                                 "--log-level", "warn"], self.folder, "aimock"))

        def up():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        harness.wait_for(up, 15, self.mock.output)

    def probe(self, provider, model, keys="", secret="sk-canary-1"):
        """One run as its JSON; never with the key in it."""
        path = "/v1" if provider.startswith("openai") else ""
        config = pathlib.Path(self.folder) / "config.yaml"
        config.write_text(f"""service: e2e
probes:
  - {{name: llm, type: llm, provider: {provider}, model: {model}, api_key: {secret}, timeout: 10s,
     base_url: "http://127.0.0.1:{self.port}{path}"{keys}}}
""")
        done = subprocess.run([harness.ANSWERBACK, "probe", "llm", "--json", f"--config.file={config}"],
                              capture_output=True, text=True, timeout=30)
        self.assertNotIn(secret, done.stdout + done.stderr)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def told(self, run):
        return f"{run['verdict']} {run['reason']}"

    def sample(self, run, measure):
        return next(s["value"] for s in run["samples"] if s["measure"] == measure)

    def test_every_provider_it_serves(self):
        for provider in PROVIDERS:
            with self.subTest(provider):
                run = self.probe(provider, "well")
                self.assertEqual(self.told(run), "pass ", run)
                if provider != "ollama":  # its aimock counts no tokens
                    self.assertEqual(self.sample(run, "output_tokens"), 9, run)
                    self.assertEqual(self.sample(run, "input_tokens"), 12, run)
                for depth in ("reach", "access"):
                    if provider == "gemini" and depth == "access":
                        continue  # aimock has no such call
                    run = self.probe(provider, "well", f", depth: {depth}")
                    if not (provider == "gemini" and depth == "reach"):
                        self.assertEqual(self.told(run), "pass ", run)
                        self.assertIn("not proved: ", run["detail"])

    def test_faults_are_named(self):
        for provider in PROVIDERS:
            for model, wanted in (("limited", "fail rate_limited"), ("overloaded", "fail overloaded"),
                                  ("malformed", "fail protocol")):
                with self.subTest(f"{provider} {model}"):
                    run = self.probe(provider, model)
                    self.assertEqual(self.told(run), wanted, run)
            for model in ("cut", "gone"):
                with self.subTest(f"{provider} {model}"):
                    run = self.probe(provider, model)
                    self.assertEqual(run["verdict"], "fail", run)
                    self.assertIn(run["reason"], ("truncated", "reset"), run)

    def test_the_time_to_the_first_token_is_right(self):
        for provider in PROVIDERS:
            with self.subTest(provider):
                seen = min(self.sample(self.probe(provider, "slow"), "time_to_first_token") for _ in range(3))
                self.assertGreater(seen, 0.299)
                self.assertLess(seen, 0.320)
        run = self.probe("openai", "slow", ", first_token: {warn: 100ms}")
        self.assertEqual(self.told(run), "warn slow", run)

    def test_the_daemon_stays_inside_its_budget_and_counts_as_the_provider_does(self):
        daemon = self.daemon(f"""service: e2e
probes:
  - {{name: llm, type: llm, model: well, base_url: "http://127.0.0.1:{self.port}/v1", api_key: sk-canary-1,
     interval: 200ms, timeout: 150ms, stale: 60s, price: {{input: 1, output: 10}}, budget: {{tokens_per_day: 100}}}}
""")
        harness.wait_for(lambda: daemon.metric("answerback_probe_runs_total", probe="llm", reason="budget_spent"), 15,
                         lambda: daemon.get("/metrics")[2][-3000:])
        asked = [e for e in self.journal() if e["path"] == "/v1/chat/completions"]
        self.assertEqual(daemon.metric("answerback_llm_tokens_total", probe="llm", direction="input"), 12 * len(asked))
        self.assertEqual(daemon.metric("answerback_llm_tokens_total", probe="llm", direction="output"), 9 * len(asked))
        self.assertAlmostEqual(daemon.metric("answerback_llm_cost_total", probe="llm"), 102e-6 * len(asked))
        self.assertEqual(daemon.metric("answerback_llm_budget_remaining_tokens", probe="llm"), 100 - 21 * len(asked))
        self.assertEqual(len(asked), 4)
        self.assertEqual(daemon.check("llm")["status"], "pass")  # the last thing proved, not yet stale
        self.assertNotIn("sk-canary", daemon.get("/health")[2] + daemon.get("/metrics")[2] + daemon.get("/")[2] + daemon.output())

    def journal(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/__aimock/journal", timeout=5) as answer:
            journal = json.load(answer)
        return journal if isinstance(journal, list) else journal["entries"]


if __name__ == "__main__":
    unittest.main()
