"""Every run tells its target which trace it belongs to, whatever it speaks; metrics, health and log name the same trace."""
import contextlib
import re
import socketserver
import threading
import unittest

from harness import Scenario, wait_for

CANARY = "credentials: canary"
# Each type that speaks HTTP, and each way it has of doing so. Probes of one name share a path.
PROBES = {
    "http": "type: http, url: {http}",
    "websocket": f"type: websocket, url: {{ws}}, {CANARY}",
    "websocket-steps": "type: websocket, url: {ws}, steps: [{{until: {{text: hello}}}}]",
    "agent": f"type: agent, url: {{ws}}, {CANARY}",
    "agent-nonce": f"type: agent, url: {{ws}}, {CANARY}, challenge: nonce, nonce: {{{{url: {{http}}, question: what}}}}",
    "agent-socketio": f"type: agent, url: {{ws}}, {CANARY}, preset: socketio",
    "agent-realtime": f"type: agent, url: {{ws}}, {CANARY}, preset: openai_realtime",
    "agent-ag-ui": "type: agent, url: {http}, preset: ag_ui",
    "agent-langgraph": "type: agent, url: {http}, preset: langgraph",
    "agent-a2a": "type: agent, url: {http}, preset: a2a",
    ".well-known": "type: agent, url: {http}, preset: a2a, card: true",  # where an agent's card is
    "agent-responses": "type: agent, url: {http}, preset: openai_responses, model: m",
    "agent-vercel": "type: agent, url: {http}, preset: vercel_ui",
    "agent-json": """type: agent, url: {http}, preset: json, body: '{{"q": "{{{{question}}}}"}}'""",
    "isolation": "type: isolation, url: {ws}, credentials: [canary, other]",
    **{f"llm-{provider}": f"type: llm, provider: {provider}, base_url: {{http}}, model: m, api_key: k"
       for provider in ("openai", "openai_responses", "anthropic", "gemini", "azure", "ollama", "vllm", "llamacpp", "litellm", "openai_compatible")},
    **{f"llm-{depth}": f"type: llm, base_url: {{http}}, model: m, api_key: k, depth: {depth}" for depth in ("reach", "access", "count")},
}


class Recorder(socketserver.ThreadingTCPServer):
    """Takes down the head of each request, and has nothing for anybody."""
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 128

    def __init__(self):
        self.heads = []
        recorder = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    head = b""
                    while line := self.rfile.readline(8192).strip():
                        head += line + b"\n"
                    recorder.heads.append(head.decode())
                    self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def traces(self):
        """Of each probe, the trace ids its requests came with; "" where one came without."""
        out = {}
        for head in list(self.heads):
            sent = re.findall(r"(?mi)^traceparent: 00-([0-9a-f]{32})-[0-9a-f]{16}-01$", head)
            out.setdefault(re.match(r"\S+ /([^/? ]+)", head)[1], set()).add(sent[0] if len(sent) == 1 else "")
        return out


class Traces(Scenario):
    def test_the_target_is_told_and_everything_else_agrees(self):
        target = self.opened(Recorder())
        at = f"127.0.0.1:{target.server_address[1]}"
        probes = "".join(f"  - {{name: {name}, {keys.format(http=f'http://{at}/{name}/', ws=f'ws://{at}/{name}/')}}}\n" for name, keys in PROBES.items())
        daemon = self.daemon("service: traces\ndefaults: {interval: 1h, timeout: 2s, fall: 1}\n"
                             "credentials: {canary: {bearer: one}, other: {bearer: two}}\n"
                             'probes:\n  - {name: exec, type: exec, command: [/bin/sh, -c, "echo \\"OK: $TRACEPARENT\\""]}\n' + probes,
                             arguments=["--log.level=debug"])

        def logged():
            lines = re.findall(r'msg="run finished" probe=(\S+) .*?\btrace=([0-9a-f]{32})(.*)', daemon.output())
            return {probe: (trace, rest) for probe, trace, rest in lines}
        wait_for(lambda: len(logged()) == len(PROBES) + 1, 20, lambda: f"only {sorted(logged())}")
        runs, told = logged(), target.traces()

        def scraped():
            page = daemon.get("/metrics", headers={"Accept": "application/openmetrics-text"})[2]
            return page if len(re.findall("runs_total.*trace_id", page)) == len(runs) else None
        page = wait_for(scraped, 5)
        for probe in PROBES:
            with self.subTest(probe):
                self.assertEqual(told.get(probe), {runs[probe][0]})
        for probe, (trace, rest) in runs.items():
            with self.subTest(probe):
                self.assertEqual(daemon.check(probe)["evidence"]["run"], trace)
                for series in ("answerback_probe_runs_total", "answerback_probe_duration_seconds_bucket"):
                    self.assertEqual(re.findall(rf'{series}{{probe="{probe}",.*trace_id="(\w+)"', page), [trace])
                if probe == "exec":
                    self.assertIn(f"00-{trace}-", rest)


if __name__ == "__main__":
    unittest.main()
