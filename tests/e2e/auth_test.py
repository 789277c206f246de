"""Type `auth` and the credentials `login` and `oauth` against an issuer and services that use PyJWT."""
import contextlib
import pathlib
import sys
import time
import unittest
import urllib.request

from harness import ANSWERBACK, Process, Scenario, free_port, wait_for

try:
    sys.path.insert(0, "servers")
    from issuer import KID, SECRET, Issuer
except ImportError:
    Issuer, SECRET = None, "a shared secret of thirty-two chars"

HEAD = "service: chat\ndefaults: {interval: 150ms, timeout: 2s, fall: 6, rise: 1}\n"
LOGIN = 'login: {{url: "{url}/login/{alg}", json: {{user: canary, password: hunter22}}}}'


class Auth(Scenario):
    def setUp(self):
        super().setUp()
        if Issuer is None:
            self.skipTest("python3-jwt is not installed (deploy/install-deps.sh installs it)")
        self.issuer = self.opened(Issuer())

    def start(self, config):
        self.answerback = self.daemon(HEAD + config)
        return self.answerback

    def probe(self, alg, more="", name=None):
        login = LOGIN.format(url=self.issuer.url, alg=alg)
        return (f'  - {{name: {name or alg}, type: auth, {login}, token: {{audience: platform, subject: canary, alg: [{alg}]}}, '
                f'protected: {{url: "{self.issuer.url}/me"}}{more}}}\n')

    def unseen(self, *secrets):
        """None of these in anything that is shown."""
        shown = "".join(self.answerback.get(path)[2] for path in (
            "/health", "/metrics", "/config", "/api/v1/probes", "/api/v1/incidents", "/api/v1/report", "/"))
        shown += self.answerback.output()
        for secret in secrets:
            self.assertNotIn(secret, shown)

    def test_every_algorithm_is_verified_by_the_issuers_keys(self):
        issuer = f', issuer: "{self.issuer.url}"'
        config = "probes:\n" + "".join(self.probe(alg, issuer) for alg in KID)
        config += self.probe("HS256", f', secret: "{SECRET}", introspect: {{url: "{self.issuer.url}/introspect"}}')
        config += (f'  - {{name: client, type: auth, oauth: {{token_url: "{self.issuer.url}/token", client_id: canary, '
                   f'client_secret: client secret, style: post}}, issuer: "{self.issuer.url}"}}\n')
        self.start(config)
        self.answerback.wait_health("pass")
        self.assertAlmostEqual(self.answerback.metric("answerback_auth_token_lifetime_seconds", probe="HS256"), 900, delta=3)
        self.assertLess(abs(self.answerback.metric("answerback_auth_clock_skew_seconds", probe="HS256")), 2)
        self.unseen("eyJ", SECRET, "hunter22", "client secret")

        self.issuer.kids.remove("ed")
        self.answerback.wait_check("EdDSA", health="down", reason="auth_split_brain", phase="keys")
        self.issuer.ahead = 45
        self.answerback.wait_check("RS256", health="degraded", reason="assertion")
        self.assertRegex(self.answerback.check("RS256")["output"], "4[456] s ahead of ours")

    def test_a_bypass_is_down_with_its_first_run(self):
        self.start("probes:\n" + self.probe("RS256", ", negative_every: 2"))
        self.answerback.wait_health("pass")
        self.issuer.takes_none = True
        check = self.answerback.wait_check("RS256", health="down", reason="auth_bypass", phase="alg_none")
        self.assertIn("accepts a token without a signature", check["output"])
        self.assertLess(self.answerback.metric("answerback_probe_runs_total", probe="RS256", verdict="fail",
                                               reason="auth_bypass"), 4)
        self.issuer.takes_none = False
        self.answerback.wait_health("pass")

    def test_services_with_secrets_of_their_own(self):
        self.start("probes:\n" + self.probe("HS256", f', also: ["{self.issuer.url}/other"]'))
        self.answerback.wait_health("pass")
        self.issuer.other_secret = "rotated, but in this service only"
        check = self.answerback.wait_check("HS256", health="down", reason="auth_split_brain", phase="access")
        self.assertIn(f"{self.issuer.url}/me accepts the token, {self.issuer.url}/other refuses it", check["output"])

    def test_one_sign_in_serves_all_probes(self):
        many = "".join(f'  - {{name: user-{i}, type: http, url: "{self.issuer.url}/me", credentials: canary}}\n'
                       for i in range(5))
        self.start("credentials:\n  canary: {" + LOGIN.format(url=self.issuer.url, alg="HS256") + "}\n"
                   f'  client: {{oauth: {{token_url: "{self.issuer.url}/token", client_id: canary, client_secret: client secret}}}}\n'
                   f'probes:\n{many}  - {{name: app, type: http, url: "{self.issuer.url}/me", credentials: client}}\n')
        self.answerback.wait_health("pass")
        time.sleep(0.6)
        self.assertEqual(self.issuer.sign_ins, 2)
        self.unseen(*self.issuer.tokens, "hunter22", "client secret")

        # A token that comes back in an answer is taken out of the evidence.
        self.issuer.echoes = True
        self.issuer.revoked.update(self.issuer.tokens)
        self.answerback.wait_check("user-0", health="down", reason="auth")
        self.assertIn("<secret>", self.answerback.check("user-0")["output"])
        self.unseen(*self.issuer.tokens)

    def test_tokens_are_renewed_and_an_issuer_that_refuses_is_named(self):
        self.issuer.lifetime = 2
        self.start("credentials:\n  canary: {" + LOGIN.format(url=self.issuer.url, alg="HS256") + "}\n"
                   f'probes:\n  - {{name: user, type: http, url: "{self.issuer.url}/me", credentials: canary}}\n')
        self.answerback.wait_health("pass")
        wait_for(lambda: self.issuer.sign_ins >= 2, 10)
        self.assertIsNone(self.answerback.metric("answerback_probe_runs_total", probe="user", verdict="fail", reason="auth"))
        self.issuer.refuses_sign_in = True
        check = self.answerback.wait_check("user", health="down", reason="auth", phase="sign_in")
        self.assertIn(f'credentials "canary": signing in at {self.issuer.url}/login/HS256: answered 401: invalid_client',
                      check["output"])
        before = self.issuer.sign_ins
        time.sleep(1)
        self.assertLessEqual(self.issuer.sign_ins - before, 1, "no storm of sign-ins")


