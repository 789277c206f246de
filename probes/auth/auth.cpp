#include "probes/auth/auth.h"

#include <algorithm>
#include <utility>

#include "probes/auth/inquiry.h"

namespace answerback::probes {
namespace {

asio::awaitable<ProbeResult> first_failure(Inquiry& inquiry) {
  if (auto bad = co_await get_token(inquiry)) co_return *bad;
  if (auto bad = look_at_token(inquiry)) co_return *bad;
  if (auto bad = co_await verify_token(inquiry)) co_return *bad;
  if (auto bad = co_await present_token(inquiry)) co_return *bad;
  if (auto bad = co_await try_forgeries(inquiry)) co_return *bad;
  if (auto bad = look_at_clock(inquiry)) co_return *bad;
  if (!inquiry.doubts.empty()) co_return inquiry.doubts.front();
  co_return ProbeResult::pass(std::move(inquiry.passed));
}

class AuthProbe final : public Probe {
 public:
  AuthProbe(AuthSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    Inquiry inquiry(run, services_, settings_, memory_);
    const Steady began = run.clock.now();
    ProbeResult result = co_await first_failure(inquiry);
    if (const auto& clock = inquiry.talk.clock())
      run.evidence.measure(Measure::clock_skew, seconds(clock->ahead));
    const std::string apart = clock_apart(inquiry);
    if (result.verdict == Verdict::fail && !apart.empty() && !result.detail.starts_with(apart))
      result.detail += "; " + apart;  // which may well be why
    result.detail = inquiry.talk.masks.taken_out_of(std::move(result.detail));
    if (result.verdict != Verdict::pass) co_return result;
    if (auto slow = judge(settings_.slow, run.clock.now() - began)) co_return *std::move(slow);
    co_return result;
  }

 private:
  AuthSettings settings_;
  Services& services_;
  AuthMemory memory_;
};

std::unique_ptr<Probe> make_auth(config::Fields& fields, Services& services) {
  return std::make_unique<AuthProbe>(read_auth(fields), services);
}

constexpr Reason auth_reasons[] = {Reason::auth,      Reason::auth_bypass,  Reason::auth_split_brain,
                                   Reason::forbidden, Reason::rate_limited, Reason::contract_drift};

}  // namespace

std::string clock_apart(const Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  const auto& clock = inquiry.talk.clock();
  const Duration bound = std::min(settings.clock_warn, settings.clock_fail.value_or(settings.clock_warn));
  if (!clock || std::chrono::abs(clock->ahead) <= bound) return "";
  return "the clock of " + clock->whose + " is " + auth_span(seconds(std::chrono::abs(clock->ahead))) +
         (clock->ahead > Duration::zero() ? " ahead of ours" : " behind ours");
}

Outcome look_at_clock(Inquiry& inquiry) {
  const std::string apart = clock_apart(inquiry);
  if (apart.empty()) return std::nullopt;
  const auto& bound = inquiry.settings.clock_fail;
  if (bound && std::chrono::abs(inquiry.talk.clock()->ahead) > *bound)
    return auth_fails({Reason::assertion, apart});
  inquiry.doubts.push_back(ProbeResult::warn(Reason::assertion, apart));
  return std::nullopt;
}

constinit const ProbeType auth{
    .name = "auth",
    .summary = "signing in works, the token is good and accepted everywhere, and forged ones are refused",
    .make = make_auth,
    .reasons = auth_reasons,
};

}  // namespace answerback::probes
