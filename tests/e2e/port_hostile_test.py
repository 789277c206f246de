"""Clients of the port that mean harm: smuggled requests, odd methods, readers that do not read, slow ones by the thousand."""
import re
import socket
import subprocess
import time
import unittest

from guarded import LONG, Guarded
from harness import Scenario, need


class Hostile(Scenario):
    def test_what_could_smuggle_a_second_request_is_refused(self):
        daemon = self.opened(Guarded(self.folder, ""))
        head = b"POST /-/reload HTTP/1.1\r\nHost: x\r\n"
        second = b"GET /config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for name, bytes_ in {
            "both lengths": head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
            "two lengths": head + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + second,
            "list of lengths": head + b"Content-Length: 0, 5\r\n\r\n" + second,
            "signed length": head + b"Content-Length: +0\r\n\r\n" + second,
            "space before the colon": head + b"Content-Length : 5\r\n\r\n" + second,
            "another coding": head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + second,
            "a coding twice": head + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + second,
            "chunk size overflow": head + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n" + second,
            "bare line feeds": b"GET /livez HTTP/1.1\nHost: x\n\n" + second,
            "NUL": b"GET /livez HTTP/1.1\r\nHost: x\r\nA: \0b\r\n\r\n" + second,
            "no Host": b"GET /livez HTTP/1.1\r\n\r\n" + second,
            "two Hosts": b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + second,
            "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + second,
            "huge line": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n" + second,
            "many headers": b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n" + second,
            "huge body": head + b"Content-Length: 99999999\r\n\r\n" + second,
        }.items():
            with self.subTest(name):
                answers = re.findall(r"HTTP/1\.1 (\d+)", daemon.raw(bytes_))
                self.assertEqual(len(answers), 1, answers)
                self.assertIn(answers[0], ("400", "413", "431", "501", "505"))
        for target in ("/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/health/..%2f..%2fconfig", "//evil.example/livez", "/livez/../config"):
            self.assertRegex(daemon.raw(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()), r"^HTTP/1\.1 (400|404)", target)

    def test_odd_methods_and_paths_make_no_series(self):
        daemon = self.opened(Guarded(self.folder, ""))

        def series():
            return len([line for line in daemon.get("/metrics")[2].splitlines() if not line.startswith("#")])
        daemon.wait_check("gone", health="down")
        before = series()
        with socket.create_connection(("127.0.0.1", daemon.port)) as s:
            for part in range(20):
                s.sendall(b"".join(b"M%d /p%d?%d HTTP/1.1\r\nHost: x\r\n\r\n" % (i, i, i) for i in range(part * 100, part * 100 + 100)))
                seen = b""
                while seen.count(b"HTTP/1.1 404") < 100:
                    part_seen = s.recv(65536)
                    self.assertTrue(part_seen, "hung up")
                    seen += part_seen
        self.assertLessEqual(series(), before + 3)

    def test_readers_that_never_read_hold_up_nobody(self):
        daemon = self.opened(Guarded(self.folder, ""))
        crowd = []
        for path in (b"/metrics", b"/api/v1/events") * 60:
            s = socket.create_connection(("127.0.0.1", daemon.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n" * 1)
            crowd.append(s)
        took = []
        for _ in range(100):
            began = time.monotonic()
            self.assertEqual(daemon.get("/livez")[0], 200)
            took.append(time.monotonic() - began)
        self.assertLess(sorted(took)[98], 0.1)
        for s in crowd:
            s.close()

    @unittest.skipUnless(LONG, "a minute: ANSWERBACK_LONG=1")
    def test_slowhttptest(self):
        daemon = self.opened(Guarded(self.folder, ""))
        for kind in (["-H"], ["-B"], ["-X", "-w", "1", "-y", "8", "-z", "1"]):
            attack = subprocess.Popen([need("slowhttptest"), *kind, "-c", "1000", "-r", "500", "-i", "1", "-l", "12", "-u", f"http://127.0.0.1:{daemon.port}/metrics"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took = []
            while attack.poll() is None:
                began = time.monotonic()
                self.assertEqual(daemon.get("/livez")[0], 200)
                took.append(time.monotonic() - began)
                time.sleep(0.01)
            print(f"slowhttptest {kind[0]}: {len(took)} requests, the slowest {max(took) * 1000:.1f} ms")
            self.assertLess(sorted(took)[len(took) * 99 // 100], 0.05)


if __name__ == "__main__":
    unittest.main()
