#include "probes/mcp/stdio.h"

#include <algorithm>

#include "model/redactor.h"
#include "model/text.h"
#include "probe/within.h"
#include "probes/mcp/worker.h"

namespace answerback::probes {
namespace {

// What the worker reports, line by line.
class WorkerReport {
 public:
  WorkerReport(Run& run, const McpSettings& settings, McpDialogue& dialogue, McpProgram& program)
      : run_(run), dialogue_(dialogue), program_(program) {
    for (const auto& [name, value] : settings.environment) redactor_.add(value.reveal());
  }

  bool take(std::string_view line) {
    const auto report = object_in(line);
    if (!report) return fail(Reason::internal, "the worker's report is no JSON");
    const auto text = [&](std::string_view key) { return redactor_.taken_out_of(text_at(&*report, key)); };
    if (report->contains("sent")) return sent(text("sent"));
    if (report->contains("heard")) return heard(text("heard"));
    if (report->contains("garbage")) return garbage(text("garbage"));
    if (report->contains("silent")) return silent();
    if (const std::string said = text("errors"); !said.empty()) run_.frame("errors", said);
    if (report->contains("failure")) return fail(Reason::unreachable, text("failure"));
    if (report->contains("too_large"))
      return fail(Reason::too_large, "it sent more than " + std::to_string(mcp_message_cap) +
                                         " bytes in one line, or more than " + std::to_string(mcp_heard_cap) +
                                         " in all");
    if (report->contains("ended")) return ended(text("ended"), text("errors"));
    if (report->contains("over")) run_.phases.end(run_.clock.now());
    return !report->contains("done");
  }

 private:
  bool fail(Reason reason, std::string detail) {
    program_.failure = Failure{reason, std::move(detail)};
    return false;
  }

  bool sent(const std::string& text) {
    run_.frame("sent", text);
    run_.evidence.sent(text.size() + 1);
    if (dialogue_.aside()) return true;
    if (const auto out = dialogue_.next()) {
      run_.enter(out->phase);
      run_.phases.note(out->method);
    }
    return true;
  }

  bool heard(const std::string& text) {
    run_.evidence.received(text.size() + 1);
    const bool waited = dialogue_.waiting();
    auto met = dialogue_.take(text);
    if (waited && (!met || !dialogue_.waiting())) run_.frame("received", text);
    if (!met) return fail(met.error().reason, met.error().detail);
    return true;
  }

  bool garbage(std::string text) {
    run_.evidence.received(text.size());
    if (program_.garbage++ > 0) return true;
    run_.frame("no message", text);
    program_.first_garbage = one_line(text, 100);
    return true;
  }

  bool silent() {
    if (dialogue_.may_be_older()) dialogue_.older("server/discover was not answered in time");
    return true;
  }

  bool ended(const std::string& how, const std::string& errors) {
    if (dialogue_.over()) return false;
    std::string detail = "the server " + how;
    if (!dialogue_.asking().empty()) detail += " before it had answered " + std::string(dialogue_.asking());
    if (!errors.empty()) detail += "; it said: " + one_line(errors, 200);
    return fail(Reason::truncated, std::move(detail));
  }

  Run& run_;
  McpDialogue& dialogue_;
  McpProgram& program_;
  Redactor redactor_;
};

std::string program_request(const McpSettings& settings, const McpPlan& plan, Duration left) {
  json::object environment;
  for (const auto& [name, value] : settings.environment) environment[name] = value.reveal();
  const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(left / 3);
  return json::serialize(json::object{{"type", "mcp"},
                                      {"command", json::value_from(settings.command)},
                                      {"environment", std::move(environment)},
                                      {"version", plan.version},
                                      {"sessions_first", plan.sessions_first},
                                      {"tool", plan.tool},
                                      {"arguments", plan.arguments},
                                      {"patience_ms", std::max<std::int64_t>(patience.count(), 1)}});
}

asio::awaitable<std::expected<void, Failure>> call_worker(Run& run, net::Workers& workers,
                                                          std::string request, WorkerReport& report) {
  co_return co_await workers.call(run,
                                  {.request = std::move(request), .phase = Phase::discovery, .once = true},
                                  [&report](std::string_view line) { return report.take(line); });
}

}  // namespace

asio::awaitable<McpProgram> talk_to_program(Run& run, net::Workers& workers, const McpSettings& settings,
                                            McpDialogue& dialogue, Steady last_call) {
  McpProgram program;
  WorkerReport report(run, settings, dialogue, program);
  const Duration left = last_call - run.clock.now();
  auto called =
      co_await within(run.clock, last_call,
                      call_worker(run, workers, program_request(settings, dialogue.plan(), left), report));
  if (program.failure || dialogue.over()) co_return program;
  if (!called)
    program.failure = Failure{run.phases.late(), "no answer to " + std::string(dialogue.asking()) +
                                                     " in time; the server was killed"};
  else if (!*called)
    program.failure = std::move(*called).error();
  else
    program.failure = Failure{Reason::internal, "the worker has heard other things than it says"};
  co_return program;
}

}  // namespace answerback::probes
