#include "probes/llm/judge.h"

#include <algorithm>

#include "model/text.h"
#include "probes/llm/reasons.h"

namespace answerback::probes {
namespace {

// What placeholders left in production answer, in lower case.
constexpr std::string_view canned[] = {
    "this is a simulated response", "simulated response to", "this is a mock response", "mock response to",
    "this is a placeholder",        "placeholder response",  "fallback response:",      "lorem ipsum dolor",
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string quoted(std::string_view text) { return "\"" + one_line(text, 120) + "\""; }

std::string milliseconds(Duration took) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(took).count()) + " ms";
}

// How it ended, where that is not as it should be.
std::optional<ProbeResult> judge_end(const LlmAnswer& answer) {
  if (answer.error) return result_of(*answer.error);
  if (!answer.end) {
    return ProbeResult::fail(Reason::truncated, "the stream ended after " +
                                                    std::to_string(answer.content_bytes) +
                                                    " bytes of text, without saying that it was over");
  }
  if (answer.finish == LlmFinish::filtered)
    return ProbeResult::warn(Reason::content_filter,
                             "a content filter ended the answer " + quoted(answer.text));
  if (!answer.refusal.empty())
    return ProbeResult::warn(Reason::content_filter, "the model refused: " + quoted(answer.refusal));
  return std::nullopt;
}

// Our own cap may be spent on thinking before the first word: then the silence is our doing.
std::optional<ProbeResult> judge_text(const LlmAnswer& answer, const Challenge& challenge) {
  const bool capped = answer.finish == LlmFinish::length;
  if (answer.blank() && !capped)
    return ProbeResult::warn(Reason::empty_completion, "the model ended its answer without a word");
  const std::string text = lower(answer.text);
  for (const std::string_view words : canned) {
    if (text.contains(words))
      return ProbeResult::fail(Reason::synthetic, "a canned answer: " + quoted(answer.text));
  }
  if (challenge.product != 0 && holds_number(answer.text, challenge.product)) return std::nullopt;
  if (!challenge.question.empty() && text.contains(lower(challenge.question)))
    return ProbeResult::fail(Reason::synthetic, "the question given back: " + quoted(answer.text));
  if (challenge.product == 0) return std::nullopt;
  const std::string wanted = "wanted " + std::to_string(challenge.product) + ", got " + quoted(answer.text);
  if (capped)
    return ProbeResult::unknown(Reason::no_evidence, wanted + ", cut by our own cap: raise max_tokens");
  return ProbeResult::fail(Reason::answer_wrong, wanted);
}

std::optional<ProbeResult> judge_model(const LlmExpect& expect, const LlmAnswer& answer) {
  if (!expect.same_model || answer.model.starts_with(expect.model)) return std::nullopt;
  return ProbeResult::warn(Reason::assertion,
                           "asked for model " + expect.model + ", answered by " + quoted(answer.model));
}

}  // namespace

ProbeResult judge(const LlmExpect& expect, const LlmSeen& seen) {
  if (auto bad = judge_end(seen.answer)) return *std::move(bad);
  if (auto bad = judge_text(seen.answer, seen.challenge)) return *std::move(bad);
  std::optional<ProbeResult> model = judge_model(expect, seen.answer), pace = judge(expect.pace, seen.pace);
  if (pace && (!model || pace->verdict == Verdict::fail)) return *std::move(pace);
  if (model) return *std::move(model);
  return ProbeResult::pass(summary(seen));
}

// Some servers say 0 where they have not counted.
bool counted_output(const LlmAnswer& answer) {
  return answer.usage.output && (*answer.usage.output > 0 || answer.content_bytes == 0);
}

bool counted_input(const LlmAnswer& answer) { return answer.usage.input.value_or(0) > 0; }

std::uint64_t output_tokens(const LlmAnswer& answer) {
  if (counted_output(answer)) return *answer.usage.output;
  return answer.content_bytes == 0 ? 0 : estimated_tokens(answer.content_bytes);
}

std::uint64_t input_tokens(const LlmAnswer& answer, const Challenge& challenge) {
  return counted_input(answer) ? *answer.usage.input : estimated_tokens(challenge.question.size());
}

std::string summary(const LlmSeen& seen) {
  std::string text = std::to_string(output_tokens(seen.answer)) + " tokens";
  if (!counted_output(seen.answer)) text += " (estimated)";
  text += " in " + milliseconds(seen.pace.total);
  if (seen.pace.first_token) text += ", the first after " + milliseconds(*seen.pace.first_token);
  if (seen.answer.blank()) text += ", no text: our own cap was spent on thinking";
  return text;
}

}  // namespace answerback::probes
