#include "net/dns_message.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <memory>

#include "net/dns_records.h"

namespace answerback::net {
namespace {

namespace ip = boost::asio::ip;

constexpr int most_aliases = 16;

struct Named {
  std::uint16_t number;
  std::string_view name;
};
constexpr std::array dns_types{
    Named{ns_t_a, "A"},       Named{ns_t_aaaa, "AAAA"},   Named{ns_t_cname, "CNAME"},
    Named{ns_t_mx, "MX"},     Named{ns_t_txt, "TXT"},     Named{ns_t_srv, "SRV"},
    Named{ns_t_ns, "NS"},     Named{ns_t_ptr, "PTR"},     Named{ns_t_soa, "SOA"},
    Named{257, "CAA"},        Named{64, "SVCB"},          Named{65, "HTTPS"},
    Named{ns_t_tlsa, "TLSA"}, Named{ns_t_naptr, "NAPTR"}, Named{ns_t_any, "ANY"},
    Named{13, "HINFO"},       Named{39, "DNAME"},         Named{43, "DS"},
    Named{44, "SSHFP"},       Named{46, "RRSIG"},         Named{47, "NSEC"},
    Named{48, "DNSKEY"},      Named{50, "NSEC3"},         Named{51, "NSEC3PARAM"},
    Named{59, "CDS"},         Named{60, "CDNSKEY"},       Named{99, "SPF"},
    Named{256, "URI"},
};
constexpr std::array dns_classes{Named{1, "IN"}, Named{2, "CS"},     Named{3, "CH"},
                                 Named{4, "HS"}, Named{254, "NONE"}, Named{255, "ANY"}};
constexpr std::array dns_rcodes{Named{0, "NOERROR"},  Named{1, "FORMERR"}, Named{2, "SERVFAIL"},
                                Named{3, "NXDOMAIN"}, Named{4, "NOTIMP"},  Named{5, "REFUSED"},
                                Named{6, "YXDOMAIN"}, Named{7, "YXRRSET"}, Named{8, "NXRRSET"},
                                Named{9, "NOTAUTH"},  Named{10, "NOTZONE"}};

std::optional<std::uint16_t> number_of(const auto& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Named::name);
  return found != table.end() ? std::optional(found->number) : std::nullopt;
}

std::string name_of(const auto& table, unsigned number, std::string_view otherwise) {
  const auto found = std::ranges::find(table, number, &Named::number);
  return found != table.end() ? std::string(found->name) : std::string(otherwise) + std::to_string(number);
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Failure unreadable(std::string_view what) {
  return {Reason::protocol, "an answer that cannot be read: " + std::string(what)};
}

std::optional<Failure> read_section(ns_msg& message, ns_sect section, std::string_view named, DnsForm form,
                                    std::vector<DnsRecord>& records) {
  const std::size_t count = ns_msg_count(message, section);
  if (count > dns_records_kept)
    return Failure{Reason::too_large, std::to_string(count) + " records in one section"};
  for (std::size_t i = 0; i < count; ++i) {
    ns_rr record;
    if (ns_parserr(&message, section, static_cast<int>(i), &record) != 0)
      return unreadable("record " + std::to_string(i + 1) + " of the " + std::string(named) + " section");
    const auto type = static_cast<std::uint16_t>(ns_rr_type(record));
    const DnsRdata data{ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record),
                        std::size_t{record.rdlength}};
    auto text = dns_record_text(type, data, form);
    if (!text) return unreadable("the data of a record " + dns_type_name(type));
    records.push_back({dns_name(ns_rr_name(record), form), type, ns_rr_ttl(record), *std::move(text),
                       static_cast<std::uint16_t>(ns_rr_class(record))});
  }
  return std::nullopt;
}

bool asks(ns_msg& message, const DnsQuestion& question) {
  ns_rr asked;
  return ns_msg_count(message, ns_s_qd) == 1 && ns_parserr(&message, ns_s_qd, 0, &asked) == 0 &&
         ns_rr_type(asked) == question.type && ns_rr_class(asked) == question.rr_class &&
         dns_name(ns_rr_name(asked)) == dns_name(question.name);
}

}  // namespace

std::optional<std::uint16_t> dns_type(std::string_view name) { return number_of(dns_types, name); }
std::string dns_type_name(std::uint16_t type) { return name_of(dns_types, type, "TYPE"); }
std::optional<std::uint16_t> dns_class(std::string_view name) { return number_of(dns_classes, name); }
std::string dns_class_name(std::uint16_t number) { return name_of(dns_classes, number, "CLASS"); }
std::optional<unsigned> dns_rcode(std::string_view name) { return number_of(dns_rcodes, name); }
std::string dns_rcode_name(unsigned rcode) { return name_of(dns_rcodes, rcode, "RCODE"); }

std::string dns_name(std::string_view text) {
  if (text.size() > 1 && text.ends_with('.') && !text.ends_with("\\.")) text.remove_suffix(1);
  std::string name(text);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name;
}

