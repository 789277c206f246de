#include <array>
#include <charconv>
#include <cstdint>

#include "config/fields.h"
#include "config/masking.h"

namespace answerback::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

constexpr std::int64_t second = 1'000'000'000;
constexpr std::array<Unit, 7> units = {{{"d", 86'400 * second},
                                        {"h", 3'600 * second},
                                        {"m", 60 * second},
                                        {"s", second},
                                        {"ms", 1'000'000},
                                        {"us", 1'000},
                                        {"ns", 1}}};
constexpr std::int64_t longest =
    3'650 * 86'400 * second;  // ten years; sums and small multiples of it still fit

std::unexpected<std::string> wrong(std::string_view text, std::string_view why) {
  return std::unexpected("not a duration: " + quote(text) + " (" + std::string(why) + ")");
}

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  constexpr std::string_view write = "write it like 250ms, 5s, 2m or 1h30m";
  std::int64_t total = 0;
  std::string_view rest = text;
  if (rest.empty()) return wrong(text, write);
  while (!rest.empty()) {
    std::int64_t count = 0;
    if (rest.front() < '0' || rest.front() > '9') return wrong(text, write);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc()) return wrong(text, "longer than ten years");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.starts_with('.')) return wrong(text, "no fractions: write 1500ms for 1.5s");
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
    if (name.empty())
      return wrong(text,
                   "the unit is missing: write " + std::string(text) + "s or " + std::string(text) + "ms");
    const Unit* unit = nullptr;
    for (const Unit& u : units)
      if (u.name == name) unit = &u;
    if (unit == nullptr) return wrong(text, write);
    if (count > (longest - total) / unit->nanoseconds) return wrong(text, "longer than ten years");
    total += count * unit->nanoseconds;
    rest.remove_prefix(name.size());
  }
  return Duration(total);
}

std::string print_duration(Duration duration) {
  std::int64_t left = duration.count();
  if (left == 0) return "0s";
  if (left < 0) return "-" + print_duration(-duration);
  std::string single, sum;  // "90s" and "1m30s"
  for (const Unit& unit : units) {
    if (single.empty() && duration.count() % unit.nanoseconds == 0)
      single = std::to_string(duration.count() / unit.nanoseconds).append(unit.name);
    if (const std::int64_t count = left / unit.nanoseconds; count > 0)
      sum += std::to_string(count).append(unit.name);
    left %= unit.nanoseconds;
  }
  return single.size() <= sum.size() ? single : sum;
}

}  // namespace answerback::config
