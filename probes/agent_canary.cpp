#include "probes/agent_canary.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

// Lower case, white space squeezed: what two texts have in common whoever wrote them down.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string shown(std::string_view answer) { return "\"" + one_line(answer, 120) + "\""; }

void add(std::string& list, std::string_view item) {
  if (!list.empty()) list += "; ";
  list += item;
}

}  // namespace

const std::vector<std::string> usual_canned = {
    "Agent processed your message:",
    "This is a simulated response",
    "This is a mock response",
    "Simulated response to:",
    "Mock response to:",
    "Mock response for",
    "This is a placeholder response",
    "Fallback response:",
};

bool metronomic(std::span<const Steady> times) {
  if (times.size() < 5) return false;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const Duration gap = times[i] - times[i - 1];
    if (gap < std::chrono::milliseconds(90) || gap > std::chrono::milliseconds(110)) return false;
  }
  return true;
}

std::optional<Failure> judge_answer(const Answered& seen, std::span<const std::string> canned) {
  const std::string answer = plain(seen.answer);
  const bool right = seen.challenge.product != 0 && holds_number(seen.answer, seen.challenge.product);
  const bool asked = seen.challenge.product != 0;

  std::string convicts, supports;
  for (const std::string& text : canned) {
    if (const std::string known = plain(text); !known.empty() && answer.contains(known)) {
      add(convicts, "it holds the canned text \"" + one_line(text, 80) + "\"");
      break;
    }
  }
  if (!right && !answer.empty()) {
    if (answer.contains(plain(seen.challenge.question))) add(convicts, "it gives the question back");
    if (asked && !seen.earlier_question.empty() && seen.earlier_question != seen.challenge.question &&
        answer == plain(seen.earlier_answer))
      add(convicts, "it is the same as to another question");
  }
  if (metronomic(seen.times)) add(supports, "the events came evenly 0.1 s apart");
  if (!seen.overclaim.empty()) add(supports, seen.overclaim);

  const bool both = metronomic(seen.times) && !seen.overclaim.empty();
  const bool doubtful = !right && !answer.empty() && (both || (asked && !supports.empty()));
  if (!convicts.empty() || doubtful) {
    if (!supports.empty()) add(convicts, supports);
    return Failure{Reason::synthetic, convicts + ": " + shown(seen.answer)};
  }
  if (answer.empty()) return Failure{Reason::answer_wrong, "the answer is empty"};
  if (asked && !right) {
    return Failure{Reason::answer_wrong,
                   "wanted " + std::to_string(seen.challenge.product) + ", got " + shown(seen.answer)};
  }
  return std::nullopt;
}

}  // namespace answerback::probes