class Demo(Scenario):
    """The most repeated outage of sign-in: login works, HTTP works, the WebSocket knows another secret."""

    def test_a_split_secret_is_the_agents_cause(self):
        port = free_port()
        program = pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")
        platform = self.opened(Process([str(program), "--port", str(port), "--jwt-secret", SECRET], self.folder, "platform"))

        def demo(path, body=""):
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body.encode(), timeout=5).status == 200
        wait_for(lambda: demo("/demo/heal", "{}"), 20, platform.output)
        answerback = self.daemon(HEAD.replace("fall: 6", "fall: 2") + f"""
credentials:
  canary: {{login: {{url: "http://127.0.0.1:{port}/auth/login", json: {{user: canary-1, password: demo}}}}}}
probes:
  - {{name: auth, type: auth, login: {{url: "http://127.0.0.1:{port}/auth/login", json: {{user: canary-1, password: demo}}}},
     secret: "{SECRET}", token: {{audience: platform, subject: canary-1, lifetime: {{min: 1m, max: 1h}}}},
     protected: {{url: "http://127.0.0.1:{port}/api/threads"}}, also: ["ws://127.0.0.1:{port}/ws"]}}
  - {{name: agent, type: agent, url: "ws://127.0.0.1:{port}/ws", credentials: canary, challenge: arithmetic, depends_on: [auth],
     interval: 500ms, timeout: 4s}}
capabilities:
  - {{name: answers, value: 60, needs: [agent], impact: "Users get no AI responses"}}
""")
        answerback.wait_health("pass", 30)
        self.assertTrue(demo("/demo/break", '{"what": "split_secret"}'))

        def causes():
            return [(c["probe"], c["reason"]) for c in answerback.health()["causes"]]
        wait_for(lambda: answerback.check("agent")["health"] == "down" and causes() == [("auth", "auth_split_brain")], 20,
                 lambda: str(causes()))
        self.assertIn(f"http://127.0.0.1:{port}/api/threads accepts the token, ws://127.0.0.1:{port}/ws refuses it",
                      answerback.check("auth")["output"])
        self.assertTrue(demo("/demo/heal", "{}"))
        answerback.wait_health("pass", 30)


if __name__ == "__main__":
    unittest.main()
