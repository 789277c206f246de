#pragma once
// What a model said, put together from the pieces of its stream, or from the one piece of a whole answer.
// Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::probes {

// Why the model stopped.
enum class LlmFinish : std::uint8_t {
  unsaid,
  complete,  // it had nothing more to say
  length,    // our own cap on its tokens
  filtered,  // a content filter took over
};

struct LlmUsage {
  std::optional<std::uint64_t> input = {}, output = {};
  std::uint64_t reasoning = 0;  // of the output: thought and not said
};

// What one event of a stream, or the body of a whole answer, says. Whatever it does not say is empty.
struct LlmPiece {
  std::string content = {}, refusal = {};
  std::string model = {};  // as the provider names it
  LlmFinish finish = LlmFinish::unsaid;
  LlmUsage usage = {};
  std::optional<Failure> error = {};  // the answer ends with it, badly
  bool end = false;                   // the provider says that nothing more comes
};

struct LlmAnswer {
  static constexpr std::size_t text_kept = 64 * 1024;

  std::string text, refusal;        // up to text_kept each
  std::uint64_t content_bytes = 0;  // of the text, kept or not
  std::string model;
  LlmFinish finish = LlmFinish::unsaid;
  LlmUsage usage;
  std::optional<Failure> error;
  bool end = false;                   // said to be over, not just cut off
  std::optional<Steady> first, last;  // when content came
  Duration longest_gap{};             // between two pieces of content

  void add(LlmPiece, Steady at);
  bool blank() const;  // no text, or white space only

  // Per second, after the first one came; nullopt where there is nothing to tell it by. Thinking is not
  // counted: it was done before the first token.
  std::optional<double> output_rate() const;
};

// Where the provider does not say: four bytes a token, and what frames a message.
std::uint64_t estimated_tokens(std::uint64_t bytes);

}  // namespace answerback::probes
