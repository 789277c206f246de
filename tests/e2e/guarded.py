"""A daemon with a web config file, and what such a file names: a CA, certificates, hashed passwords."""
import base64
import http.client
import os
import pathlib
import socket
import ssl
import subprocess

from harness import ANSWERBACK, Answerback, need

CONFIG = "service: shop\nprobes:\n  - {name: gone, type: tcp, address: '127.0.0.1:1', interval: 500ms, timeout: 400ms, fall: 1}\n"
LONG = os.environ.get("ANSWERBACK_LONG")


def run(*arguments, **more):
    return subprocess.run([ANSWERBACK, *arguments], capture_output=True, text=True, timeout=30, **more)


def hashed(user, password, cost=8):
    done = subprocess.run([need("htpasswd"), "-nbBC", str(cost), user, password], capture_output=True, text=True, check=True)
    return done.stdout.strip().split(":")[1]


class Authority:
    """A CA of openssl's own making, and what it signs."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = pathlib.Path(folder), name
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                     "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stderr)

    def issue(self, name, sans="DNS:localhost,IP:127.0.0.1", days=1):
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={sans}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", f"{name}.key.new", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key",
                     "-CAcreateserial", "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem.new")
        for kind in ("key", "pem"):
            os.rename(self.folder / f"{name}.{kind}.new", self.folder / f"{name}.{kind}")
        return self.folder / f"{name}.pem"


class Guarded(Answerback):
    """A daemon with a web config file."""

    def __init__(self, folder, web, authority=None, client=None, password=None, env=None, arguments=()):
        self.web = pathlib.Path(folder) / "web.yml"
        self.web.write_text(web)
        self.context = None
        if authority:
            self.context = ssl.create_default_context(cafile=f"{folder}/{authority}.pem")
            if client:
                self.context.load_cert_chain(f"{folder}/{client}.pem", f"{folder}/{client}.key")
        self.password = password
        super().__init__(folder, CONFIG, env, (f"--web.config.file={self.web}", *arguments))

    @property
    def url(self):
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.port}"

    def get(self, path, method="GET", headers=None, body=None, password="own"):
        if self.process.poll() is not None:
            raise AssertionError(f"answerback ended with {self.process.returncode}:\n{self.output()}")
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self.context) if self.context
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=5))
        headers = dict(headers or {})
        known = self.password if password == "own" else password
        if known:
            headers["Authorization"] = "Basic " + base64.b64encode(known.encode()).decode()
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def raw(self, data, wait=3):
        """What comes back for some bytes, until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), wait) as s:
            s.sendall(data)
            out = b""
            try:
                while part := s.recv(65536):
                    out += part
            except (TimeoutError, ConnectionResetError):
                pass
            return out.decode(errors="replace")
