#pragma once
// Counts the frames of a server on their way to Beast, which counts only bytes of payload: fragments without
// any, pings, and compressed data that comes to nothing would keep it busy for ever. RFC 6455 5.2. Judges
// nothing else. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"
#include "net/websocket.h"

namespace answerback::net {

class FrameWatch {
 public:
  explicit FrameWatch(const WebSocketLimits& limits) : limits_(limits) {}

  void see(std::string_view bytes);  // what came next, cut anywhere

  const std::optional<Failure>& over() const { return over_; }  // the limit that was broken: too_large
  const std::optional<std::string>& close_payload() const { return close_; }  // of the server's close frame
  bool inside_message() const { return have_ > 0 || left_ > 0 || fragments_ > 0; }

 private:
  std::size_t head_size() const;
  void begin_frame();
  void count_fragment(std::uint64_t length, bool last);

  WebSocketLimits limits_;
  std::array<std::uint8_t, 14> head_{};
  std::size_t have_ = 0;       // of the head of the frame that is coming
  std::uint64_t left_ = 0;     // of its payload
  bool closing_ = false;       // it is a close frame
  std::size_t controls_ = 0;   // since the last message
  std::size_t fragments_ = 0;  // of the message that is coming
  std::uint64_t bytes_ = 0;    // and what they announced
  std::optional<std::string> close_;
  std::optional<Failure> over_;
};

}  // namespace answerback::net
