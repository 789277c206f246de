"""Type `mysql` against a real MariaDB: one data directory for all, a server for each test, each state named right."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

from harness import Process, Scenario, free_port, need, ordinary_user, wait_for

CONFIG = """
service: shop
defaults: {{interval: 200ms, timeout: 1s, fall: 2, rise: 1}}
probes:
  - {{name: mysql, type: mysql, dsn: "mysql://watch:{password}@127.0.0.1:{port}/{database}", tables: [orders]{more}}}
"""
GRANTS = """
CREATE DATABASE IF NOT EXISTS shop;
CREATE TABLE IF NOT EXISTS shop.orders (id INT PRIMARY KEY);
DELETE FROM shop.orders;
CREATE OR REPLACE USER watch@'%' IDENTIFIED BY 'hunter22';
GRANT SELECT ON *.* TO watch@'%';
CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY '';
GRANT ALL ON *.* TO root@'127.0.0.1';
"""


class FakeMysql:
    """Greets each client with this way of signing in, then says `answers` to whatever comes, each once; keeps what it was told."""

    def __init__(self, plugin, *answers):
        self.heard, self.answers = b"", answers
        capabilities = 1 | 8 | 0x80 | 0x200 | 0x2000 | 0x8000 | 0x80000  # with LOCAL FILES and PLUGIN AUTH
        self.greeting = (b"\x0a8.0.36\0" + struct.pack("<I", 7) + b"a" * 8 + b"\0" + struct.pack("<HBHHB", capabilities & 0xffff, 45, 2,
                         capabilities >> 16, 21) + bytes(10) + b"b" * 12 + b"\0" + plugin + b"\0")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                client.settimeout(3)
                with client, contextlib.suppress(OSError):
                    client.sendall(len(self.greeting).to_bytes(3, "little") + b"\0" + self.greeting)
                    for answer in (*self.answers, b""):
                        said = client.recv(65536)
                        self.heard += said
                        if not said or not answer:
                            break
                        client.sendall(len(answer).to_bytes(3, "little") + bytes([said[3] + 1]) + answer)
                    self.heard += client.recv(65536)

    def close(self):
        self.listener.close()


class HostileServer(Scenario):
    def heard_from(self, reasons, *told, more=""):
        fake = self.opened(FakeMysql(*told))
        answerback = self.daemon(CONFIG.format(port=fake.port, more=more, password="hunter22", database="shop"))
        check = answerback.wait_check("mysql", health="down")
        answerback.stop()
        self.assertIn(check["reason"], reasons, check.get("output"))
        self.assertNotIn(b"hunter22", fake.heard)
        return fake.heard

    def test_it_does_not_choose_how_we_sign_in(self):
        for plugin in (b"mysql_clear_password", b"dialog", b"mysql_old_password"):
            self.heard_from(("auth_downgrade",), plugin)
            self.assertIn(b"watch", self.heard_from(("auth_downgrade",), b"mysql_native_password", b"\xfe" + plugin + b"\0"))

    def test_it_gets_no_password_where_tls_was_due(self):
        self.assertEqual(self.heard_from(("tls_protocol",), b"mysql_clear_password", more=", tls: on"), b"")
        unverified = ", tls: on, tls_config: {insecure_skip_verify: true}"
        self.heard_from(("auth_downgrade",), b"mysql_clear_password", more=unverified)

    def test_it_gets_no_file_of_ours(self):
        target = pathlib.Path(self.folder, "secret.txt")
        target.write_text("of our own")
        ok = b"\0\0\0\2\0\0\0"
        heard = self.heard_from(("protocol", "truncated", "assertion", "reset", "query_timeout"), b"mysql_native_password", ok,
                                b"\xfb" + str(target).encode(), b"\xfb" + str(target).encode(), ok)
        self.assertIn(b"TRANSACTION", heard)
        self.assertNotIn(b"of our own", heard)


class Mysql(Scenario):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("mariadbd", path=os.environ["PATH"] + ":/usr/sbin"):
            raise unittest.SkipTest("mariadbd is not installed (deploy/install-deps.sh installs it)")
        cls.prefix, uid, gid = ordinary_user()
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="answerback-mysql-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, True)
        os.chown(cls.place, uid, gid)
        (cls.place / "init.sql").write_text(GRANTS)
        done = subprocess.run([*cls.prefix, need("mariadb-install-db"), "--no-defaults", f"--datadir={cls.place}/data",
                               "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"],
                              cwd=cls.place, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)

    def server(self, *arguments, port=None):
        port = port or free_port()
        process = Process([*self.prefix, "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.place}/data",
                           f"--socket={self.place}/socket", f"--pid-file={self.place}/pid", "--bind-address=127.0.0.1",
                           f"--port={port}", f"--init-file={self.place}/init.sql", "--skip-log-bin", "--skip-name-resolve",
                           "--innodb-flush-log-at-trx-commit=0",
                           "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", *arguments], self.folder, "mariadb")
        self.addCleanup(lambda: process.stop(signal.SIGKILL))
        process.port = port

        def up():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return True
        wait_for(up, 20, process.output)
        return process

    def sql(self, server, text):
        return subprocess.run([need("mariadb"), "--no-defaults", "-h", "127.0.0.1", "-P", str(server.port), "-u", "root", "-N", "-e", text],
                              check=True, capture_output=True, text=True, timeout=10).stdout

    def watch(self, server, more="", password="hunter22", database="shop"):
        self.answerback = self.daemon(CONFIG.format(port=server.port, more=more, password=password, database=database))

    def down(self, reason, **fields):
        return self.answerback.wait_check("mysql", health="down", reason=reason, **fields)

    def test_states_of_a_server(self):
        server = self.server()
        self.watch(server, ", writable: true, query: 'SELECT COUNT(*) FROM orders', expect: '0'")
        self.answerback.wait_health("pass")
        self.sql(server, "SET GLOBAL read_only = 1")
        self.down("read_only", phase="role")
        self.sql(server, "SET GLOBAL read_only = 0; INSERT INTO shop.orders VALUES (1)")
        self.down("assertion", phase="query")
        self.sql(server, "DROP TABLE shop.orders")
        self.down("missing_table", phase="query")
        self.sql(server, "CREATE TABLE shop.orders (id INT PRIMARY KEY)")
        self.answerback.wait_health("pass")
        server.kill(signal.SIGSTOP)
        self.down("read_timeout", phase="sign_in")
        server.kill(signal.SIGCONT)
        self.answerback.wait_health("pass")
        server.stop(signal.SIGKILL)
        self.down("connect_refused", phase="connect")
        self.server(port=server.port)
        self.answerback.wait_health("pass")

    def test_wrong_password_and_no_secret_told(self):
        self.watch(self.server(), password="geheim77")
        self.down("auth", phase="sign_in")
        for path in ("/health", "/metrics", "/config", "/api/v1/probes"):
            self.assertNotIn("geheim77", self.answerback.get(path)[2])
        self.assertNotIn("geheim77", self.answerback.output())

    def test_no_database_no_table_and_a_slow_query(self):
        server = self.server()
        self.watch(server, database="gone")
        self.down("no_database")
        self.answerback.stop()
        self.watch(server, ", query: SELECT SLEEP(60)")
        self.down("query_timeout", phase="query")
        self.answerback.stop()
        wait_for(lambda: "SLEEP" not in self.sql(server, "SELECT info FROM information_schema.processlist WHERE user = 'watch'"), 5)
        self.sql(server, "DROP TABLE shop.orders")
        self.watch(server)
        self.assertIn("orders", self.down("missing_table", phase="tables")["output"])

    def test_full_of_connections(self):
        server = self.server("--max-connections=10", "--extra-max-connections=1")
        self.watch(server, ", pressure: {warn: 1.0, fail: 1.0}")
        self.answerback.wait_health("pass")
        held = [subprocess.Popen([need("mariadb"), "--no-defaults", "-h", "127.0.0.1", "-P", str(server.port), "-u", "watch", "-phunter22",
                                  "-e", "SELECT SLEEP(600)"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(11)]
        self.addCleanup(lambda: [(h.kill(), h.wait()) for h in held])
        self.down("too_many_connections")
        self.assertGreaterEqual(self.answerback.metric("answerback_probe_runs_total", probe="mysql", reason="too_many_connections"), 2)

    def test_over_tls(self):
        subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", f"{self.folder}/key", "-out", f"{self.folder}/cert", "-days", "100", "-subj", "/CN=x",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        for name in ("key", "cert"):
            shutil.copy(f"{self.folder}/{name}", self.place)
            os.chmod(self.place / name, 0o644)
        server = self.server(f"--ssl-cert={self.place}/cert", f"--ssl-key={self.place}/key")
        self.watch(server, f", tls: on, tls_config: {{ca_file: {self.folder}/cert}}")
        self.answerback.wait_health("pass")
        self.answerback.stop()
        self.watch(server, ", tls: on")
        self.down("tls_untrusted")
        self.answerback.stop()
        server.stop(signal.SIGKILL)
        self.watch(self.server(port=server.port), ", tls: on, tls_config: {insecure_skip_verify: true}")
        self.down("tls_protocol")


if __name__ == "__main__":
    unittest.main()
