#include "http/accept.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "http/message.h"

namespace answerback::http {
namespace {

struct MediaRange {
  std::string_view type, version;
  double quality = 1;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Up to `end`, unless it stands in quotes; what follows stays in `text`.
std::string_view cut(std::string_view& text, char end) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size() && (quoted || text[i] != end); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted) ++i;
  }
  i = std::min(i, text.size());
  const std::string_view part = text.substr(0, i);
  text.remove_prefix(std::min(i + 1, text.size()));
  return trimmed(part);
}

double quality_of(std::string_view text) {
  double quality = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
  const bool read = error == std::errc() && end == text.data() + text.size();
  return read && quality >= 0 && quality <= 1 ? quality : 0;
}

MediaRange media_range(std::string_view text) {
  MediaRange range{.type = cut(text, ';'), .version = {}};
  while (!text.empty()) {
    std::string_view value = cut(text, ';');
    const std::string_view name = cut(value, '=');
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (same_name(name, "q")) range.quality = quality_of(value);
    if (same_name(name, "version")) range.version = value;
  }
  return range;
}

std::optional<double> best(const std::vector<MediaRange>& ranges, std::string_view type,
                           std::string_view version) {
  std::optional<double> found;
  for (const MediaRange& each : ranges) {
    const bool same = same_name(each.type, type) && (each.version.empty() || each.version == version);
    if (same) found = std::max(found.value_or(0), each.quality);
  }
  return found;
}

}  // namespace

bool prefers_openmetrics(std::string_view accept) {
  std::vector<MediaRange> ranges;
  while (!accept.empty()) ranges.push_back(media_range(cut(accept, ',')));
  const double open = best(ranges, "application/openmetrics-text", "1.0.0").value_or(0);
  auto text = best(ranges, "text/plain", "0.0.4");  // the closest that names it decides
  if (!text) text = best(ranges, "text/*", "");
  if (!text) text = best(ranges, "*/*", "");
  return open > 0 && open >= text.value_or(0);
}

}  // namespace answerback::http
