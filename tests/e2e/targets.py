"""Something to watch that comes and goes as it is told, and what was acknowledged about it."""
import contextlib
import json
import random
import socket
import threading
import time

from harness import free_port


class Target:
    """A TCP port: it listens while `up`."""

    def __init__(self):
        self.port, self.listener = free_port(), None
        self.rise()

    @property
    def up(self):
        return self.listener is not None

    def rise(self):
        if self.up:
            return
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(64)
        threading.Thread(target=self.serve, args=[self.listener], daemon=True).start()

    @staticmethod
    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()

    def fall(self):
        if not self.up:
            return
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.listener.close()
        self.listener = None

    close = fall


class Platform:
    """Targets, and the configuration of a daemon that watches them very closely."""

    def __init__(self, count=4, seed=1):
        self.targets = [Target() for _ in range(count)]
        self.random = random.Random(seed)

    def config(self, state_dir):
        probes = "".join(f'  - {{name: t{i}, type: tcp, address: "127.0.0.1:{t.port}", stale: 60s}}\n' for i, t in enumerate(self.targets))
        return (f"service: platform\nstate_dir: {state_dir}\n"
                f"defaults: {{interval: 20ms, timeout: 200ms, fall: 1, rise: 1}}\nprobes:\n{probes}")

    def shake(self, duration, meanwhile=lambda: None):
        """Targets come and go at random for so long."""
        end = time.monotonic() + duration
        while time.monotonic() < end:
            target = self.random.choice(self.targets)
            target.fall() if target.up else target.rise()
            meanwhile()
            time.sleep(self.random.uniform(0, 0.02))

    def close(self):
        for target in self.targets:
            target.close()


class Acknowledged:
    """Every incident that was shown as durable, at its furthest: none of it may ever be lost."""
    KEPT = 200  # of the 256 newest closed ones that are kept, with room for what happens before we look

    def __init__(self):
        self.known = {}

    def look(self, daemon):
        """Takes note of what is shown; False where the daemon does not answer any more."""
        try:
            shown = json.loads(daemon.get("/api/v1/incidents")[2])
        except (OSError, AssertionError, ValueError, Exception) as gone:  # killed in the middle of an answer
            if isinstance(gone, KeyboardInterrupt):
                raise
            return False
        for incident in shown:
            if incident["durable"]:
                self.known[incident["id"]] = incident
        return True

    def lost(self, daemon):
        """What was acknowledged and is not there, or not as it was, as sentences."""
        shown = {i["id"]: i for i in json.loads(daemon.get("/api/v1/incidents")[2])}
        newest = max([*self.known, *shown, 0])
        out = []
        for number, was in self.known.items():
            if number <= newest - self.KEPT:
                continue
            now = shown.get(number)
            if not now:
                out.append(f"incident {number} is gone")
            elif (now["probe"], now["since"]) != (was["probe"], was["since"]):
                out.append(f"incident {number} is another one: {was} became {now}")
            elif was["ended"] and now["ended"] != was["ended"]:
                out.append(f"incident {number} had ended {was['ended']} and has ended {now['ended']}")
            elif len(now["timeline"]) < len(was["timeline"]):
                out.append(f"incident {number} lost lines")
        return out

    @staticmethod
    def twice_open(daemon):
        open_ = [i["probe"] for i in json.loads(daemon.get("/api/v1/incidents")[2]) if not i["ended"]]
        return sorted({p for p in open_ if open_.count(p) > 1})
