"""Several instances as one: shards and the parent that watches them; two that watch each other; a configuration that the
kubelet swaps under a running daemon."""
import json
import os
import subprocess
import unittest

from harness import ANSWERBACK, Answerback, Nginx, Scenario, free_port, wait_for

SHARED = """
service: sites
defaults: {{interval: 200ms, timeout: 500ms, fall: 1, rise: 1}}
probes:
{probes}
groups:
  vowels: {{needs: [site-a, site-e]}}
"""
FLEET = """
service: fleet
defaults: {{interval: 200ms, timeout: 800ms, fall: 1, rise: 1}}
probes:
{probes}
capabilities:
  - {{name: vowels, value: 60, needs: [vowels-0, vowels-1], impact: "Nobody can say a word"}}
"""


class Instance(Answerback):
    """A daemon in a folder of its own under the test's."""

    def __init__(self, folder, name, config, arguments=()):
        own = os.path.join(folder, name)
        os.mkdir(own)
        super().__init__(own, config, arguments=arguments)


class Shards(Scenario):
    def setUp(self):
        super().setUp()
        self.flags = os.path.join(self.folder, "flags")
        os.mkdir(self.flags)
        os.chmod(self.folder, 0o755)
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; " + "".join(
            "location = /%s { if (-f %s/%s) { return 503 'down'; } return 200 'ok'; } " % (n, self.flags, n) for n in "abcdef")))
        probes = "".join(f'  - {{name: site-{n}, type: http, url: "http://127.0.0.1:{nginx.port}/{n}"}}\n' for n in "abcdef")
        self.config = SHARED.format(probes=probes)

    def shards(self, of=2):
        return [self.opened(Instance(self.folder, f"shard-{i}", self.config, ("--shard", f"answerback-shard-{i}/{of}"))) for i in range(of)]

    def parent(self, shards, wanted=lambda i: i):
        lines = ""
        for i, shard in enumerate(shards):
            url = f"http://127.0.0.1:{shard.port}/health"
            lines += f'  - {{name: shard-{i}, type: answerback, url: "{url}", shard: {wanted(i)}/2}}\n'
            lines += f'  - {{name: vowels-{i}, type: answerback, url: "{url}/vowels", shard: {wanted(i)}/2}}\n'
        return self.opened(Instance(self.folder, "parent", FLEET.format(probes=lines)))

    def test_a_parent_speaks_for_all_of_them(self):
        shards = self.shards()
        homes = [set(shard.health()["checks"]) for shard in shards]
        self.assertEqual(homes[0] | homes[1], {f"site-{n}" for n in "abcdef"})
        self.assertFalse(homes[0] & homes[1])
        for shard, home in zip(shards, homes):
            said = shard.health()["shard"]
            self.assertEqual((said["of"], said["own"], said["total"]), (2, len(home), 6))
            self.assertIn(f"runs {len(home)} of 6 probes", shard.get("/config")[2])
        parent = self.parent(shards)
        parent.wait_health("pass")

        owner = 0 if "site-e" in homes[0] else 1
        open(f"{self.flags}/e", "w").close()
        down = parent.wait_check(f"shard-{owner}", health="down")
        self.assertEqual((down["reason"], down["phase"]), ("status", "answer"), "the shard's own reason")
        self.assertIn("site-e: down status", down["output"])
        self.assertIn("says: cause site-e: status at", json.dumps(down["evidence"]["frames"]))
        parent.wait_check(f"vowels-{owner}", health="down")
        self.assertEqual(parent.health()["value"]["blocked"], 100)
        self.assertEqual(parent.check(f"shard-{1 - owner}")["health"], "up")
        os.remove(f"{self.flags}/e")
        parent.wait_health("pass")

        shards[owner].stop()
        parent.wait_check(f"shard-{owner}", health="down", reason="connect_refused", phase="connect")

    def test_a_shard_that_is_another_is_not_taken_for_it(self):
        parent = self.parent(self.shards(), wanted=lambda i: 1 - i)
        self.assertIn("it is shard 0/2, wanted 1/2", parent.wait_check("shard-0", health="down")["output"])

    def test_a_shard_without_probes_is_fine_for_its_parent_only(self):
        self.config = self.config.split("  - {name: site-b")[0] + "groups:\n  vowels: {needs: [site-a]}\n"
        shards = self.shards()
        empty = next(s for s in shards if not s.health()["checks"])
        self.assertEqual((empty.get("/health")[0], empty.get("/health/vowels")[0]), (503, 503))
        parent = self.parent(shards)
        parent.wait_health("pass")

    def test_check_shows_the_share(self):
        path = os.path.join(self.folder, "c.yaml")
        with open(path, "w") as f:
            f.write(self.config)
        run = lambda *words: subprocess.run([ANSWERBACK, *words, f"--config.file={path}"], capture_output=True, text=True)
        seen = set()
        for i in range(3):
            first = run("check", "--print", f"--shard={i}/3").stdout.splitlines()[0]
            self.assertRegex(first, rf"^# shard {i}/3 runs \d of 6 probes")
            seen |= set(first.split(": ")[1].split(", ")) if ": " in first else set()
        self.assertEqual(seen, {f"site-{n}" for n in "abcdef"})
        self.assertNotIn("# shard", run("check", "--print").stdout)
        refused = run("run", "--shard=answerback-3/3")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("of 3 shards the last is 2", refused.stderr)


