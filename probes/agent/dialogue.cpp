#include "probes/agent/dialogue.h"

#include <algorithm>

#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration grace = 2s;        // after an end that may have been a sub-agent's, or the wrong answer's
constexpr Duration after_error = 1s;  // for an agent that knows a way round it
constexpr Duration after_ack = 2s;    // after the server has said that it does not know the request
constexpr Duration babbling = 1s;     // for a word to a request of an unknown kind

// What ended a run in which an error had been reported. `by_it`: nothing came after the error.
Failure blamed(const Chain& chain, bool by_it, Failure end) {
  if (chain.complaint().empty()) return end;
  return {Reason::agent_error, by_it ? chain.complaint() : chain.complaint() + "; then " + end.detail};
}

// Where the arrival ends a whole chain with the right answer, but not that of the run we took for ours: as if
// we had known, before it arrived.
std::optional<Chain> put_right(const Chain& chain, const Challenge& challenge,
                               const AgentLine::Arrival& arrival) {
  if (!challenge.asks() || !chain.ends_beside(arrival.event)) return std::nullopt;
  std::optional<Chain> ours(chain);
  ours->disown();
  Chain whole = *ours;
  whole.take(arrival.event, arrival.at);
  const bool right =
      whole.state() == Chain::State::ended && !whole.incomplete() && answers(whole.answer(), challenge);
  return right ? ours : std::nullopt;
}

// Whether the server says that it does not know a request of ours, and not our answer to its ping.
bool disowns(const AgentEvent& event, const std::string& form) {
  if (event.kind != EventKind::unrecognised) return false;
  return event.received_type.empty() ? !event.words.contains("pong") : event.received_type == form;
}

}  // namespace

asio::awaitable<std::expected<void, Failure>> Dialogue::ask(const Challenge& challenge,
                                                            ChainIdentity identity) {
  run_.enter(Phase::dispatch);
  if (auto sent = co_await send(0, challenge); !sent) co_return std::unexpected(std::move(sent).error());
  const Steady asked = run_.clock.now();
  chain_.emplace(settings_.stages.names, settings_.limits, std::move(identity), asked,
                 settings_.stages.optional);
  // A control request needs its time as well: of a short deadline, a quarter.
  const bool otherwise = settings_.control && line_.forms().size() > 1;
  const Duration control =
      otherwise ? std::min(settings_.limits.first_event, (line_.last_call() - asked) / 4) : Duration{};
  auto heard = co_await listen(*chain_, challenge, 0, line_.last_call() - control);
  if (heard || heard.error().reason != Reason::no_start) co_return heard;
  if (unrecognised_)
    co_return std::unexpected(
        Failure{Reason::request_unrecognised,
                "the server says it does not know " + line_.forms().front() + "; " + heard.error().detail});
  co_return heard;
}

asio::awaitable<std::expected<void, Failure>> Dialogue::send(std::size_t form, const Challenge& challenge) {
  auto sent = co_await line_.ask(form, challenge.question);
  if (!sent) sent.error().detail += ", while sending the request";
  co_return sent;
}

asio::awaitable<std::expected<void, Failure>> Dialogue::listen(Chain& chain, const Challenge& challenge,
                                                               std::size_t form, Steady first_until) {
  using State = Chain::State;
  std::optional<Steady> ended, broken;  // since when; broken: an error was the last that was heard
  for (;;) {
    Steady until = std::min(chain.wait().until, line_.last_call());
    if (chain.state() == State::silent) until = std::min(until, first_until);
    if (broken) until = std::min(until, *broken + std::min(after_error, settings_.limits.gap));
    if (chain.state() != State::ended) ended.reset();
    if (chain.state() == State::ended) {
      if (!ended) ended = run_.clock.now();
      until = *ended + std::min(grace, settings_.limits.gap);
      if (const auto another = chain.another_heard())
        until = std::max(until, *another + settings_.limits.gap);
      until = std::min(line_.last_call(), until);
    }
    auto arrival = co_await line_.next(until);
    if (!arrival) {
      // Who has said everything may hang up as it likes: what was said is judged.
      if (chain.state() == State::ended && !broken && (!chain.answer().empty() || !chain.incomplete()))
        co_return std::expected<void, Failure>();
      Failure failure = std::move(arrival).error();
      failure.detail += ", " + chain.progress();
      co_return std::unexpected(blamed(chain, broken.has_value(), std::move(failure)));
    }
    if (!*arrival) {
      if (chain.state() == State::ended && !broken) co_return std::expected<void, Failure>();
      if (broken || !chain.claim())
        co_return std::unexpected(blamed(chain, broken.has_value(), chain.silence(run_.clock.now())));
      if (phases_) enter_phase_of(chain);
      if (chain.state() == State::failed) co_return std::unexpected(chain.failure());
      continue;
    }
    const AgentEvent& event = (*arrival)->event;
    if (auto ours = put_right(chain, challenge, **arrival)) chain = *std::move(ours);
    if (disowns(event, line_.forms()[form]) && chain.state() == State::silent) {
      unrecognised_ = true;
      first_until = std::min(first_until, (*arrival)->at + after_ack);
    }
    chain.take(event, (*arrival)->at);
    if (event.kind == EventKind::stage || event.kind == EventKind::activity) broken.reset();
    if (chain.state() == State::failed && chain.failure().reason == Reason::agent_error) {
      if (!broken) broken = (*arrival)->at;
      chain.get_over();
    }
    if (challenge.asks() && answers(event.answer, challenge)) chain.own(event.run_id);
    const bool over = settled(chain, challenge);
    if (phases_) enter_phase_of(chain);
    if (chain.state() == State::failed) co_return std::unexpected(chain.failure());
    if (over) co_return std::expected<void, Failure>();
  }
}

