#pragma once
// Snapshots made by hand, as the engine would make them: the assessment is the model's own.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/chronicle.h"
#include "model/snapshot.h"

namespace answerback::test {

inline constexpr Wall noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours(12)};

struct Given {
  std::string name;
  Health health = Health::up;
  Reason reason = Reason::none;
  Phase phase = Phase::processing;
  std::string detail = {};
  std::vector<ProbeId> depends_on = {};
  bool critical = true;
  std::string type = "http";
};

class SnapshotBuilder {
 public:
  SnapshotBuilder() {
    plan.service = "chat";
    ourselves.started = noon - std::chrono::hours(1);
  }

  // A probe that has run once, 250 ms long: 50 ms connecting, the rest in `phase`. Unknown ones have not run.
  ProbeId probe(const Given& given) {
    ProbeInfo info;
    info.name = given.name;
    info.type = given.type;
    info.critical = given.critical;
    info.depends_on = given.depends_on;
    plan.probes.push_back(info);

    const auto id = static_cast<ProbeId>(views.size());
    ProbeView& view = views.emplace_back();
    view.state.health = given.health;
    view.facts = {given.health, noon - std::chrono::seconds(90), given.reason, given.phase, given.detail};
    if (given.health == Health::unknown) return id;

    RunRecord run = finished(id, given);
    view.tally.count(run);
    view.tally.transitions = 1;
    const bool passed = run.result.verdict == Verdict::pass;
    if (passed) view.last_pass = noon;
    view.last = std::make_shared<const RunRecord>(std::move(run));
    if (!passed) view.last_not_ok = view.last;
    return id;
  }

  void capability(std::string name, double value, std::vector<ProbeId> needs,
                  std::string impact = "Users lose it") {
    plan.capabilities.push_back({std::move(name), value, std::move(needs), std::move(impact)});
  }
  void group(std::string name, std::vector<ProbeId> needs) {
    plan.groups.push_back({std::move(name), std::move(needs)});
  }
  void stalled(std::string why) {
    ourselves.looking = false;
    ourselves.not_looking_why = std::move(why);
  }

  std::shared_ptr<const Snapshot> build() const {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->serial = 1;
    snapshot->at = noon;
    snapshot->plan = std::make_shared<const Plan>(plan);
    std::vector<ProbeFacts> facts;
    for (const ProbeView& each : views) {
      facts.push_back(each.facts);
      snapshot->probes.push_back(std::make_shared<const ProbeView>(each));
    }
    snapshot->assessment = std::make_shared<const Assessment>(assess(plan, facts, ourselves.not_looking_why));
    snapshot->incidents = std::make_shared<const std::vector<Incident>>(incidents);
    snapshot->ourselves = ourselves;
    return snapshot;
  }

  // The same incidents, each with a moment in its timeline.
  std::shared_ptr<const Chronicle> chronicle() const {
    auto made = std::make_shared<Chronicle>();
    made->since = ourselves.started;
    made->durable = true;
    for (const Incident& each : incidents) {
      made->incidents.push_back(std::make_shared<const IncidentStory>(
          IncidentStory{each, {{each.since, each.probe + " is down"}}, true}));
    }
    return made;
  }

  // For what the calls above do not cover.
  Plan plan;
  std::vector<ProbeView> views;
  std::vector<Incident> incidents;
  Ourselves ourselves;

  static RunRecord finished(ProbeId id, const Given& given) {
    using std::chrono::milliseconds;
    RunRecord run;
    run.probe = id;
    run.id.trace.fill(0xab);
    run.began = noon - milliseconds(250);
    run.started = Steady{};
    run.ended = run.started + milliseconds(250);
    run.phase = given.phase;
    run.phases = {{Phase::connect, run.started, milliseconds(50)},
                  {given.phase, run.started + milliseconds(50), milliseconds(200)}};
    switch (given.health) {
      case Health::up: run.result = ProbeResult::pass(given.detail); break;
      case Health::degraded: run.result = ProbeResult::warn(given.reason, given.detail); break;
      case Health::down: run.result = ProbeResult::fail(given.reason, given.detail); break;
      case Health::unknown: run.result = ProbeResult::unknown(given.reason, given.detail); break;
    }
    return run;
  }
};

}  // namespace answerback::test
