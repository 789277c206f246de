#include "probes/shared/steps/events.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/steps/read.h"

namespace answerback::probes {
namespace {

constexpr std::size_t name_cap = 60, words_cap = 200;

std::string text_at(const std::optional<Where>& where, Incoming& message, std::string_view part) {
  if (!where) return {};
  auto found = where->find(message, part);
  return found ? std::move(found->text) : std::string();
}

}  // namespace

EventReader::EventReader(const Script& script, std::span<const std::string> stages, const StepLookup& lookup)
    : rules_(script.events), stages_(stages) {
  for (EventRule& rule : rules_) rule.when = rule.when.filled(lookup);
}

AgentEvent EventReader::read(Incoming& message) {
  if (rules_.empty()) return read_event(message.text(), stages_);
  const auto rule =
      std::ranges::find_if(rules_, [&](const EventRule& one) { return !one.when.mismatch(message); });
  if (rule != rules_.end()) return by(*rule, message);
  AgentEvent event;
  event.kind = EventKind::unknown;
  event.name = one_line(message.text(), name_cap);
  return event;
}

AgentEvent EventReader::by(const EventRule& rule, Incoming& message) {
  const std::string_view part = rule.when.part(message);
  AgentEvent event;
  event.name = one_line(rule.event_at ? text_at(rule.event_at, message, part) : rule.event, name_cap);
  event.run_id = text_at(rule.run, message, part);
  event.thread_id = text_at(rule.thread, message, part);
  event.tool = text_at(rule.tool, message, part);
  if (rule.error) {
    event.kind = EventKind::agent_error;
    event.words = one_line(text_at(rule.error, message, part), words_cap);
    if (event.words.empty()) event.words = one_line(message.text(), words_cap);
    if (event.name.empty()) event.name = "error";
    return event;
  }
  const bool stage = holds(stages_, event.name);
  event.kind =
      stage && (!rule.piece || begun_.insert(event.name).second) ? EventKind::stage : EventKind::activity;
  if (event.name.empty()) event.name = "message";
  event.answer = text_at(rule.answer, message, part);
  if (rule.piece) {
    const std::string piece = text_at(rule.piece, message, part);
    if (pieces_.size() + piece.size() <= text_cap) pieces_ += piece;
    if (event.answer.empty()) event.answer = piece;
  }
  if (event.name == stages_.back() && (rule.piece || event.answer.empty())) event.answer = pieces_;
  return event;
}

}  // namespace answerback::probes
