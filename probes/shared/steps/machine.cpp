#include "probes/shared/steps/machine.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/platform/event.h"
#include "probes/shared/platform/time.h"
#include "probes/shared/steps/read.h"

namespace answerback::probes {
namespace {

using Verb = Step::Verb;

constexpr std::size_t shown = 160;

std::string list_of(std::span<const std::uint16_t> codes) {
  std::string list;
  for (const std::uint16_t code : codes) list += (list.empty() ? "" : " or ") + std::to_string(code);
  return list;
}

}  // namespace

StepValue StepMachine::value(std::string_view name) {
  if (name == "n") return {std::to_string(++count_), true};
  const auto found = values_.find(name);
  return found == values_.end() ? StepValue{} : found->second;
}

void StepMachine::go(std::size_t end, Steady now) {
  end_ = std::min(end, script_.steps.size());
  if (position_ < end_) enter(now);
}

// Steps that wait for nothing are done at once.
void StepMachine::enter(Steady now) {
  const auto lookup = [this](std::string_view name) { return value(name); };
  for (; position_ < end_ && !failure_; ++position_) {
    const Step& step = this->step();
    since_ = now;
    until_ = now + step.time;
    others_ = 0;
    switch (step.verb) {
      case Verb::send:
        if (step.every) heartbeats_.push_back({&step, now + *step.every});
        send(step);
        continue;
      case Verb::ask: send(step); continue;
      case Verb::rules: {
        std::vector<StepRule> added = step.rules;
        for (StepRule& rule : added) rule.when = rule.when.filled(lookup);
        rules_.insert(rules_.begin(), added.begin(), added.end());
        continue;
      }
      case Verb::capture: {
        Incoming message(last_);
        if (!capture(step.captures, message, message.text())) return;
        continue;
      }
      case Verb::expect:
      case Verb::until: wanted_ = step.wanted.filled(lookup); return;
      case Verb::silent_for:
      case Verb::close: return;
    }
  }
}

void StepMachine::advance(Steady now) {
  ++position_;
  enter(now);
}

void StepMachine::send(const Step& step) {
  for (const Template& message : step.messages)
    outgoing_.push_back(message.fill([this](std::string_view name) { return value(name); }));
}

bool StepMachine::take(Incoming& message, Steady at) {
  if (failure_) return false;
  Met met = by_rules(message);
  if (arrived()) {
    if (met.failure) failure_ = std::move(met.failure);
    return !met.swallowed && !failure_;
  }
  const Step& step = this->step();
  if (step.verb == Verb::expect || step.verb == Verb::until) {
    const auto wrong = wanted_.mismatch(message);
    if (wrong) {
      unexpected(message, *wrong, std::move(met));
    } else if (capture(step.captures, message, wanted_.part(message))) {
      collect(message);
      last_ = message.text();
      advance(at);
    }
  } else {
    unexpected(message, "wanted silence, got " + one_line(message.text(), shown), std::move(met));
  }
  return false;
}

StepMachine::Met StepMachine::by_rules(Incoming& message) {
  for (const StepRule& rule : rules_) {
    if (rule.when.mismatch(message)) continue;
    if (rule.kind == StepRule::Kind::fail)
      return {.failure = Failure{rule.reason, "the server said " + one_line(message.text(), shown)}};
    if (rule.kind == StepRule::Kind::reply)
      outgoing_.push_back(rule.send.fill([this](std::string_view name) { return value(name); }));
    return {.swallowed = true};
  }
  return {};
}

void StepMachine::unexpected(Incoming& message, const std::string& why, Met met) {
  if (met.swallowed) return;
  const Step& step = this->step();
  if (met.failure) return fail(met.failure->reason, step.name + ": " + met.failure->detail);
  const AgentEvent event = read_event(message.text(), {});
  if (event.kind == EventKind::sign_in_error)
    return fail(Reason::auth, step.name + ": the server did not believe who we are: " + event.words);
  if (step.verb == Verb::expect || step.verb == Verb::silent_for)
    return fail(Reason::assertion, step.name + ": " + why);
  if (step.verb != Verb::until) return;
  ++others_;
  instead_ = why;
  collect(message);
}

bool StepMachine::capture(const Captures& captures, Incoming& message, std::string_view part) {
  for (const auto& [name, where] : captures) {
    auto found = where.find(message, part);
    if (!found || found->text.size() > value_cap) {
      fail(found ? Reason::too_large : Reason::assertion,
           step().name + ": " + (found ? "too much" : "nothing") + " to capture at " +
               one_line(where.text(), 60) + " in " + one_line(message.text(), shown));
      return false;
    }
    set(name, *std::move(found));
  }
  return true;
}

// Pieces of a streamed text, joined.
void StepMachine::collect(Incoming& message) {
  for (const auto& [name, where] : step().collects) {
    StepValue& all = values_[name];
    const auto found = where.find(message, message.text());
    if (found && all.text.size() + found->text.size() <= value_cap) all.text += found->text;
  }
}

void StepMachine::gone(const Failure& failure, std::optional<std::uint16_t> code) {
  if (failure_) return;
  if (arrived()) {
    failure_ = failure;
    return;
  }
  const Step& step = this->step();
  if (step.verb != Verb::close) return fail(failure.reason, failure.detail + ", in " + step.name);
  if (!code) return fail(failure.reason, step.name + ": " + failure.detail);
  if (!step.codes.empty() && !holds(step.codes, *code))
    return fail(Reason::assertion,
                step.name + ": wanted the code " + list_of(step.codes) + ", " + failure.detail);
  ++position_;
}

void StepMachine::tick(Steady now) {
  if (failure_) return;
  for (Heartbeat& heartbeat : heartbeats_) {
    if (heartbeat.next > now) continue;
    send(*heartbeat.step);
    heartbeat.next = now + *heartbeat.step->every;
  }
  if (arrived() || now < until_) return;
  if (step().verb == Verb::silent_for) return advance(now);
  failure_ = silence(now);
}

void StepMachine::out_of_time(Steady now) {
  if (!failure_ && !arrived()) failure_ = silence(now);
}

Failure StepMachine::silence(Steady now) const {
  const Step& step = this->step();
  const std::string waited = step.name + ": ", time = " in " + spoken(now - since_);
  if (step.verb == Verb::silent_for)
    return {Reason::assertion, waited + "the run's time was over after " + spoken(now - since_)};
  if (step.verb == Verb::close) {
    return {Reason::assertion, waited + "the server did not close the connection" +
                                   (step.codes.empty() ? "" : " with " + list_of(step.codes)) + time};
  }
  const Reason reason = position_ < script_.ask ? Reason::no_welcome : Reason::no_start;
  if (others_ == 0) return {reason, waited + "nothing" + time + ", wanted " + wanted_.wanted()};
  return {reason, waited + std::to_string(others_) + " other message" + (others_ == 1 ? "" : "s") + time +
                      ", the last: " + instead_};
}

void StepMachine::fail(Reason reason, std::string detail) { failure_ = {reason, std::move(detail)}; }

Steady StepMachine::wait() const {
  Steady until = Steady::max();
  if (!failure_ && !arrived()) until = until_;
  for (const Heartbeat& heartbeat : heartbeats_) until = std::min(until, heartbeat.next);
  return until;
}

}  // namespace answerback::probes
