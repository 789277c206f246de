"""Type `dns` against a real dnsmasq and a real unbound: every record type, a name that must not exist, one of two stopped."""
import getpass
import signal
import unittest

from harness import Process, Scenario, free_port, need, wait_for

ZONE = """
local-zone: "shop.test." static
local-data: "api.shop.test. 300 IN A 10.0.0.7"
local-data: "api.shop.test. 300 IN AAAA fd00::7"
local-data: "shop.test. 300 IN MX 10 mail.shop.test."
local-data: "shop.test. 300 IN NS ns.shop.test."
local-data: "shop.test. 300 IN SOA ns.shop.test. root.shop.test. 7 2 3 4 5"
local-data: 'shop.test. 300 IN TXT "v=spf1 -all"'
local-data: "_db._tcp.shop.test. 300 IN SRV 0 5 5432 db.shop.test."
local-data: "www.shop.test. 300 IN CNAME api.shop.test."
local-data-ptr: "10.0.0.7 api.shop.test"
""" + "".join(f'local-data: "many.shop.test. 300 IN A 10.0.1.{i}"\n' for i in range(1, 61))


class Dns(Scenario):
    def dnsmasq(self):
        port = free_port()
        server = self.opened(Process(
            [need("dnsmasq"), "--keep-in-foreground", "--no-resolv", "--no-hosts", f"--port={port}", "--listen-address=127.0.0.1",
             "--bind-interfaces", f"--user={getpass.getuser()}", f"--pid-file={self.folder}/dnsmasq.pid", "--log-facility=-", "--local-ttl=300", "--local=/shop.test/",
             "--host-record=api.shop.test,10.0.0.7,fd00::7", "--mx-host=shop.test,mail.shop.test,10",
             "--txt-record=shop.test,v=spf1 -all", "--srv-host=_db._tcp.shop.test,db.shop.test,5432,0,5",
             "--cname=www.shop.test,api.shop.test"], self.folder, "dnsmasq"))
        wait_for(lambda: "started" in server.output(), 5, server.output)
        server.port = port
        return server

    def unbound(self):
        port = free_port()
        with open(f"{self.folder}/unbound.conf", "w") as f:
            f.write(f"server:\ninterface: 127.0.0.1@{port}\nusername: \"\"\nchroot: \"\"\ndirectory: \"{self.folder}\"\npidfile: \"\"\n"
                    f"use-syslog: no\ndo-daemonize: no\nmodule-config: iterator\nverbosity: 1\n{ZONE}"
                    "remote-control:\ncontrol-enable: no\n")
        server = self.opened(Process([need("unbound"), "-d", "-p", "-c", f"{self.folder}/unbound.conf"], self.folder, "unbound"))
        wait_for(lambda: "start of service" in server.output(), 5, server.output)
        server.port = port
        return server

    PROBES = [
        ("a", "query: api.shop.test, expect: {equals: 10.0.0.7, min_ttl: 200}"),
        ("aaaa", "query: api.shop.test, record: AAAA, expect: {contains: 'fd00::7', at_most: 1}"),
        ("mx", "query: shop.test, record: MX, expect: {equals: 10 mail.shop.test}"),
        ("txt", "query: shop.test, record: TXT, expect: {matches: '^v=spf1'}"),
        ("srv", "query: _db._tcp.shop.test, record: SRV, expect: {equals: '0 5 5432 db.shop.test'}"),
        ("cname", "query: www.shop.test, record: CNAME, expect: {equals: api.shop.test}"),
        ("ptr", "query: 10.0.0.7, record: PTR, expect: {equals: api.shop.test}"),
        ("gone", "query: gone.shop.test, rcode: NXDOMAIN"),
        ("tcp", "query: api.shop.test, transport: tcp, agree: true"),
    ]
    DNSMASQ_ONLY = [("alias", "query: WWW.shop.test., expect: {equals: 10.0.0.7}")]  # unbound follows no alias of its own data
    UNBOUND_ONLY = [
        ("ns", "query: shop.test, record: NS, expect: {equals: ns.shop.test}"),
        ("soa", "query: shop.test, record: SOA, expect: {equals: ns.shop.test root.shop.test 7 2 3 4 5}"),
        ("many", "query: many.shop.test, expect: {at_least: 60}"),  # does not fit into 512 bytes
        ("refused", "query: example.org, rcode: REFUSED, recursion: false"),
        ("wrong", "query: api.shop.test, expect: {equals: 10.0.0.8}"),
        ("absent", "query: gone.shop.test"),
    ]

    def watch(self, *groups):
        """Each group: servers, and the probes that ask all of them."""
        lines = "".join(
            f"  - {{name: {name}, type: dns, servers: [{', '.join(repr(f'127.0.0.1:{server.port}') for server in servers)}], "
            f"try_timeout: 200ms, {keys}}}\n" for servers, probes in groups for name, keys in probes)
        return self.daemon(f"service: names\ndefaults: {{interval: 200ms, timeout: 800ms, fall: 2, rise: 1}}\nprobes:\n{lines}")

    def test_every_type(self):
        both = [self.dnsmasq(), self.unbound()]
        answerback = self.watch((both, self.PROBES), (both[:1], self.DNSMASQ_ONLY))
        answerback.wait_health("pass")
        self.assertEqual(answerback.metric("answerback_dns_answer_ttl_seconds", probe="a"), 300)
        both[0].kill(signal.SIGSTOP)
        check = answerback.wait_check("a", health="down", reason="dns_timeout")
        self.assertIn(f"127.0.0.1:{both[0].port}: no answer", check["output"])
        self.assertNotIn(str(both[1].port), check["output"])
        both[0].kill(signal.SIGCONT)
        answerback.wait_health("pass")
        both[1].stop()
        answerback.wait_check("a", health="down", reason="connect_refused")

    def test_unbound_alone(self):
        answerback = self.watch(([self.unbound()], self.UNBOUND_ONLY))
        answerback.wait_check("absent", health="down", reason="dns_nxdomain")
        self.assertIn("wanted exactly 10.0.0.8, got 10.0.0.7", answerback.wait_check("wrong", health="down", reason="assertion")["output"])
        for name in ("ns", "soa", "many", "refused"):
            answerback.wait_check(name, status="pass")


if __name__ == "__main__":
    unittest.main()
