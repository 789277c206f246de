"""The image: built from deploy/Containerfile and run as the Restricted profile of a pod would.

    ANSWERBACK_IMAGE=1      the last stage, from an already built tree (build/release, or $ANSWERBACK_TREE): seconds
    ANSWERBACK_IMAGE=whole  all of it, as a stranger would, on a base made by debootstrap: 33 minutes on 2 cores that other
                            builds used, too; each step is told as it begins
"""
import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import ROOT, Process, Scenario, free_port, need, wait_for

WANTED = os.environ.get("ANSWERBACK_IMAGE", "")
TREE = pathlib.Path(os.environ.get("ANSWERBACK_TREE", ROOT / "build/release"))
LARGEST = 40 << 20  # bytes of all files; 35.5 MB when this was written
CONFIG = """
service: t
listen: 127.0.0.1:{port}
state_dir: /var/lib/answerback
probes:
  - {{name: self, type: answerback, url: "http://127.0.0.1:{port}"}}
  - {{name: gone, type: postgres, dsn: "postgresql://u:geheim@127.0.0.1:9/db", interval: 1s}}
"""


def setUpModule():
    if not WANTED:
        raise unittest.SkipTest("builds an image, too long for every run: ANSWERBACK_IMAGE=1 (from build/release) or whole")
    for program in ("buildah", "bwrap"):
        if not shutil.which(program):
            raise unittest.SkipTest(f"{program} is not installed (deploy/install-deps.sh image installs it)")
    if WANTED != "whole" and not (TREE / "answerback-client").exists():
        raise unittest.SkipTest(f"no programs in {TREE}: cmake --workflow --preset release")