std::expected<std::string, std::string> dns_query(const DnsQuestion& question, std::uint16_t id) {
  unsigned char* bytes = nullptr;
  int size = 0;
  const int status = ares_create_query(question.name.c_str(), question.rr_class, question.type, id,
                                       question.recursion ? 1 : 0, &bytes, &size, 0);
  if (status != ARES_SUCCESS) return std::unexpected(std::string(ares_strerror(status)));
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(
      bytes, [](unsigned char* p) { ares_free_string(p); });
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::expected<std::optional<DnsMessage>, Failure> read_dns(std::string_view bytes,
                                                           const DnsQuestion& question, std::uint16_t id,
                                                           DnsForm form) {
  // Whose answer it is comes first: what another sends may be garbage as it likes.
  constexpr std::size_t header = 12;
  if (bytes.size() < header) return std::nullopt;
  const unsigned char* const at = octets(bytes);
  if (static_cast<std::uint16_t>(at[0] << 8 | at[1]) != id || (at[2] & 0x80) == 0) return std::nullopt;
  ns_msg message;
  if (ns_initparse(at, static_cast<int>(bytes.size()), &message) != 0)
    return std::unexpected(
        unreadable("its records do not fit into its " + std::to_string(bytes.size()) + " bytes"));
  DnsMessage said{.rcode = static_cast<unsigned>(ns_msg_getflag(message, ns_f_rcode)),
                  .truncated = ns_msg_getflag(message, ns_f_tc) != 0,
                  .authoritative = ns_msg_getflag(message, ns_f_aa) != 0,
                  .recursion_available = ns_msg_getflag(message, ns_f_ra) != 0};
  // Who could not read the question may leave it out.
  const bool without =
      ns_msg_count(message, ns_s_qd) == 0 && (said.rcode == ns_r_formerr || said.rcode == ns_r_notimpl);
  if (!without && !asks(message, question)) return std::nullopt;
  for (const auto& [section, into, named] :
       {std::tuple(ns_s_an, &said.answers, "answer"), std::tuple(ns_s_ns, &said.authority, "authority"),
        std::tuple(ns_s_ar, &said.additional, "additional")}) {
    auto failure = read_section(message, section, named, form, *into);
    if (failure && said.truncated) return said;
    if (failure) return std::unexpected(*std::move(failure));
  }
  return said;
}

std::expected<std::vector<DnsRecord>, Failure> answers_to(const DnsQuestion& question,
                                                          const DnsMessage& message) {
  std::string owner = question.name;
  for (int hops = 0; hops <= most_aliases; ++hops) {
    std::vector<DnsRecord> found;
    std::optional<std::string> alias;
    for (const DnsRecord& record : message.answers) {
      if (record.owner != owner) continue;
      if (record.type == question.type || question.type == ns_t_any) found.push_back(record);
      if (record.type == ns_t_cname) alias = record.text;
    }
    if (!found.empty() || !alias) return found;
    owner = *std::move(alias);
  }
  return std::unexpected(Failure{Reason::dns_failure, "its aliases lead in a circle, or on and on"});
}

std::optional<std::string> dns_reverse_name(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  std::string name;
  if (address.is_v4()) {
    for (const unsigned byte : address.to_v4().to_bytes()) name.insert(0, std::to_string(byte) + ".");
    return name + "in-addr.arpa";
  }
  constexpr std::string_view digits = "0123456789abcdef";
  for (const unsigned byte : address.to_v6().to_bytes())
    name.insert(0, {digits[byte & 15], '.', digits[byte >> 4], '.'});
  return name + "ip6.arpa";
}

std::vector<std::string> dns_servers_of(const std::string& resolv_conf, std::size_t most) {
  std::string path = resolv_conf;  // c-ares wants it writable
  ares_options options{};
  options.resolvconf_path = path.data();
  ares_channel channel = nullptr;
  if (ares_init_options(&channel, &options, ARES_OPT_RESOLVCONF) != ARES_SUCCESS) return {};
  const std::unique_ptr<std::remove_pointer_t<ares_channel>, void (*)(ares_channel)> owned(channel,
                                                                                           ares_destroy);
  ares_addr_port_node* first = nullptr;
  if (ares_get_servers_ports(channel, &first) != ARES_SUCCESS) return {};
  std::vector<std::string> servers;
  for (const auto* s = first; s && servers.size() < most; s = s->next) {
    char text[INET6_ADDRSTRLEN] = "";
    ares_inet_ntop(s->family, &s->addr, text, sizeof text);
    const std::string port = ":" + std::to_string(s->udp_port != 0 ? s->udp_port : NS_DEFAULTPORT);
    servers.push_back((s->family == AF_INET6 ? "[" + std::string(text) + "]" : text) + port);
  }
  ares_free_data(first);
  return servers;
}

}  // namespace answerback::net
