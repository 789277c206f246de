"""Type `auth` and the credentials `login` and `oauth` against an issuer and services that use PyJWT, and against a certified OpenID server:
npm's oidc-provider, at the version of peers/package-lock.json."""
import contextlib
import pathlib
import sys
import time
import unittest
import urllib.request

from dialogue_test import PEERS, install
from harness import ANSWERBACK, Process, Scenario, free_port, need, wait_for

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


class OpenIdServer(Scenario):
    SECRET = "client secret+100%"

    def setUp(self):
        super().setUp()
        install()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def provider(self, kid):
        server = Process([need("node"), str(PEERS / "oidc.mjs"), str(self.port), self.folder, kid], self.folder, f"oidc-{kid}")
        self.addCleanup(lambda: server.stop() if server.process.poll() is None else None)

        def answers():
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(self.url + "/jwks", timeout=5).status == 200
        wait_for(answers, 20, server.output)
        return server

    def oauth(self, client, by, resource=True):
        more = f', resource: "{self.url}/api"' if resource else ""
        return f'oauth: {{token_url: "{self.url}/token", client_id: {client}, {by}{more}}}'

    def key(self, name):
        return f'style: private_key_jwt, alg: {"RS256" if name == "rsa" else "ES256"}, kid: {name}, key: "${{file:{self.folder}/{name}.pem}}"'

    def probe(self, name, oauth, also="ws"):
        return (f'  - {{name: {name}, type: auth, {oauth}, issuer: "{self.url}", token: {{audience: "{self.url}/api", alg: [ES256]}}, '
                f'protected: {{url: "{self.url}/api"}}, also: ["ws{self.url[4:]}/{also}"]}}\n')

    def test_every_way_to_name_a_client_and_every_word_of_the_issuer(self):
        server = self.provider("k1")
        basic = f'client_secret: "{self.SECRET}"'
        ways = {"basic": basic, "post": basic + ", style: post", "rsa": self.key("rsa"), "ec": self.key("ec")}
        config = (HEAD + "credentials:\n  signer: {" + self.oauth("ec", self.key("ec")) + "}\nprobes:\n" +
                  f'  - {{name: user, type: http, url: "{self.url}/api", credentials: signer}}\n' +
                  "".join(self.probe(name, self.oauth(name, by)) for name, by in ways.items()) +
                  f'  - {{name: opaque, type: auth, {self.oauth("basic", basic, resource=False)}, token: {{form: opaque}}, '
                  f'introspect: {{url: "{self.url}/token/introspection", client_id: basic, {basic}}}}}\n' +
                  self.probe("other-key", self.oauth("ec", self.key("rsa"))) +
                  self.probe("open-socket", self.oauth("ec", self.key("ec")), also="open"))
        answerback = self.daemon(config)
        for name in (*ways, "opaque", "user"):
            answerback.wait_check(name, status="pass", health="up")
        check = answerback.wait_check("other-key", health="down", reason="auth", phase="sign_in")
        self.assertIn("/token: answered 401: invalid_client", check["output"])
        check = answerback.wait_check("open-socket", health="down", reason="auth_bypass", phase="no_token")
        self.assertIn(f"ws{self.url[4:]}/open accepts a request without a token (welcomed us)", check["output"])
        shown = answerback.output() + "".join(answerback.get(path)[2] for path in ("/health", "/config", "/api/v1/probes"))
        for secret in (self.SECRET, "eyJ", "PRIVATE KEY"):
            self.assertNotIn(secret, shown)

        server.stop()
        self.provider("k2")
        answerback.wait_check("ec", status="pass", health="up")
        wait_for(lambda: answerback.metric("answerback_probe_runs_total", probe="ec", verdict="warn", reason="contract_drift") == 1, 10)


class Demo(Scenario):
    """Where HTTP is well guarded and the WebSocket is not: it knows another secret (the most repeated outage of sign-in), or asks nobody."""

    def setUp(self):
        super().setUp()
        self.port = port = free_port()
        program = pathlib.Path(ANSWERBACK).with_name("answerback-demo-platform")
        platform = self.opened(Process([str(program), "--port", str(port), "--jwt-secret", SECRET], self.folder, "platform"))

        wait_for(lambda: self.demo("/demo/heal", "{}"), 20, platform.output)
        self.answerback = self.daemon(HEAD.replace("fall: 6", "fall: 2") + f"""
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
        self.answerback.wait_health("pass", 30)

    def demo(self, path, body):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", body.encode(), timeout=5).status == 200

    def test_a_split_secret_is_the_agents_cause(self):
        self.assertTrue(self.demo("/demo/break", '{"what": "split_secret"}'))

        def causes():
            return [(c["probe"], c["reason"]) for c in self.answerback.health()["causes"]]
        wait_for(lambda: self.answerback.check("agent")["health"] == "down" and causes() == [("auth", "auth_split_brain")], 20,
                 lambda: str(causes()))
        self.assertIn(f"http://127.0.0.1:{self.port}/api/threads accepts the token, ws://127.0.0.1:{self.port}/ws refuses it",
                      self.answerback.check("auth")["output"])
        self.assertTrue(self.demo("/demo/heal", "{}"))
        self.answerback.wait_health("pass", 30)

    def test_a_socket_that_asks_nobody_is_a_bypass(self):
        self.assertTrue(self.demo("/demo/break", '{"what": "open_socket"}'))
        check = self.answerback.wait_check("auth", health="down", reason="auth_bypass", phase="no_token")
        self.assertIn(f"ws://127.0.0.1:{self.port}/ws accepts a request without a token (welcomed us)", check["output"])
        self.assertEqual(self.answerback.check("agent")["health"], "up")
        self.assertTrue(self.demo("/demo/heal", "{}"))
        self.answerback.wait_health("pass", 30)


if __name__ == "__main__":
    unittest.main()
