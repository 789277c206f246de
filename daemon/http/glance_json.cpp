#include "http/glance_json.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cmath>

#include "model/advice.h"
#include "model/text.h"

namespace answerback::http {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 200;  // bytes of a silence's comment, a stage's name

double ms(double seconds) { return std::round(seconds * 1e4) / 10; }

json::object last_runs(const Recent& recent) {
  json::array took;
  json::string verdicts;
  for (std::size_t i = 0; i < recent.size(); ++i) {
    took.emplace_back(ms(recent[i].seconds));
    verdicts.push_back(name(recent[i].verdict).front());
  }
  return {{"ms", std::move(took)}, {"verdicts", std::move(verdicts)}};
}

// Empty for a probe that has no chain.
json::array stages(const Tally& tally, const RunRecord& run) {
  json::array out;
  const auto tell = [&](const std::string& stage, json::value took) {
    out.push_back({{"stage", clip(stage, text_cap)}, {"ms", std::move(took)}});
  };
  for (const Sample& sample : run.samples) {
    if (sample.measure == Measure::stage_duration) tell(sample.label, ms(sample.value));
  }
  const auto reached = [&](const std::string& stage) {
    return std::ranges::any_of(run.samples, [&](const Sample& each) {
      return each.measure == Measure::stage_duration && each.label == stage;
    });
  };
  for (const std::string& stage : tally.chain) {
    if (!reached(stage)) tell(stage, nullptr);
  }
  return out;
}

json::object day(const std::vector<DayPart>& parts, Wall now) {
  const Wall since = now - (now.time_since_epoch() % day_part);
  const Wall from = since - day_part * (parts_of_a_day - 1);
  json::array runs(parts_of_a_day, 0), warn = runs, fail = runs, unknown = runs;
  json::array mean(parts_of_a_day, nullptr), longest = mean;
  for (const DayPart& each : parts) {
    if (each.from < from || each.from > since) continue;
    const auto i = static_cast<std::size_t>((each.from - from) / day_part);
    runs[i] = each.pass + each.warn + each.fail + each.unknown;
    warn[i] = each.warn;
    fail[i] = each.fail;
    unknown[i] = each.unknown;
    mean[i] = ms(each.mean_seconds);
    longest[i] = ms(each.longest_seconds);
  }
  return {{"from", iso_time(from)},     {"part_seconds", seconds(day_part)}, {"runs", std::move(runs)},
          {"warn", std::move(warn)},    {"fail", std::move(fail)},           {"unknown", std::move(unknown)},
          {"mean_ms", std::move(mean)}, {"longest_ms", std::move(longest)}};
}

}  // namespace

void add_glance(json::object& to, const Context& context, ProbeId id, bool strip) {
  const Snapshot& snapshot = *context.snapshot;
  const Plan& plan = *snapshot.plan;
  const ProbeView& view = *snapshot.probes[id];

  json::array& causes = to["causes"].emplace_array();
  for (const ProbeId cause : snapshot.assessment->caused_by[id]) causes.emplace_back(plan.probes[cause].name);
  const bool up = view.facts.health == Health::up;
  if (!up && view.facts.reason != Reason::none) to["next"] = next_check(view.facts.reason);
  if (snapshot.silences) {
    const std::string why = silenced_by(*snapshot.silences, plan.probes[id].name, context.now);
    if (!why.empty()) to["silenced_by"] = one_line(why, text_cap);
  }
  to["recent"] = last_runs(view.tally.recent);
  if (const auto& run = !up && view.last_not_ok ? view.last_not_ok : view.last) {
    if (json::array found = stages(view.tally, *run); !found.empty()) to["stages"] = std::move(found);
  }
  if (!strip || !context.chronicle) return;
  const auto parts = context.chronicle->days.find(plan.probes[id].name);
  if (parts != context.chronicle->days.end()) to["strip"] = day(parts->second, context.now);
}

}  // namespace answerback::http
