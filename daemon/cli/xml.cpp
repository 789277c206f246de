#include "cli/xml.h"

#include "model/text.h"

namespace answerback::cli {

std::string xml(std::string_view text) {
  const std::string clean = clip(text, text.size() * 3);  // room for every byte being replaced
  std::string escaped;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const char c = clean[i];
    const std::string_view character = std::string_view(clean).substr(i, 3);
    if (character == "\uFFFE" || character == "\uFFFF") {
      escaped += "\uFFFD";
      i += 2;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else {
      const bool allowed = static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t';
      escaped += allowed ? c : '?';
    }
  }
  return escaped;
}

}  // namespace answerback::cli
