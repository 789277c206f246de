#include "probes/llm/exposition.h"

#include <charconv>
#include <cmath>

namespace answerback::probes {
namespace {

// What stands behind the name of a series: `{labels} value [time]` or ` value`.
std::optional<double> value_of(std::string_view rest) {
  if (rest.starts_with('{')) {
    const std::size_t end = rest.rfind('}');  // a label's value may hold one
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  const std::size_t begin = rest.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(begin);
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  return error == std::errc() && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<double> sum_of(std::string_view page, std::string_view name) {
  std::optional<double> sum;
  while (!page.empty()) {
    const std::size_t end = page.find('\n');
    const std::string_view line = page.substr(0, end);
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    if (!line.starts_with(name)) continue;
    const std::string_view rest = line.substr(name.size());
    if (rest.empty() || (rest.front() != '{' && rest.front() != ' ')) continue;
    if (const auto value = value_of(rest)) sum = sum.value_or(0) + *value;
  }
  return sum;
}

}  // namespace answerback::probes
