#include "engine/pipeline.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/incidents.h"
#include "engine/watched.h"
#include "model/finding.h"
#include "model/toll.h"

namespace answerback::engine {
namespace {

// A change of health that has not been told yet.
struct Move {
  ProbeId probe;
  Change change;
  Wall at;
  std::shared_ptr<const RunRecord> run;  // null for silence
};

// By what it is known that the whole has changed: a new sentence about the same causes is no news.
struct Told {
  Status status = Status::fail;
  std::vector<std::string> causes;  // names, sorted, with what was found out by comparing
  bool operator==(const Told&) const = default;
};

ProbeResult not_judged(const ProbeResult& result) {
  auto detail = "not judged, we were not running meanwhile; it said " + std::string(name(result.verdict));
  if (result.reason != Reason::none) detail += " " + std::string(name(result.reason));
  if (!result.detail.empty()) detail += ": " + result.detail;
  return ProbeResult::unknown(Reason::not_looking, std::move(detail));
}

// Judging the whole takes milliseconds where many are down, and most of their runs say what the last one
// said.
bool reads_the_same(const ProbeFacts& a, const ProbeFacts& b) {
  return std::tie(a.reason, a.phase, a.detail, a.condition) ==
         std::tie(b.reason, b.phase, b.detail, b.condition);
}

// The last ones of the run that opened it, capped: an incident is kept for long.
std::vector<Incident::KeptFrame> kept_frames(const RunRecord& run) {
  constexpr std::size_t kept = 12;
  std::vector<Incident::KeptFrame> frames;
  const std::size_t first = run.frames.size() - std::min(kept, run.frames.size());
  for (std::size_t i = first; i < run.frames.size(); ++i)
    frames.push_back({run.frames[i].at - run.started, run.frames[i].label, run.frames[i].text});
  return frames;
}

}  // namespace

struct Pipeline::Impl {
  Impl(Emit emit_, Wall started, StallGuard::Limits limits) : emit(std::move(emit_)), guard(limits) {
    ourselves.started = started;
  }

  void look(Steady now, Wall wall) {
    if (guard.beat(now)) {
      for (Watched& probe : watched) probe.excuse(guard.last_stall() + guard.limits().recovery);
      ourselves.stalls = guard.stalls();
    }
    if (guard.looking(now) == ourselves.looking) return;
    ourselves.looking = !ourselves.looking;
    ourselves.not_looking_why =
        ourselves.looking ? "" : "we were not running for " + told_seconds(guard.last_stall());
    changed = urgent = unsettled = true;
    emit(LookingChanged{ourselves.looking, ourselves.not_looking_why, wall});
  }

  void finished(RunRecord&& record, Wall now) {
    look(record.ended, now);
    if (!guard.judges(record.started)) record.result = not_judged(record.result);
    if (auto lie = unmasked(*plan, facts, record)) record.result = *std::move(lie);
    if (plan->redactor) take_out(*plan->redactor, record);
    const auto run = std::make_shared<const RunRecord>(std::move(record));
    const ProbeId id = run->probe;
    const ProbeFacts before = watched[id].health() == Health::up ? ProbeFacts{} : facts[id];
    const auto change = watched[id].take(run, plan->probes[id], now, facts[id]);
    changed = true;
    if (watched[id].health() != Health::up && !reads_the_same(before, facts[id])) unsettled = true;
    if (assessment && may_be_healed(id)) unsettled = true;
    if (assessment && is_witness(*plan, id) &&
        findings(*plan, facts, assessment->caused_by) != assessment->findings)
      unsettled = true;
    emit(RunFinished{plan, run});
    if (!change) return;
    moved({id, *change, now, run});
    if (const auto since = watched[id].resumed()) facts[id].since = *since;
  }

  void forget_silent(Steady now, Wall wall) {
    for (ProbeId id = 0; id < watched.size(); ++id) {
      const auto change = watched[id].forget_if_silent(plan->probes[id], now, facts[id]);
      if (change) moved({id, *change, wall, nullptr});
    }
  }

  void look_for_silences(Wall wall) {
    if (silences.moved(wall)) changed = unsettled = true;
  }

