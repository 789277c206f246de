"""A WebSocket server on python3-websockets: messages.py PORT [CERTIFICATE KEY]; prints "ready", then how each socket was closed."""
import asyncio
import json
import ssl
import sys
from http import HTTPStatus

import websockets


async def talk(socket):
    if socket.path == "/greet":  # the talk of blackbox_exporter's own test
        await socket.send("incoming_test")
        if await socket.recv() == "outgoing_test":
            await socket.send("passed")
    elif socket.path == "/headers":
        headers = [[name.lower(), value] for name, value in socket.request_headers.raw_items()]
        await socket.send(json.dumps([each for each in headers if each[0].startswith(("x-", "origin", "authorization"))]))
    elif socket.path == "/binary":
        await socket.send(b"\x00\xff passed")
    elif socket.path == "/two":
        await socket.send("not yet")
        await socket.send("passed")
    elif socket.path == "/bye":
        await socket.close(1008, "no")
    elif socket.path == "/echo":
        async for message in socket:
            await socket.send(message)
    await socket.wait_closed()
    print("closed", socket.close_code, flush=True)


async def admit(path, headers):
    """Nothing, or a refusal."""
    if path == "/forbidden":
        return HTTPStatus.FORBIDDEN, [], b"not here\n"
    if path == "/moved":
        return HTTPStatus.FOUND, [("Location", "/greet")], b""
    if path == "/signed" and headers.get("Authorization") not in ("Bearer right", "Basic bWU6c2VjcmV0LXBhc3N3b3Jk"):
        return HTTPStatus.UNAUTHORIZED, [], b"who are you?\n"
    return None


async def main(port, *files):
    tls = None
    if files:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*files)
    async with websockets.serve(talk, "127.0.0.1", int(port), ssl=tls, process_request=admit, subprotocols=["chat.v2"]):
        print("ready", flush=True)
        await asyncio.Future()


asyncio.run(main(*sys.argv[1:]))
