#include "model/silence.h"

#include <algorithm>
#include <array>

namespace answerback {
namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> weekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};

bool begins_on(const DailyWindow& window, std::chrono::sys_days day) {
  return (window.days >> std::chrono::weekday(day).c_encoding() & 1U) != 0;
}

bool within(const DailyWindow& window, Wall at) {
  const auto today = std::chrono::floor<days>(at);
  const auto time = at - today;
  if (window.until > window.from)
    return begins_on(window, today) && time >= window.from && time < window.until;
  return (begins_on(window, today) && time >= window.from) ||
         (begins_on(window, today - days(1)) && time < window.until);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<minutes> time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0'), minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return minutes(hour * 60 + minute);
}

std::string told(minutes time) {
  const auto two = [](auto count) { return (count < 10 ? "0" : "") + std::to_string(count); };
  return two(time.count() / 60) + ":" + two(time.count() % 60);
}

}  // namespace

bool in_force(const Silence& silence, Wall at) {
  if (silence.from && at < *silence.from) return false;
  if (silence.until && at >= *silence.until) return false;
  return !silence.daily || within(*silence.daily, at);
}

std::string silenced_by(std::span<const Silence> silences, std::string_view probe, Wall at) {
  const auto covers_probe = [&](const Silence& silence) {
    return silence.probes.empty() || std::ranges::find(silence.probes, probe) != silence.probes.end();
  };
  for (const Silence& silence : silences) {
    if (!covers_probe(silence) || !in_force(silence, at)) continue;
    const std::string by = silence.author.empty() ? "" : " by " + silence.author;
    return silence.name + by + (silence.comment.empty() ? "" : ": " + silence.comment);
  }
  return {};
}

std::expected<DailyWindow, std::string> parse_window(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto from = time_of_day(text.substr(0, dash));
  const auto until = dash == std::string_view::npos ? std::nullopt : time_of_day(text.substr(dash + 1));
  if (!from || !until) return std::unexpected("must be HH:MM-HH:MM by UTC, like 02:00-04:00 or 22:30-06:00");
  if (*from == *until) return std::unexpected("ends when it begins (the whole day is 00:00-24:00)");
  if (*from == minutes(24 * 60)) return std::unexpected("a day begins at 00:00");
  return DailyWindow{.from = *from, .until = *until};
}

std::string print_window(const DailyWindow& window) { return told(window.from) + "-" + told(window.until); }

std::optional<unsigned> weekday_named(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), lower);
  for (unsigned i = 0; i < weekdays.size(); ++i) {
    if (word == weekdays[i] || word == weekdays[i].substr(0, 3)) return i;
  }
  return std::nullopt;
}

}  // namespace answerback
