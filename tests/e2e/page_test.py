"""The status page as a person meets it: in a real browser, in every state, with hostile targets, and when the daemon is gone."""
import http.server
import json
import os
import signal
import threading
import time
import unittest

from browser import Browser
from harness import ANSWERBACK, Nginx, Process, Scenario, wait_for
from targets import Target

HOSTILE = "\"><img src=x onerror=alert(1)><script>window.owned=1</script>{{7*7}}'`" + "w" * 300

CONFIG = """
service: chat
defaults: {{interval: 200ms, timeout: 2s, fall: 100, rise: 1}}
probes:
  - {{name: db, type: http, url: "http://127.0.0.1:{port}/db", fall: 1, runbook_url: "https://runbooks.example/db"}}
  - {{name: api, type: http, url: "http://127.0.0.1:{port}/api"}}
  - {{name: extra, type: http, url: "http://127.0.0.1:{port}/extra", fall: 1, critical: false}}
capabilities:
  - {{name: answers, value: 60, needs: [db], impact: "Users get no answers"}}
  - {{name: sign-in, value: 40, needs: [api], impact: "Users cannot sign in"}}
"""


class Site:
    """A server whose answers are ours to choose: `says[path]` is (status, body), or None to leave a request hanging."""

    def __init__(self):
        site, self.says, self.released = self, {}, threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer = site.says.get(self.path, (200, "fine"))
                if answer is None:
                    site.released.wait(30)
                    return
                status, body = answer
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Page(Scenario):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.site = self.opened(Site())

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [], "nothing was refused by the policy and no script failed")

    def watch(self, config=None, status="pass", **how):
        """A daemon, and the page open once it has read something."""
        self.answerback = self.daemon(config or CONFIG.format(port=self.site.port))
        if status:
            self.answerback.wait_health(status)
        self.url = f"http://127.0.0.1:{self.answerback.port}/"
        self.look(**how)

    def look(self, **how):
        self.browser.open(url=self.url, **how)
        if how.get("scripts", True):
            self.shows(link="live")

    def now(self):
        return self.browser("({word: document.querySelector('#word').innerText, state: document.documentElement.dataset.state,"
                            " link: document.documentElement.dataset.link, title: document.title,"
                            " sentence: document.querySelector('#sentence').innerText.replaceAll('\\u00a0', ' '), icon: document.querySelector('#icon').href})")

    def shows(self, within=8, **what):
        """How the page stands once it shows all of this; sentences by a part of them."""
        def matches():
            now = self.now()
            return now if all((value in now[key]) if key == "sentence" else now[key] == value for key, value in what.items()) else None
        return wait_for(matches, within, lambda: f"{what} is not {self.now()}")

    def instead(self, **answer):
        """What the page gets for /health from now on; and it shall look at once, as when somebody comes back to it."""
        self.browser.answer(path="/health?without=checks", **answer)
        self.browser("document.dispatchEvent(new Event('visibilitychange'))")

    def shot(self, name):
        """A picture of the whole page for a person to look at, where $ANSWERBACK_SHOTS names a folder."""
        if folder := os.environ.get("ANSWERBACK_SHOTS"):
            for theme in ("light", "dark"):
                self.browser.theme(theme=theme)
                self.browser.shot(path=f"{folder}/{name}-{theme}.png")

    def groups(self):
        return self.browser("Object.fromEntries([...document.querySelectorAll('.group:not([hidden])')].map((group) =>"
                            " [group.querySelector('h3').innerText, [...group.querySelectorAll('.name')].map((name) => name.innerText)]))")

    def accessible(self):
        for theme, only in (("dark", ["color-contrast"]), ("light", None)):  # a theme changes colours alone
            self.browser.theme(theme=theme)
            self.assertEqual(self.browser.axe(only=only), [], theme)

    def narrow(self):
        self.browser.resize(width=360, height=740)
        self.assertEqual(self.browser("document.documentElement.scrollWidth"), 360)

    def test_every_state_live(self):
        self.watch()
        opened = time.monotonic()
        self.browser("{ window.mark = 'never reloaded'; window.spoken = []; new MutationObserver(() =>"
                     " window.spoken.push(document.querySelector('#say').textContent)).observe(document.querySelector('#say'),"
                     " {childList: true, subtree: true, characterData: true}); }")
        seen = [self.shows(word="Pass", state="up", title="● Pass · chat", sentence="3 probes: all up")]
        self.assertEqual(self.groups(), {"Up 3": ["db", "api", "extra"]})
        self.accessible()

        self.site.says["/api"] = (429, "slow down")
        seen.append(self.shows(word="Warn", state="degraded", title="▲ Warn · chat", sentence="rate_limited"))
        wait_for(lambda: self.groups() == {"Degraded 1": ["api"], "Up 2": ["db", "extra"]}, 5, lambda: str(self.groups()))

        began = time.monotonic()
        self.site.says["/db"] = (500, "FATAL: no space left on device")
        seen.append(self.shows(word="Fail", state="down", title="✕ Fail · chat", sentence="value blocked 60 %: Users get no answers"))
        self.assertLess(time.monotonic() - began, 5)
        wait_for(lambda: self.groups() == {"Down 1": ["db"], "Degraded 1": ["api"], "Up 1": ["extra"]}, 5, lambda: str(self.groups()))
        text = self.browser.text()
        for words in ("40 % working", "60 % blocked", "Users get no answers · because of db", "status at transfer", "Next: ", "runbook",
                      "open since"):
            self.assertIn(words, text)
        spoken = self.browser.spoken()
        for words in ("last pass", "Last day: failures in", "runs: ", "Evidence of db"):
            self.assertIn(words, spoken)
        self.assertNotIn("no space left", text.split("Incidents")[0].split("evidence")[-1])
        self.browser.click(on=".row[data-state=down] button")
        wait_for(lambda: "FATAL: no space left on device" in self.browser("document.querySelector('.frames')?.innerText ?? ''"), 5)
        self.assertEqual(self.browser("[...document.querySelectorAll('#sentence :is(strong, code, a)')].map((each) => each.href ?? each.innerText)"),
                         ["db", "status at transfer", "https://runbooks.example/db", "api", "rate_limited at transfer"])
        self.accessible()
        self.shot("fail")
        self.narrow()
        self.shot("fail-phone")

        self.assertEqual(len({each["icon"] for each in seen}), 3)
        self.site.says.clear()
        self.assertEqual(self.shows(word="Pass", state="up")["sentence"], "3 probes: all up", "and nothing of before")
        wait_for(lambda: self.groups() == {"Up 3": ["db", "api", "extra"]}, 5)
        self.assertIn("Ended lately: 2", self.browser.text())
        self.assertEqual(self.browser("window.mark"), "never reloaded")

        # A screen reader is told, and not talked at: of three changes within seconds, one is said at once, the rest later.
        spoken = self.browser("window.spoken")
        self.assertTrue(1 <= len(spoken) <= 1 + (time.monotonic() - opened) // 15, spoken)
        self.assertIn("chat: Warn. api: degraded rate_limited", spoken[0])
        self.assertEqual(self.browser("document.querySelectorAll('[aria-live], [role=alert], [role=status]').length"), 1)
        self.assertEqual(self.browser("['header', 'main', 'footer', 'nav'].map((tag) => document.querySelectorAll(tag).length)"), [1, 1, 1, 1])

    def test_unknown_is_never_green(self):
        self.site.says["/api"] = self.site.says["/db"] = None
        self.watch(status=None)
        self.shows(word="Unknown", state="unknown", title="? Unknown · chat", sentence="waiting for first results of")
        self.accessible()
        self.site.released.set()
        self.site.says.clear()
        self.shows(word="Pass")

        # We do not look: what is held is shown, and has no colour.
        held = json.dumps({**self.answerback.health(), "status": "fail", "notes": ["not looking: stalled for 3 s"],
                           "output": "not looking: stalled for 3 s; the last answer is held: pass"})
        self.instead(status=503, body=held, type="application/health+json")
        self.shows(word="Not looking", state="unknown", link="held", sentence="the last answer is held")
        wait_for(lambda: self.groups() == {"Up when last seen 3": ["db", "api", "extra"]}, 5, lambda: str(self.groups()))
        self.colourless()
        self.instead(status=502, body="<h1>Bad Gateway</h1>", type="text/html")
        self.shows(word="No answer", link="lost", sentence="answers 502")
        self.instead()
        self.shows(word="Pass", link="live")

    def test_nothing_is_configured(self):
        self.watch("service: chat\nprobes: []\n", status="fail")
        self.shows(word="Unknown", sentence="no probes are configured: nothing is known")
        self.assertIn("There are none, so nothing is known", self.browser.text())
        self.accessible()

    def colourless(self):
        """Of all that is painted nothing is green, amber or red."""
        colours = self.browser("[...document.querySelectorAll('main *')].flatMap((node) => ['color', 'backgroundColor', 'fill', 'stroke',"
                               " 'borderLeftColor'].map((name) => getComputedStyle(node)[name])).filter((each) => each.startsWith('rgb'))")
        for colour in set(colours):
            red, green, blue, *_ = (float(part) for part in colour[colour.index("(") + 1:-1].split(","))
            self.assertFalse(green > max(red, blue) + 20 or red > blue + 40, colour)

    def test_a_daemon_that_is_gone_is_said_at_once_and_comes_back(self):
        self.watch()
        self.answerback.kill(signal.SIGSTOP)  # its connections stay: only time tells
        self.shows(within=7, word="No answer", link="lost", title="? No answer · chat", sentence="answerback itself does not answer")
        self.colourless()
        self.accessible()
        self.shot("no-answer")
        self.answerback.kill(signal.SIGCONT)
        self.shows(link="live")

        self.answerback.stop(signal.SIGKILL)
        gone = self.shows(within=4, word="No answer", link="lost")
        self.assertIn("The last it said: all up", self.browser.text())
        self.assertIn("ago", self.browser("document.querySelector('#link').innerText"))
        self.assertIn("7a8091", gone["icon"], "a grey icon")
        self.opened(Process([ANSWERBACK, "run", f"--config.file={self.answerback.config}",
                             f"--web.listen-address=127.0.0.1:{self.answerback.port}"], self.folder, "again"))
        self.shows(within=8, word="Pass", link="live", title="● Pass · chat")

    def test_what_targets_say_stays_text(self):
        self.site.says["/db"] = (500, HOSTILE)
        yaml = json.dumps(HOSTILE)
        config = CONFIG.format(port=self.site.port).replace('"https://runbooks.example/db"', f'"https://runbooks.example/\'><b>", labels: {{team: {yaml}}}')
        config = config.replace('"Users get no answers"', yaml).replace("service: chat", f"service: {yaml}")
        config += f"silences: [{{name: night, daily: '00:00-24:00', probes: [api], comment: {yaml}}}]\n"
        self.answerback = self.daemon(config)
        self.answerback.wait_check("db", health="down")
        self.url = f"http://127.0.0.1:{self.answerback.port}/"
        self.look()
        self.browser.click(on=".row[data-state=down] button")
        wait_for(lambda: self.browser("document.querySelector('.frames') !== null"), 5)
        text = self.browser.text()
        self.assertGreater(text.count("<img src=x onerror=alert(1)>"), 5)
        self.assertEqual(self.browser("[window.owned, document.querySelectorAll('main img, main script, main pre b').length]"), [None, 0])
        self.assertIn("TrustedHTML", self.browser("(() => { try { document.body.innerHTML = 'x'; } catch (error) { return error.message; } })()"))
        self.browser("window.refused = []")  # that one was ours
        self.narrow()

        self.look(scripts=False, width=360)
        self.assertIn("<img src=x onerror=alert(1)>", self.browser.text())
        self.assertNotIn("<img src=x", self.browser.html().replace("&lt;img src=x", ""))
        self.browser.open(url="about:blank")

    def test_without_scripts_and_below_a_prefix(self):
        self.site.says["/db"] = (500, "no")
        self.watch(status="fail", scripts=False)
        text = self.browser.text()
        for words in ("Fail", "db: down status at transfer since", "60 % blocked", "Users get no answers", "reloads itself every 10 seconds"):
            self.assertIn(words, text)
        self.assertIn('<meta http-equiv="refresh" content="10">', self.browser.html())
        edge = self.opened(Nginx("listen 127.0.0.1:{port}; location /ops/watch/ { proxy_buffering off;"
                                 f" proxy_pass http://127.0.0.1:{self.answerback.port}/; }}"))
        self.url = f"http://127.0.0.1:{edge.port}/ops/watch/"
        self.look()
        self.shows(word="Fail")
        self.site.says.clear()
        self.shows(word="Pass")
        edge.stop()
        self.shows(word="No answer")

    def test_the_keyboard_reaches_everything_and_is_not_thrown_off(self):
        self.watch()
        self.browser.press(key="Tab")
        self.assertEqual(self.browser("document.activeElement.innerText"), "Skip to the probes")
        self.browser.press(key="Enter")
        for name in ("db", "api", "extra"):
            self.browser.press(key="Tab")
            self.assertEqual(self.browser("document.activeElement.getAttribute('aria-label')"), f"Evidence of {name}")
        self.browser.press(key="Enter")
        wait_for(lambda: self.browser("document.querySelector('.row .evidence dl') !== null"), 5)
        self.site.says["/extra"] = (500, "no")
        self.shows(word="Warn")
        wait_for(lambda: "Down 1" in self.groups(), 5)
        self.assertEqual(self.browser("document.activeElement.getAttribute('aria-label')"), "Evidence of extra", "its row has moved")
        self.assertEqual(self.browser("document.activeElement.getAttribute('aria-expanded')"), "true")
        self.browser.press(key=" ")
        self.assertEqual(self.browser("[document.activeElement.getAttribute('aria-expanded'), document.querySelector('.evidence')]"), ["false", None])

    def test_a_storm(self):
        """Hundreds of probes of which each changes every second: $ANSWERBACK_STORM seconds long, a few where unset."""
        seconds = int(os.environ.get("ANSWERBACK_STORM", "3"))
        targets = [self.opened(Target()), self.opened(Target())]
        probes = "".join(f"  - {{name: p{i:03}, type: tcp, address: '127.0.0.1:{targets[i % 2].port}'}}\n" for i in range(500))
        stop = threading.Event()
        self.addCleanup(stop.set)

        def turn():
            while not stop.wait(1):
                for each in targets:
                    each.fall() if each.up else each.rise()
        targets[1].fall()
        threading.Thread(target=turn, daemon=True).start()
        self.watch("service: storm\ndefaults: {interval: 1s, timeout: 900ms, fall: 1, rise: 1}\nprobes:\n" + probes, status=None)
        wait_for(lambda: self.browser("document.querySelectorAll('.row').length") == 500, 20)
        self.browser("document.querySelector('#probes').scrollIntoView()")  # what can be seen costs most
        first, peak, down, turns = self.browser.heap(), 0, None, 0
        self.browser("window.longest = 0")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(1)
            usage = self.browser.usage()
            peak = max(peak, usage["used"] + usage["elements"])
            before, down = down, self.browser("[...document.querySelectorAll('.group[data-state=down] .name')].slice(0, 10).map((name) => name.innerText)")
            turns += before != down
        waited = self.browser("window.longest")
        last = self.browser.heap()
        mb = lambda bytes: f"{bytes / 1e6:.1f} MB"
        print(f"storm of {seconds} s: scripts {mb(first['used'])}, then {mb(last['used'])}; elements {mb(first['elements'])}, then "
              f"{mb(last['elements'])}; both at most {mb(peak)}; {last['nodes']} nodes, {last['listeners']} listeners, at most "
              f"{waited:.0f} ms unresponsive", flush=True)
        self.assertGreater(turns, seconds / 5, "what is down has changed")
        self.assertLess(peak, 30e6, "with what the engine has not cared to collect yet")
        self.assertLess(last["used"] + last["elements"], 11e6, "what is really held")
        self.assertLess(last["used"], first["used"] + 3e6)
        self.assertLess(last["nodes"], 17000, "of 500 rows")
        self.assertEqual(last["listeners"], first["listeners"])
        self.assertLess(waited, 1000, "with a daemon and two compilers on the same two cores; 200 where nothing else runs")
        stop.set()
        self.assertEqual(self.now()["link"], "live")


if __name__ == "__main__":
    unittest.main()
