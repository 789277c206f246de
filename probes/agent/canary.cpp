#include "probes/agent/canary.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t echo_bytes = 32;    // of the question's beginning: enough to know it by
constexpr std::size_t own_words = 80;     // beyond the question, below which an answer only gives it back
constexpr std::size_t bytes_a_token = 4;  // about
constexpr std::size_t tokens_at_least = 100;
constexpr double tokens_a_second = 10'000;  // three times what the fastest hardware of today gives

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

std::string canned_text(std::string_view answer, std::span<const std::string> canned) {
  for (const std::string& text : canned) {
    if (const std::string known = plain(text); !known.empty() && answer.contains(known))
      return "it holds the canned text \"" + one_line(text, 80) + "\"";
  }
  return {};
}

// Whole or cut short. Where any answer will do, one with something of its own to say may quote the question.
bool gives_back(std::string_view answer, std::string_view question, bool any_will_do) {
  if (any_will_do) return answer.contains(question) && answer.size() < question.size() + own_words;
  return answer.contains(question.substr(0, echo_bytes));
}

bool same_as_before(const Answered& seen, std::string_view answer) {
  return std::ranges::any_of(seen.earlier, [&](const Exchange& earlier) {
    return earlier.question != seen.challenge.question && answer == plain(earlier.answer);
  });
}

// What speaks against it without proving anything.
std::vector<std::string> circumstances(const Answered& seen) {
  std::vector<std::string> odd;
  if (const auto gap = cadence(seen.times))
    odd.push_back("the events came evenly " + spoken(*gap) + " apart");
  if (!seen.overclaim.empty()) odd.emplace_back(seen.overclaim);
  const std::size_t tokens = seen.answer.size() / bytes_a_token;
  if (seen.took > Duration{} && tokens >= tokens_at_least &&
      static_cast<double>(tokens) > tokens_a_second * seconds(seen.took))
    odd.push_back("about " + std::to_string(tokens) + " tokens in " + spoken(seen.took));
  return odd;
}

}  // namespace

const std::vector<std::string> usual_canned = {
    "Agent processed your message:",
    "This is a simulated response",
    "This is a mock response",
    "This is a mocked response",
    "This is a dummy response",
    "This is a placeholder",
    "This is a fallback response",
    "This is a test response",
    "Simulated response to:",
    "Mock response to:",
    "Mock response for",
    "[MOCK]",
    "[SIMULATED]",
    "Placeholder response",
    "Fallback response:",
    "Lorem ipsum dolor",
};

std::optional<Duration> cadence(std::span<const Steady> times) {
  if (times.size() < 5) return std::nullopt;
  const Duration mean = (times.back() - times.front()) / (static_cast<Duration::rep>(times.size()) - 1);
  if (mean < 20ms) return std::nullopt;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const Duration gap = times[i] - times[i - 1];
    if (gap < mean - mean / 10 || gap > mean + mean / 10) return std::nullopt;
  }
  return mean;
}

std::optional<Failure> judge_answer(const Answered& seen, std::span<const std::string> canned) {
  const std::string answer = plain(seen.answer), question = plain(seen.challenge.question);
  const bool asked = seen.challenge.asks(), right = asked && answers(seen.answer, seen.challenge);

  std::string convicts = canned_text(answer, canned);
  if (!right && !answer.empty()) {
    if (gives_back(answer, question, !asked)) add(convicts, "it gives the question back");
    if (asked && same_as_before(seen, answer)) add(convicts, "it is the same as to another question");
  }
  const std::vector<std::string> odd = circumstances(seen);
  const bool doubtful = !right && !answer.empty() && odd.size() >= (asked ? 1U : 2U);
  if (!convicts.empty() || doubtful) {
    for (const std::string& circumstance : odd) add(convicts, circumstance);
    return Failure{Reason::synthetic, convicts + ": " + shown(seen.answer)};
  }
  if (answer.empty()) return Failure{Reason::answer_wrong, "the answer is empty"};
  if (asked && !right)
    return Failure{Reason::answer_wrong, "wanted " + wanted(seen.challenge) + ", got " + shown(seen.answer)};
  return std::nullopt;
}

}  // namespace answerback::probes
