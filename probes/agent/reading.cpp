#include "probes/agent/reading.h"

#include <algorithm>

namespace answerback::probes {
namespace {

bool counts(EventKind kind) { return kind != EventKind::unknown && kind != EventKind::unreadable; }

}  // namespace

std::string without(std::span<const Secret> secrets, std::string text) {
  constexpr std::string_view mask = "<secret>";
  for (const Secret& secret : secrets) {
    const std::string& value = secret.reveal();
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + mask.size()))
      text.replace(at, value.size(), mask);
  }
  return text;
}

void AgentReading::take(net::SseEvent event) {
  if (ended()) return;
  heard_ = true;
  event.data = safe(std::move(event.data));
  AgentHeard heard = codec_.read(event);
  const bool piece = heard && heard->size() == 1 && heard->front().kind == EventKind::activity;
  show(piece ? heard->front().name : "", event.type.empty() ? event.data : event.type + ": " + event.data);
  hand_on(std::move(heard));
}

void AgentReading::take_whole(std::string body) {
  if (ended()) return;
  heard_ = true;
  body = safe(std::move(body));
  run_.frame("received", body);
  hand_on(codec_.read_whole(body));
}

void AgentReading::end() {
  if (ended()) return;
  hand_on(codec_.end());
  ended_ = true;
}

// An answer that has said its last word is judged by that, however the connection ended then.
void AgentReading::fail(Failure failure) {
  if (ended()) return;
  if (codec_.over()) {
    ended_ = true;
    return;
  }
  failure.detail = safe(std::move(failure.detail));
  failure_ = std::move(failure);
}

// Of a text that comes in pieces the first is kept, and how many there were: frames are few.
void AgentReading::show(const std::string& name, std::string_view text) {
  if (!name.empty() && name == shown_) {
    ++not_shown_;
    return;
  }
  if (not_shown_ > 0) run_.frame("received", std::to_string(not_shown_) + " more of " + shown_);
  not_shown_ = 0;
  shown_ = name;
  run_.frame("received", text);
}

void AgentReading::hand_on(AgentHeard heard) {
  if (!heard) {
    failure_ = std::move(heard).error();
    return;
  }
  const Steady now = run_.clock.now();
  for (AgentEvent& event : *heard) {
    if (!counts(event.kind)) continue;
    const bool stage = std::ranges::find(stages_, event.name) != stages_.end();
    if (stage && event.kind == EventKind::activity) event.kind = EventKind::stage;
    if (!event.answer.empty()) run_.frame("answer", event.answer);
    arrivals_.push_back({std::move(event), now});
  }
}

std::optional<AgentReading::Next> AgentReading::next(Steady until) {
  if (!arrivals_.empty()) {
    if (arrivals_.front().at >= until) return Next(std::nullopt);
    AgentLine::Arrival arrival = std::move(arrivals_.front());
    arrivals_.pop_front();
    reached_end_ |= arrival.event.kind == EventKind::stage && arrival.event.name == stages_.back();
    return Next(std::move(arrival));
  }
  if (failure_) return Next(std::unexpected(*failure_));
  if (!ended_) return std::nullopt;
  if (reached_end_) return Next(std::nullopt);
  return Next(std::unexpected(
      Failure{Reason::chain_incomplete, "all has been said, and " + stages_.back() + " has not come"}));
}

}  // namespace answerback::probes