class Mutual(Scenario):
    """Two parents that watch each other: what one has of the other must not keep both down for ever."""

    def test_both_recover(self):
        flag = os.path.join(self.folder, "flag")
        os.chmod(self.folder, 0o755)
        nginx = self.opened(Nginx("listen 127.0.0.1:{port}; location / { if (-f %s) { return 503 'no'; } return 200 'ok'; }" % flag))
        config = ("service: {me}\ndefaults: {{interval: 200ms, timeout: 500ms, fall: 1, rise: 1}}\nprobes:\n"
                  '  - {{name: site, type: http, url: "http://127.0.0.1:%d/"}}\n'
                  '  - {{name: other, type: answerback, url: "http://127.0.0.1:{other}"}}\n' % nginx.port)
        left = self.opened(Instance(self.folder, "left", config.format(me="left", other=free_port())))
        right = self.opened(Instance(self.folder, "right", config.format(me="right", other=left.port)))
        left.config.write_text(config.format(me="left", other=right.port))
        self.assertEqual(left.get("/-/reload", "POST")[0], 200)
        for each in (left, right):
            each.wait_health("pass")
        open(flag, "w").close()
        for each in (left, right):
            each.wait_check("other", health="down", reason="status")
        os.remove(flag)
        for each in (left, right):
            each.wait_health("pass")


class Watch(Scenario):
    """As the kubelet does it: config.yaml -> ..data/config.yaml, ..data -> ..N, swapped by a rename."""

    CONFIG = "service: v{n}\nprobes:\n  - {{name: gone, type: tcp, address: '127.0.0.1:9', interval: {interval}}}\n"

    def swap_in(self, n, interval="1s"):
        folder = os.path.join(self.folder, f"..{n}")
        os.mkdir(folder)
        with open(os.path.join(folder, "config.yaml"), "w") as f:
            f.write(self.CONFIG.format(n=n, interval=interval))
        os.symlink(f"..{n}", os.path.join(self.folder, "..data_tmp"))
        os.rename(os.path.join(self.folder, "..data_tmp"), os.path.join(self.folder, "..data"))

    def test_a_configmap_that_is_swapped_is_read(self):
        self.swap_in(1)
        os.symlink("..data/config.yaml", os.path.join(self.folder, "config.yaml"))
        daemon = self.daemon(self.CONFIG.format(n=1, interval="1s"), arguments=("--config.watch",))
        serves = lambda name: wait_for(lambda: daemon.health().get("serviceId") == name, 8, daemon.output)
        accepted = lambda: daemon.metric("answerback_config_last_reload_successful")
        serves("v1")
        self.swap_in(2)
        serves("v2")
        self.swap_in(3, interval="nonsense")
        wait_for(lambda: accepted() == 0, 8, daemon.output)
        self.assertEqual(daemon.health()["serviceId"], "v2", "a broken one changes nothing")
        self.assertEqual(daemon.output().count("level=error"), 1, "nor is it tried again and again")
        self.assertRegex(daemon.output(), r'msg="configuration refused, the old one stays" .*not a duration: [^|]*"\n', "one line, no drawing")
        self.swap_in(4)
        serves("v4")
        self.assertEqual(accepted(), 1)


if __name__ == "__main__":
    unittest.main()
