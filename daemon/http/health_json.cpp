#include "http/health_json.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <vector>

#include "http/glance_json.h"
#include "http/json_text.h"
#include "model/sentence.h"
#include "model/text.h"

namespace answerback::http {
namespace {

namespace json = boost::json;

constexpr std::size_t text_cap = 4096;  // bytes of one text
// Of each failing probe, the last ones, from a silent agent's welcome to its last word; alone it shows all it
// has.
constexpr std::size_t frames_in_a_list = 12;
constexpr std::size_t frame_cap_in_a_list = 512;

json::string text(std::string_view from, std::size_t most = text_cap) {
  return json::string(clip(from, most));
}
json::string text_of(auto value) { return json::string(name(value)); }
double milliseconds(Duration d) { return std::round(seconds(d) * 1e6) / 1e3; }
Wall ended(const RunRecord& run) {
  return run.began + std::chrono::duration_cast<Wall::duration>(run.took());
}

bool contains(const auto& all, const auto& one) {
  return std::ranges::find(all, one) != std::ranges::end(all);
}

enum class Detail { brief, list, alone };  // brief: of the evidence, which run it is of

json::object evidence(const RunRecord& run, Detail detail) {
  if (detail == Detail::brief) return {{"run", trace_id(run.id)}};
  json::array phases;
  for (const PhaseTime& each : run.phases) {
    phases.push_back({{"phase", text_of(each.phase)}, {"ms", milliseconds(each.took)}});
  }
  json::array frames;
  const bool failed = run.result.verdict != Verdict::pass;
  const std::size_t most = detail == Detail::alone ? run.frames.size() : failed ? frames_in_a_list : 0;
  for (std::size_t i = run.frames.size() - std::min(most, run.frames.size()); i < run.frames.size(); ++i) {
    const Frame& frame = run.frames[i];
    const std::size_t cap = detail == Detail::alone ? Evidence::frame_cap : frame_cap_in_a_list;
    frames.push_back(text(frame.label + ": " + frame.text, cap + frame.label.size() + 2));
  }
  return {{"run", trace_id(run.id)}, {"phases", std::move(phases)}, {"frames", std::move(frames)}};
}

json::object check(const Plan& plan, const Snapshot& snapshot, ProbeId id, Detail detail) {
  constexpr std::array datastores{"postgres", "redis", "clickhouse"};
  const ProbeInfo& info = plan.probes[id];
  const ProbeView& view = *snapshot.probes[id];
  const ProbeFacts& facts = view.facts;
  const Status status = status_of(facts.health);

  json::object out{{"componentId", info.name},
                   {"componentType", contains(datastores, info.type) ? "datastore" : "component"},
                   {"type", info.type},
                   {"status", text_of(status)},
                   {"health", text_of(facts.health)},
                   {"critical", info.critical}};
  if (facts.condition != Condition::none) out[name(facts.condition)] = true;
  if (facts.since != Wall{}) out["since"] = iso_time(facts.since);
  if (view.last) {
    out["time"] = iso_time(ended(*view.last));
    out["observedValue"] = milliseconds(view.last->took());
    out["observedUnit"] = "ms";
  }
  out["last_pass"] = view.last_pass ? json::value(iso_time(*view.last_pass)) : json::value(nullptr);
  if (status != Status::pass) {
    const bool told = facts.reason != Reason::none;
    out["reason"] = text_of(told ? facts.reason : Reason::no_evidence);
    if (told) out["phase"] = text_of(facts.phase);
    out["output"] = told ? text(facts.detail) : json::string("no verdict yet");
  }
  if (const auto& run = status != Status::pass && view.last_not_ok ? view.last_not_ok : view.last) {
    out["evidence"] = evidence(*run, detail);
  }
  if (view.last) {
    json::array watched;
    for (const Sample& each : view.last->samples)
      if (each.measure == Measure::watches) watched.push_back(text(each.label));
    if (!watched.empty()) out["watches"] = std::move(watched);
  }
  if (!info.runbook_url.empty()) out["links"] = {{"runbook", text(info.runbook_url)}};
  return out;
}

json::array names(const Plan& plan, const std::vector<ProbeId>& ids) {
  json::array out;
  for (const ProbeId id : ids) out.emplace_back(plan.probes[id].name);
  return out;
}

json::array causes(const Plan& plan, const Assessment& whole) {
  json::array out;
  for (const Cause& each : whole.causes) {
    json::array capabilities;
    for (const std::size_t i : each.capabilities) capabilities.emplace_back(plan.capabilities[i].name);
    json::array whys;
    for (const std::string& why : each.whys) whys.push_back(text(why));
    json::object cause{{"probe", plan.probes[each.probe].name}, {"reason", text_of(each.reason)},
                       {"phase", text_of(each.phase)},          {"since", iso_time(each.since)},
                       {"blocks", names(plan, each.blocks)},    {"capabilities", std::move(capabilities)},
                       {"value_blocked", each.value_blocked},   {"whys", std::move(whys)}};
    if (!each.finding.empty()) cause["output"] = text(each.finding);
    if (!each.silenced_by.empty()) cause["silenced_by"] = text(each.silenced_by);
    out.push_back(std::move(cause));
  }
  return out;
}

// As causes, which those that are one refer to by the name of the probe.
json::array findings(const Plan& plan, const Assessment& whole) {
  json::array out;
  for (const Finding& each : whole.findings) {
    const auto cause = std::ranges::find(whole.causes, each.probe, &Cause::probe);
    const bool found = cause != whole.causes.end();
    out.push_back({{"name", each.name},
                   {"probe", plan.probes[each.probe].name},
                   {"with", plan.probes[each.with].name},
                   {"reason", text_of(each.reason)},
                   {"phase", text_of(found ? cause->phase : Phase::prepare)},
                   {"since", iso_time(each.since)},
                   {"blocks", found ? names(plan, cause->blocks) : json::array()},
                   {"output", text(each.detail)}});
  }
  return out;
}

json::array capabilities(const Plan& plan, const Assessment& whole) {
  json::array out;
  for (std::size_t i = 0; i < whole.capabilities.size(); ++i) {
    const CapabilityInfo& info = plan.capabilities[i];
    std::vector<ProbeId> blocked_by;
    for (const Cause& each : whole.causes) {
      if (contains(each.capabilities, i)) blocked_by.push_back(each.probe);
    }
    out.push_back({{"name", text(info.name)},
                   {"value", info.value},
                   {"state", text_of(whole.capabilities[i])},
                   {"impact", text(info.impact)},
                   {"blocked_by", names(plan, blocked_by)}});
  }
  return out;
}

json::array texts(const std::vector<std::string>& lines) {
  json::array out;
  for (const std::string& each : lines) out.push_back(text(each));
  return out;
}

json::array timeline(const std::vector<Moment>& moments) {
  json::array out;
  for (const Moment& each : moments) out.push_back({{"at", iso_time(each.at)}, {"what", text(each.what)}});
  return out;
}

// What strangers are told. The client commands know the note.
json::object bare(Status status) {
  return {{"status", text_of(status)}, {"notes", json::array{"details are for the authorised"}}};
}

Response answer(const Context& context, Status status, const json::object& body) {
  return {.status = status == Status::fail ? 503 : 200,
          .content_type = std::string(health_content_type),
          .body = print(context.details ? body : bare(status)),
          .headers = {{"Cache-Control", "max-age=1"}}};
}

json::object root(const Context& context, Status status, std::string_view output) {
  json::object out{{"status", text_of(status)}, {"version", context.version}};
  if (!context.instance.empty()) out["instance"] = context.instance;
  if (!not_trusted(context).empty()) out["looking"] = false;
  if (status != Status::pass && !output.empty()) out["output"] = text(output);
  return out;
}

// Of how much this instance speaks where others have the rest: `total` are the probes of all, here there are
// `own`.
void add_shard(json::object& out, const Plan& plan, std::size_t own, std::size_t total) {
  out["shard"] = {
      {"index", plan.part->shard.index}, {"of", plan.part->shard.of}, {"own", own}, {"total", total}};
}

Response starting(const Context& context) {
  return answer(context, Status::fail, root(context, Status::fail, not_trusted(context)));
}

std::string told_of(const Snapshot& snapshot, const std::vector<ProbeId>& ids) {
  const bool all_up =
      std::ranges::all_of(ids, [&](ProbeId id) { return snapshot.probes[id]->facts.health == Health::up; });
  if (all_up || !snapshot.assessment) return {};
  std::vector<ProbeFacts> facts;
  for (const auto& each : snapshot.probes) facts.push_back(each->facts);
  return sentence_about(*snapshot.plan, facts, *snapshot.assessment, ids);
}

// The answer of some probes that is not the whole: their worst status, unless nothing can be trusted.
Response part(const Context& context, std::string_view what, Status status, const std::vector<ProbeId>& ids,
              Detail detail, const GroupInfo* group = nullptr) {
  const Snapshot& snapshot = *context.snapshot;
  const Plan& plan = *snapshot.plan;
  std::string output = not_trusted(context);
  if (!output.empty()) status = Status::fail;
  if (output.empty() && ids.empty()) output = "no probes";
  if (output.empty()) output = told_of(snapshot, ids);
  json::object out = root(context, status, output);
  out["serviceId"] = text(plan.service);
  out["description"] = text(what);
  if (plan.part && group != nullptr) {
    const auto place = std::ranges::find(plan.groups, group->name, &GroupInfo::name) - plan.groups.begin();
    add_shard(out, plan, ids.size(), plan.part->members.at(static_cast<std::size_t>(place)));
  }
  json::object& checks = out["checks"].emplace_object();
  for (const ProbeId id : ids) checks[plan.probes[id].name] = json::array{check(plan, snapshot, id, detail)};
  return answer(context, status, out);
}

}  // namespace

Response health(const Context& context, bool with_checks) {
  if (!context.snapshot || !context.snapshot->plan || !context.snapshot->assessment) return starting(context);
  const Snapshot& snapshot = *context.snapshot;
  const Plan& plan = *snapshot.plan;
  const Assessment& whole = *snapshot.assessment;
  const std::string distrust = not_trusted(context);
  const Status status = distrust.empty() ? whole.status : Status::fail;

  // A thousand checks are as many thousand small pieces: in a few large blocks, which go back to the system.
  json::monotonic_resource blocks;
  json::object out(
      root(context, status, distrust.empty() || !snapshot.ourselves.looking ? whole.output : distrust),
      &blocks);
  out["serviceId"] = text(plan.service);
  out["description"] = text("health of " + (plan.service.empty() ? "the platform" : plan.service));
  if (plan.part) add_shard(out, plan, plan.probes.size(), plan.part->probes);
  if (!distrust.empty()) out["notes"] = json::array{text(distrust), "what follows is what was last seen"};
  if (with_checks) {
    json::object& checks = out["checks"].emplace_object();
    checks.reserve(plan.probes.size());
    for (ProbeId id = 0; id < plan.probes.size(); ++id) {
      checks[plan.probes[id].name] = json::array{check(plan, snapshot, id, Detail::list)};
    }
  }
  out["causes"] = causes(plan, whole);
  if (!whole.findings.empty()) out["findings"] = findings(plan, whole);
  out["value"] = {
      {"working", whole.value.working}, {"blocked", whole.value.blocked}, {"unknown", whole.value.unknown}};
  out["capabilities"] = capabilities(plan, whole);
  return answer(context, status, out);
}

Response health(const Context& context, const GroupInfo& group) {
  const Snapshot& snapshot = *context.snapshot;
  std::vector<Health> healths;
  for (const auto& each : snapshot.probes) healths.push_back(each->facts.health);
  const Status status = status_of_group(*snapshot.plan, group, healths);
  return part(context, "group " + group.name, status, group.needs, Detail::list, &group);
}

Response health(const Context& context, ProbeId id) {
  const Status status = status_of(context.snapshot->probes[id]->facts.health);
  return part(context, "probe " + context.snapshot->plan->probes[id].name, status, {id}, Detail::alone);
}

json::object check_json(const Snapshot& snapshot, ProbeId id) {
  return check(*snapshot.plan, snapshot, id, Detail::alone);
}

std::string probes_json(const Context& context, const Lean& lean) {
  const Snapshot& snapshot = *context.snapshot;
  const Detail detail = lean.evidence ? Detail::list : Detail::brief;
  std::string out = "[";  // as text, one by one: the trees of a thousand probes would weigh more than we do
  for (ProbeId id = 0; id < snapshot.plan->probes.size(); ++id) {
    json::object each{{"name", snapshot.plan->probes[id].name}};
    for (auto& [key, value] : check(*snapshot.plan, snapshot, id, detail)) each[key] = std::move(value);
    add_glance(each, context, id, lean.strip);
    out += (id == 0 ? "" : ",") + print(json::value(std::move(each)));
  }
  return out += "]";
}

std::string incidents_json(const Chronicle& chronicle, const Lean& lean) {
  json::array out;
  std::size_t ended = 0;
  for (const auto& story : chronicle.incidents) {
    const Incident& each = story->incident;
    if (each.ended && lean.ended && ++ended > *lean.ended) continue;
    json::object told{{"id", each.id},
                      {"probe", text(each.probe)},
                      {"reason", text_of(each.reason)},
                      {"since", iso_time(each.since)},
                      {"ended", each.ended ? json::value(iso_time(*each.ended)) : json::value(nullptr)},
                      {"cause", text(each.cause)}};
    if (lean.story) told["output"] = text(each.output);
    told["phase"] = text_of(each.phase);
    told["detail"] = text(each.detail);
    if (lean.story) {
      told["whys"] = texts(each.whys);
      told["blocks"] = texts(each.blocks);
      told["impacts"] = texts(each.impacts);
    }
    told["value_blocked"] = each.value_blocked;
    if (lean.timeline) told["timeline"] = timeline(story->timeline);
    told["durable"] = story->durable;
    out.push_back(std::move(told));
  }
  return print(out);
}

}  // namespace answerback::http
