#pragma once
// A probe type for the commands to work with.

#include "probe/registry.h"
#include "probes/loop.h"

namespace answerback::cli {

// Gives what it was told to; `waits` is a probe that would take for ever.
class ScriptedProbe final : public Probe {
 public:
  ScriptedProbe(ProbeResult result, bool waits = false) : result_(std::move(result)), waits_(waits) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    ++runs;
    run.enter(Phase::processing);
    if (waits_) co_await run.clock.sleep_until(run.deadline + std::chrono::hours(1));
    run.evidence.received(1);
    co_return result_;
  }

  int runs = 0;

 private:
  ProbeResult result_;
  bool waits_;
};

// Type `scripted`: {says: pass|warn|fail|unknown, token: secret}.
inline std::unique_ptr<Probe> make_scripted(config::Fields& fields, Services&) {
  const std::string says = fields.one_of("says", "pass", {"pass", "warn", "fail", "unknown"}, "its verdict");
  fields.secret("token", "a secret, or | not");
  ProbeResult result = says == "pass"   ? ProbeResult::pass("as told")
                       : says == "warn" ? ProbeResult::warn(Reason::slow, "as told")
                       : says == "fail" ? ProbeResult::fail(Reason::status, "as told")
                                        : ProbeResult::unknown(Reason::not_looking, "as told");
  return std::make_unique<ScriptedProbe>(std::move(result));
}

inline constexpr Reason scripted_reasons[] = {Reason::auth, Reason::rate_limited};
inline const ProbeType scripted_types[] = {
    {.name = "scripted",
     .summary = "says what it was told to",
     .make = make_scripted,
     .reasons = scripted_reasons},
};

struct Bench : Loop {
  Registry registry{scripted_types};
};

inline std::optional<std::string> no_environment(const std::string&) { return std::nullopt; }

}  // namespace answerback::cli
