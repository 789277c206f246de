"""Modules dns, grpc and icmp of /probe beside Debian's prometheus-blackbox-exporter: real servers, field by field."""
import concurrent.futures
import contextlib
import ctypes
import os
import socket
import subprocess
import tempfile
import threading
import unittest

from beside import OURS, HealthServer, Modules, certificate, exporter, get, parse
from harness import Process, free_port, need, wait_for

ZONE = """
local-zone: "." refuse
local-zone: "shop.test." static
local-data: "api.shop.test. 300 IN A 10.0.0.7"
local-data: "api.shop.test. 300 IN A 10.0.0.8"
local-data: "api.shop.test. 300 IN AAAA fd00::7"
local-data: "shop.test. 300 IN MX 10 Mail.shop.test."
local-data: "shop.test. 300 IN NS ns.shop.test."
local-data: "shop.test. 300 IN SOA ns.shop.test. root.shop.test. 2026112801 2 3 4 5"
local-data: 'shop.test. 300 IN TXT "v=spf1 -all" "and \\"more\\""'
local-data: 'shop.test. 300 IN CAA 0 issue "ca.test"'
local-data: "_db._tcp.shop.test. 300 IN SRV 0 5 5432 db.shop.test."
local-data: "_25._tcp.shop.test. 300 IN TLSA 3 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
local-data: "shop.test. 300 IN DS 12345 13 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
local-data: 'shop.test. 300 IN NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.shop.test.'
local-data: 'shop.test. 300 IN HINFO "AMD64" "Linux"'
local-data: "host.shop.test. 300 IN SSHFP 4 2 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
""" + "".join(f'local-data: "many.shop.test. 300 IN A 10.0.1.{i}"\n' for i in range(1, 61))