  void moved(Move move) {
    facts[move.probe].health = move.change.to;
    facts[move.probe].since = move.at;
    watched[move.probe].transition();
    changed = urgent = unsettled = true;
    moves.push_back(std::move(move));
  }

  // Judges the whole, once for all that has moved, and tells what follows.
  void settle(Wall at) {
    if (!std::exchange(unsettled, false)) return;
    auto now = assess(*plan, facts, ourselves.not_looking_why, reloaded);
    for (Cause& cause : now.causes) cause.silenced_by = silences.by(plan->probes[cause.probe].name, at);
    assessment = std::make_shared<const Assessment>(std::move(now));
    for (const Move& move : std::exchange(moves, {})) announce(move);
    for (ProbeId id = 0; id < facts.size(); ++id) {
      if (!assessment->caused_by[id].empty()) reckon(id);
    }
    announce_output(at);
  }

  // Its own cause only because what explained it is up again.
  bool may_be_healed(ProbeId id) const {
    return std::ranges::any_of(
        assessment->causes, [&](const Cause& cause) { return cause.probe == id && !cause.healed.empty(); });
  }

  void reckon(ProbeId id) {
    const std::string& probe = plan->probes[id].name;
    if (!incidents.is_open(probe) || may_be_healed(id)) return;
    if (const auto toll = toll_of(*plan, facts, *assessment, id, reloaded)) incidents.reckon(probe, *toll);
  }

  void announce(const Move& move) {
    const std::string& probe = plan->probes[move.probe].name;
    std::vector<std::string> causes;
    for (const ProbeId id : assessment->caused_by[move.probe]) causes.push_back(plan->probes[id].name);
    const auto cause = causes.empty() ? probe : causes.front();
    emit(Transition{probe, move.change, move.at, move.run, std::move(causes)});

    const Reason reason = move.run ? move.run->result.reason : Reason::none;
    if (move.change.to == Health::up) {
      if (auto closed = incidents.close(probe, move.at)) emit(IncidentClosed{std::move(*closed)});
    } else if (move.change.to == Health::unknown) {
      return;  // that we lost sight of it neither opens nor closes one
    } else if (!incidents.is_open(probe)) {
      Incident incident{.probe = probe,
                        .reason = reason,
                        .since = move.at,
                        .ended = std::nullopt,
                        .cause = cause,
                        .output = assessment->output};
      if (move.run) {
        incident.phase = move.run->phase;
        incident.detail = move.run->result.detail;
        incident.frames = kept_frames(*move.run);
      }
      if (const auto toll = toll_of(*plan, facts, *assessment, move.probe, reloaded)) charge(incident, *toll);
      emit(IncidentOpened{incidents.open(std::move(incident))});
    } else if (move.change.to == Health::down) {
      incidents.worsen(probe, reason);
    }
  }

  void announce_output(Wall at) {
    Told now{assessment->status, {}};
    for (const Cause& cause : assessment->causes) {
      now.causes.push_back(plan->probes[cause.probe].name);
      if (!cause.finding.empty()) now.causes.back().append(" ").append(name(cause.reason));
    }
    std::ranges::sort(now.causes);
    if (now == told) return;
    const Told before = std::exchange(told, std::move(now));
    emit(OutputChanged{before.status, told.status, assessment->output, at});
  }

  void resume(const ProbeInfo& info, Steady now, Wall wall, Watched& one, ProbeFacts& its) {
    const auto found = restored.probes.find(info.name);
    if (found == restored.probes.end()) return;
    RestoredProbe before = found->second;
    const Duration age = wall - restored.seen;
    if (age < Duration::zero() || age > info.stale) before.health = Health::unknown;
    one = Watched(now, before);
    if (one.health() != Health::down) return;
    its.health = Health::down;
    its.since = before.since;
    if (const Incident* const open = incidents.find(info.name)) {
      its.reason = open->reason;
      its.phase = open->phase;
      its.detail = open->detail;
    }
  }

