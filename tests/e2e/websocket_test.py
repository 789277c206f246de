"""The websocket probe against servers nobody here wrote: npm's ws, and FastAPI under uvicorn with python3-websockets."""
import contextlib
import os
import pathlib
import socket
import subprocess
import unittest

from harness import Process, Scenario, free_port, need, wait_for

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = """
service: chat
defaults: {{interval: 300ms, timeout: 2s, fall: 1, rise: 1}}
credentials:
  canary: {{bearer: "geheim-token-of-the-canary"}}
probes:
  - {{name: socket, type: websocket, url: "ws://127.0.0.1:{port}{path}"{more}}}
"""


class Servers(Scenario):
    def listening(self, port, server):
        def up():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
        wait_for(up, 20, server.output)

    def fastapi(self):
        if subprocess.run(["/usr/bin/python3", "-c", "import fastapi, uvicorn, websockets"], capture_output=True).returncode:
            self.skipTest("python3-fastapi, python3-uvicorn or python3-websockets is not installed")
        port = free_port()
        self.server = self.opened(Process(["/usr/bin/python3", str(HERE / "servers/fastapi_ws.py"), str(port)], self.folder, "fastapi"))
        self.listening(port, self.server)
        return port

    def npm_ws(self):
        environment = {**os.environ, "NODE_PATH": "/usr/share/nodejs"}
        if subprocess.run([need("node"), "-e", "require('ws')"], capture_output=True, env=environment).returncode:
            self.skipTest("node-ws is not installed")
        port = free_port()
        self.server = self.opened(Process([need("node"), str(HERE / "servers/ws.js"), str(port)], self.folder, "ws", environment))
        self.listening(port, self.server)
        return port

    def outcome(self, port, path, more="", **fields):
        daemon = self.daemon(CONFIG.format(port=port, path=path, more=more))
        check = daemon.wait_check("socket", **fields)
        seen = daemon.output() + "".join(daemon.get(p)[2] for p in ("/health", "/metrics", "/config"))
        self.assertNotIn("geheim", seen)
        return check

    SIGNED_IN = ", credentials: canary, send_token: header, welcome: {{json: {{/type: {}}}}}"
    PING = ", ping: {send: '{\"type\":\"ping\"}', expect: {json: {/type: pong}}}"

    def test_fastapi_welcome_ping_and_a_clean_close(self):
        self.outcome(self.fastapi(), "/welcome", self.SIGNED_IN.format("system_message") + self.PING, status="pass", health="up")
        wait_for(lambda: "closed 1000" in self.server.output(), 5, self.server.output)
        self.assertNotIn("closed 1006", self.server.output())

    def test_fastapi_close_before_accept_is_an_http_403(self):
        check = self.outcome(self.fastapi(), "/refused", status="fail", reason="upgrade_refused", phase="upgrade")
        self.assertIn("403", check["output"])

    def test_fastapi_unknown_path_is_an_http_403_too(self):
        self.outcome(self.fastapi(), "/nowhere", status="fail", reason="upgrade_refused", phase="upgrade")

    def test_fastapi_4401_means_sign_in(self):
        check = self.outcome(self.fastapi(), "/signed-out", self.SIGNED_IN.format("system_message"), status="fail", reason="auth")
        self.assertIn("4401", check["output"])

    def test_fastapi_1011(self):
        check = self.outcome(self.fastapi(), "/broken", self.SIGNED_IN.format("system_message"), status="fail", reason="closed",
                             phase="welcome")
        self.assertIn("1011", check["output"])

    def test_fastapi_silence_after_the_upgrade(self):
        self.outcome(self.fastapi(), "/silent", self.SIGNED_IN.format("system_message") + ", timeout: 700ms", status="fail",
                     reason="no_welcome", phase="welcome")

    def test_ws_with_permessage_deflate(self):
        self.outcome(self.npm_ws(), "/", self.SIGNED_IN.format("connection_established") + self.PING, status="pass", health="up")
        wait_for(lambda: "closed 1000" in self.server.output(), 5, self.server.output)

    def test_ws_unauthorized(self):
        check = self.outcome(self.npm_ws(), "/unauthorized", status="fail", reason="auth", phase="upgrade")
        self.assertIn("401", check["output"])

    def test_ws_token_as_subprotocol(self):
        more = self.SIGNED_IN.format("connection_established").replace("header", "subprotocol")
        self.outcome(self.npm_ws(), "/protocol", more, status="pass")

    def test_ws_a_huge_message(self):
        self.outcome(self.npm_ws(), "/huge", self.SIGNED_IN.format("connection_established"), status="fail", reason="too_large")


if __name__ == "__main__":
    unittest.main()
