"""On a host: what systemd is told, the unit, the manual page, the support bundle."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import ANSWERBACK, Scenario, need
from targets import Target

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy/systemd/answerback.service"


class Told:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(10)
        self.said = []

    def until(self, wanted):
        """Everything said up to the first that begins with `wanted`, which is returned."""
        while True:
            word = self.socket.recv(4096).decode()
            self.said.append(word)
            if word.startswith(wanted):
                return word

    def close(self):
        self.socket.close()


class Notified(Scenario):
    def start(self, address, **environment):
        self.target = self.opened(Target())
        told = self.opened(Told(address.replace("@", "\0", 1)))
        daemon = self.daemon(f"service: shop\ndefaults: {{interval: 100ms, timeout: 500ms, fall: 1, rise: 1}}\nprobes:\n"
                             f'  - {{name: site, type: tcp, address: "127.0.0.1:{self.target.port}"}}\n',
                             env={"NOTIFY_SOCKET": address, **environment})
        return daemon, told

    def test_it_is_told_what_happens(self):
        daemon, told = self.start(f"{self.folder}/notify")
        told.until("READY=1")
        self.assertIn("STATUS=pass", told.until("STATUS=pass"))
        self.target.fall()
        self.assertIn("site: down connect_refused", told.until("STATUS=site"))
        daemon.kill(signal.SIGHUP)
        self.assertRegex(told.until("RELOADING=1"), r"^RELOADING=1\nMONOTONIC_USEC=\d{6,}$")
        told.until("READY=1")
        self.assertNotIn("WATCHDOG=1", told.said, "nobody asked for it")
        daemon.kill(signal.SIGTERM)
        told.until("STOPPING=1")

    def test_a_refused_reload_ends_too(self):
        daemon, told = self.start(f"{self.folder}/notify")
        told.until("READY=1")
        daemon.config.write_text("nonsense: [")
        daemon.kill(signal.SIGHUP)
        told.until("RELOADING=1")
        told.until("READY=1")

    def test_its_watchdog_is_fed_from_an_abstract_socket(self):
        daemon, told = self.start(f"@answerback-test-{os.getpid()}", WATCHDOG_USEC="600000")
        for _ in range(3):
            told.until("WATCHDOG=1")
        daemon.kill(signal.SIGSTOP)
        told.socket.settimeout(1.5)
        with self.assertRaises(TimeoutError, msg="what is frozen feeds no watchdog"):
            while True:
                told.socket.recv(4096)
        daemon.kill(signal.SIGCONT)
        told.until("WATCHDOG=1")

    def test_the_watchdog_of_another_process_is_left_alone(self):
        _, told = self.start(f"{self.folder}/notify", WATCHDOG_USEC="600000", WATCHDOG_PID="1")
        told.until("STATUS=pass")
        self.target.fall()
        told.until("STATUS=site")
        told.socket.settimeout(1)
        with self.assertRaises(TimeoutError):
            told.until("WATCHDOG=1")


class Confined(Scenario):
    def test_it_knows_when_it_started_where_proc_shows_processes_alone(self):
        if os.getuid() != 0:
            self.skipTest("needs root, for a /proc of its own")
        alone = [need("unshare"), "--mount", "sh", "-c", 'mount -t proc -o subset=pid proc /proc && exec "$@"', "sh"]
        tried = subprocess.run([*alone, "true"], capture_output=True, text=True)
        if tried.returncode:
            self.skipTest(f"no /proc of its own can be had here: {tried.stderr.strip()}")
        began = time.time()
        daemon = self.daemon("service: shop\n", prefix=alone)
        started = daemon.metric("process_start_time_seconds")
        self.assertLess(abs(started - began), 3)


class Unit(unittest.TestCase):
    def test_systemd_takes_it(self):
        analyze = need("systemd-analyze")
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, UNIT.name)
            unit.write_text(UNIT.read_text().replace("/usr/bin/answerback", ANSWERBACK).replace("Documentation=man:answerback(1)\n", ""))
            done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_it_is_confined(self):
        done = subprocess.run([need("systemd-analyze"), "security", "--offline=true", "--threshold=20", UNIT],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-400:] + done.stderr)

    def test_what_it_names_is_what_is_installed(self):
        unit, package = UNIT.read_text(), (ROOT / "cmake/package.cmake").read_text()
        self.assertIn("/etc/answerback/config.yaml", unit)
        self.assertIn("DESTINATION /etc/answerback)", package)
        state = re.search(r"state_dir: (\S+)", (ROOT / "deploy/debian/config.yaml").read_text())[1]
        self.assertEqual(state, f"/var/lib/{re.search('StateDirectory=(.*)', unit)[1]}")
        checked = subprocess.run([ANSWERBACK, "check", f"--config.file={ROOT}/deploy/debian/config.yaml"], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)


class Manual(unittest.TestCase):
    def test_it_is_written_from_the_help_and_well_formed(self):
        page = subprocess.run(["/usr/bin/python3", "-B", ROOT / "deploy/man.py", ANSWERBACK], capture_output=True, text=True, check=True).stdout
        for said in ("--config.file", "--web.listen-address", "probe", "--stable", "healthcheck", "debug", "the deploy gate"):
            self.assertIn(said.replace("-", "\\-"), page)
        groff = need("groff")
        done = subprocess.run([groff, "-man", "-ww", "-Tutf8", "-z"], input=page, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Bundle(Scenario):
    def test_a_support_bundle(self):
        target = self.opened(Target())
        daemon = self.daemon(f"service: shop\nprobes:\n  - {{name: site, type: http, url: \"http://user:geheim@127.0.0.1:{target.port}/\"}}\n")
        client = [ANSWERBACK, "debug", f"--url=http://127.0.0.1:{daemon.port}"]
        done = subprocess.run(client, cwd=self.folder, capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^answerback-debug-\d{8}T\d{6}Z\.txt\n$")
        text = pathlib.Path(self.folder, done.stdout.strip()).read_text()
        for part in ("build", "health: GET /health", "configuration, secrets masked: GET /config", "probes: GET", "incidents: GET", "metrics: GET"):
            self.assertIn(f"===== {part}", text)
        self.assertIn("answerback_build_info", text)
        self.assertIn("<secret>", text)
        self.assertNotIn("geheim", text)
        daemon.stop()
        done = subprocess.run([*client, "--output=-"], capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stdout.count("not to be had: no connection")), (0, 8), "what is known is still told")
        done = subprocess.run([*client, f"--output={self.folder}/no/such"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)


if __name__ == "__main__":
    unittest.main()
