"""The Debian package: built, installed with apt on a bare Debian, run, purged.

    ANSWERBACK_PACKAGE=build/release [ANSWERBACK_MIRROR=URL] tests/e2e/package_test.py
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import need, wait_for


@unittest.skipUnless(os.environ.get("ANSWERBACK_PACKAGE"), "ANSWERBACK_PACKAGE is not set: a package and a chroot take minutes")
class Package(unittest.TestCase):
    def test_it_installs_and_runs_on_a_bare_debian(self):
        build = pathlib.Path(os.environ["ANSWERBACK_PACKAGE"]).resolve()
        for target in ("manual", "package"):
            subprocess.run(["cmake", "--build", build, "--target", target], check=True)
        [package] = build.glob("answerback_*.deb")
        chroot = pathlib.Path(tempfile.mkdtemp(prefix="answerback-chroot-"))
        self.addCleanup(shutil.rmtree, chroot)
        subprocess.run([need("debootstrap"), "--variant=minbase", "bookworm", chroot, *os.environ.get("ANSWERBACK_MIRROR", "").split()],
                       check=True, stdout=subprocess.DEVNULL)

        def inside(command, **more):
            return subprocess.run(["chroot", chroot, "sh", "-c", command], capture_output=True, text=True, **more)

        shutil.copy(package, chroot / package.name)
        done = inside(f"apt-get install -y --no-install-recommends ./{package.name}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = inside("answerback check --config.file=/etc/answerback/config.yaml && answerback --version")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        daemon = subprocess.Popen(["chroot", chroot, "answerback", "run", "--config.file=/etc/answerback/config.yaml"])
        try:
            wait_for(lambda: inside("answerback status").returncode == 0, 20, lambda: str(inside("answerback status")))
            self.assertEqual(inside("answerback healthcheck").returncode, 0)
        finally:
            daemon.terminate()
            self.assertEqual(daemon.wait(10), 0)
        done = inside("apt-get purge -y answerback && test ! -e /etc/answerback/config.yaml && test ! -e /usr/bin/answerback")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
