"""The Debian package: built, installed with apt on a bare Debian, run, its page fetched, purged.

    ANSWERBACK_PACKAGE=build/release [ANSWERBACK_MIRROR=URL] tests/e2e/package_test.py
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

from harness import ROOT, need, wait_for


WAIT_FOR_AN_OWNER = {"bogus-mail-host", "bogus-mail-host-in-debian-changelog", "no-copyright-file"}  # an address, a licence


def fetched(path):
    """(type, text) of what the installed daemon serves there."""
    with urllib.request.urlopen(f"http://127.0.0.1:9797/{path}", timeout=5) as answer:
        return answer.headers.get_content_type(), answer.read().decode()


def page_and_assets():
    """The page, and {name: type} of all that it loads, and what that imports."""
    kind, page = fetched("")
    assert kind == "text/html", kind
    wanted, found = re.findall(r'(?:href|src)="page/([^"]+)"', page), {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name], text = fetched(f"page/{name}")
            wanted += re.findall(r"(?:from '\./|trusted\('page/)([^']+)'", text)
    return page, found


@unittest.skipUnless(os.environ.get("ANSWERBACK_PACKAGE"), "ANSWERBACK_PACKAGE is not set: a package and a chroot take minutes")
class Package(unittest.TestCase):
    def test_it_installs_and_runs_on_a_bare_debian(self):
        build = pathlib.Path(os.environ["ANSWERBACK_PACKAGE"]).resolve()
        for target in ("manual", "package"):
            subprocess.run(["cmake", "--build", build, "--target", target], check=True)
        [package] = build.glob("answerback_*.deb")
        if shutil.which("lintian"):
            said = subprocess.run(["lintian", package], capture_output=True, text=True).stdout
            self.assertLessEqual(set(re.findall(r"E: answerback: (\S+)", said)), WAIT_FOR_AN_OWNER, said)
        chroot = pathlib.Path(tempfile.mkdtemp(prefix="answerback-chroot-"))
        self.addCleanup(shutil.rmtree, chroot)
        subprocess.run([need("debootstrap"), "--variant=minbase", "bookworm", chroot, *os.environ.get("ANSWERBACK_MIRROR", "").split()],
                       check=True, stdout=subprocess.DEVNULL)

        def inside(command, **more):
            return subprocess.run(["chroot", chroot, "sh", "-c", command], capture_output=True, text=True, **more)

        shutil.copy(package, chroot / package.name)
        done = inside(f"apt-get install -y --no-install-recommends ./{package.name}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # Every link of the installed README that leads into docs/ leads somewhere; /usr/share/doc is as apt has put it.
        for link in re.findall(r"\]\((docs/[^)#]+)", (ROOT / "README.md").read_text()):
            self.assertTrue((chroot / "usr/share/doc/answerback" / link).exists(), link)
        advice = re.search(r"(?m)^#   (answerback check .*?) &&", (chroot / "etc/answerback/config.yaml").read_text())[1]
        done = inside(f"cd / && {advice} && answerback --version")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        daemon = subprocess.Popen(["chroot", chroot, "answerback", "run", "--config.file=/etc/answerback/config.yaml"])
        try:
            wait_for(lambda: inside("answerback status").returncode == 0, 20, lambda: str(inside("answerback status")))
            self.assertEqual(inside("answerback healthcheck").returncode, 0)
            page, assets = page_and_assets()
            for words in ('<h1 id="state">', "answerback watches <strong", "Pass"):
                self.assertIn(words, page)
            self.assertLessEqual({"main.js": "text/javascript", "pulse.js": "text/javascript", "page.css": "text/css",
                                  "icon.svg": "image/svg+xml"}.items(), assets.items())
            self.assertEqual(set(assets), {f.name for f in (ROOT / "daemon/http/page").iterdir()} - {"page.html"})
        finally:
            daemon.terminate()
            self.assertEqual(daemon.wait(10), 0)
        done = inside("apt-get purge -y answerback && test ! -e /etc/answerback/config.yaml && test ! -e /usr/bin/answerback")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
