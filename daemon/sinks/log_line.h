#pragma once
// One event as one line of logfmt or JSON. Texts come from the far end and are not to be trusted: whatever
// they hold, the result is one line of valid UTF-8 without control characters, and as JSON it parses.

#include <cstdint>
#include <string>
#include <string_view>

#include "model/time.h"

namespace answerback::sinks {

enum class LogFormat : std::uint8_t { logfmt, json };

class LogLine {
 public:
  // Begins with `ts` (UTC, milliseconds), `level` and `msg`.
  LogLine(LogFormat, Wall at, std::string_view level, std::string_view message);

  LogLine& field(std::string_view key, std::string_view value);  // `key` is ours: [a-z_]+
  LogLine& field(std::string_view key, std::uint64_t value);
  LogLine& field(std::string_view key, Duration value);  // in seconds

  std::string take() &&;  // the finished line, without its end

 private:
  void key(std::string_view);
  void raw(std::string_view key, std::string_view value);

  LogFormat format_;
  std::string line_;
};

}  // namespace answerback::sinks
