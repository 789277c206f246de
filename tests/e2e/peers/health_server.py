"""A real gRPC server (python3-grpcio) with a health service by hand: no generated code is needed for two messages of one field.

    health_server.py PORT [KEY CERTIFICATE]   prints "ready"; reads "SERVICE STATUS" lines that set a status, "unimplemented" drops the service
"""
import sys
from concurrent import futures

import grpc

statuses = {"": b"\x08\x01"}
WORDS = {"UNKNOWN": b"", "SERVING": b"\x08\x01", "NOT_SERVING": b"\x08\x02"}
state = {"implemented": True}


def check(request, context):
    service = request[2:].decode()
    if ("authorization", "Bearer right") not in [(k, v) for k, v in context.invocation_metadata()] and service == "private":
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "bearer token wanted")
    if service not in statuses:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return statuses[service]


class Health(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/grpc.health.v1.Health/Check" and state["implemented"]:
            return grpc.unary_unary_rpc_method_handler(check)
        return None


server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Health()])
address = f"127.0.0.1:{sys.argv[1]}"
if len(sys.argv) > 2:
    with open(sys.argv[2], "rb") as key, open(sys.argv[3], "rb") as certificate:
        server.add_secure_port(address, grpc.ssl_server_credentials([(key.read(), certificate.read())]))
else:
    server.add_insecure_port(address)
server.start()
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "unimplemented":
        state["implemented"] = False
    else:
        name, status = line.rstrip("\n").split(" ")
        statuses[name] = WORDS[status]
    print("ready", flush=True)
server.stop(None)
