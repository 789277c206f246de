"""Type `icmp` in a network of its own, where the kernel is told to allow ping and not to: up, silent, not allowed."""
import os
import subprocess
import time
import unittest

from harness import ANSWERBACK, Scenario, need

CONFIG = """
service: net
defaults: {interval: 200ms, timeout: 900ms, fall: 2, rise: 1}
probes:
  - {name: v4, type: icmp, host: 127.0.0.1, count: 2, gap: 20ms, wait: 300ms}
  - {name: v6, type: icmp, host: "::1", count: 2, gap: 20ms, wait: 300ms}
"""


class Icmp(Scenario):
    def network(self):
        """A process that holds a network namespace, and the prefix that enters it."""
        if os.getuid() != 0:
            self.skipTest("needs root to make a network namespace")
        holder = subprocess.Popen([need("unshare"), "--net", "sleep", "60"])
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        host = os.readlink("/proc/self/ns/net")
        for _ in range(100):
            if holder.poll() is not None:
                self.skipTest("no network namespace can be made here")
            if os.readlink(f"/proc/{holder.pid}/ns/net") != host:
                break
            time.sleep(0.02)
        self.inside = [need("nsenter"), f"--net=/proc/{holder.pid}/ns/net"]
        self.run_inside("ip", "link", "set", "lo", "up")

    def run_inside(self, *argv):
        subprocess.run([*self.inside, *argv], check=True, capture_output=True)

    def test_allowed_and_not(self):
        self.network()
        self.run_inside("sh", "-c", "echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range")
        # The daemon listens in our network, pings in the other one: we ask it by `probe`, once.
        def probe(name):
            path = f"{self.folder}/config.yaml"
            with open(path, "w") as f:
                f.write(CONFIG)
            done = subprocess.run([*self.inside, ANSWERBACK, "probe", name, f"--config.file={path}", "--json"],
                                  capture_output=True, text=True, timeout=10)
            return done.returncode, done.stdout + done.stderr
        for name in ("v4", "v6"):
            code, output = probe(name)
            self.assertEqual(code, 0, output)
            self.assertIn("2 of 2 echoes came back", output)
            self.assertIn("round_trip", output)
        self.run_inside("sh", "-c", "echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all")
        code, output = probe("v4")
        self.assertEqual(code, 1, output)
        self.assertIn("none of 2 echoes came back", output)
        self.run_inside("sh", "-c", "echo '1 0' >/proc/sys/net/ipv4/ping_group_range")
        code, output = probe("v4")
        self.assertEqual(code, 2, output)
        self.assertIn("net.ipv4.ping_group_range", output)


if __name__ == "__main__":
    unittest.main()
