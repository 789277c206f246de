#include "probes/dns/dns.h"

namespace answerback::probes {
namespace {

constexpr std::uint16_t dns_port = 53;

std::expected<std::optional<Pattern>, std::string> parse_dns_pattern(std::string_view text) {
  auto pattern = Pattern::parse(text);
  if (!pattern) return std::unexpected(pattern.error());
  return *std::move(pattern);
}

DnsExpect read_dns_expect(config::Fields& fields) {
  DnsExpect expect;
  expect.equals = fields.texts("equals", "the answers, all of them, in any order");
  expect.contains = fields.texts("contains", "answers that must be among them");
  expect.at_least =
      fields.optional_integer("at_least", 0, 512, "how many answers there must be; left out: 1");
  expect.at_most = fields.optional_integer("at_most", 0, 512, "how many there may be");
  expect.matches = fields.parsed<std::optional<Pattern>>(
      "matches", "", "regular expression (RE2) to be found in every answer", parse_dns_pattern);
  expect.not_matches = fields.parsed<std::optional<Pattern>>(
      "not_matches", "", "regular expression to be found in none", parse_dns_pattern);
  expect.min_ttl = fields.optional_integer("min_ttl", 1, 2'147'483'647, "seconds an answer must be good for");
  expect.authoritative = fields.flag("authoritative", false, "the server must answer for the zone itself");
  if (expect.at_least && expect.at_most && *expect.at_least > *expect.at_most)
    fields.error("at_least", "must not be more than at_most");
  return expect;
}

// Names compare without case; what a TXT or CAA record says does not.
void make_comparable(DnsExpect& expect, std::string_view record) {
  if (record == "TXT" || record == "CAA") return;
  for (std::vector<std::string>* texts : {&expect.equals, &expect.contains})
    for (std::string& text : *texts) text = net::dns_name(text);
}

}  // namespace

DnsSettings read_dns_settings(config::Fields& fields) {
  DnsSettings settings;
  const std::string query = fields.required_text(
      "query", "the name asked for; for PTR an address will do; asked as it stands, without search domains");
  const std::string record = fields.one_of(
      "record", "A", {"A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "PTR", "SOA", "CAA"}, "type of record");
  settings.question = {.name = net::dns_name(query),
                       .type = net::dns_type(record).value_or(1),
                       .recursion = fields.flag("recursion", true, "ask the server to find out from others")};
  if (record == "PTR")
    if (auto reversed = net::dns_reverse_name(query)) settings.question.name = *std::move(reversed);
  if (const auto bytes = net::dns_query(settings.question, 0); !bytes && !query.empty())
    fields.error("query", "is no name that DNS could hold");
  const auto servers = fields.texts("servers",
                                    "asked each on its own, at once: address or name, with a port where it "
                                    "is not 53; left out: those of resolv.conf");
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const auto server = net::parse_host_port_or(servers[i], dns_port);
    if (server)
      settings.servers.push_back(*server);
    else
      fields.error("servers[" + std::to_string(i) + "]", server.error());
  }
  if (servers.size() > 16) fields.error("servers", "at most 16");
  settings.transport = fields.one_of("transport", "udp", {"udp", "tcp"},
                                     "an answer too large for UDP is asked for again by TCP") == "tcp"
                           ? DnsTransport::tcp
                           : DnsTransport::udp;
  settings.tries =
      static_cast<std::size_t>(fields.integer("tries", 2, 1, 10, "times a question is sent by UDP"));
  settings.try_timeout =
      fields.duration("try_timeout", settings.try_timeout, "how long each waits for its answer");
  config::Fields expect = fields.child("expect", "what the answers must be");
  const std::string rcode =
      fields.one_of("rcode", "NOERROR", {"NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"},
                    "what every server must say; NXDOMAIN: the name must not exist");
  settings.expect = read_dns_expect(expect);
  settings.expect.rcode = rcode;
  make_comparable(settings.expect, record);
  settings.agree = fields.flag("agree", false, "all servers must give the same answers");
  settings.enough = static_cast<std::size_t>(fields.integer(
      "enough", 0, 0, 16, "servers that must answer rightly, a warning where not all do; 0: all"));
  if (!servers.empty() && settings.enough > servers.size())
    fields.error("enough", "is more than there are servers");
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  return settings;
}

}  // namespace answerback::probes