class Image(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.store = tempfile.mkdtemp(prefix="answerback-image-")
        cls.addClassCleanup(shutil.rmtree, cls.store, ignore_errors=True)
        os.chmod(cls.store, 0o711)  # another user is to run from it
        began = time.monotonic()
        arguments = []
        if WANTED == "whole":
            cls.run_(need("debootstrap"), "--variant=minbase", "bookworm", f"{cls.store}/base")
            base = cls.buildah("from", "scratch").strip()
            cls.buildah("add", "-q", base, f"{cls.store}/base", "/")
            cls.buildah("commit", "-q", base, "localhost/base")
            arguments = ["--build-arg", "BASE=localhost/base"]
        else:
            cls.run_(str(ROOT / "deploy/image-root.sh"), str(TREE), f"{cls.store}/built/image")
            arguments = ["--build-context", f"build={cls.store}/built"]
        cls.building("--isolation", "chroot", "--format", "docker", *arguments, "--build-arg", "REVISION=abc",
                    "-f", str(ROOT / "deploy/Containerfile"), "-t", "localhost/answerback", str(ROOT))
        cls.settings = json.loads(cls.buildah("inspect", "--type", "image", "localhost/answerback"))["Docker"]["config"]
        mounted = cls.buildah("mount", cls.buildah("from", "localhost/answerback").strip()).strip()
        # A runtime makes the places it mounts to; bubblewrap cannot in a root it has mounted read-only.
        cls.root = pathlib.Path(cls.store) / "root"
        cls.run_("cp", "-a", mounted, str(cls.root))
        cls.size = sum(f.lstat().st_size for f in cls.root.rglob("*") if f.is_file() and not f.is_symlink())
        print(f"image: {cls.size / 1e6:.1f} MB, built in {time.monotonic() - began:.0f} s")
        for folder in ("proc", "dev"):
            (cls.root / folder).mkdir()
        (cls.root / "etc/answerback/config.yaml").touch()

    @staticmethod
    def run_(*argv):
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{argv}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    @classmethod
    def of_buildah(cls, *words):
        return [need("buildah"), "--root", f"{cls.store}/images", "--runroot", f"{cls.store}/run", "--storage-driver", "vfs", *words]

    @classmethod
    def buildah(cls, *words):
        return cls.run_(*cls.of_buildah(*words))

    @classmethod
    def building(cls, *words):
        began, said = time.monotonic(), collections.deque(maxlen=60)
        with subprocess.Popen(cls.of_buildah("build", *words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as build:
            for line in build.stdout:
                said.append(line)
                if "STEP " in line:
                    print(f"image: {time.monotonic() - began:5.0f} s {line.strip()[:100]}", flush=True)
        if build.returncode:
            raise AssertionError("".join(said))

    def test_what_it_says_of_itself(self):
        said = self.settings
        self.assertEqual((said["User"], said["StopSignal"], list(said["ExposedPorts"])), ("65532:65532", "SIGTERM", ["9797/tcp"]))
        self.assertEqual(said["Entrypoint"] + said["Cmd"],
                         ["/usr/bin/answerback", "run", "--config.file=/etc/answerback/config.yaml"])
        self.assertEqual(said["Healthcheck"]["Test"], ["CMD", "/usr/bin/answerback", "healthcheck"])
        version = re.search(r"project\(answerback VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        labels = {k.removeprefix("org.opencontainers.image."): v for k, v in said["Labels"].items()}
        self.assertEqual((labels["version"], labels["revision"], labels["title"]), (version, "abc", "answerback"))

    def test_what_it_holds(self):
        self.assertLess(self.size, LARGEST)
        programs = sorted(f.name for f in (self.root / "usr/bin").iterdir())
        self.assertEqual(programs, ["answerback", "answerback-client", "answerback-worker"])
        for gone in ("bin", "sbin", "usr/sbin", "usr/bin/sh", "bin/sh", "root"):
            self.assertFalse((self.root / gone).exists(), gone)
        for f in self.root.rglob("*"):
            if not f.is_symlink():
                self.assertFalse(f.is_file() and f.stat().st_mode & 0o6000, f"{f} is set-uid")
                self.assertTrue(f.name == "tmp" or not f.stat().st_mode & 0o002, f"{f} can be written by all")
        packages = {f.name for f in (self.root / "var/lib/dpkg/status.d").iterdir()}
        self.assertLessEqual({"libc6", "libssl3", "ca-certificates", "libpqxx-6.4"}, packages)

    # As `pod-security.kubernetes.io/enforce: restricted`, and more: a read-only root, no capability, no new privileges (by
    # bubblewrap always), user 65532, process 1, a memory of its own for /tmp and the state.
    def confined(self, *argv):
        other = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"] if os.getuid() == 0 else []
        return [*other, need("bwrap"), "--ro-bind", str(self.root), "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
                "--tmpfs", "/var/lib/answerback", "--ro-bind", f"{self.folder}/c.yaml", "/etc/answerback/config.yaml",
                "--unshare-user", "--uid", "65532", "--gid", "65532", "--cap-drop", "ALL", "--unshare-pid", "--as-pid-1",
                "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session", "--clearenv",
                *argv]

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def test_runs_confined(self):
        self.port = free_port()
        os.chmod(self.folder, 0o711)
        pathlib.Path(self.folder, "c.yaml").write_text(CONFIG.format(port=self.port))
        entry = self.settings["Entrypoint"] + self.settings["Cmd"]
        box = self.opened(Process(self.confined(*entry), self.folder, "box"))

        def alive():
            self.assertIsNone(box.process.poll(), box.output())
            with contextlib.suppress(OSError):
                return self.get("/livez") == (200, "ok")
        wait_for(alive, 10, box.output)
        children = subprocess.run(["ps", "--ppid", str(box.process.pid), "-o", "pid="], capture_output=True, text=True).stdout
        pid = int(children.split()[0])
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
        self.assertEqual(status["NoNewPrivs"], "1")
        if os.getuid() == 0:
            self.assertEqual(status["Uid"].split(), ["65532"] * 4)
        for kind in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        self.assertEqual(status["NSpid"].split()[-1], "1")

        def checks():
            found = json.loads(self.get("/health")[1])["checks"]
            return found if all(c[0].get("reason", "no_evidence") != "no_evidence" for c in found.values()) else None
        found = wait_for(checks, 10, lambda: self.get("/health")[1])
        self.assertEqual(found["gone"][0]["reason"], "connect_refused", "the worker runs in here, too")
        self.assertIn("this is ourselves", found["self"][0]["output"])
        print(f"confined: {int(pathlib.Path(f'/proc/{pid}/statm').read_text().split()[1]) * 4 / 1024:.1f} MiB resident")

        url = f"http://127.0.0.1:{self.port}"
        healthcheck = self.settings["Healthcheck"]["Test"][1:]
        self.assertEqual(subprocess.run(self.confined(*healthcheck, "--url", url), timeout=10).returncode, 0)
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(box.process.wait(10), 0, box.output())
        self.assertEqual(subprocess.run(self.confined(*healthcheck, "--url", url), timeout=10, capture_output=True).returncode, 1)
        self.assertNotEqual(subprocess.run(self.confined("/bin/sh", "-c", "true"), capture_output=True).returncode, 0)
        self.assertIn("stopped", box.output())


if __name__ == "__main__":
    unittest.main()