DNS = """
modules:
  a: {prober: dns, timeout: 2s, dns: {query_name: api.shop.test, query_type: A}}
  case: {prober: dns, dns: {query_name: API.Shop.test., query_type: A, validate_answer_rrs: {fail_if_not_matches_regexp: ["^API[.]Shop[.]test[.]\\t300\\tIN\\tA\\t10[.]0[.]0[.][78]$"]}}}
  any: {prober: dns, dns: {query_name: shop.test}}
  soa: {prober: dns, dns: {query_name: shop.test, query_type: SOA}}
  soa_gone: {prober: dns, dns: {query_name: gone.shop.test, query_type: SOA}}
  tcp: {prober: dns, dns: {query_name: many.shop.test, query_type: A, transport_protocol: tcp}}
  many: {prober: dns, dns: {query_name: many.shop.test, query_type: A}}
  tls: {prober: dns, dns: {query_name: api.shop.test, query_type: AAAA, transport_protocol: tcp, dns_over_tls: true, tls_config: {ca_file: CERT}}}
  tls_untrusted: {prober: dns, dns: {query_name: api.shop.test, query_type: A, transport_protocol: tcp, dns_over_tls: true}}
  tls_named: {prober: dns, dns: {query_name: api.shop.test, query_type: A, transport_protocol: tcp, dns_over_tls: true, tls_config: {ca_file: CERT, server_name: other.test}}}
  gone: {prober: dns, dns: {query_name: gone.shop.test, query_type: A}}
  gone_well: {prober: dns, dns: {query_name: gone.shop.test, query_type: A, valid_rcodes: [NXDOMAIN, SERVFAIL]}}
  not_gone: {prober: dns, dns: {query_name: api.shop.test, query_type: A, valid_rcodes: [NXDOMAIN]}}
  empty: {prober: dns, dns: {query_name: api.shop.test, query_type: MX}}
  empty_must: {prober: dns, dns: {query_name: api.shop.test, query_type: MX, validate_answer_rrs: {fail_if_none_matches_regexp: [mail]}}}
  empty_all: {prober: dns, dns: {query_name: api.shop.test, query_type: MX, validate_answer_rrs: {fail_if_all_match_regexp: [mail]}}}
  chaos: {prober: dns, dns: {query_name: version.bind, query_type: TXT, query_class: CH, validate_answer_rrs: {fail_if_not_matches_regexp: ["\\tCH\\tTXT\\t\\"unbound [0-9.]+\\"$"]}}}
  not_chaos: {prober: dns, dns: {query_name: version.bind, query_type: TXT, valid_rcodes: [NOERROR, REFUSED, SERVFAIL, NXDOMAIN]}}
  alone: {prober: dns, dns: {query_name: elsewhere.example.org, query_type: A, recursion_desired: false}}
  wanted: {prober: dns, dns: {query_name: recursion.test, query_type: A}}
  unwanted: {prober: dns, dns: {query_name: recursion.test, query_type: A, recursion_desired: false}}
  from: {prober: dns, dns: {query_name: source.test, query_type: A, source_ip_address: 127.0.0.2}}
  from_tcp: {prober: dns, dns: {query_name: source.test, query_type: A, source_ip_address: 127.0.0.2, transport_protocol: tcp}}
  not_from: {prober: dns, dns: {query_name: source.test, query_type: A}}
  from_nowhere: {prober: dns, dns: {query_name: source.test, query_type: A, source_ip_address: 192.0.2.77}}
  from_nowhere_tcp: {prober: dns, dns: {query_name: source.test, query_type: A, source_ip_address: 192.0.2.77, transport_protocol: tcp}}
  only_ip6: {prober: dns, dns: {query_name: api.shop.test, query_type: A, preferred_ip_protocol: ip6, ip_protocol_fallback: false}}
  only_ip4: {prober: dns, dns: {query_name: api.shop.test, query_type: A, preferred_ip_protocol: ip4, ip_protocol_fallback: false}}
  silent: {prober: dns, timeout: 300ms, dns: {query_name: silent.test, query_type: A}}
  torn: {prober: dns, timeout: 300ms, dns: {query_name: torn.test, query_type: A}}
  stranger: {prober: dns, timeout: 300ms, dns: {query_name: stranger.test, query_type: A}}
  extra: {prober: dns, dns: {query_name: extra.test, query_type: A, validate_additional_rrs: {fail_if_not_matches_regexp: ["10[.]0[.]0[.]3"]}, validate_authority_rrs: {fail_if_matches_regexp: ["10[.]0[.]0[.]3"]}}}
  extra_bad: {prober: dns, dns: {query_name: extra.test, query_type: A, validate_additional_rrs: {fail_if_matches_regexp: ["10[.]0[.]0[.]3"]}}}
  authority_bad: {prober: dns, dns: {query_name: extra.test, query_type: A, validate_authority_rrs: {fail_if_not_matches_regexp: ["10[.]0[.]0[.]3"]}}}
"""
# Each rule, where some, all or none of the two addresses match: whether the probe is a success.
RULES = [(f"{rule}_{name}", rule, pattern, success)
         for rule, successes in [("fail_if_matches_regexp", (0, 0, 1)), ("fail_if_all_match_regexp", (0, 1, 0)),
                                 ("fail_if_not_matches_regexp", (0, 1, 0)), ("fail_if_none_matches_regexp", (1, 1, 0))]
         for (name, pattern), success in zip([("some", "[.]7$"), ("all", "10[.]0[.]0"), ("none", "192[.]")], successes)]
DNS += "".join(f"  {name}: {{prober: dns, dns: {{query_name: api.shop.test, query_type: A, validate_answer_rrs: {{{rule}: ['{pattern}']}}}}}}\n"
               for name, rule, pattern, _ in RULES)
# The line of each type of record, as rules see it.
LINES = {"MX": "10 Mail[.]shop[.]test[.]", "NS": "ns[.]shop[.]test[.]", "TXT": '"v=spf1 -all" "and ..more.."', "CAA": '0 issue "ca[.]test"',
         "SOA": "ns[.]shop[.]test[.] root[.]shop[.]test[.] 2026112801 2 3 4 5", "DS": "12345 13 2 00112233445566778899AABB[0-9A-F]+",
         "NAPTR": '100 50 "s" "SIP[+]D2U" "" _sip[.]_udp[.]shop[.]test[.]', "HINFO": '"AMD64" "Linux"'}
LINES = {("shop.test", each): line for each, line in LINES.items()} | {
    ("_db._tcp.shop.test", "SRV"): "0 5 5432 db[.]shop[.]test[.]", ("_25._tcp.shop.test", "TLSA"): "3 1 1 00112233445566778899aabb[0-9a-f]+",
    ("host.shop.test", "SSHFP"): "4 2 00112233445566778899AABB[0-9A-F]+", ("api.shop.test", "AAAA"): "fd00::7"}
