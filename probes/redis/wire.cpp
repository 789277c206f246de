#include "probes/redis/wire.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t shown = 120;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Failure> not_redis(std::string_view bytes) {
  return std::unexpected(Failure{Reason::protocol, "that is no reply of Redis: " + one_line(bytes, shown)});
}

struct Word {
  std::string_view word;
  Reason reason;
};
constexpr Word words[] = {
    {"WRONGPASS", Reason::auth},        {"NOAUTH", Reason::auth},          {"NOPERM", Reason::forbidden},
    {"DENIED", Reason::forbidden},      {"LOADING", Reason::not_ready},    {"MASTERDOWN", Reason::not_ready},
    {"CLUSTERDOWN", Reason::not_ready}, {"BUSY", Reason::not_ready},       {"READONLY", Reason::read_only},
    {"MISCONF", Reason::read_only},     {"NOREPLICAS", Reason::read_only}, {"OOM", Reason::overloaded},
};

}  // namespace

std::string redis_command(std::span<const std::string> command) {
  std::string bytes = "*" + std::to_string(command.size()) + "\r\n";
  for (const std::string& word : command) bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return bytes;
}

std::expected<std::optional<ReadReply>, Failure> read_redis_reply(std::string_view bytes) {
  using enum RedisReply::Kind;
  if (bytes.empty()) return std::nullopt;
  if (!std::string_view("+-:$").contains(bytes.front())) return not_redis(bytes);
  const std::size_t end = bytes.find("\r\n");
  if (end > redis_line_cap && bytes.size() > redis_line_cap)
    return std::unexpected(Failure{
        Reason::too_large, "a line of a reply is longer than " + std::to_string(redis_line_cap) + " bytes"});
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = bytes.substr(1, end - 1);
  const std::size_t behind = end + 2;
  switch (bytes.front()) {
    case '+': return ReadReply{{status, std::string(line)}, behind};
    case '-': return ReadReply{{error, std::string(line)}, behind};
    case ':':
      if (!whole_number(line)) return not_redis(bytes);
      return ReadReply{{integer, std::string(line)}, behind};
    default: break;
  }
  const auto length = whole_number(line);
  if (!length || *length < -1) return not_redis(bytes);
  if (*length == -1) return ReadReply{{null}, behind};
  const auto size = static_cast<std::size_t>(*length);
  if (size > redis_bulk_cap)
    return std::unexpected(Failure{Reason::too_large, "a reply of " + std::to_string(size) +
                                                          " bytes, at most " +
                                                          std::to_string(redis_bulk_cap) + " are read"});
  if (bytes.size() < behind + size + 2) return std::nullopt;
  if (bytes.substr(behind + size, 2) != "\r\n") return not_redis(bytes);
  return ReadReply{{bulk, std::string(bytes.substr(behind, size))}, behind + size + 2};
}

Failure redis_failure(std::string_view error, std::string_view doing) {
  const std::string_view first = error.substr(0, error.find(' '));
  const auto* known = std::ranges::find(words, first, &Word::word);
  Reason reason = known != std::end(words) ? known->reason : Reason::protocol;
  if (error.contains("max number of clients")) reason = Reason::too_many_connections;
  if (doing == "AUTH" && reason == Reason::protocol) reason = Reason::auth;  // "ERR … no password is set"
  return {reason, std::string(doing) + " was answered: " + one_line(error, 2 * shown)};
}

std::optional<std::string> redis_info(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const std::size_t end = std::min(info.find('\n'), info.size());
    std::string_view line = info.substr(0, end);
    info.remove_prefix(std::min(end + 1, info.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
      return std::string(line.substr(name.size() + 1));
  }
  return std::nullopt;
}

}  // namespace answerback::probes
