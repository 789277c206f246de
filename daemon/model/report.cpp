#include "model/report.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "model/advice.h"
#include "model/duration.h"
#include "model/text.h"

namespace answerback {
namespace {

using Stories = std::vector<std::shared_ptr<const IncidentStory>>;

std::vector<std::string> names(const Plan& plan, const std::vector<ProbeId>& ids) {
  std::vector<std::string> out;
  for (const ProbeId id : ids) out.push_back(plan.probes[id].name);
  return out;
}

// What is known of the past: the chronicle where there is one, else what the snapshot remembers.
Stories stories(const ReportOrder& order) {
  if (order.chronicle != nullptr) return order.chronicle->incidents;
  Stories out;
  if (!order.snapshot.incidents) return out;
  for (const Incident& each : *order.snapshot.incidents) {
    out.push_back(std::make_shared<const IncidentStory>(IncidentStory{.incident = each, .timeline = {}}));
  }
  return out;
}

std::vector<Moment> moments(const ReportOrder& order) {
  if (order.chronicle != nullptr) return order.chronicle->moments;
  const Ourselves& us = order.snapshot.ourselves;
  std::vector<Moment> out{{us.started, "answerback started"}};
  if (us.reload.at > us.started) {
    const std::string refused = "configuration refused, the one in use stays: " + us.reload.error;
    out.push_back({us.reload.at, us.reload.successful ? "configuration loaded" : refused});
  }
  return out;
}

Wall known_since(const ReportOrder& order) {
  return order.chronicle != nullptr ? order.chronicle->since : order.snapshot.ourselves.started;
}

std::vector<Report::Capability> capabilities(const Plan& plan, const Assessment& whole) {
  double total = 0;
  for (const CapabilityInfo& each : plan.capabilities) total += each.value;
  std::vector<Report::Capability> out;
  for (std::size_t i = 0; i < plan.capabilities.size(); ++i) {
    const CapabilityInfo& info = plan.capabilities[i];
    Report::Capability& made = out.emplace_back();
    made.name = info.name;
    made.impact = info.impact;
    made.percent = total > 0 ? percent(info.value, total) : 0;
    made.state = whole.capabilities[i];
    for (const Cause& cause : whole.causes) {
      if (std::ranges::find(cause.capabilities, i) == cause.capabilities.end()) continue;
      made.blocked_by.push_back(plan.probes[cause.probe].name);
    }
  }
  return out;
}

std::vector<Report::Probe> probes(const Snapshot& snapshot) {
  const Plan& plan = *snapshot.plan;
  std::vector<Report::Probe> out;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    out.push_back({.name = plan.probes[id].name,
                   .type = plan.probes[id].type,
                   .facts = snapshot.probes[id]->facts,
                   .last_pass = snapshot.probes[id]->last_pass,
                   .causes = names(plan, snapshot.assessment->caused_by[id])});
  }
  return out;
}

// The newest run that did not pass shows best what is wrong now; after a restart there is only what was kept.
void add_evidence(Report::Cause& cause, const ProbeView& view, const Stories& all) {
  if (view.last_not_ok) {
    const RunRecord& run = *view.last_not_ok;
    cause.trace = trace_id(run.id);
    for (const Frame& frame : run.frames)
      cause.frames.push_back({frame.at - run.started, frame.label, frame.text});
    return;
  }
  const auto open = std::ranges::find_if(
      all, [&](const auto& each) { return each->incident.probe == cause.probe && !each->incident.ended; });
  if (open != all.end()) cause.frames = (*open)->incident.frames;
}

std::optional<Moment> last_before(const std::vector<Moment>& moments, Wall at) {
  std::optional<Moment> last;
  for (const Moment& each : moments) {
    if (each.at <= at && (!last || last->at <= each.at)) last = each;
  }
  return last;
}

std::vector<Report::Cause> causes(const ReportOrder& order,
                                  const std::vector<Report::Capability>& capabilities, const Stories& all,
                                  const std::vector<Moment>& moments) {
  const Plan& plan = *order.snapshot.plan;
  std::vector<Report::Cause> out;
  for (const Cause& cause : order.snapshot.assessment->causes) {
    const ProbeView& view = *order.snapshot.probes[cause.probe];
    Report::Cause& made = out.emplace_back();
    made.probe = plan.probes[cause.probe].name;
    made.facts = view.facts;
    made.facts.reason = cause.reason;  // a finding of two probes has one of its own
    made.facts.phase = cause.phase;
    made.facts.since = cause.since;
    made.last_pass = view.last_pass;
    if (view.last_pass && *view.last_pass <= cause.since) made.detected = cause.since - *view.last_pass;
    made.last_change = last_before(moments, cause.since);
    made.whys = cause.whys;
    made.blocks = names(plan, cause.blocks);
    for (const std::size_t i : cause.capabilities) {
      made.impacts.push_back(capabilities[i].impact);
      made.value_blocked += capabilities[i].percent;
    }
    made.silenced_by = cause.silenced_by;
    made.next = next_check(cause.reason);
    made.runbook = plan.probes[cause.probe].runbook_url;
    add_evidence(made, view, all);
  }
  return out;
}

// One that is still open, or of a clock that has been set back since, is of now.
bool within(const Incident& incident, Wall since) { return !incident.ended || *incident.ended >= since; }

// Everything that happened in the window, each line once, in order.
std::vector<Moment> timeline(const Stories& incidents, const std::vector<Moment>& changes, Wall since,
                             Wall now) {
  std::vector<Moment> all = changes;
  for (const auto& story : incidents) {
    const Incident& incident = story->incident;
    const std::string named = "incident " + std::to_string(incident.id);
    all.push_back({incident.since, named + " opened: " + incident.probe + " " +
                                       std::string(name(incident.reason)) + " at " +
                                       std::string(name(incident.phase))});
    all.insert(all.end(), story->timeline.begin(),
               story->timeline.end());  // of a cause: also that of its symptoms
    if (!incident.ended) continue;
    all.push_back({*incident.ended, named + " closed: " + incident.probe + " after " +
                                        roughly(*incident.ended - incident.since)});
  }
  std::erase_if(all, [&](const Moment& each) { return each.at < since || each.at > now; });
  const auto place = [](const Moment& each) { return std::tie(each.at, each.what); };
  std::ranges::sort(all, {}, place);
  const auto twice = std::ranges::unique(all, {}, place);
  all.erase(twice.begin(), twice.end());
  return all;
}

std::vector<std::string> unknown(const ReportOrder& order, const Report& report) {
  std::vector<std::string> out;
  if (report.probes.empty()) out.emplace_back("No probes are configured: nothing is known.");
  if (!report.not_trusted.empty()) {
    out.push_back("What is said here is what was last seen: " + report.not_trusted + ".");
  }
  for (const Report::Probe& each : report.probes) {
    if (each.facts.health != Health::unknown) continue;
    out.push_back("Whether " + each.name + " works: no verdict" +
                  (each.facts.since == Wall{} ? "." : " since " + iso_time(each.facts.since) + "."));
  }
  for (const Report::Capability& each : report.capabilities) {
    if (each.state == CapabilityState::unknown) out.push_back("Whether users have: " + each.name + ".");
  }
  if (const Wall known = known_since(order); known > order.since) {
    out.push_back("Anything before " + iso_time(known) + ": nothing is kept of it.");
  }
  if (order.chronicle != nullptr && !order.chronicle->degraded.empty()) {
    out.push_back("What happens from here on may not be kept: " + order.chronicle->degraded + ".");
  }
  return out;
}

}  // namespace

Report compose(const ReportOrder& order) {
  const Plan& plan = *order.snapshot.plan;
  const Assessment& whole = *order.snapshot.assessment;
  Stories all = stories(order);
  const std::vector<Moment> own = moments(order);

  Report report;
  report.service = plan.service;
  report.since = order.since;
  report.now = order.now;
  report.not_trusted = order.not_trusted;
  report.status = order.not_trusted.empty() ? whole.status : Status::fail;
  report.output = whole.output;
  report.value = whole.value;
  report.capabilities = capabilities(plan, whole);
  report.probes = probes(order.snapshot);
  report.causes = causes(order, report.capabilities, all, own);
  std::erase_if(all, [&](const auto& each) { return !within(each->incident, order.since); });
  report.incidents = std::move(all);
  std::ranges::copy_if(own, std::back_inserter(report.changes),
                       [&](const Moment& each) { return each.at >= order.since && each.at <= order.now; });
  report.timeline = timeline(report.incidents, report.changes, order.since, order.now);
  report.unknown = unknown(order, report);
  return report;
}

}  // namespace answerback
