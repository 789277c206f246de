#include "probes/shared/platform/time.h"

#include <algorithm>
#include <charconv>

namespace answerback::probes {
namespace {

using namespace std::chrono;

// So many digits at this place of the text; -1 where they are not.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = -1;
  const char* end = text.data() + at + count;
  const auto read = std::from_chars(text.data() + at, end, value);
  return read.ec == std::errc() && read.ptr == end ? value : -1;
}

std::optional<Wall> of_seconds(double number) {
  if (number > 1e11) number /= 1e3;  // milliseconds: as seconds it would be the year 5138
  if (!(number > 0 && number < 9e9)) return std::nullopt;
  return Wall(duration_cast<Wall::duration>(duration<double>(number)));
}

// "", "Z", "+02:00", "+0200", "+02": how far ahead of UTC.
std::optional<Wall::duration> zone_of(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return Wall::duration{};
  const int hour = digits_at(text, 1, 2);
  const int minute = text.size() > 3 ? digits_at(text, text.size() - 2, 2) : 0;
  if (hour < 0 || minute < 0 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const Wall::duration ahead = hours(hour) + minutes(minute);
  return text[0] == '+' ? ahead : -ahead;
}

}  // namespace

std::string spoken(Duration d) {
  const auto ms = round<milliseconds>(d).count();
  if (ms < 1000) return std::to_string(ms) + " ms";
  const auto tenths = (ms + 50) / 100;
  const std::string whole = std::to_string(tenths / 10);
  return (tenths % 10 == 0 ? whole : whole + "." + std::to_string(tenths % 10)) + " s";
}

std::optional<Wall> read_timestamp(std::string_view text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return of_seconds(number);

  const int y = digits_at(text, 0, 4), m = digits_at(text, 5, 2), d = digits_at(text, 8, 2);
  const int hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  if (std::min({y, m, d, hour, minute, second}) < 0) return std::nullopt;
  const year_month_day date(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)));
  if (!date.ok() || y < 1970 || y >= 2200) return std::nullopt;  // well within what a Wall can hold

  std::string_view rest = text.substr(19);
  double fraction = 0;
  if (rest.starts_with('.')) {
    const auto parsed = std::from_chars(rest.data(), end, fraction, std::chars_format::fixed);
    if (parsed.ec != std::errc()) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
  }
  const auto zone = zone_of(rest);
  if (!zone) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + std::chrono::seconds(second) +
         duration_cast<Wall::duration>(duration<double>(fraction)) - *zone;
}

}  // namespace answerback::probes
