"""A sign-in service with PyJWT, its keys published, and a service it protects; what is to be broken is set as attributes."""
import base64
import http.server
import json
import threading
import time
import urllib.parse

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SECRET = "a shared secret of thirty-two chars"
KEYS = {"rsa": rsa.generate_private_key(65537, 2048), "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()), "ed": ed25519.Ed25519PrivateKey.generate()}
KID = {"RS256": "rsa", "RS384": "rsa", "RS512": "rsa", "PS256": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed"}


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(n, size=None):
    return base64url(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


def jwk(kid):
    public = KEYS[kid].public_key()
    if kid == "rsa":
        numbers = public.public_numbers()
        return {"kty": "RSA", "use": "sig", "kid": kid, "n": number(numbers.n), "e": number(numbers.e)}
    if kid == "ed":
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64url(raw)}
    numbers, size = public.public_numbers(), 32 if kid == "p256" else 48
    return {"kty": "EC", "crv": f"P-{size * 8}", "kid": kid, "x": number(numbers.x, size), "y": number(numbers.y, size)}


class Issuer:
    def __init__(self):
        self.kids = list(KEYS)
        self.lifetime, self.ahead = 900, 0
        self.takes_none = self.refuses_sign_in = self.echoes = False
        self.other_secret = SECRET  # of /other
        self.sign_ins, self.tokens, self.revoked = 0, [], set()
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def date_time_string(self, timestamp=None):
                return super().date_time_string((timestamp or time.time()) + issuer.ahead)

            def do_GET(self):
                self.reply(*issuer.answer(self, ""))

            def do_POST(self):
                self.reply(*issuer.answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))

            def reply(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # whoever hangs up in the middle of an answer
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def token(self, alg):
        now = time.time() + self.ahead
        claims = {"iss": self.url, "aud": "platform", "sub": "canary", "iat": int(now), "exp": int(now) + self.lifetime,
                  "jti": str(self.sign_ins)}
        if alg == "HS256":
            return jwt.encode(claims, SECRET, "HS256")
        return jwt.encode(claims, KEYS[KID[alg]], alg, headers={"kid": KID[alg]})

    def sign_in(self, alg):
        self.sign_ins += 1
        if self.refuses_sign_in:
            return 401, {"error": "invalid_client"}
        self.tokens.append(self.token(alg))
        return 200, {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": self.lifetime}

    def claims(self, request, secret):
        """Of the token presented, or why it is refused."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if scheme != "Bearer" or token in self.revoked:
                raise jwt.InvalidTokenError("no token")
            header = jwt.get_unverified_header(token)
            if header["alg"] == "none" and self.takes_none:
                return jwt.decode(token, options={"verify_signature": False}), None
            key = secret if header["alg"] == "HS256" else KEYS[header["kid"]].public_key()
            return jwt.decode(token, key, algorithms=["HS256", *KID], audience="platform", leeway=120), None
        except (jwt.InvalidTokenError, KeyError) as why:
            return None, f"{type(why).__name__} {token if self.echoes else ''}"

    def answer(self, request, body):
        path = request.path.partition("?")[0]
        if path == "/.well-known/openid-configuration":
            return 200, {"issuer": self.url, "jwks_uri": self.url + "/keys", "token_endpoint": self.url + "/token"}
        if path == "/keys":
            return 200, {"keys": [jwk(kid) for kid in self.kids]}
        if path == "/token":
            form = urllib.parse.parse_qs(body)
            basic = base64.b64decode(request.headers.get("Authorization", "Basic ").split(" ")[1]).decode()
            post = ":".join(form.get(k, [""])[0] for k in ("client_id", "client_secret"))
            if form["grant_type"] != ["client_credentials"] or "canary:client%20secret" not in (
                    basic, post.replace(" ", "%20")):
                return 401, {"error": "invalid_client"}
            return self.sign_in("RS256")
        if path.startswith("/login/"):
            if json.loads(body) != {"user": "canary", "password": "hunter22"}:
                return 401, {"detail": "wrong user or password"}
            return self.sign_in(path.removeprefix("/login/"))
        claims, why = self.claims(request, self.other_secret if path == "/other" else SECRET)
        if path == "/introspect":
            token = urllib.parse.parse_qs(body)["token"][0]
            return 200, {"active": token in self.tokens and token not in self.revoked}
        return (200, {"sub": claims["sub"]}) if claims else (401, {"detail": why})