DNS += "".join(f"  line_{kind}: {{prober: dns, dns: {{query_name: {name}, query_type: {kind}, validate_answer_rrs: "
               f"{{fail_if_not_matches_regexp: ['^{name}[.]\t300\tIN\t{kind}\t{line}$']}}}}}}\n" for (name, kind), line in LINES.items())

GRPC = """
modules:
  server: {prober: grpc, timeout: 3s, grpc: {}}  # without a section theirs forgets that it may fall back to IPv4
  chat: {prober: grpc, timeout: 3s, grpc: {service: chat}}
  tools: {prober: grpc, timeout: 3s, grpc: {service: tools}}
  odd: {prober: grpc, timeout: 3s, grpc: {service: odd}}
  gone: {prober: grpc, timeout: 3s, grpc: {service: gone}}
  private: {prober: grpc, timeout: 3s, grpc: {service: private}}
  tls: {prober: grpc, timeout: 3s, grpc: {tls: true, tls_config: {ca_file: CERT}}}
  tls_tools: {prober: grpc, timeout: 3s, grpc: {tls: true, service: tools, tls_config: {ca_file: CERT}}}
  tls_gone: {prober: grpc, timeout: 3s, grpc: {tls: true, service: gone, tls_config: {ca_file: CERT}}}
  any_cert: {prober: grpc, timeout: 3s, grpc: {tls: true, tls_config: {insecure_skip_verify: true}}}
  untrusted: {prober: grpc, timeout: 3s, grpc: {tls: true}}
  named: {prober: grpc, timeout: 3s, grpc: {tls: true, tls_config: {ca_file: CERT, server_name: other.test}}}
  only_ip6: {prober: grpc, timeout: 3s, grpc: {preferred_ip_protocol: ip6, ip_protocol_fallback: false}}
"""

ICMP = """
modules:
  ping: {prober: icmp, timeout: 1s}
  ping4: {prober: icmp, timeout: 1s, icmp: {preferred_ip_protocol: ip4}}
  small: {prober: icmp, timeout: 1s, icmp: {payload_size: 3}}
  large: {prober: icmp, timeout: 1s, icmp: {payload_size: 9000, ttl: 3}}
  whole: {prober: icmp, timeout: 1s, icmp: {dont_fragment: true, payload_size: 1400}}
  from: {prober: icmp, timeout: 1s, icmp: {source_ip_address: 127.0.0.2}}
  from_nowhere: {prober: icmp, timeout: 1s, icmp: {source_ip_address: 192.0.2.77}}
  only_ip6: {prober: icmp, timeout: 1s, icmp: {preferred_ip_protocol: ip6, ip_protocol_fallback: false}}
  hurry: {prober: icmp, timeout: 300ms}
"""


def toy_answer(query, peer):
    """What a name server that is up to no good makes of a question; nothing: silence."""
    question = query[12:]
    name = question.split(b"\0")[0]

    def said(flags, records=(), counts=(0, 0, 0), number=query[:2]):
        return number + flags + b"\0\1" + b"".join(n.to_bytes(2, "big") for n in counts) + question + b"".join(records)
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0"
    if b"silent" in name:
        return None
    if b"torn" in name:
        return said(b"\x81\x80", [record[:6]], (1, 0, 0))
    if b"stranger" in name:
        return said(b"\x81\x80", [record + b"\1"], (1, 0, 0), bytes([query[0] ^ 1, query[1]]))
    if b"recursion" in name:
        return said(b"\x81\x80" if query[2] & 1 else b"\x80\x02")  # SERVFAIL where it is not wanted
    if b"source" in name:
        return said(b"\x81\x80" if peer == "127.0.0.2" else b"\x81\x85")  # REFUSED for others
    return said(b"\x81\x80", [record + bytes([i]) for i in (1, 2, 3)], (1, 1, 1))


