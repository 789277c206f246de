"""The real binary against real servers, on loopback, each in a folder of its own that goes when it is done.

Programs: $ANSWERBACK is the daemon (build/dev/answerback where unset). Servers run as an ordinary user when we are root.
"""
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ANSWERBACK = os.environ.get("ANSWERBACK", str(ROOT / "build/dev/answerback"))
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


def need(program):
    """Path of a program, or a skip that says what is missing."""
    path = shutil.which(program) or (str(PG_BIN / program) if (PG_BIN / program).exists() else None)
    if not path:
        raise unittest.SkipTest(f"{program} is not installed (deploy/install-deps.sh installs it)")
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ordinary_user():
    """Command prefix that drops root, and that user's ids; nothing when we are an ordinary user already."""
    if os.getuid() != 0:
        return [], os.getuid(), os.getgid()
    user = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user.pw_uid, user.pw_gid


def wait_for(what, within, describe=lambda: ""):
    """The first true value of what(), or a failure that says how things stood."""
    end = time.monotonic() + within
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s: {describe()}")
        time.sleep(0.05)


class Process:
    """A program we started: ended by its own pid, its output kept in a file."""

    def __init__(self, argv, folder, name, env=None):
        self.log = pathlib.Path(folder) / f"{name}.log"
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            cwd=folder, env=env)

    def kill(self, number):
        self.process.send_signal(number)

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self, number=signal.SIGTERM, within=10):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.process.args[0]} did not end within {within} s:\n{self.output()[-2000:]}")


class Ended(AssertionError):
    """It ended, as `code` says, while we still had questions."""

    def __init__(self, process):
        self.code = process.process.returncode
        super().__init__(f"answerback ended with {self.code}:\n{process.output()}")


class Answerback(Process):
    """The daemon under test. `config` is YAML; `{port}` needs no mention: the listen address is ours to choose.
    `prefix`: a program that becomes the daemon (strace -D …)."""

    def __init__(self, folder, config, env=None, arguments=(), prefix=(), port=None):
        self.folder = pathlib.Path(folder)
        self.port = port or free_port()
        self.config = self.folder / "config.yaml"
        self.config.write_text(config)
        if prefix:  # LeakSanitizer cannot work in a process that is traced
            env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0", **(env or {})}
        super().__init__([*prefix, ANSWERBACK, "run", f"--config.file={self.config}",
                          f"--web.listen-address=127.0.0.1:{self.port}", *arguments],
                         folder, "answerback", {**os.environ, **(env or {})})
        wait_for(self.listening, 10, self.output)

    def listening(self):
        if self.process.poll() is not None:
            raise Ended(self)
        with contextlib.suppress(OSError):
            self.get("/livez")
            return True

    def get(self, path, method="GET", headers=None, body=None):
        """(status, headers, text) of one request."""
        if self.process.poll() is not None:
            raise Ended(self)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def health(self):
        return json.loads(self.get("/health")[2])

    def check(self, probe):
        return self.health()["checks"][probe][0]

    def metric(self, name, **labels):
        """Value of one sample, or None."""
        for line in self.get("/metrics")[2].splitlines():
            match = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
            if match and match[1] == name:
                have = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
                if all(have.get(k) == v for k, v in labels.items()):
                    return float(match[3])
        return None

    def wait_health(self, status, within=15):
        return wait_for(lambda: (lambda h: h if h["status"] == status else None)(self.health()), within,
                        lambda: json.dumps(self.health(), indent=1)[:6000])

    def wait_check(self, probe, within=15, **fields):
        """The check once it has all these fields."""
        def matches():
            check = self.check(probe)
            return check if all(check.get(k) == v for k, v in fields.items()) else None
        return wait_for(matches, within, lambda: json.dumps(self.check(probe), indent=1)[:3000])


