#pragma once
// How the client commands ask a running daemon; the one that opens sockets hands itself in.

#include <functional>
#include <string>

namespace answerback::cli {

struct Answer {
  int status = 0;           // of HTTP; 0: none came
  std::string body, error;  // error: why there is no answer
};

using Ask = std::function<Answer(const std::string& path)>;  // "/health?x=y", escaped; never throws

// A text as part of a path or value of a query.
std::string escaped(std::string_view);

}  // namespace answerback::cli