def both_protocols():
    """Two sockets of one port, which is free for both."""
    while True:
        tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(type=socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
            return udp, tcp
        except OSError:
            tcp.close()
            udp.close()


def toy_server(test):
    """A name server of ours, by UDP and TCP; its port, and who came."""
    udp, tcp, came = *both_protocols(), []
    port = udp.getsockname()[1]

    def datagrams():
        with contextlib.suppress(OSError):
            while True:
                query, peer = udp.recvfrom(600)
                came.append(peer)
                if answer := toy_answer(query, peer[0]):
                    udp.sendto(answer, peer)

    def connections():
        with contextlib.suppress(OSError):
            while True:
                connection, peer = tcp.accept()
                came.append(peer)
                with connection, contextlib.suppress(OSError):
                    if answer := toy_answer(connection.recv(600)[2:], peer[0]):
                        connection.sendall(len(answer).to_bytes(2, "big") + answer)
    for serve in (datagrams, connections):
        threading.Thread(target=serve, daemon=True).start()
    test.addClassCleanup(udp.close)
    test.addClassCleanup(tcp.close)
    return port, came


class Dns(Modules):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="answerback-modules-"))
        cls.cert, key = certificate(folder)
        cls.port, cls.tls = free_port(), free_port()
        with open(f"{folder}/unbound.conf", "w") as f:
            f.write(f"server:\ninterface: 127.0.0.1@{cls.port}\ninterface: 127.0.0.1@{cls.tls}\ntls-port: {cls.tls}\ntls-service-key: {key}\n"
                    f"tls-service-pem: {cls.cert}\nusername: \"\"\nchroot: \"\"\ndirectory: \"{folder}\"\npidfile: \"\"\nuse-syslog: no\n"
                    f"do-daemonize: no\nmodule-config: iterator\nverbosity: 1\nminimal-responses: no\n{ZONE}remote-control:\ncontrol-enable: no\n")
        server = Process([need("unbound"), "-d", "-p", "-c", f"{folder}/unbound.conf"], folder, "unbound")
        cls.addClassCleanup(server.stop)
        wait_for(lambda: "start of service" in server.output(), 5, server.output)
        cls.toy, cls.came = toy_server(cls)
        cls.modules = DNS.replace("CERT", cls.cert)
        cls.theirs = exporter(folder, cls.modules)
        cls.addClassCleanup(cls.theirs.stop)

    def test_field_by_field(self):
        server, tls, toy, closed = (f"127.0.0.1:{port}" for port in (self.port, self.tls, self.toy, free_port()))
        ours = self.ours(self.modules)
        self.agree_on(self.theirs, ours, [
            ("a", server, 1, ""),
            ("a", closed, 0, "connect_refused"),
            ("a", "no.such.invalid", 0, "dns_nxdomain"),
            ("case", server, 1, ""),
            ("any", server, 1, ""),
            ("soa", server, 1, ""),
            ("soa_gone", server, 0, "dns_nxdomain"),
            ("tcp", server, 1, ""),
            ("tcp", closed, 0, "connect_refused"),
            ("many", server, 1, ""),
            ("tls", tls, 1, ""),
            ("tls", toy, 0, "tls_protocol"),
            ("tls_untrusted", tls, 0, "tls_untrusted"),
            ("tls_named", tls, 0, "tls_host_mismatch"),
            ("gone", server, 0, "dns_nxdomain"),
            ("gone_well", server, 1, ""),
            ("not_gone", server, 0, "assertion"),
            ("empty", server, 1, ""),
            ("empty_must", server, 0, "assertion"),
            ("empty_all", server, 1, ""),
            ("chaos", server, 1, ""),
            ("not_chaos", server, 1, ""),
            ("alone", server, 0, "dns_failure"),
            ("wanted", toy, 1, ""),
            ("unwanted", toy, 0, "dns_failure"),
            ("from", toy, 1, ""),
            ("from_tcp", toy, 1, ""),
            ("not_from", toy, 0, "dns_failure"),
            ("from_nowhere", toy, 0, "unreachable"),
            ("from_nowhere_tcp", toy, 0, "unreachable"),
            ("only_ip6", server, 0, "dns_nxdomain"),
            ("only_ip4", server, 1, ""),
            ("silent", toy, 0, "dns_timeout"),
            ("torn", toy, 0, "protocol"),
            ("stranger", toy, 0, "dns_timeout"),
            ("extra", toy, 1, ""),
            ("extra_bad", toy, 0, "assertion"),
            ("authority_bad", toy, 0, "assertion"),
            *[(name, server, success, "" if success else "assertion") for name, _, _, success in RULES],
            *[(f"line_{kind}", server, 1, "") for _, kind in LINES],
        ])
        samples, _ = parse(get(ours.port, module="soa", target=server)[2])
        self.assertEqual((samples["probe_dns_serial"], samples["probe_dns_answer_rrs"]), (2026112801, 1))
        self.assertEqual(parse(get(ours.port, module="tcp", target=server)[2])[0]["probe_dns_answer_rrs"], 60)

    def test_time_debug_and_what_is_no_target(self):
        ours, toy = self.ours(self.modules.replace("silent: {prober: dns, timeout: 300ms,", "silent: {prober: dns,")), f"127.0.0.1:{self.toy}"
        samples = self.cut_off(ours, module="silent", target=toy)
        self.assertTrue(samples['probe_dns_duration_seconds{phase="request"}'] >= 0.3, samples)
        self.debug_tells(ours, ["processing", "api.shop.test.\\t300\\tIN\\tA\\t10.0.0.7", "probe_success 1"],
                         module="a", target=f"127.0.0.1:{self.port}")
        self.no_targets(ours, "a", ["", "a b:53", "[::1", "127.0.0.1:99999", "127.0.0.1:", "http://127.0.0.1", "a\nb"])

    def test_who_must_not_be_looked_at(self):
        ours = self.ours(self.modules, "['*']")
        self.came.clear()
        for module in ("not_from", "from_tcp"):
            self.forbidden(ours, "{}:%d" % self.toy, module=module)
        self.forbidden(ours, "{}", module="a")
        self.assertEqual(self.came, [])

    def test_what_we_lack_or_what_is_wrong_is_named(self):
        ours = self.ours("modules:\n  good: {prober: dns, dns: {query_name: a.test}}\n  udp_tls:\n    prober: dns\n    dns:\n      query_name: a.test\n"
                         "      dns_over_tls: true\n  rcode:\n    prober: dns\n    dns: {query_name: a.test, valid_rcodes: [NOERROR, NOPE]}\n"
                         "  meta: {prober: grpc, grpc: {metadata: {a-bin: b}}}\n  hops: {prober: icmp, icmp: {ttl: 256}}\n")
        for place in ["blackbox.yml:7:21: modules.udp_tls.dns.dns_over_tls: needs transport_protocol: tcp",
                      "blackbox.yml:10:55: modules.rcode.dns.valid_rcodes[1]: is no response code",
                      "blackbox.yml:11:49: modules.meta.grpc.metadata.a-bin: not supported", "blackbox.yml:12:36: modules.hops.icmp.ttl:"]:
            self.assertIn(place, ours.output())
        status, _, text = get(ours.port, module="udp_tls", target="127.0.0.1")
        self.assertEqual(status, 400)
        self.assertIn("blackbox.yml:7:21", text)
        self.assertEqual(get(ours.port, module="good", target=f"127.0.0.1:{self.port}")[0], 200)


