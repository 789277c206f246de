#include "probes/llm/ladder.h"

#include <algorithm>
#include <utility>

namespace answerback::probes {
namespace {

constexpr std::array<std::string_view, 4> names{"reach", "access", "count", "generate"};

}  // namespace

std::string_view name(LlmDepth depth) { return names[std::to_underlying(depth)]; }

LlmDepth depth_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? LlmDepth::generate : static_cast<LlmDepth>(found - names.begin());
}

void LlmLadder::proved(LlmDepth depth, std::string words) {
  at(depth) = {State::proved, std::move(words)};
  for (const LlmDepth below : {LlmDepth::reach, LlmDepth::access})
    if (below < depth && at(below).state != State::proved)
      at(below) = {State::proved, "by " + std::string(name(depth))};
}

void LlmLadder::failed(LlmDepth depth, const Failure& failure, bool answered) {
  at(depth) = {State::failed, std::string(answerback::name(failure.reason)) + ": " + failure.detail};
  const bool no_access = failure.reason == Reason::auth || failure.reason == Reason::model_not_found;
  if (no_access && depth > LlmDepth::access && at(LlmDepth::access).state != State::proved)
    at(LlmDepth::access) = {State::failed, std::string(answerback::name(failure.reason))};
  if (answered && depth != LlmDepth::reach && at(LlmDepth::reach).state == State::not_tried)
    at(LlmDepth::reach) = {State::proved, "it answered"};
}

void LlmLadder::unproved(LlmDepth depth, std::string why) { at(depth).words = std::move(why); }

std::string LlmLadder::text() const {
  std::string text;
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    const Rung& rung = rungs_[i];
    text += (i == 0 ? "" : "\n") + std::string(names[i]) + std::string(10 - names[i].size(), ' ');
    text += rung.state == State::proved ? "proved" : "not proved";
    if (!rung.words.empty())
      text += ": " + rung.words;
    else if (rung.state == State::not_tried)
      text += ": not tried";
  }
  return text;
}

// Counting matters only to who asks for it: what generates has no need of it.
std::string LlmLadder::missing(std::string_view also) const {
  std::string list(also);
  for (std::size_t i = 0; i < rungs_.size(); ++i) {
    const bool counts = i != std::to_underlying(LlmDepth::count);
    if (counts && rungs_[i].state != State::proved)
      list += (list.empty() ? "" : ", ") + std::string(names[i]);
  }
  return list.empty() ? "" : "; not proved: " + list;
}

}  // namespace answerback::probes
