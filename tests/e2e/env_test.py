"""Type `env` in the real daemon: its own environment, a neighbour's through a file, a neighbour that is a process, secrets that rotate."""
import os
import pathlib
import subprocess
import unittest

import agent_test
from harness import Scenario, wait_for

SECRET = "hunter22-hunter22-hunter22-hunter22"


class Env(Scenario):
    def watch(self, keys, env):
        return self.daemon(f"service: shop\ndefaults: {{interval: 200ms, timeout: 2s, fall: 1, rise: 1}}\nprobes:\n  - {{name: env, type: env, {keys}}}\n",
                           env={"JWT_SECRET": SECRET, **env})

    def test_its_own(self):
        keys = "variables: {JWT_SECRET: {min_length: 32, matches: '^hunter'}}, required: [API_URL], forbid: [E2E_TESTING, LLM=mock], no_localhost: ['*_URL']"
        answerback = self.watch(keys, {"API_URL": "https://api.internal", "LLM": "real"})
        answerback.wait_health("pass")
        answerback.stop()
        answerback = self.watch(keys.replace("required: [", "required: [CLICKHOUSE_HOST, "),
                                {"API_URL": "http://localhost:8000/x", "E2E_TESTING": "1", "LLM": "mock"})
        output = answerback.wait_check("env", health="down", reason="assertion")["output"]
        for words in ("CLICKHOUSE_HOST is not set", "API_URL points at localhost", "E2E_TESTING is set", "LLM has the value"):
            self.assertIn(words, output)

    def test_a_neighbour(self):
        file, secret = pathlib.Path(self.folder, "auth.env"), pathlib.Path(self.folder, "token")
        secret.write_text("t")
        file.write_text(f"export JWT_SECRET='{SECRET}'\n")
        answerback = self.watch(f"file: {file}, equal: JWT_SECRET = self:JWT_SECRET, files: [{{path: {secret}}}]", {})
        answerback.wait_health("pass")
        file.write_text("JWT_SECRET=hunter33-hunter33\n")
        secret.write_text("")
        output = answerback.wait_check("env", health="down")["output"]
        self.assertIn("self:JWT_SECRET differs from JWT_SECRET", output)
        self.assertIn("token is empty", output)
        for path in ("/health", "/metrics", "/config", "/api/v1/probes", "/api/v1/incidents"):
            self.assertNotIn("hunter", answerback.get(path)[2])
        self.assertNotIn("hunter", answerback.output())
        file.write_text(f'JWT_SECRET="{SECRET}"\n')
        secret.write_text("t")
        answerback.wait_health("pass")

    def test_a_process(self):
        neighbour = subprocess.Popen(["sleep", "60"], env={**os.environ, "USE_MOCK_LLM": "true"})
        self.addCleanup(neighbour.wait)
        self.addCleanup(neighbour.kill)
        answerback = self.watch(f"file: /proc/{neighbour.pid}/environ, forbid: USE_MOCK_LLM", {})
        self.assertIn("USE_MOCK_LLM is set, and must not be", answerback.wait_check("env", health="down")["output"])


class Forbidden(agent_test.OnPlatform):
    """A test switch left on in the platform's environment is why its agent fails."""
    template = agent_test.CONFIG.replace("depends_on: [websocket, postgres, llm]", "depends_on: [websocket, postgres, llm, environment]").replace(
        "capabilities:", "  - {{name: environment, type: env, file: platform.env, forbid: [USE_MOCK_LLM]}}\ncapabilities:", 1)

    def start_platform(self, **environment):
        file = pathlib.Path(self.folder, "platform.env")
        file.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
        return super().start_platform(**environment)

    def test_a_test_switch_left_on(self):
        self.platform.stop()
        self.opened(self.start_platform(USE_MOCK_LLM="true"))
        self.answerback.wait_check("agent", 30, health="down")

        def causes():
            found = [(c["probe"], c["reason"]) for c in self.answerback.health()["causes"]]
            return found == [("environment", "assertion")]
        wait_for(causes, 30, lambda: str(self.answerback.health()["causes"]))
        [cause] = self.answerback.health()["causes"]
        self.assertIn("agent", cause["blocks"])
        self.assertIn("USE_MOCK_LLM is set, and must not be", self.answerback.health()["output"])


if __name__ == "__main__":
    unittest.main()
