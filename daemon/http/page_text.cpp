#include "http/page_text.h"

#include "model/text.h"

namespace answerback::http {
namespace {

constexpr std::size_t text_cap = 1024;

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  for (const char c : one_line(text, text_cap)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string filled(std::string_view text, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  for (;;) {
    const std::size_t open = text.find("{{"), close = text.find("}}", open);
    if (close == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, open)).append(value(text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 2);
  }
}

}  // namespace answerback::http
