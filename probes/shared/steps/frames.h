#pragma once
// Messages inside the messages of a WebSocket: protocols that end theirs with a character of their own may
// put several into one, or one into several. Pure.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace answerback::probes {

enum class Terminator : std::uint8_t { none, nul, record_separator, newline };  // \0 (STOMP), 0x1e (SignalR)

class FrameSplitter {
 public:
  static constexpr std::size_t most_messages = 1000;      // in one
  static constexpr std::size_t most_bytes = 1024 * 1024;  // of one that is coming in pieces
  explicit FrameSplitter(Terminator terminator) : terminator_(terminator) {}

  // The messages that are whole by now. Bare line ends, which are heartbeats, and empty ones are left out.
  // Failure: too_large.
  std::expected<std::vector<std::string>, Failure> feed(std::string_view);
  std::size_t unfinished() const { return rest_.size(); }  // bytes waiting for their end

 private:
  Terminator terminator_;
  std::string rest_;
};

// As it is sent: with its end, unless it is a bare line end.
std::string framed(std::string message, Terminator);

}  // namespace answerback::probes
