#include "net/retry_after.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <string_view>

namespace answerback::net {
namespace {

constexpr double a_week = 7.0 * 24 * 3600;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT": the one form of a date that may still be sent.
std::optional<double> seconds_until(const std::string& date, Wall now) {
  std::tm utc{};
  const char* end = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  if (!end || *end != '\0') return std::nullopt;
  return static_cast<double>(timegm(&utc) - std::chrono::system_clock::to_time_t(now));
}

std::optional<Duration> sensible(std::optional<double> wait) {
  if (!wait || !(*wait > 0 && *wait <= a_week)) return std::nullopt;
  const auto asked = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*wait));
  return std::min(asked, longest_wait);
}

}  // namespace

std::optional<Duration> retry_after(const Headers& headers, Wall now) {
  if (const std::string* ms = find_header(headers, "retry-after-ms")) {
    const auto count = number(*ms);
    if (const auto wait = sensible(count ? std::optional(*count / 1000) : std::nullopt)) return wait;
  }
  const std::string* after = find_header(headers, "retry-after");
  if (!after) return std::nullopt;
  const auto count = number(*after);
  return sensible(count ? count : seconds_until(*after, now));
}

}  // namespace answerback::net
