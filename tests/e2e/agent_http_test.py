"""The agent probe against the official servers' side of AG-UI, A2A and the Vercel AI SDK (npm, pinned by servers/agents/package-lock.json)."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

import harness

HERE = pathlib.Path(__file__).resolve().parent / "servers/agents"
CACHE = harness.ROOT / "build/agents"


def installed():
    """Node and the program beside its libraries, installed once below build/; a skip where that cannot be."""
    node, npm = harness.need("node"), harness.need("npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if tuple(map(int, re.findall(r"\d+", version)[:1])) < (20,):
        raise unittest.SkipTest(f"the servers need Node 20, this is {version}")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "agents.mjs"):
        shutil.copy(HERE / name, CACHE)
    if not (CACHE / "node_modules/ai").exists():
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=CACHE, capture_output=True,
                              text=True, timeout=120)
        if done.returncode:
            raise unittest.SkipTest(f"npm cannot install the servers: {done.stderr.strip()[-300:]}")
    return [node, str(CACHE / "agents.mjs")]


class Agents(harness.Scenario):
    def setUp(self):
        super().setUp()
        self.port = harness.free_port()
        self.server = self.opened(harness.Process([*installed(), str(self.port)], self.folder, "agents"))

        def up():
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False
        harness.wait_for(up, 20, self.server.output)

    def run_of(self, path, keys):
        config = pathlib.Path(self.folder) / "config.yaml"
        config.write_text(f"""service: e2e
probes:
  - {{name: agent, type: agent, url: "http://127.0.0.1:{self.port}{path}", timeout: 20s, {keys}}}
""")
        done = subprocess.run([harness.ANSWERBACK, "probe", "agent", "--json", f"--config.file={config}"],
                              capture_output=True, text=True, timeout=30)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout)

    def expect(self, verdict, path, keys):
        run = self.run_of(path, keys)
        self.assertEqual(f"{run['verdict']} {run['reason']}".strip(), verdict, run)
        return run

    def test_ag_ui(self):
        self.expect("pass", "/ag-ui", "preset: ag_ui, echo_ids: true")

    def test_ag_ui_that_breaks_off_or_ends_in_an_error_which_its_own_client_takes_for_a_success(self):
        self.expect("fail truncated", "/ag-ui/cut", "preset: ag_ui")
        self.expect("fail agent_error", "/ag-ui/error", "preset: ag_ui")

    def test_a2a_streamed_whole_and_in_its_old_form(self):
        self.expect("pass", "/a2a", "preset: a2a, card: true, chain: [submitted, working, artifact, completed]")
        self.expect("pass", "/a2a", "preset: a2a, stream: false")
        self.expect("pass", "/a2a", 'preset: a2a, version: "0.3"')

    def test_a2a_of_another_version_is_told_with_status_200(self):
        run = self.expect("fail request_unrecognised", "/a2a-new", 'preset: a2a, version: "0.3"')
        self.assertIn("-32009", run["detail"])

    def test_vercel_ui(self):
        self.expect("pass", "/vercel", "preset: vercel_ui")


if __name__ == "__main__":
    unittest.main()
