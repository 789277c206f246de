#include "model/duration.h"

#include "config/fields.h"
#include "config/masking.h"

namespace answerback::config {

std::expected<Duration, std::string> parse_duration(std::string_view text) {
  auto parsed = answerback::parse_duration(text);
  if (parsed) return parsed;
  return std::unexpected("not a duration: " + quote(text) + " (" + parsed.error() + ")");
}

std::string print_duration(Duration duration) { return answerback::print_duration(duration); }

}  // namespace answerback::config
