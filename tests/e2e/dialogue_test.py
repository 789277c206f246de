"""Presets against servers nobody here wrote: Socket.IO and graphql-ws, from npm at the versions of peers/package-lock.json."""
import contextlib
import os
import pathlib
import socket
import subprocess
import unittest

from harness import Process, Scenario, free_port, need, wait_for

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
CONFIG = """
service: chat
defaults: {{interval: 5s, timeout: 4s, fall: 1, rise: 1}}
credentials:
  canary: {{bearer: "geheim-token-of-the-canary"}}
probes:
  - {{name: peer, url: "ws://127.0.0.1:{port}{path}", {keys}}}
"""


def install():
    """npm's servers, once; a skip that says why where npm cannot."""
    lock, installed = PEERS / "package-lock.json", PEERS / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    done = subprocess.run([need("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PEERS,
                          capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        raise unittest.SkipTest(f"npm cannot install the peers: {done.stderr.strip()[-200:]}")


class Dialogues(Scenario):
    @classmethod
    def setUpClass(cls):
        install()

    def outcome(self, server, path, keys, **fields):
        port = free_port()
        node = self.opened(Process([need("node"), str(PEERS / server), str(port)], self.folder, server, {**os.environ}))

        def up():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
        wait_for(up, 20, node.output)
        daemon = self.daemon(CONFIG.format(port=port, path=path, keys=keys))
        check = daemon.wait_check("peer", **fields)
        seen = daemon.output() + "".join(daemon.get(p)[2] for p in ("/health", "/metrics", "/config"))
        self.assertNotIn("geheim", seen)
        return check, node

    def test_socketio_is_asked_and_answers(self):
        _, node = self.outcome("socketio.js", "/", "type: agent, preset: socketio, credentials: canary", status="pass", health="up")
        wait_for(lambda: "closed transport close" in node.output(), 5, node.output)

    def test_socketio_answers_in_an_acknowledgement(self):
        self.outcome("socketio.js", "/", "type: agent, preset: socketio, credentials: canary, with: {namespace: '/acknowledges,'}",
                     status="pass", health="up")

    def test_socketio_connects(self):
        self.outcome("socketio.js", "/", "type: websocket, preset: socketio, credentials: canary", status="pass", health="up")

    def test_socketio_never_starts(self):
        self.outcome("socketio.js", "/", "type: agent, preset: socketio, credentials: canary, with: {namespace: '/mute,'}, "
                     "limits: {first_event: 700ms}", status="fail", reason="no_start", phase="dispatch")

    def test_socketio_refuses_who_has_no_token(self):
        check, _ = self.outcome("socketio.js", "/", "type: websocket, preset: socketio", status="fail", reason="auth", phase="welcome")
        self.assertIn("Not authorized", check["output"])

    def test_socketio_knows_no_such_namespace(self):
        check, _ = self.outcome("socketio.js", "/", "type: websocket, preset: socketio, credentials: canary, with: {namespace: '/nope,'}",
                                status="fail", reason="bad_request")
        self.assertIn("Invalid namespace", check["output"])

    GRAPHQL = ("preset: graphql_transport_ws, with: {query: 'subscription($question: String!) { ask(question: $question) }', "
               "answer: /payload/data/ask}")

    def test_graphql_is_asked_and_answers_in_pieces(self):
        _, node = self.outcome("graphql.js", "/graphql", f"type: agent, {self.GRAPHQL}, credentials: canary", status="pass", health="up")
        wait_for(lambda: "closed 1000" in node.output(), 5, node.output)

    def test_graphql_refuses_who_has_no_token(self):
        check, _ = self.outcome("graphql.js", "/graphql", f"type: agent, {self.GRAPHQL}", status="fail", reason="auth", phase="welcome")
        self.assertIn("4403", check["output"])

    def test_graphql_knows_no_such_field(self):
        check, _ = self.outcome("graphql.js", "/graphql", "type: agent, preset: graphql_transport_ws, credentials: canary, "
                                "with: {query: 'subscription { answers }', variables: {q: '{{question}}'}}", status="fail", reason="agent_error")
        self.assertIn("answers", check["output"])

    def test_graphql_speaks_no_other_subprotocol(self):
        self.outcome("graphql.js", "/graphql", "type: websocket, preset: graphql_transport_ws, subprotocols: [graphql-ws]",
                     status="fail", phase="upgrade")


if __name__ == "__main__":
    unittest.main()
