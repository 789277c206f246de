#include "probes/shared/expect/body.h"

#include <re2/re2.h>

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t shown = 120;
constexpr std::size_t html_head = 64 * 1024;  // bytes of a page looked at

re2::StringPiece head(std::string_view body) { return {body.data(), std::min(body.size(), html_head)}; }

std::string describe_html(std::string_view body) {
  static const re2::RE2 title(R"((?i)<title[^>]*>\s*([^<]*[^<\s]))", re2::RE2::Latin1);
  static const re2::RE2 password(R"((?i)<input[^>]*type\s*=\s*["']?password)", re2::RE2::Latin1);
  std::string text = "an HTML page", heading;
  if (re2::RE2::PartialMatch(head(body), title, &heading)) text += " \"" + one_line(heading, 60) + '"';
  if (re2::RE2::PartialMatch(head(body), password)) text += " with a password field";
  return text;
}

// Pretty-printed JSON should not spend its 120 bytes on indentation.
std::string squeezed(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
    if (line.size() > shown + 4) break;  // one character more than is shown, whatever its length
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

bool looks_like_html(std::string_view body) {
  static const re2::RE2 opening(R"((?i)^(\xEF\xBB\xBF)?\s*<(!doctype\s+html|html|head|body))",
                                re2::RE2::Latin1);
  return re2::RE2::PartialMatch(head(body), opening);
}

std::string describe_body(std::string_view body) {
  if (body.empty()) return "an empty body";
  if (body.starts_with("\x1f\x8b")) return "a body compressed by gzip, which nobody asked for";
  return looks_like_html(body) ? describe_html(body) : one_line(squeezed(body), shown);
}

}  // namespace answerback::probes