class Postgres:
    """A cluster of its own, on a port of its own, run as an ordinary user. Trust on loopback; database and user `chat`."""

    def __init__(self, settings=()):
        self.prefix, uid, gid = ordinary_user()
        initdb, self.ctl = need("initdb"), need("pg_ctl")
        self.folder = tempfile.mkdtemp(prefix="answerback-pg-")
        os.chown(self.folder, uid, gid)
        self.data, self.port = f"{self.folder}/data", free_port()
        self.run(initdb, "-D", self.data, "-A", "trust", "-U", "chat", "-E", "UTF8", "--no-sync", "--no-locale")
        self.settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
                         "fsync": "off", "dynamic_shared_memory_type": "mmap", **dict(settings)}
        self.start()
        self.sql("CREATE DATABASE chat", database="postgres")
        self.sql("CREATE TABLE threads (id text PRIMARY KEY); CREATE TABLE runs (id text PRIMARY KEY, thread text)")

    @property
    def dsn(self):
        return f"postgresql://chat@127.0.0.1:{self.port}/chat"

    def run(self, *argv):
        done = subprocess.run([*self.prefix, *argv], cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{argv}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        options = " ".join(f"-c {k}={v}" for k, v in self.settings.items())
        self.run(self.ctl, "-D", self.data, "-l", f"{self.folder}/log", "-o", options, "-w", "-t", "30", "start")

    def stop(self):
        self.run(self.ctl, "-D", self.data, "-m", "immediate", "-w", "stop")

    def pids(self):
        """The postmaster and all its children."""
        leader = int(pathlib.Path(self.data, "postmaster.pid").read_text().split()[0])
        out = subprocess.run(["ps", "--ppid", str(leader), "-o", "pid="], capture_output=True, text=True).stdout
        return [leader, *map(int, out.split())]

    def freeze(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.pids():
            os.kill(pid, signal.SIGCONT)

    def sql(self, text, database="chat"):
        return self.run(need("psql"), "-h", self.folder, "-p", str(self.port), "-U", "chat", "-d", database,
                        "-v", "ON_ERROR_STOP=1", "-Atc", text)

    def close(self):
        with contextlib.suppress(Exception):
            self.thaw()
        with contextlib.suppress(Exception):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Prometheus:
    """A real one, with exemplars, which scrapes these ports; only after five seconds, for so long it gathers targets. `more` is added
    to its configuration."""

    def __init__(self, folder, ports, **more):
        self.port, self.folder, self.ports = free_port(), pathlib.Path(folder), ports
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"}, **more,
            "scrape_configs": [{"job_name": "answerback", "static_configs": [{"targets": [f"127.0.0.1:{p}" for p in ports]}]}]}))
        self.process = Process([need("prometheus"), f"--config.file={self.folder}/prometheus.yml", "--enable-feature=exemplar-storage",
                                f"--storage.tsdb.path={self.folder}/tsdb", f"--web.listen-address=127.0.0.1:{self.port}"],
                               self.folder, "prometheus")

    def scraping(self):
        wait_for(lambda: len(self.query('up{job="answerback"} == 1')) == len(self.ports), 30, self.process.output)
        return self

    def ask(self, path, **parameters):
        """`data` of an answer of the API; nothing while it does not answer yet."""
        try:
            url = f"http://127.0.0.1:{self.port}/api/v1/{path}?" + urllib.parse.urlencode(parameters)
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code == 503:  # starting
                return []
            raise AssertionError(f"{path} {parameters}: {refused.read().decode()}") from None
        except OSError:
            return []

    def query(self, expression):
        data = self.ask("query", query=expression)
        return data["result"] if data else []

    def exemplars(self, expression):
        """(labels of the series, trace id, value) of each of the last minutes."""
        now = time.time()
        return [(series["seriesLabels"], each["labels"]["trace_id"], float(each["value"]))
                for series in self.ask("query_exemplars", query=expression, start=now - 600, end=now + 60) for each in series["exemplars"]]

    def close(self):
        self.process.stop()


class Nginx:
    """A real nginx; `server` is the inside of its server block, with {port} filled in by us."""

    def __init__(self, server, tls_port=False):
        program = need("nginx")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="answerback-nginx-"))
        self.port = free_port()
        self.program, self.process = program, None
        self.configure(server)

    def configure(self, server):
        temp = "".join(f"{k}_temp_path {self.folder}/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/pid; error_log stderr; user root;\n"
            f"events {{ worker_connections 16000; }} http {{ access_log off; {temp} server {{ {server.replace('{port}', str(self.port))} }} }}\n")
        self.restart()

    def restart(self):
        self.stop()
        self.process = Process([self.program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")],
                               self.folder, "nginx")
        def up():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
        wait_for(up, 10, self.process.output)

    def stop(self):
        if self.process:
            self.process.stop(signal.SIGTERM)
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Scenario(unittest.TestCase):
    """One folder a test; whatever is opened through it is closed after it."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="answerback-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def opened(self, thing):
        self.addCleanup(getattr(thing, "close", None) or thing.stop)
        return thing

    def daemon(self, config, **more):
        return self.opened(Answerback(self.folder, config, **more))
