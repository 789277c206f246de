#include "http/probe_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/health_json.h"
#include "http/json_text.h"
#include "model/text.h"

namespace answerback::http {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 4096;

json::string text(std::string_view from) { return json::string(clip(from, text_cap)); }
json::string text_of(auto value) { return json::string(name(value)); }

json::array names(const Plan& plan, const std::vector<ProbeId>& ids) {
  json::array out;
  for (const ProbeId id : ids) out.emplace_back(plan.probes[id].name);
  return out;
}

json::object settings(const Plan& plan, const ProbeInfo& info) {
  json::object labels;
  for (const auto& [key, value] : info.labels) labels[key] = text(value);
  return {{"interval_seconds", seconds(info.interval)},
          {"timeout_seconds", seconds(info.timeout)},
          {"stale_seconds", seconds(info.stale)},
          {"fall", info.thresholds.fall},
          {"rise", info.thresholds.rise},
          {"depends_on", names(plan, info.depends_on)},
          {"labels", std::move(labels)}};
}

json::object last_run(const RunRecord& run) {
  json::array phases, samples;
  for (const PhaseTime& each : run.phases) {
    phases.push_back({{"phase", text_of(each.phase)},
                      {"offset_seconds", seconds(each.began - run.started)},
                      {"duration_seconds", seconds(each.took)}});
  }
  for (const Sample& each : run.samples) {
    json::object sample{{"measure", text_of(each.measure)}, {"value", each.value}};
    if (!each.label.empty()) sample["label"] = text(each.label);
    samples.push_back(std::move(sample));
  }
  return {{"run", trace_id(run.id)},
          {"began", iso_time(run.began)},
          {"duration_seconds", seconds(run.took())},
          {"verdict", text_of(run.result.verdict)},
          {"reason", text_of(run.result.reason)},
          {"phase", text_of(run.phase)},
          {"output", text(run.result.detail)},
          {"phases", std::move(phases)},
          {"samples", std::move(samples)},
          {"bytes_sent", run.bytes_sent},
          {"bytes_received", run.bytes_received}};
}

json::object counts(const Tally& tally) {
  json::array runs;
  for (const auto& [kind, alike] : tally.runs) {
    runs.push_back(
        {{"verdict", text_of(kind.first)}, {"reason", text_of(kind.second)}, {"count", alike.count}});
  }
  return {
      {"runs", std::move(runs)}, {"transitions", tally.transitions}, {"skipped_slots", tally.skipped_slots}};
}

json::array day(const Chronicle* chronicle, const std::string& probe) {
  json::array out;
  if (chronicle == nullptr) return out;
  const auto parts = chronicle->days.find(probe);
  if (parts == chronicle->days.end()) return out;
  for (const DayPart& each : parts->second) {
    out.push_back({{"from", iso_time(each.from)},
                   {"pass", each.pass},
                   {"warn", each.warn},
                   {"fail", each.fail},
                   {"unknown", each.unknown},
                   {"mean_seconds", each.mean_seconds},
                   {"longest_seconds", each.longest_seconds}});
  }
  return out;
}

}  // namespace

std::string probe_json(const Context& context, ProbeId id) {
  const Snapshot& snapshot = *context.snapshot;
  const Plan& plan = *snapshot.plan;
  const ProbeView& view = *snapshot.probes[id];
  json::object out{{"name", plan.probes[id].name}};
  for (auto& [key, value] : check_json(snapshot, id)) out[key] = std::move(value);
  out["causes"] = names(plan, snapshot.assessment->caused_by[id]);
  out["settings"] = settings(plan, plan.probes[id]);
  out["last_run"] = view.last ? json::value(last_run(*view.last)) : json::value(nullptr);
  out["counts"] = counts(view.tally);
  out["day"] = day(context.chronicle.get(), plan.probes[id].name);
  return print(out);
}

}  // namespace answerback::http
