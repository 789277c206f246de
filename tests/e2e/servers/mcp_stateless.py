"""An MCP server of the stateless era (2026-07-28), strict about what a request must bring: over HTTP on a port, or over its
standard streams. The answer to a call comes as a stream of events, a notification first."""
import http.server
import json
import sys

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"
TOOLS = [{"name": f"tool-{i}", "description": "d", "inputSchema": {"type": "object"}} for i in range(5)]
TOOLS.append({"name": "weather", "inputSchema": {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}})


class Refused(Exception):
    def __init__(self, status, code, message, **data):
        super().__init__(message)
        self.status, self.error = status, {"code": code, "message": message, "data": data}


def answer(message):
    params = message.get("params", {})
    meta = params.get("_meta", {})
    for key in ("protocolVersion", "clientInfo", "clientCapabilities"):
        if META + key not in meta:
            raise Refused(400, -32602, f"_meta lacks {key}")
    if meta[META + "protocolVersion"] != VERSION:
        raise Refused(400, -32022, "unsupported version", supported=[VERSION], requested=meta[META + "protocolVersion"])
    method = message["method"]
    if method == "server/discover":
        return {"resultType": "complete", "supportedVersions": [VERSION], "capabilities": {"tools": {}}, "ttlMs": 1000,
                "cacheScope": "public", "_meta": {META + "serverInfo": {"name": "strict", "version": "1"}}}
    if method == "tools/list":  # two a page
        at = int(params.get("cursor", "0"))
        page = {"resultType": "complete", "tools": TOOLS[at:at + 2]}
        return {**page, "nextCursor": str(at + 2)} if at + 2 < len(TOOLS) else page
    if method == "tools/call":
        text = f"sunny in {params['arguments']['region']}"
        return {"resultType": "complete", "content": [{"type": "text", "text": text}], "structuredContent": {"sky": "clear"}}
    raise Refused(404, -32601, "Method not found")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self.check(message)
            result = answer(message)
        except Refused as refused:
            return self.say(refused.status, {"jsonrpc": "2.0", "id": message.get("id"), "error": refused.error})
        self.say(200, {"jsonrpc": "2.0", "id": message["id"], "result": result}, stream=message["method"] == "tools/call")

    def check(self, message):
        wanted = {"MCP-Protocol-Version": VERSION, "Mcp-Method": message["method"]}
        if message["method"] == "tools/call":
            wanted |= {"Mcp-Name": message["params"]["name"], "Mcp-Param-Region": message["params"]["arguments"]["region"]}
        for name, value in wanted.items():
            if self.headers[name] != value:
                raise Refused(400, -32020, f"{name}: wanted {value}, got {self.headers[name]}")
        if self.headers["Mcp-Session-Id"]:
            raise Refused(400, -32020, "there are no sessions")

    def say(self, status, body, stream=False):
        text = json.dumps(body)
        if stream:
            note = json.dumps({"jsonrpc": "2.0", "method": "notifications/progress", "params": {}})
            text = f": hello\n\nevent: message\ndata: {note}\n\nevent: message\ndata: {text}\n\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/event-stream" if stream else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def refuse(self):
        print(self.command, "refused", flush=True)
        self.send_error(405)

    do_GET = do_DELETE = refuse

    def log_message(self, *_):
        pass


if sys.argv[1] == "stdio":
    for line in sys.stdin:
        message = json.loads(line)
        try:
            reply = {"result": answer(message)}
        except Refused as refused:
            reply = {"error": refused.error}
        print(json.dumps({"jsonrpc": "2.0", "method": "notifications/progress"}), flush=True)
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **reply}), flush=True)
else:
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
