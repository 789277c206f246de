#include "probes/llm/answer.h"

#include <algorithm>

namespace answerback::probes {
namespace {

void append(std::string& text, std::string_view more) {
  text += more.substr(0, LlmAnswer::text_kept - std::min(text.size(), LlmAnswer::text_kept));
}

}  // namespace

void LlmAnswer::add(LlmPiece piece, Steady at) {
  if (!piece.content.empty()) {
    if (!first) first = at;
    if (last) longest_gap = std::max<Duration>(longest_gap, at - *last);
    last = at;
    content_bytes += piece.content.size();
  }
  append(text, piece.content);
  append(refusal, piece.refusal);
  if (!piece.model.empty()) model = std::move(piece.model);
  if (piece.finish != LlmFinish::unsaid) finish = piece.finish;
  if (piece.usage.input) usage.input = piece.usage.input;
  if (piece.usage.output) {
    usage.output = piece.usage.output;
    usage.reasoning = piece.usage.reasoning;
  }
  if (piece.error && !error) error = std::move(piece.error);
  end |= piece.end;
}

bool LlmAnswer::blank() const { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

std::optional<double> LlmAnswer::output_rate() const {
  if (!usage.output || !first || *last <= *first) return std::nullopt;
  const std::uint64_t said = *usage.output - std::min(usage.reasoning, *usage.output);
  if (said < 2) return std::nullopt;
  return static_cast<double>(said - 1) / seconds(*last - *first);
}

std::uint64_t estimated_tokens(std::uint64_t bytes) { return bytes / 4 + 8; }

}  // namespace answerback::probes
