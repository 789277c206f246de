#include "cli/probe.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <fstream>

#include "cli/make_probes.h"
#include "cli/reports.h"
#include "cli/timeline.h"
#include "cli/unknown.h"
#include "engine/runner.h"

namespace answerback::cli {
namespace {

constexpr int could_not_tell = 2;

std::vector<ProbeId> all_of(const Plan& plan) {
  std::vector<ProbeId> ids(plan.probes.size());
  for (ProbeId id = 0; id < ids.size(); ++id) ids[id] = id;
  return ids;
}

// The probes named, each once and in the order of the plan; nothing, and a word on `err`, if one is not
// known.
std::vector<ProbeId> choose(const std::vector<std::string>& names, const Plan& plan, std::ostream& err) {
  if (names.empty()) return all_of(plan);
  std::vector<std::string> known;
  for (const ProbeInfo& probe : plan.probes) known.push_back(probe.name);
  std::vector<ProbeId> ids;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name);
    if (found == known.end()) {
      err << "answerback: " << unknown("probe", name, known) << '\n';
      return {};
    }
    ids.push_back(static_cast<ProbeId>(found - known.begin()));
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  return ids;
}

// Runs each of them once, all at the same time. Returns early only if a run never ends and nothing is left to
// wait for.
void run_round(const std::vector<ProbeId>& ids, const Made& made, asio::io_context& loop, Clock& clock,
               engine::Runner& runner, const engine::Runner::Done& done) {
  std::size_t pending = ids.size();
  for (const ProbeId id : ids) {
    runner.start(id, made.probes[id], clock.now() + made.plan->probes[id].timeout, [&](RunRecord run) {
      --pending;
      done(std::move(run));
    });
  }
  loop.restart();
  while (pending > 0 && loop.run_one() > 0) {
  }
}

void drain(asio::io_context& loop, engine::Runner& runner) {
  bool drained = false;
  runner.stop();
  asio::co_spawn(loop, runner.drain(), [&](const std::exception_ptr&) { drained = true; });
  loop.restart();
  while (!drained && loop.run_one() > 0) {
  }
}

bool write_file(const std::filesystem::path& path, const std::string& text, std::ostream& err) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) err << "answerback: cannot write " << path.string() << '\n';
  return static_cast<bool>(file);
}

// What the runs come to, as far as the exit code asks.
struct Counts {
  std::size_t passed = 0, warned = 0, failed = 0;

  void count(Verdict verdict) {
    switch (verdict) {
      case Verdict::pass: ++passed; break;
      case Verdict::warn: ++warned; break;
      case Verdict::fail: ++failed; break;
      case Verdict::unknown: break;
    }
  }
  int exit_code(bool strict, std::size_t expected) const {
    if (failed > 0 || (strict && warned > 0)) return 1;
    return passed + warned < expected ? could_not_tell : 0;
  }
};

}  // namespace

bool wants_colour(bool terminal, const config::Environment& environment) {
  return terminal && environment("NO_COLOR").value_or("").empty() &&
         environment("TERM").value_or("") != "dumb";
}

int run_probes(const ProbeOptions& options, const Made& made, asio::io_context& loop, Clock& clock,
               Random& random, std::ostream& out, std::ostream& err) {
  const Plan& plan = *made.plan;
  const std::vector<ProbeId> ids = choose(options.names, plan, err);
  if (ids.empty()) {
    if (options.names.empty()) err << "answerback: no probes are configured\n";
    return could_not_tell;
  }

  Counts counts;
  std::vector<RunRecord> kept;  // for reports over all of them
  const bool keep = options.nagios || !options.junit.empty();
  engine::Runner runner(loop.get_executor(), clock, random);
  for (int round = 0; round < options.count; ++round) {
    run_round(ids, made, loop, clock, runner, [&](RunRecord run) {
      if (plan.redactor) take_out(*plan.redactor, run);
      counts.count(run.result.verdict);
      const ProbeInfo& probe = plan.probes[run.probe];
      if (options.json) {
        out << run_json(probe, run) << std::endl;
      } else if (!options.nagios) {
        out << timeline(probe, run, options.colour, options.width) << std::endl;
      }
      if (keep) kept.push_back(std::move(run));
    });
  }
  drain(loop, runner);

  std::ranges::sort(kept, {}, [](const RunRecord& run) { return std::pair(run.probe, run.started); });
  if (!options.junit.empty() && !write_file(options.junit, junit(plan, kept, options.strict), err))
    return could_not_tell;
  if (options.nagios) {
    const NagiosAnswer answer = nagios(plan, kept);
    if (!options.json) out << answer.text;
    return answer.code;
  }
  return counts.exit_code(options.strict, ids.size() * static_cast<std::size_t>(options.count));
}

int probe_command(const ProbeOptions& options, const config::Environment& environment,
                  const Registry& registry, Services services, asio::io_context& loop, Clock& clock,
                  std::ostream& out, std::ostream& err) {
  config::Diagnostics diagnostics;
  config::Config config = config::load(options.file, environment, registry.names(), diagnostics);
  auto [probes, credentials, redactor] = make_probes(config, registry, services, diagnostics);
  Made made{.plan = nullptr, .probes = std::move(probes)};
  services.credentials.use(credentials, redactor);
  if (!diagnostics.ok()) {
    err << diagnostics.text();
    return could_not_tell;
  }
  made.plan = std::make_shared<const Plan>(std::move(config.plan));
  return run_probes(options, made, loop, clock, services.random, out, err);
}

}  // namespace answerback::cli
