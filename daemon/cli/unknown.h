#pragma once
// The word for a name that is not there.

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace answerback::cli {

// `unknown probe "websokcet" (did you mean "websocket"?)`
inline std::string unknown(std::string_view what, std::string_view word,
                           const std::vector<std::string>& known) {
  std::string text = "unknown ";
  text.append(what).append(" \"").append(word).append("\"");
  const std::string_view near = config::nearest(word, known);
  if (!near.empty()) text.append(" (did you mean \"").append(near).append("\"?)");
  return text;
}

}  // namespace answerback::cli
