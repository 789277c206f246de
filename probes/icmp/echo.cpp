#include "probes/icmp/echo.h"

#include <algorithm>

#include "probe/random.h"

namespace answerback::probes {
namespace {

constexpr char v4_request = 8, v4_reply = 0;
constexpr unsigned char v6_request = 128, v6_reply = 129;
constexpr std::size_t icmp_header = 8;

std::string payload_of(const IcmpEcho& echo) {
  std::string payload = echo.mark;
  payload.resize(std::min(icmp_mark_size, echo.payload));
  while (payload.size() < echo.payload) payload += static_cast<char>(payload.size());
  return payload;
}

}  // namespace

std::string icmp_mark(Random& random) {
  std::string mark;
  while (mark.size() < icmp_mark_size)
    for (std::uint64_t bits = random.bits(), i = 0; i < 8; ++i, bits >>= 8)
      mark += static_cast<char>(bits & 0xff);
  return mark;
}

std::string icmp_request(const IcmpEcho& echo) {
  std::string bytes(icmp_header, '\0');
  bytes[0] = echo.v6 ? static_cast<char>(v6_request) : v4_request;
  bytes[6] = static_cast<char>(echo.sequence >> 8);
  bytes[7] = static_cast<char>(echo.sequence);
  return bytes + payload_of(echo);
}

std::optional<std::uint16_t> icmp_reply(std::string_view bytes, const IcmpEcho& like) {
  if (bytes.size() < icmp_header || bytes[1] != 0) return std::nullopt;
  if (bytes[0] != (like.v6 ? static_cast<char>(v6_reply) : v4_reply)) return std::nullopt;
  if (bytes.substr(icmp_header) != payload_of(like)) return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[6]) << 8 |
                                    static_cast<unsigned char>(bytes[7]));
}

}  // namespace answerback::probes
