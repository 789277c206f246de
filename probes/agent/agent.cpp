#include "probes/agent/agent.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "model/text.h"
#include "probe/random.h"
#include "probes/agent/canary.h"
#include "probes/agent/dialogue.h"
#include "probes/agent/shapes.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

constexpr std::size_t requests_kept = 6;  // of earlier runs, whose answers may still come
constexpr std::size_t answers_kept = 4;
constexpr std::size_t answer_cap = 4096;

// What one run must know of those before it.
struct Memory {
  std::vector<Challenge> asked;    // the last requests
  std::set<std::string> runs;      // ids of runs on the platform that never ended
  std::vector<Exchange> answered;  // the last answers
};

template <class T>
void keep_last(std::vector<T>& list, std::size_t most, T value) {
  if (list.size() == most) list.erase(list.begin());
  list.push_back(std::move(value));
}

class AgentProbe final : public Probe {
 public:
  AgentProbe(AgentSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services), shapes_(services.store, settings_.owner) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    const Challenge challenge = draw();
    if (settings_.nonce) {
      auto hidden = co_await hide(run, services_, *settings_.nonce, challenge.nonce);
      if (!hidden) co_return ProbeResult::fail(std::move(hidden).error());
    }
    auto opened = co_await settings_.dialect->open(run, services_, settings_.stages.names);
    if (!opened) co_return ProbeResult::fail(std::move(opened).error());
    AgentLine& line = **opened;

    ProbeResult result = co_await converse(run, line, challenge);
    if (result.verdict == Verdict::pass) result = on_good_terms(run, line, std::move(result), began);
    if (result.verdict == Verdict::pass) run.enter(Phase::close);
    co_await line.close();
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> converse(Run& run, AgentLine& line, const Challenge& challenge) {
    const std::vector<Challenge> earlier = memory_.asked;
    remember(challenge);
    Dialogue dialogue(run, line, settings_, {earlier});
    auto heard = co_await dialogue.ask(challenge, {line.user_id(), memory_.runs});
    if (!heard && heard.error().reason == Reason::no_start)
      heard = co_await why(line, dialogue, challenge, std::move(heard));
    const Chain* chain = dialogue.chain();
    if (!chain) co_return ProbeResult::fail(std::move(heard).error());
    measure(run, *chain);
    // Of a run that has ended nothing more can come; and without a challenge an id used again would look
    // late.
    memory_.runs = heard || !challenge.asks() ? std::set<std::string>() : chain->run_ids();
    co_return heard ? judge(line, *chain, challenge)
                    : ProbeResult::fail(explained(line, *chain, std::move(heard).error()));
  }

  // What the silence was, as far as other requests can tell. A nonce is hidden once, so it is asked for
  // again.
  asio::awaitable<std::expected<void, Failure>> why(AgentLine& line, Dialogue& dialogue,
                                                    const Challenge& challenge,
                                                    std::expected<void, Failure> silence) {
    if (!settings_.control) {
      silence.error().detail = line.opened() + ", request sent, " + silence.error().detail;
      co_return silence;
    }
    const Challenge other = settings_.nonce ? challenge : draw();
    if (!settings_.nonce) remember(other);
    co_return std::unexpected(co_await dialogue.ask_otherwise(challenge, other, std::move(silence).error()));
  }

  Challenge draw() {
    Challenge challenge = draw_challenge(settings_.challenge, services_.random,
                                         memory_.asked.empty() ? 0 : memory_.asked.back().product);
    if (settings_.nonce) challenge.question = settings_.nonce->question;
    return challenge;
  }
  void remember(const Challenge& challenge) {
    if (challenge.asks()) keep_last(memory_.asked, requests_kept, challenge);
  }

  static void measure(Run& run, const Chain& chain) {
    Steady before = chain.asked();
    for (const Chain::Stage& stage : chain.stages()) {
      if (!stage.at) continue;
      run.evidence.measure(Measure::stage_duration, seconds(std::max(*stage.at - before, Duration{})),
                           stage.name);
      before = *stage.at;
    }
    run.evidence.measure(Measure::stages_reached,
                         static_cast<double>(chain.reached()) / static_cast<double>(chain.due()));
  }

