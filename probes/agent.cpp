#include "probes/agent.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "probe/random.h"
#include "probes/agent_canary.h"
#include "probes/agent_dialogue.h"
#include "probes/platform_time.h"

namespace answerback::probes {
namespace {

constexpr std::size_t products_kept = 6;  // of earlier requests whose answers may still come

// What one run must know of those before it.
struct Memory {
  std::vector<std::uint64_t> products;  // asked for, the last ones
  std::set<std::string> runs;           // ids of runs on the platform that never ended
  std::string question, answer;         // the last that was answered
  std::vector<Shape> shapes;            // by stage, of the last good run
};

std::string shapes_text(const std::vector<Shape>& shapes, const std::vector<std::string>& stages) {
  if (std::ranges::adjacent_find(shapes, std::not_equal_to()) == shapes.end())
    return std::string(name(shapes.front()));
  std::string text;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    text += (i == 0 ? "" : ", ") + stages[i] + " " + std::string(name(shapes[i]));
  return text;
}

class AgentProbe final : public Probe {
 public:
  AgentProbe(AgentSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto opened = co_await settings_.dialect->open(run, services_, settings_.chain);
    if (!opened) co_return ProbeResult::fail(std::move(opened).error());
    AgentLine& line = **opened;

    ProbeResult result = co_await converse(run, line);
    if (result.verdict == Verdict::pass)
      result = on_good_terms(line, std::move(result), run.clock.now() - began);
    if (result.verdict == Verdict::pass) run.enter(Phase::close);
    co_await line.close();
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> converse(Run& run, AgentLine& line) {
    const Challenge challenge = draw();
    const std::vector<std::uint64_t> earlier = memory_.products;
    remember(challenge);
    Dialogue dialogue(run, line, settings_, {earlier});
    auto heard = co_await dialogue.ask(challenge, {line.user_id(), memory_.runs});
    if (!heard && heard.error().reason == Reason::no_start) {
      const Challenge other = draw();
      remember(other);
      heard = std::unexpected(co_await dialogue.ask_otherwise(challenge, other, std::move(heard).error()));
    }
    const Chain* chain = dialogue.chain();
    if (!chain) co_return ProbeResult::fail(std::move(heard).error());
    measure(run, *chain);
    // Of a run that has ended nothing more can come; and without a challenge an id used again would look
    // late.
    memory_.runs = heard || challenge.product == 0 ? std::set<std::string>() : chain->run_ids();
    co_return heard ? judge(line, *chain, challenge)
                    : ProbeResult::fail(explained(line, std::move(heard).error()));
  }

  Challenge draw() {
    return draw_challenge(settings_.challenge, services_.random,
                          memory_.products.empty() ? 0 : memory_.products.back());
  }
  void remember(const Challenge& challenge) {
    if (challenge.product == 0) return;
    if (memory_.products.size() == products_kept) memory_.products.erase(memory_.products.begin());
    memory_.products.push_back(challenge.product);
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
                         static_cast<double>(chain.reached()) / static_cast<double>(chain.stages().size()));
  }

  // What a server says of itself explains the silence that follows.
  static Failure explained(const AgentLine& line, Failure failure) {
    const std::string notice = line.degraded();
    if (!notice.empty()) failure.detail += "; the server says of itself: " + notice;
    return failure;
  }

  ProbeResult judge(const AgentLine& line, const Chain& chain, const Challenge& challenge) {
    if (auto missing = chain.incomplete()) return ProbeResult::fail(explained(line, *std::move(missing)));
    auto wrong = judge_answer({.challenge = challenge,
                               .answer = chain.answer(),
                               .earlier_question = memory_.question,
                               .earlier_answer = memory_.answer,
                               .times = chain.times(),
                               .overclaim = chain.overclaim()},
                              settings_.canned);
    if (!chain.answer().empty()) {
      memory_.question = challenge.question;
      memory_.answer = chain.answer();
    }
    if (wrong) return ProbeResult::fail(explained(line, *std::move(wrong)));

    std::string detail = chain.progress() + " in " + spoken(*chain.stages().back().at - chain.asked());
    if (challenge.product != 0) detail += ", the answer is right";
    if (chain.late_events() > 0)
      detail += ", " + std::to_string(chain.late_events()) + " late events of earlier runs ignored";
    if (auto drift = drifted(chain)) return *std::move(drift);
    if (chain.widest_gap().length > settings_.limits.gap_warn)
      return ProbeResult::warn(Reason::slow, spoken(chain.widest_gap().length) + " before " +
                                                 chain.widest_gap().before + ", warns above " +
                                                 config::print_duration(settings_.limits.gap_warn));
    return ProbeResult::pass(std::move(detail));
  }

  // Told once: the shape seen now is the one to be compared with.
  std::optional<ProbeResult> drifted(const Chain& chain) {
    std::vector<Shape> shapes;
    for (const Chain::Stage& stage : chain.stages()) shapes.push_back(stage.shape);
    const std::vector<Shape> before = std::exchange(memory_.shapes, shapes);
    if (before.empty() || before == shapes) return std::nullopt;
    return ProbeResult::warn(Reason::contract_drift, "events come with their fields in another shape: " +
                                                         shapes_text(shapes, settings_.chain) +
                                                         ", before: " + shapes_text(before, settings_.chain));
  }

  ProbeResult on_good_terms(const AgentLine& line, ProbeResult good, Duration took) const {
    auto slow = probes::judge(settings_.slow, took);
    if (slow && slow->verdict == Verdict::fail) return *std::move(slow);
    if (auto warning = line.warning()) return *std::move(warning);
    return slow ? *std::move(slow) : std::move(good);
  }

  AgentSettings settings_;
  Services& services_;
  Memory memory_;
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<AgentProbe>(read_agent(fields), services);
}

constexpr Reason own_reasons[] = {
    Reason::auth,
    Reason::forbidden,
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
