#pragma once
// When nobody is to be told: maintenance windows of the configuration, and silences somebody asked for. A
// silence keeps notifications back. It never stops a probe, and never changes what is shown. Pure.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.h"

namespace answerback {

// Every day, or on some days of the week, by UTC. A window that ends at or before its beginning goes on into
// the next day, and belongs to the one it began on.
struct DailyWindow {
  std::chrono::minutes from{}, until{};  // since midnight
  std::uint8_t days = 0x7F;              // bit 0 is Sunday
  bool operator==(const DailyWindow&) const = default;
};

struct Silence {
  std::string name;                      // of the configuration, or the number it was given
  std::vector<std::string> probes = {};  // whose causes nobody is told of; empty: all
  std::optional<Wall> from = {}, until = {};
  std::optional<DailyWindow> daily = {};
  std::string author = {};  // empty for those of the configuration
  std::string comment = {};
  bool operator==(const Silence&) const = default;
};

bool in_force(const Silence&, Wall);

// Why nobody is told of this probe at that time: "nightly: database upgrade", or "7 by ada: rolling out";
// empty: everybody is.
std::string silenced_by(std::span<const Silence>, std::string_view probe, Wall);

// "02:00-04:00", "22:30-24:00"; or what is wrong with it. `days` stay all of them.
std::expected<DailyWindow, std::string> parse_window(std::string_view);
std::string print_window(const DailyWindow&);  // "02:00-04:00", without the days

// 0 to 6 for "sun" to "sat", also written out in full; any case.
std::optional<unsigned> weekday_named(std::string_view);

}  // namespace answerback