  void replace(std::shared_ptr<const Plan> next, Steady now, Wall wall) {
    const bool first = plan == nullptr;
    if (!first) settle(wall);  // what has moved belongs to the old plan
    std::map<std::string, ProbeId> known;
    for (ProbeId id = 0; id < watched.size(); ++id) known[plan->probes[id].name] = id;

    std::vector<Watched> next_watched;
    std::vector<ProbeFacts> next_facts;
    for (const ProbeInfo& info : next->probes) {
      if (const auto before = known.extract(info.name)) {
        next_watched.push_back(std::move(watched[before.mapped()]));
        next_facts.push_back(std::move(facts[before.mapped()]));
      } else {
        next_watched.emplace_back(now);
        next_facts.push_back({.since = wall, .detail = {}});
        if (first) resume(info, now, wall, next_watched.back(), next_facts.back());
      }
    }
    for (const std::string& probe : incidents.probes()) {
      if (next->probe(probe)) continue;
      if (auto closed = incidents.close(probe, wall)) emit(IncidentClosed{std::move(*closed)});
    }
    plan = std::move(next);
    watched = std::move(next_watched);
    facts = std::move(next_facts);
    ourselves.reload = {.successful = true, .at = wall, .error = {}};
    if (!first) reloaded = wall;
    silences.configure(plan->silences);
    changed = urgent = unsettled = true;
    if (!first) emit(Reloaded{ourselves.reload, plan->probes.size()});
  }

  std::shared_ptr<const Snapshot> snapshot(Wall at) {
    settle(at);
    auto made = std::make_shared<Snapshot>();
    made->serial = ++serial;
    made->at = at;
    made->plan = plan;
    made->probes.reserve(watched.size());
    for (ProbeId id = 0; id < watched.size(); ++id) made->probes.push_back(watched[id].view(facts[id]));
    made->assessment = assessment;
    made->incidents = incidents.view();
    made->silences = silences.view();
    made->ourselves = ourselves;
    changed = urgent = false;
    return made;
  }

  Emit emit;
  StallGuard guard;
  std::shared_ptr<const Plan> plan;
  std::vector<Watched> watched;   // as Plan::probes
  std::vector<ProbeFacts> facts;  // as Plan::probes
  std::shared_ptr<const Assessment> assessment;
  std::vector<Move> moves;  // since the last settle(), in order
  bool unsettled = false;   // the assessment is behind the facts
  Told told;
  Incidents incidents;
  Restored restored;
  Silences silences;
  std::optional<Wall> reloaded;  // successfully, and not at the start
  Ourselves ourselves;
  std::uint64_t serial = 0;
  bool changed = true, urgent = true;
};

Pipeline::Pipeline(Emit emit, Wall started, StallGuard::Limits limits)
    : impl_(std::make_unique<Impl>(std::move(emit), started, limits)) {}
Pipeline::~Pipeline() = default;

void Pipeline::restore(Restored before) {
  impl_->incidents.restore(std::exchange(before.open, {}), before.last_incident);
  impl_->restored = std::move(before);
}

void Pipeline::replace(std::shared_ptr<const Plan> plan, Steady now, Wall wall) {
  impl_->replace(std::move(plan), now, wall);
}

void Pipeline::reload_failed(std::string error, Wall at) {
  impl_->ourselves.reload = {.successful = false, .at = at, .error = std::move(error)};
  impl_->changed = true;
  impl_->emit(Reloaded{impl_->ourselves.reload, impl_->watched.size()});
}

void Pipeline::started(ProbeId, Duration lag) { impl_->ourselves.lag.observe(seconds(lag)); }

void Pipeline::skipped(ProbeId id, std::uint64_t slots) {
  impl_->watched[id].skipped(slots);
  impl_->changed = true;
}

void Pipeline::finished(RunRecord&& record, Wall now) { impl_->finished(std::move(record), now); }

void Pipeline::beat(Steady now, Wall wall) {
  impl_->look(now, wall);
  impl_->forget_silent(now, wall);
  impl_->look_for_silences(wall);
}

std::optional<Duration> Pipeline::recheck(ProbeId id) const {
  const ProbeInfo& info = impl_->plan->probes[id];
  if (!info.recheck || !impl_->watched[id].undecided(info)) return std::nullopt;
  return info.recheck;
}

Silences& Pipeline::silences() { return impl_->silences; }

bool Pipeline::changed() const { return impl_->changed; }
bool Pipeline::urgent() const { return impl_->urgent; }
std::shared_ptr<const Snapshot> Pipeline::snapshot(Wall at) { return impl_->snapshot(at); }

}  // namespace answerback::engine
