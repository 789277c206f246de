#include "probes/llm/baseline.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

namespace answerback::probes {
namespace {

using std::chrono::microseconds;

// Microseconds, oldest first. What is no number ends the reading.
std::vector<std::int64_t> read(const std::optional<std::string>& text) {
  std::vector<std::int64_t> times;
  if (!text) return times;
  const char *at = text->data(), *const end = at + text->size();
  for (std::int64_t value = 0; times.size() < LlmBaseline::kept;) {
    while (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value < 0 || value > 86'400'000'000) break;
    times.push_back(value);
    at = next;
  }
  return times;
}

}  // namespace

std::optional<Duration> LlmBaseline::median() const {
  std::vector<std::int64_t> times = read(store_->get(key_));
  if (times.size() < needed) return std::nullopt;
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return microseconds(*middle);
}

void LlmBaseline::add(Duration took) {
  std::vector<std::int64_t> times = read(store_->get(key_));
  if (times.size() == kept) times.erase(times.begin());
  times.push_back(std::max<std::int64_t>(0, took / microseconds(1)));
  std::string text;
  for (const std::int64_t each : times) text += (text.empty() ? "" : " ") + std::to_string(each);
  store_->put(key_, std::move(text));
}

}  // namespace answerback::probes
