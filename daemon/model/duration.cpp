#include "model/duration.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>

namespace answerback {
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

}  // namespace

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  constexpr const char* write = "write it like 250ms, 5s, 2m or 1h30m";
  std::int64_t total = 0;
  std::string_view rest = text;
  if (rest.empty()) return std::unexpected(write);
  while (!rest.empty()) {
    std::int64_t count = 0;
    if (rest.front() < '0' || rest.front() > '9') return std::unexpected(write);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc()) return std::unexpected("longer than ten years");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.starts_with('.')) return std::unexpected("no fractions: write 1500ms for 1.5s");
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
    if (name.empty())
      return std::unexpected("the unit is missing: write " + std::string(text) + "s or " + std::string(text) +
                             "ms");
    const Unit* unit = nullptr;
    for (const Unit& u : units)
      if (u.name == name) unit = &u;
    if (unit == nullptr) return std::unexpected(write);
    if (count > (longest - total) / unit->nanoseconds) return std::unexpected("longer than ten years");
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

std::string roughly(Duration duration) {
  constexpr std::span<const Unit> told = std::span(units).first(5);  // days to milliseconds
  const auto holds = [&](const Unit& unit) { return duration.count() >= unit.nanoseconds; };
  const auto first = std::ranges::find_if(told, holds);
  if (first == told.end()) return "0s";
  std::string text = std::to_string(duration.count() / first->nanoseconds).append(first->name);
  const auto second_unit = std::next(first);
  if (second_unit == told.end() || second_unit->name == "ms") return text;
  const std::int64_t rest = duration.count() % first->nanoseconds / second_unit->nanoseconds;
  return rest == 0 ? text : text + " " + std::to_string(rest).append(second_unit->name);
}

}  // namespace answerback
