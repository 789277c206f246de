#pragma once
// Events as Server-Sent Events (WHATWG HTML, "server-sent events"): id, event and one line of data each; a
// comment now and then, so that a dead connection is noticed on both sides; `missed` where a slow client lost
// some. Whoever reads everything anew when anything happens leaves out the data, and hears only how much has:
// in a storm a hundredth of the bytes.

#include <memory>

#include "http/message.h"
#include "sinks/event_ring.h"

namespace answerback::http {

class EventStream final : public Stream {
 public:
  // `data`: false for `happened` with a number, {"events":12}, at most once a call, and no other event.
  explicit EventStream(std::unique_ptr<sinks::EventRing::Reader> reader, bool data = true)
      : reader_(std::move(reader)), data_(data) {}
  std::optional<std::string> next(Steady now) override;

 private:
  std::unique_ptr<sinks::EventRing::Reader> reader_;
  bool data_;
  std::optional<Steady> last_said_;
};

}  // namespace answerback::http