// Whether more could not make it better. An answer to an earlier request is put aside.
bool Dialogue::settled(Chain& chain, const Challenge& challenge) {
  while (chain.state() == Chain::State::ended && !answers(chain.answer(), challenge)) {
    const bool late = std::ranges::any_of(
        asked_.earlier, [&](const Challenge& earlier) { return answers(chain.answer(), earlier); });
    if (!late) return false;
    chain.disown();
  }
  return chain.state() == Chain::State::ended && !chain.incomplete();
}

void Dialogue::enter_phase_of(const Chain& chain) {
  const Chain::State state = chain.state();
  const Phase phase = state == Chain::State::ended                         ? Phase::answer
                      : state == Chain::State::open || chain.reached() > 0 ? Phase::chain
                                                                           : Phase::dispatch;
  if (run_.phases.current() != phase) run_.enter(phase);
}

asio::awaitable<Failure> Dialogue::ask_otherwise(const Challenge& first, const Challenge& other,
                                                 Failure silence) {
  constexpr std::size_t other_form = 1;
  // The pong has yet to come.
  const auto so_far = [&] { return line_.opened() + ", request sent, " + silence.detail; };
  if (line_.forms().size() <= other_form) co_return Failure{Reason::no_start, so_far()};
  const std::string &first_form = line_.forms().front(), &type = line_.forms()[other_form];
  phases_ = false;
  const auto lost = [&](Failure failure) {
    return Failure{failure.reason, failure.detail + "; before that, " + silence.detail + " to " + first_form};
  };
  if (auto sent = co_await line_.knock(); !sent) co_return lost(std::move(sent).error());
  if (auto sent = co_await send(other_form, other); !sent) co_return lost(std::move(sent).error());

  const Steady began = run_.clock.now(), last_call = line_.last_call();
  const Steady babble_at = last_call - std::min(babbling, (last_call - began) / 4);
  Chain control(settings_.stages.names, settings_.limits, {}, began, settings_.stages.optional);
  auto heard = co_await listen(control, other, other_form, babble_at);
  const bool gone =
      !heard && control.state() == Chain::State::silent && heard.error().reason != Reason::no_start;
  if (gone) co_return lost(std::move(heard).error());
  if (control.state() == Chain::State::silent) {
    const bool silent = chain_->not_understood() + control.not_understood() == 0;
    const std::string dropped =
        so_far() + (silent ? "; control request also met silence: the request may have been dropped"
                           : "; the control request went the same way");
    auto word = co_await babble(last_call);
    if (!word) co_return lost(std::move(word).error());
    co_return Failure{Reason::no_start, dropped + *word};
  }
  if (first.asks() && answers(control.answer(), first)) {
    const Duration took = control.times().empty() ? Duration{} : control.times().front() - chain_->asked();
    co_return Failure{Reason::no_start,
                      line_.opened() + ", request sent, the first event came only after " + spoken(took)};
  }
  co_return Failure{Reason::request_dropped, first_form + " met silence, " + silence.detail + "; " + type +
                                                 " got " + control.progress()};
}

// Whether the server says anything to what nobody can understand, in words.
asio::awaitable<std::expected<std::string, Failure>> Dialogue::babble(Steady until) {
  auto sent = co_await line_.babble();
  if (!sent) co_return std::unexpected(std::move(sent).error());
  if (!*sent) co_return std::string();
  until = std::min(until, run_.clock.now() + babbling);
  for (;;) {
    auto arrival = co_await line_.next(until);
    if (!arrival) {
      if (arrival.error().reason != Reason::closed) co_return std::unexpected(std::move(arrival).error());
      co_return "; to an unknown kind it hung up: " + arrival.error().detail;
    }
    if (!*arrival) co_return ", and so did an unknown kind";
    using enum EventKind;
    const AgentEvent& event = (*arrival)->event;
    if (event.kind == unrecognised || event.kind == error)
      co_return "; an unknown kind got " + event.name + ", so ours was understood";
    if (event.kind == stage || event.kind == agent_error)
      co_return "; then " + event.name + " came after all";
  }
}

}  // namespace answerback::probes
