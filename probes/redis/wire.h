#pragma once
// RESP2 as far as a prober needs it: commands out, single replies back
// (redis.io/docs/reference/protocol-spec). Pure.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::probes {

struct RedisReply {
  enum class Kind : std::uint8_t { status, error, integer, bulk, null };
  Kind kind = Kind::null;
  std::string text = {};  // without its prefix; of an integer its digits
};

inline constexpr std::size_t redis_line_cap = 4 * 1024, redis_bulk_cap = 256 * 1024;

std::string redis_command(std::span<const std::string> words);  // "*2\r\n$4\r\nAUTH\r\n…"

// One reply from the front of what has come, and how many bytes it takes; nullopt: more must come. Failures:
// protocol (not RESP, or a kind no command of ours asks for), too_large.
struct ReadReply {
  RedisReply reply;
  std::size_t size = 0;
};
std::expected<std::optional<ReadReply>, Failure> read_redis_reply(std::string_view bytes);

// What an error reply stands for, by its first word: auth, forbidden, not_ready, read_only, overloaded,
// too_many_connections, protocol. `doing`: what it answered.
Failure redis_failure(std::string_view error, std::string_view doing);

// The value of a line "name:value" of INFO; nullopt where there is none.
std::optional<std::string> redis_info(std::string_view info, std::string_view name);

}  // namespace answerback::probes
