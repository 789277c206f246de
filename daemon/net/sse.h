#pragma once
// Server-sent events, read from bytes as they come, in pieces of any size: the event stream of the WHATWG
// HTML standard, section "Server-sent events". Nothing is kept beyond one event.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace answerback::net {

struct SseEvent {
  std::string type;  // of its `event` field; empty where it has none, which the standard calls "message"
  std::string data;  // its `data` lines, joined by line feeds; the bytes as they came, UTF-8 or not
  std::string id;    // the last one sent, by this event or an earlier one
};

class SseReader {
 public:
  // `most`: bytes of one event, its field names included. Comments are not kept, and so may be of any length.
  explicit SseReader(std::size_t most = 256 * 1024) : most_(most) {}

  enum class State {
    more,       // all was read
    stopped,    // by `on_event`; what follows is not read
    too_large,  // one event is over the cap; feed no more
  };
  // Hands over each event the piece completes, in order; `on_event` returns false to stop. The event is good
  // until it returns. An event that is not yet ended by an empty line when the stream ends counts for
  // nothing.
  State feed(std::string_view piece, const std::function<bool(const SseEvent&)>& on_event);

 private:
  bool keep(std::string_view part);
  bool end_line(const std::function<bool(const SseEvent&)>& on_event);
  bool dispatch(const std::function<bool(const SseEvent&)>& on_event);
  void field(std::string_view name, std::string_view value);

  std::size_t most_;
  SseEvent event_;
  std::string line_;
  bool has_data_ = false;
  bool first_line_ = true;
  bool after_cr_ = false;  // a line feed now would be the second half of the last line's end
};

}  // namespace answerback::net
