#pragma once
// Probe type `dns`: servers are asked, each on its own, and answer a question as expected.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/dns_message.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::probes {

struct DnsExpect {
  std::string rcode = "NOERROR";
  std::vector<std::string> equals, contains;  // the answers, in any order; some of them
  std::optional<std::int64_t> at_least, at_most;
  std::optional<Pattern> matches, not_matches;  // every answer; none
  std::optional<std::int64_t> min_ttl;          // s
  bool authoritative = false;
};

enum class DnsTransport : std::uint8_t { udp, tcp };  // what does not fit into UDP is asked again by TCP

struct DnsSettings {
  net::DnsQuestion question = {};
  std::vector<net::HostPort> servers = {};  // none: those of resolv_conf, read anew for each run
  std::string resolv_conf = "/etc/resolv.conf";
  DnsTransport transport = DnsTransport::udp;
  std::size_t tries = 2;
  Duration try_timeout = std::chrono::milliseconds(1500);
  DnsExpect expect = {};
  bool agree = false;      // all servers give the same answers
  std::size_t enough = 0;  // servers that must answer rightly; 0: all
  Slow slow = {};
};
DnsSettings read_dns_settings(config::Fields&);
std::unique_ptr<Probe> make_dns(DnsSettings, Services&);

// What is wrong with the answer of one server, or nothing. Pure.
std::optional<Failure> judge(const DnsSettings&, const net::DnsMessage&);

extern const ProbeType dns;

}  // namespace answerback::probes
