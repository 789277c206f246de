"""A headless Chromium, driven through servers/browser/browser.mjs (playwright-core and axe-core from npm, pinned by its lock file)."""
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import harness

HERE = harness.ROOT / "tests/e2e/servers/browser"
CACHE = harness.ROOT / "build/browser"


def installed():
    """Node, the driver and the browser; a skip that says what is missing."""
    node, npm = harness.need("node"), harness.need("npm")
    chromium = shutil.which("chromium") or harness.need("chromium-headless-shell")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if int(re.findall(r"\d+", version)[0]) < 18:
        raise unittest.SkipTest(f"playwright-core needs Node 18, this is {version}")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "browser.mjs"):
        shutil.copy(HERE / name, CACHE)
    lock, done = CACHE / "package-lock.json", CACHE / "node_modules/.installed"
    if not done.exists() or done.read_text() != lock.read_text():
        npm_ci = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=CACHE, capture_output=True,
                                text=True, timeout=120)
        if npm_ci.returncode:
            raise unittest.SkipTest(f"npm cannot install playwright-core: {npm_ci.stderr.strip()[-300:]}")
        done.write_text(lock.read_text())
    return [node, str(CACHE / "browser.mjs"), chromium]


class Browser:
    """One page at a time; each command of browser.mjs is a method: browser.open(url=…), browser.title()."""

    def __init__(self):
        self.process = subprocess.Popen(installed(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __getattr__(self, command):
        def ask(**arguments):
            self.process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError("the browser is gone")
            answer = json.loads(line)
            if "error" in answer:
                raise AssertionError(f"{command}: {answer['error']}")
            return answer["value"]
        return ask

    def __call__(self, code):
        """The value of a JavaScript expression in the page."""
        return self.evaluate(code=code)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