  // What a server says of itself explains the silence that follows; so may what we did not understand of it.
  static Failure explained(const AgentLine& line, const Chain& chain, Failure failure) {
    if (const std::string strange = chain.strange(); !strange.empty()) failure.detail += "; " + strange;
    if (!chain.warned().empty()) failure.detail += "; the server had warned: " + chain.warned();
    if (const std::string notice = line.degraded(); !notice.empty())
      failure.detail += "; the server says of itself: " + notice;
    return failure;
  }

  ProbeResult judge(const AgentLine& line, const Chain& chain, const Challenge& challenge) {
    const std::string& complaint = chain.complaint();
    const bool right = challenge.asks() && answers(chain.answer(), challenge);
    if (!complaint.empty() && (!right || chain.incomplete()))
      return ProbeResult::fail(explained(line, chain, {Reason::agent_error, complaint}));
    if (auto missing = chain.incomplete())
      return ProbeResult::fail(explained(line, chain, *std::move(missing)));
    const Duration took = *chain.stages().back().at - chain.asked();
    auto wrong = judge_answer({.challenge = challenge,
                               .answer = chain.answer(),
                               .earlier = memory_.answered,
                               .times = chain.times(),
                               .overclaim = chain.overclaim(),
                               .took = took},
                              settings_.canned);
    if (!chain.answer().empty())
      keep_last(memory_.answered, answers_kept,
                Exchange{challenge.question, clip(chain.answer(), answer_cap)});
    if (wrong) return ProbeResult::fail(explained(line, chain, *std::move(wrong)));

    if (!complaint.empty())
      return ProbeResult::warn(Reason::agent_error, "the answer is right, in spite of " + complaint);
    if (auto drift = shapes_.changed(chain))
      return ProbeResult::warn(Reason::contract_drift, *std::move(drift));
    if (chain.widest_gap().length > settings_.limits.gap_warn)
      return ProbeResult::warn(Reason::slow, spoken(chain.widest_gap().length) + " before " +
                                                 chain.widest_gap().before + ", warns above " +
                                                 config::print_duration(settings_.limits.gap_warn));
    return ProbeResult::pass(praise(chain, challenge, took));
  }

  static std::string praise(const Chain& chain, const Challenge& challenge, Duration took) {
    std::string detail = chain.progress() + " in " + spoken(took);
    if (challenge.asks()) detail += ", the answer is right";
    if (chain.late_events() > 0)
      detail += ", " + std::to_string(chain.late_events()) + " late events of earlier runs ignored";
    if (chain.not_understood() > 0)
      detail += ", " + std::to_string(chain.not_understood()) +
                (chain.not_understood() == 1 ? " frame" : " frames") + " not understood";
    if (!chain.warned().empty()) detail += ", the server warned: " + chain.warned();
    return detail;
  }

  ProbeResult on_good_terms(const Run& run, const AgentLine& line, ProbeResult good, Steady began) const {
    auto slow = probes::judge(settings_.slow, run.clock.now() - began);
    if (slow) slow->detail += longest_phase(run);
    if (slow && slow->verdict == Verdict::fail) return *std::move(slow);
    if (auto warning = line.warning()) return *std::move(warning);
    return slow ? *std::move(slow) : std::move(good);
  }

  // Where the time went, where most of it went to one place: ", 3 s of it in welcome".
  static std::string longest_phase(const Run& run) {
    const auto times = run.phases.times();
    if (times.empty()) return {};
    const auto longest = std::ranges::max_element(times, {}, &PhaseTime::took);
    return ", " + spoken(longest->took) + " of it in " + std::string(name(longest->phase));
  }

  AgentSettings settings_;
  Services& services_;
  Memory memory_;
  ShapeBaseline shapes_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<AgentProbe>(read_agent(fields), services);
}

constexpr Reason own_reasons[] = {
    Reason::auth,
    Reason::forbidden,
    Reason::quota,
    Reason::rate_limited,
    Reason::upgrade_refused,
    Reason::subprotocol,
    Reason::no_welcome,
    Reason::closed,
    Reason::degraded_notice,
    Reason::no_start,
    Reason::request_dropped,
    Reason::request_unrecognised,
    Reason::stalled,
    Reason::tool_stuck,
    Reason::chain_order,
    Reason::chain_incomplete,
    Reason::agent_error,
    Reason::answer_wrong,
    Reason::synthetic,
    Reason::late,
    Reason::misrouted,
    Reason::contract_drift,
    Reason::slow,
};

}  // namespace

constinit const ProbeType agent{
    .name = "agent",
    .summary = "an agent answers a question nobody asked before, with its whole chain of events",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