class Grpc(Modules):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="answerback-modules-"))
        cert, key = certificate(folder)
        cls.port, cls.tls = HealthServer.start(cls), HealthServer.start(cls, key, cert)
        cls.modules = GRPC.replace("CERT", cert)
        cls.theirs = exporter(folder, cls.modules)
        cls.addClassCleanup(cls.theirs.stop)

    def test_field_by_field(self):
        plain, tls, bare, closed = (f"127.0.0.1:{port}" for port in (self.port, self.tls, HealthServer.start(self, lines=["unimplemented"]), free_port()))
        ours = self.ours(self.modules)
        self.agree_on(self.theirs, ours, [
            ("server", plain, 1, ""),
            ("server", f"http://{plain}/", 1, ""),
            ("server", closed, 0, "connect_refused"),
            ("server", "no.such.invalid:1", 0, "dns_nxdomain"),
            ("server", f"127.0.0.1:{self.theirs.port}", 0, "protocol"),  # no HTTP/2
            ("server", bare, 0, "status"),
            ("chat", plain, 1, ""),
            ("tools", plain, 0, "not_ready"),
            ("odd", plain, 0, "not_ready"),
            ("gone", plain, 0, "assertion"),
            ("private", plain, 0, "auth"),
            ("tls", tls, 1, ""),
            ("tls", f"https://{tls}", 1, ""),
            ("tls_tools", tls, 0, "not_ready"),
            ("tls_gone", tls, 0, "assertion"),
            ("any_cert", tls, 1, ""),
            ("untrusted", tls, 0, "tls_untrusted"),
            ("named", tls, 0, "tls_host_mismatch"),
            ("tls", closed, 0, "connect_refused"),
            ("only_ip6", plain, 0, "dns_nxdomain"),
        ])
        samples, _ = parse(get(ours.port, module="tls", target=tls)[2])
        self.assertEqual((samples["probe_grpc_ssl"], samples['probe_grpc_healthcheck_response{serving_status="SERVING"}']), (1, 1))
        self.assertEqual(parse(get(ours.port, module="private", target=plain)[2])[0]["probe_grpc_status_code"], 16)
        self.debug_tells(ours, ["processing", "NOT_SERVING", "probe_success 0"], module="tools", target=plain)

    def test_a_server_that_hangs_is_cut_off_where_theirs_hangs_too(self):
        ours = self.ours(self.modules)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for module in ("server", "tls"):
                samples = self.cut_off(ours, module=module, target=f"127.0.0.1:{silent.getsockname()[1]}")
                self.assertEqual(samples["probe_grpc_status_code"], 4)  # DEADLINE_EXCEEDED
                self.assertTrue(samples['probe_grpc_duration_seconds{phase="check"}'] >= 0.3, samples)

    def test_who_must_not_be_looked_at(self):
        self.nobody_came(self.modules, ["server", "tls"], ["{}:%d", "https://{}:%d/"])
        self.no_targets(self.ours(self.modules), "server", ["", "a b", "127.0.0.1:99999", "ftp://127.0.0.1:1", "http://"])


