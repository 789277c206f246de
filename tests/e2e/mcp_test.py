"""Type `mcp` against servers of both eras, over HTTP and over pipes: npm's own server-everything, at the version of
peers/package-lock.json, and one of ours that is strict about 2026-07-28. Then the demo platform: what the tool dispatcher and the
agent registry lack is why the agent fails."""
import contextlib
import pathlib
import re
import socket
import sys
import unittest

import agent_test
from dialogue_test import PEERS, install
from harness import Process, Scenario, free_port, need, wait_for

EVERYTHING = PEERS / "node_modules/@modelcontextprotocol/server-everything/dist/index.js"
STRICT = pathlib.Path(__file__).resolve().parent / "servers/mcp_stateless.py"
CONFIG = """
service: tools
defaults: {{interval: 400ms, timeout: 3s, fall: 2, rise: 1}}
probes:
  - {{name: tools, type: mcp, {keys}}}
"""
ECHO = "tools: [echo, get-sum], call: {tool: get-sum, arguments: {a: 20, b: 22}, expect: {/content/0/text: {matches: '42'}}}"
WEATHER = ("call: {tool: weather, arguments: {region: Tyrol}, expect: {/content/0/text: sunny in Tyrol, /structuredContent/sky: clear}}, "
           "schemas: {weather: {/inputSchema/properties/region/type: string}}")


def up(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True


class Servers(Scenario):
    def watch(self, keys):
        self.answerback = self.daemon(CONFIG.format(keys=keys))
        return self.answerback

    def passes(self, words):
        check = self.answerback.wait_check("tools", 20, status="pass", health="up")
        report = self.answerback.get("/api/v1/probes/tools")[2]
        self.assertIn(words, report)
        return check

    def everything(self, transport="streamableHttp"):
        install()
        port = free_port()
        server = self.opened(Process([need("node"), str(EVERYTHING), transport], self.folder, "everything",
                                     {"PATH": "/usr/bin:/bin", "PORT": str(port)}))
        wait_for(lambda: up(port), 20, server.output)
        server.port = port
        return server

    def test_sessions_are_opened_used_and_ended(self):
        server = self.everything()
        daemon = self.watch(f'url: "http://127.0.0.1:{server.port}/mcp", {ECHO}')
        self.passes("2025-11-25 with sessions, mcp-servers/everything 2.0.0")
        wait_for(lambda: daemon.metric("answerback_probe_runs_total", probe="tools", verdict="pass", reason="") >= 4, 20)
        daemon.stop()
        opened = re.findall(r"Session initialized with ID: (\S+)", server.output())
        ended = re.findall(r"Received session termination request for session (\S+)", server.output())
        self.assertGreaterEqual(len(opened), 4)
        self.assertEqual(set(opened) - set(ended), set())

    def test_the_transport_before_streamable_http(self):
        server = self.everything("sse")
        daemon = self.watch(f'url: "http://127.0.0.1:{server.port}/sse", transport: sse, {ECHO}')
        self.passes("2025-11-25 with sessions, mcp-servers/everything 2.0.0")
        daemon.stop()
        opened = re.findall(r"Client Connected:\s+(\S+)", server.output())
        self.assertGreaterEqual(len(opened), 1)
        wait_for(lambda: set(opened) == set(re.findall(r"Client Disconnected:\s+(\S+)", server.output())), 5, server.output)

    def test_what_the_server_lacks(self):
        server = self.everything()
        self.watch(f'url: "http://127.0.0.1:{server.port}/mcp", tools: [echo, web-search]')
        check = self.answerback.wait_check("tools", 20, status="fail", health="down", reason="assertion")
        self.assertIn("lacks the tool web-search; it has echo", check["output"])
        server.stop()
        self.answerback.wait_check("tools", 20, reason="connect_refused", phase="connect")

    def test_a_program_with_sessions(self):
        install()
        self.watch(f"command: [{need('node')}, {EVERYTHING}, stdio], {ECHO}, interval: 1s")
        self.passes("2025-11-25 with sessions, mcp-servers/everything 2.0.0")

    def test_stateless_over_http(self):
        port = free_port()
        server = self.opened(Process([sys.executable, str(STRICT), str(port)], self.folder, "strict"))
        wait_for(lambda: up(port), 20, server.output)
        self.watch(f'url: "http://127.0.0.1:{port}/mcp", {WEATHER}')
        self.passes("2026-07-28, strict 1: 6 tools; weather answered sunny in Tyrol")
        self.assertNotIn("refused", server.output())

    def test_stateless_over_pipes(self):
        self.watch(f"command: [{sys.executable}, {STRICT}, stdio], {WEATHER}")
        self.passes("2026-07-28, strict 1: 6 tools; weather answered sunny in Tyrol")


class Around(agent_test.OnPlatform):
    """What stands around the agent is why it fails."""
    template = agent_test.CONFIG.replace("depends_on: [websocket, postgres, llm]",
                                         "depends_on: [websocket, postgres, llm, tools, registry]").replace(
        "capabilities:", """  - {{name: tools, type: mcp, url: "http://127.0.0.1:{port}/mcp", tools: [notes],
     call: {{tool: calculator, arguments: {{question: "6 and 7"}}, expect: {{/content/0/text: {{matches: "42"}}}}}}}}
  - {{name: registry, type: registry, url: "http://127.0.0.1:{port}/agents", list: /agents, agents: [triage, research],
     each: {{/status: active}}}}
capabilities:""", 1)

    def one_fault(self, what, probe, reason, words, agent_reason):
        self.assertTrue(self.demo("/demo/break", body={"what": what}))
        self.answerback.wait_check("agent", 30, health="down", reason=agent_reason)

        def found():
            causes = self.answerback.health()["causes"]
            return causes if [(c["probe"], c["reason"]) for c in causes] == [(probe, reason)] else None
        [cause] = wait_for(found, 30, lambda: str(self.answerback.health()["causes"]))
        self.assertIn("agent", cause["blocks"])
        self.assertIn(words, self.answerback.check(probe)["output"])
        self.assertIn(f"because {probe} is down: {reason}", " | ".join(cause["whys"]))
        self.heal()

    def test_a_missing_tool_and_a_registry_of_mocks(self):
        self.one_fault("missing_tool", "tools", "assertion", "lacks the tool calculator; it has notes", "agent_error")
        self.one_fault("mock_registry", "registry", "synthetic", "triage (/class MockAgent)", "synthetic")


if __name__ == "__main__":
    unittest.main()
