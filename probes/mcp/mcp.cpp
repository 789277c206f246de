#include "probes/mcp/mcp.h"

#include "model/text.h"
#include "probe/within.h"
#include "probes/mcp/events.h"
#include "probes/mcp/http.h"
#include "probes/mcp/judge.h"
#include "probes/mcp/settings.h"
#include "probes/mcp/stdio.h"
#include "probes/shared/expect/drift.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

class McpProbe final : public Probe {
 public:
  McpProbe(McpSettings settings, Services& services, const std::string& owner)
      : settings_(std::move(settings)), services_(services), baseline_(services.store, owner + "/tools") {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    McpPlan plan = settings_.plan;
    plan.sessions_first = sessions_ || plan.events;
    McpDialogue dialogue(std::move(plan));
    McpProgram program;
    std::optional<Failure> failure;
    if (settings_.command.empty()) {
      failure = co_await over_http(run, dialogue);
    } else {
      program = co_await talk_to_program(run, services_.workers, settings_, dialogue, last_call_of(run));
      failure = std::move(program.failure);
    }
    run.phases.end(run.clock.now());  // judging is our own time
    sessions_ = !failure && dialogue.sessions();
    if (!failure) failure = judge_mcp(settings_, dialogue);
    if (failure && is_our_own(failure->reason))
      co_return ProbeResult::unknown(failure->reason, std::move(failure->detail));
    if (failure) co_return ProbeResult::fail(*std::move(failure));
    co_return bounds(run, began, dialogue, program);
  }

 private:
  static bool is_our_own(Reason reason) {
    return reason == Reason::worker_died || reason == Reason::internal;
  }

  asio::awaitable<std::optional<Failure>> over_http(Run& run, McpDialogue& dialogue) {
    auto token = co_await token_for(run, services_, settings_.endpoint);
    if (!token) co_return std::move(token).error();
    const net::Transport transport{services_.dns, services_.tls, services_.proxies};
    if (settings_.plan.events) {
      McpOverEvents line(run, transport, settings_.endpoint, *token, dialogue);
      co_return co_await talk_over(line, run, dialogue);
    }
    McpOverHttp line(run, transport, settings_.endpoint, *token, dialogue);
    co_return co_await talk_over(line, run, dialogue);
  }

  template <class Line>
  static asio::awaitable<std::optional<Failure>> talk_over(Line& line, Run& run,
                                                           const McpDialogue& dialogue) {
    const Steady began = run.clock.now();
    auto talked = co_await within(run.clock, last_call_of(run), line.talk());
    std::optional<Failure> failure;
    if (!talked) {
      failure = Failure{run.phases.late(), "timed out after " + spoken(run.clock.now() - began) + " in " +
                                               std::string(name(run.phases.current())) + ": no answer to " +
                                               std::string(dialogue.asking())};
    } else if (!*talked) {
      failure = std::move(*talked).error();
    }
    co_await line.farewell();
    co_return failure;
  }

  ProbeResult bounds(const Run& run, Steady began, const McpDialogue& dialogue, const McpProgram& program) {
    std::optional<ProbeResult> certificate;
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
    ProbeResult result = worst(told_of(settings_, dialogue), judge(settings_.slow, run.clock.now() - began),
                               std::move(certificate));
    if (result.verdict != Verdict::pass) return result;
    if (settings_.drift && dialogue.offers_tools())
      if (auto drift = baseline_.changed(dialogue.tools().digests()))
        return ProbeResult::warn(Reason::contract_drift,
                                 "the tools are not as they were: " + *std::move(drift));
    if (program.garbage > 0)
      return ProbeResult::warn(
          Reason::protocol, std::to_string(program.garbage) +
                                " lines on its standard output were no messages: " + program.first_garbage);
    return result;
  }

  McpSettings settings_;
  Services& services_;
  DriftBaseline baseline_;
  bool sessions_ = false;  // of the older era, when last seen
};

std::unique_ptr<Probe> make_mcp(config::Fields& fields, Services& services) {
  return std::make_unique<McpProbe>(read_mcp_settings(fields), services, fields.owner());
}

constexpr Reason mcp_reasons[] = {
    Reason::auth,         Reason::forbidden,      Reason::rate_limited,   Reason::bad_request,
    Reason::misrouted,    Reason::tool_stuck,     Reason::upstream_error, Reason::request_unrecognised,
    Reason::answer_wrong, Reason::contract_drift, Reason::worker_died};

}  // namespace

constinit const ProbeType mcp{
    .name = "mcp",
    .summary = "an MCP server says who it is, offers the expected tools, and answers a harmless call",
    .make = make_mcp,
    .reasons = mcp_reasons,
};

}  // namespace answerback::probes