class Icmp(Modules):
    """In a network of its own, in which the kernel allows ping."""

    def inside(self, work):
        """work() on a thread in that network; what it starts is in there, too."""
        if os.getuid() != 0:
            self.skipTest("needs root to make a network namespace")

        def enter():
            if ctypes.CDLL(None, use_errno=True).unshare(0x40000000):  # CLONE_NEWNET
                raise unittest.SkipTest(f"no network namespace can be made here: {os.strerror(ctypes.get_errno())}")
            subprocess.run([need("ip"), "link", "set", "lo", "up"], check=True, capture_output=True)
            work()
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            thread.submit(enter).result()

    @staticmethod
    def kernel(name, value):
        with open(f"/proc/sys/net/ipv4/{name}", "w") as f:
            f.write(value)

    def test_field_by_field(self):
        self.inside(self.compare)

    def compare(self):
        self.kernel("ping_group_range", "0 2147483647")
        theirs = self.opened(exporter(self.folder, ICMP))
        ours = self.ours(ICMP, "[127.0.0.0/8, '::1', 10.0.0.0/8]")
        self.agree_on(theirs, ours, [
            ("ping", "127.0.0.1", 1, ""),
            ("ping", "::1", 1, ""),
            ("ping4", "127.0.0.3", 1, ""),
            ("ping4", "::1", 1, ""),
            ("small", "127.0.0.1", 1, ""),
            ("large", "127.0.0.1", 1, ""),
            ("large", "::1", 1, ""),
            ("whole", "127.0.0.1", 1, ""),
            ("from", "127.0.0.1", 1, ""),
            ("from_nowhere", "127.0.0.1", 0, "unreachable"),
            ("only_ip6", "127.0.0.1", 0, "dns_nxdomain"),
            ("ping", "10.1.2.3", 0, "unreachable"),
        ])
        self.debug_tells(ours, ["came back from 127.0.0.1", "probe_icmp_reply_hop_limit 64"], module="ping", target="127.0.0.1")
        self.kernel("icmp_echo_ignore_all", "1")
        self.agree_on(theirs, ours, [("hurry", "127.0.0.1", 0, "unreachable")])
        self.cut_off(ours, module="ping", target="127.0.0.1")
        self.kernel("ping_group_range", "1 0")
        samples, _ = parse(get(ours.port, module="ping", target="127.0.0.1")[2])
        self.assertEqual(samples[OURS + '{verdict="unknown",reason="no_evidence",phase="connect"}'], 1)

    def test_who_must_not_be_looked_at(self):
        ours = self.ours(ICMP, "['*']")
        self.forbidden(ours, "{}", module="ping")
        self.no_targets(ours, "ping", ["", "a b", "127.0.0.1:80", "[::1]", "http://127.0.0.1"])


if __name__ == "__main__":
    unittest.main()
