#pragma once
// One DNS message (RFC 1035), out and in. Parsed by glibc's resolver library, which bounds every length and
// knows compression loops; names come out escaped. Pure.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace answerback::net {

struct DnsQuestion {
  std::string name;            // without the dot at the end; lower case where answers are to be followed
  std::uint16_t type = 1;      // A
  bool recursion = true;       // asked for
  std::uint16_t rr_class = 1;  // IN
};

// plain: to be compared. Names in lower case without the dot at the end ("mail.example"; the root is "."),
// the strings of a TXT joined, unquoted; of a type there is no form for, its bytes in hex. zone: as in a zone
// file. Names as they came, with the dot ("Mail.example."), strings quoted; of a type there is no form for,
// the general one of RFC 3597.
enum class DnsForm : std::uint8_t { plain, zone };

struct DnsRecord {
  std::string owner;
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;  // s
  std::string text;       // "10.0.0.7", "10 mail.example", "0 5 5060 sip.example"
  std::uint16_t rr_class = 1;
  bool operator==(const DnsRecord&) const = default;
};

struct DnsMessage {
  unsigned rcode = 0;
  bool truncated = false, authoritative = false, recursion_available = false;
  // Of a truncated message those that came whole.
  std::vector<DnsRecord> answers = {}, authority = {}, additional = {};
};

inline constexpr std::size_t dns_records_kept = 512;  // of a section; a message with more is too_large

std::optional<std::uint16_t> dns_type(std::string_view name);   // "AAAA"
std::string dns_type_name(std::uint16_t);                       // "AAAA", "TYPE4711"
std::optional<std::uint16_t> dns_class(std::string_view name);  // "CH"
std::string dns_class_name(std::uint16_t);                      // "CH", "CLASS4711"
std::optional<unsigned> dns_rcode(std::string_view name);       // "NXDOMAIN"
std::string dns_rcode_name(unsigned);                           // "NXDOMAIN", "RCODE14"
std::string dns_name(std::string_view);                         // as the plain form has it

// The bytes of a query, without a length before it; what is wrong with the name where it is none.
std::expected<std::string, std::string> dns_query(const DnsQuestion&, std::uint16_t id);

// What bytes that came mean: nothing where they are no answer to this very question. Failures: protocol (an
// answer that cannot be read), too_large.
std::expected<std::optional<DnsMessage>, Failure> read_dns(std::string_view bytes, const DnsQuestion&,
                                                           std::uint16_t id, DnsForm form = DnsForm::plain);

// Those records of the answer that answer the question, aliases followed. dns_failure where the aliases lead
// in a circle.
std::expected<std::vector<DnsRecord>, Failure> answers_to(const DnsQuestion&, const DnsMessage&);

// The name under which an address is looked up backwards (PTR); nullopt where the text is no address.
std::optional<std::string> dns_reverse_name(std::string_view address);

// "127.0.0.1:53": the servers a file like /etc/resolv.conf names, at most `most`.
std::vector<std::string> dns_servers_of(const std::string& resolv_conf, std::size_t most);

}  // namespace answerback::net
