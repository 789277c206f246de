#pragma once
// The data of one DNS record as people write it (RFC 1035, 2782, 3596, 8659). Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/dns_message.h"

namespace answerback::net {

struct DnsRdata {
  const unsigned char *message, *end;  // the whole message, in which names may be compressed
  const unsigned char* data;           // within it
  std::size_t size;
};

// As DnsRecord::text; nullopt where the data does not fit the type.
std::optional<std::string> dns_record_text(std::uint16_t type, const DnsRdata&, DnsForm);

// A name as glibc writes it ("Mail.example"), in that form.
std::string dns_name(std::string_view, DnsForm);

// A record read in the zone form, whole: "Mail.example.\t300\tIN\tA\t10.0.0.7".
std::string dns_zone_line(const DnsRecord&);

}  // namespace answerback::net
