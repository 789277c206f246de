"""A disk that fails: full, read-only, in error, slow, without power. The daemon watches on, says so, and loses nothing it has
acknowledged. Needs root for mounts; what cannot be done here is skipped, and says why.

    ANSWERBACK_POWER_LOSSES=100 tests/e2e/history_disk_test.py Power     the long run; 6 without it
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from harness import Answerback, Scenario, need, wait_for
from targets import Acknowledged, Platform

POWER_LOSSES = int(os.environ.get("ANSWERBACK_POWER_LOSSES", "6"))


def command(*argv):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True)


class Disk(Scenario):
    def setUp(self):
        super().setUp()
        self.platform = self.opened(Platform(seed=os.getpid()))
        self.acknowledged = Acknowledged()
        self.disk = pathlib.Path(self.folder, "disk")
        self.disk.mkdir()

    def mount(self, *arguments):
        """Mounts on self.disk, which is unmounted when the test is done."""
        done = command("mount", *arguments, self.disk)
        if done.returncode:
            raise unittest.SkipTest(f"mounts are not possible here: {done.stderr.strip()}")
        self.addCleanup(command, "umount", "-l", self.disk)

    def remount(self, options):
        done = command("mount", "-o", f"remount,{options}", self.disk)
        self.assertEqual(done.returncode, 0, done.stderr)

    def start(self, prefix=(), state=None):
        return self.daemon(self.platform.config(state or self.disk / "state"), prefix=prefix)

    def incidents(self, daemon):
        return json.loads(daemon.get("/api/v1/incidents")[2])

    def degraded(self, daemon):
        return daemon.metric("answerback_history_degraded")

    def shake_until(self, daemon, what, within=15):
        """Things happen until what() is true, and /livez always answers at once."""
        end, slowest = time.monotonic() + within, 0
        while not what():
            self.assertLess(time.monotonic(), end, daemon.output()[-3000:])
            self.platform.shake(0.02, lambda: self.acknowledged.look(daemon))
            began = time.monotonic()
            self.assertEqual(daemon.get("/livez")[0], 200)
            slowest = max(slowest, time.monotonic() - began)
        self.assertLess(slowest, 0.5)

    def expect_kept(self, daemon):
        """It ends well, and a new one has everything."""
        self.assertEqual(daemon.stop(), 0)
        again = self.start()
        self.assertEqual(self.acknowledged.lost(again), [])
        self.assertEqual(self.acknowledged.twice_open(again), [])
        return again


class Failing(Disk):
    def test_full_and_then_not(self):
        self.mount("-t", "tmpfs", "-o", "size=400k", "tmpfs")
        daemon = self.start()
        self.shake_until(daemon, lambda: len(self.acknowledged.known) > 5)
        with open(self.disk / "filler", "wb", buffering=0) as filler:
            with self.assertRaises(OSError):
                while True:
                    filler.write(b"x" * 1024)
        self.shake_until(daemon, lambda: self.degraded(daemon) == 1)
        self.assertIn("history is not kept", daemon.output())
        self.assertIn("full", daemon.output())
        self.shake_until(daemon, lambda: [i for i in self.incidents(daemon) if not i["durable"]])
        self.remount("size=8m")
        self.shake_until(daemon, lambda: self.degraded(daemon) == 0)
        wait_for(lambda: all(i["durable"] for i in self.incidents(daemon)), 5)
        self.assertIn("history is kept again", daemon.output())
        self.acknowledged.look(daemon)
        self.expect_kept(daemon)

    def test_too_small_from_the_start(self):
        for options in ("size=64k", "size=8k", "nr_inodes=3", "nr_inodes=1"):
            with self.subTest(options):
                self.mount("-t", "tmpfs", "-o", options, "tmpfs")
                daemon = self.start()
                self.shake_until(daemon, lambda: self.degraded(daemon) == 1 and self.incidents(daemon), within=30)
                self.assertRegex(daemon.output(), "No space left on device|database or disk is full")
                left = [f.name for f in self.disk.glob("state/*")]
                self.assertEqual([f for f in left if "set-aside" in f], [], "retrying litters")
                if options != "size=64k":  # then nothing was ever written: it can begin as soon as there is room
                    self.remount("size=8m,nr_inodes=100")
                    self.shake_until(daemon, lambda: self.degraded(daemon) == 0)
                    self.acknowledged = Acknowledged()
                    self.acknowledged.look(daemon)
                    self.expect_kept(daemon).stop()
                daemon.stop()
                command("umount", "-l", self.disk)

    def test_read_only_from_the_start(self):
        self.mount("-t", "tmpfs", "tmpfs")
        self.remount("ro")
        for state in (self.disk / "state", self.disk):
            daemon = self.start(state=state)
            wait_for(lambda: self.degraded(daemon) == 1, 5)
            self.assertIn("Read-only file system", daemon.output())
            daemon.stop()

    def test_read_only(self):
        self.mount("-t", "tmpfs", "-o", "size=8m", "tmpfs")
        daemon = self.start()
        self.shake_until(daemon, lambda: len(self.acknowledged.known) > 5)
        self.assertEqual(daemon.stop(), 0)
        self.remount("ro")
        daemon = self.start()
        self.assertEqual(self.acknowledged.lost(daemon), [], "it can be read, at least")
        self.assertEqual(self.degraded(daemon), 1)
        self.shake_until(daemon, lambda: [i for i in self.incidents(daemon) if not i["durable"]])
        self.remount("rw")
        self.shake_until(daemon, lambda: self.degraded(daemon) == 0)
        self.expect_kept(daemon)

    def strace(self, inject):
        return [need("strace"), "-D", "-f", "-qqq", "--seccomp-bpf", "-o", "/dev/null",
                "-e", "trace=fdatasync,fsync", "-e", f"inject=fdatasync,fsync:{inject}"]

    def test_fsync_fails_once(self):
        daemon = self.start(prefix=self.strace("error=EIO:when=9"))
        self.shake_until(daemon, lambda: "history is not kept" in daemon.output())
        self.assertIn("disk I/O error in fsync", daemon.output())
        self.shake_until(daemon, lambda: "history is kept again" in daemon.output())
        self.shake_until(daemon, lambda: self.degraded(daemon) == 0)
        self.expect_kept(daemon)

    def test_fsync_fails_for_good(self):
        daemon = self.start(prefix=self.strace("error=EIO:when=9+"))
        self.shake_until(daemon, lambda: "disk I/O error in fsync" in daemon.output())  # and not only slow
        self.assertEqual(self.degraded(daemon), 1)
        self.shake_until(daemon, lambda: [i for i in self.incidents(daemon) if not i["durable"]])
        durable = len(self.acknowledged.known)
        self.platform.shake(2, lambda: self.acknowledged.look(daemon))
        self.assertEqual(len(self.acknowledged.known), durable, "nothing is acknowledged that is not synced")
        self.expect_kept(daemon)

    def test_fsync_hangs(self):
        daemon = self.start(prefix=self.strace("delay_enter=20000000:when=9+"))  # 20 s
        self.shake_until(daemon, lambda: self.degraded(daemon) == 1)
        self.assertEqual(daemon.metric("answerback_loop_stalls_total"), 0)
        self.assertLess(daemon.metric("answerback_scheduler_lag_seconds_sum") / daemon.metric("answerback_scheduler_lag_seconds_count"), 0.02)
        began = time.monotonic()
        daemon.kill(signal.SIGTERM)
        wait_for(lambda: "ending at once" in daemon.output() or daemon.process.poll() is not None, 5, daemon.output)
        self.assertLess(time.monotonic() - began, 5)
        tracer = re.search(r"TracerPid:\s*(\d+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text())[1]
        if tracer != "0":
            os.kill(int(tracer), signal.SIGKILL)  # strace 6.1 does not let go of a delayed thread that is to end
        self.assertIn("the disk did not take the rest of the history in time", daemon.output())


class Power(Disk):
    """An ext4 on a file. The file as it is at some moment is what a disk holds after the power went then: what the kernel
    still has in memory is not in it. The daemon stands still while it is copied, so that it is the state of one moment."""

    def setUp(self):
        super().setUp()
        self.images = pathlib.Path(self.folder, "images")
        self.images.mkdir()
        if command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.images).returncode:
            raise unittest.SkipTest("mounts are not possible here")
        self.addCleanup(command, "umount", "-l", self.images)

    def lose_power(self, prefix=()):
        """What was acknowledged before the power went and is not there after it came back."""
        self.acknowledged = Acknowledged()
        image, copy = self.images / "disk", self.images / "copy"
        image.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
        image.touch()
        os.truncate(image, 12 << 20)
        made = command(need("mkfs.ext4"), "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.mount("-o", "loop", image)
        daemon = self.start(prefix)
        self.platform.shake(self.platform.random.uniform(0.1, 1), lambda: self.acknowledged.look(daemon))
        daemon.kill(signal.SIGSTOP)
        shutil.copyfile(image, copy)
        daemon.stop(signal.SIGKILL)
        self.assertEqual(command("umount", self.disk).returncode, 0)
        self.mount("-o", "loop", copy)  # replays the journal of ext4
        again = self.start()
        lost = self.acknowledged.lost(again)
        self.assertEqual(self.acknowledged.twice_open(again), [])
        again.stop(signal.SIGKILL)
        self.assertEqual(command("umount", self.disk).returncode, 0)
        return lost

    def test_nothing_acknowledged_is_lost(self):
        acknowledged = 0
        for _ in range(POWER_LOSSES):
            self.assertEqual(self.lose_power(), [])
            acknowledged += len(self.acknowledged.known)
        self.assertGreater(acknowledged, POWER_LOSSES, "hardly anything was acknowledged: this proves nothing")
        print(f"{POWER_LOSSES} losses of power, {acknowledged} incidents acknowledged, none lost", flush=True)

    def test_without_fsync_it_would_be(self):
        """The same with every fsync made to do nothing: were nothing lost, the test above would prove nothing."""
        lies = [need("strace"), "-D", "-f", "-qqq", "--seccomp-bpf", "-o", "/dev/null",
                "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:retval=0"]
        lost = []
        for _ in range(3):
            lost += self.lose_power(lies)
        self.assertTrue(lost)
        print(f"without fsync: {len(lost)} acknowledged incidents lost or changed", flush=True)


if __name__ == "__main__":
    unittest.main()
