#include "sinks/day_strip.h"

#include <algorithm>

namespace answerback::sinks {
namespace {

std::uint32_t runs(const DayPart& part) { return part.pass + part.warn + part.fail + part.unknown; }

std::uint32_t& count_of(DayPart& part, Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return part.pass;
    case Verdict::warn: return part.warn;
    case Verdict::fail: return part.fail;
    case Verdict::unknown: break;
  }
  return part.unknown;
}

}  // namespace

Wall part_of(Wall at) {
  const auto since = at.time_since_epoch();
  return Wall(since - ((since % day_part) + day_part) % day_part);
}

void add(DayPart& part, const RunRecord& run) {
  const auto took = static_cast<float>(seconds(run.took()));
  DayPart one{.from = part.from, .longest_seconds = took, .mean_seconds = took};
  ++count_of(one, run.result.verdict);
  add(part, one);
}

void add(DayPart& part, const DayPart& more) {
  const auto before = static_cast<float>(runs(part)), added = static_cast<float>(runs(more));
  if (added == 0) return;
  part.mean_seconds += (more.mean_seconds - part.mean_seconds) * (added / (before + added));
  part.longest_seconds = std::max(part.longest_seconds, more.longest_seconds);
  part.pass += more.pass;
  part.warn += more.warn;
  part.fail += more.fail;
  part.unknown += more.unknown;
}

void add(std::vector<DayPart>& strip, const DayPart& more) {
  const Wall future = more.from + (day_part * parts_of_a_day);  // one the clock has stepped back from
  std::erase_if(strip, [&](const DayPart& part) { return part.from > future; });
  const auto at = std::ranges::lower_bound(strip, more.from, {}, &DayPart::from);
  if (at != strip.end() && at->from == more.from)
    add(*at, more);
  else
    strip.insert(at, more);
  const Wall oldest = strip.back().from - (day_part * (parts_of_a_day - 1));
  std::erase_if(strip, [&](const DayPart& part) { return part.from < oldest; });
}

}  // namespace answerback::sinks
