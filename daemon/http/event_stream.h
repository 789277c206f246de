#pragma once
// Events as Server-Sent Events (WHATWG HTML, "server-sent events"): id, event and one line of data each; a
// comment now and then, so that a dead connection is noticed on both sides; `missed` where a slow client lost
// some.

#include <memory>

#include "http/message.h"
#include "sinks/event_ring.h"

namespace answerback::http {

class EventStream final : public Stream {
 public:
  explicit EventStream(std::unique_ptr<sinks::EventRing::Reader> reader) : reader_(std::move(reader)) {}
  std::optional<std::string> next(Steady now) override;

 private:
  std::unique_ptr<sinks::EventRing::Reader> reader_;
  std::optional<Steady> last_said_;
};

}  // namespace answerback::http
