"""A WebSocket back end as FastAPI users write it: uvicorn with python3-websockets. Started with --port."""
import json
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
WELCOME = {"type": "system_message", "data": {"event": "connection_established", "connection_ready": True, "text": "x" * 2000}}


@app.websocket("/welcome")
async def welcome(socket: WebSocket):
    await socket.accept()
    await socket.send_text(json.dumps(WELCOME))
    try:
        while True:
            message = json.loads(await socket.receive_text())
            await socket.send_text(json.dumps({"type": "pong" if message.get("type") == "ping" else "ack"}))
    except WebSocketDisconnect as gone:
        print("closed", gone.code, flush=True)


@app.websocket("/refused")
async def refused(socket: WebSocket):
    await socket.close()  # before accept: uvicorn makes it an HTTP 403


@app.websocket("/signed-out")
async def signed_out(socket: WebSocket):
    await socket.accept()
    await socket.close(4401)


@app.websocket("/broken")
async def broken(socket: WebSocket):
    await socket.accept()
    await socket.close(1011)


@app.websocket("/silent")
async def silent(socket: WebSocket):
    await socket.accept()
    try:
        await socket.receive_text()
    except WebSocketDisconnect:
        pass


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
