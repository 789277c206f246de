#include "net/retry_after.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

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

// "1s", "6m0s", "12ms": how OpenAI's servers write when a limit begins anew.
std::optional<double> reset_in(std::string_view text) {
  constexpr std::pair<std::string_view, double> units[] = {
      {"ms", 0.001}, {"h", 3600}, {"m", 60}, {"s", 1}, {"d", 86400}};
  double sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto value = number(text.substr(0, digits));
    text.remove_prefix(digits);
    const auto unit = std::ranges::find_if(units, [&](const auto& u) { return text.starts_with(u.first); });
    if (!value || unit == std::end(units)) return std::nullopt;
    sum += *value * unit->second;
    text.remove_prefix(unit->first.size());
  }
  return sum;
}

// Where Retry-After is left out: the limit of which nothing remains.
std::optional<double> exhausted_until(const Headers& headers) {
  std::optional<double> longest;
  for (const std::string of : {"requests", "tokens"}) {
    const std::string* remaining = find_header(headers, "x-ratelimit-remaining-" + of);
    const std::string* reset = find_header(headers, "x-ratelimit-reset-" + of);
    const auto wait = remaining && reset && *remaining == "0" ? reset_in(*reset) : std::nullopt;
    if (wait) longest = std::max(longest.value_or(0), *wait);
  }
  return longest;
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
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*wait));
}

}  // namespace

std::optional<Duration> retry_after(const Headers& headers, Wall now) {
  if (const std::string* ms = find_header(headers, "retry-after-ms")) {
    const auto count = number(*ms);
    if (const auto wait = sensible(count ? std::optional(*count / 1000) : std::nullopt)) return wait;
  }
  const std::string* after = find_header(headers, "retry-after");
  if (!after) return sensible(exhausted_until(headers));
  const auto count = number(*after);
  return sensible(count ? count : seconds_until(*after, now));
}

std::optional<Duration> clock_ahead(const Headers& headers, Wall now) {
  const std::string* date = find_header(headers, "date");
  const auto ahead = date ? seconds_until(*date, Wall()) : std::nullopt;
  if (!ahead || *ahead < 0 || *ahead > 9e9) return std::nullopt;
  const Wall theirs(std::chrono::milliseconds(static_cast<std::int64_t>(*ahead * 1000) + 500));
  return theirs - now;
}

}  // namespace answerback::net
