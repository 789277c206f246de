#pragma once
// One ICMP echo (RFC 792, RFC 4443) as a ping socket takes and gives it: from the ICMP header on; identifier
// and checksum are the kernel's. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace answerback {
class Random;
}

namespace answerback::probes {

inline constexpr std::size_t icmp_mark_size = 16;  // bytes; a shorter payload holds its beginning

struct IcmpEcho {
  bool v6 = false;
  std::uint16_t sequence = 0;
  std::string mark = {};  // by which we know our own
  std::size_t payload = icmp_mark_size;
};

std::string icmp_mark(Random&);
std::string icmp_request(const IcmpEcho&);

// The sequence number of a reply to one of ours, whole as it was sent; nullopt for all else.
std::optional<std::uint16_t> icmp_reply(std::string_view bytes, const IcmpEcho& like);

}  // namespace answerback::probes
