#include "http/event_stream.h"

namespace answerback::http {
namespace {

constexpr std::size_t at_once = 64;  // entries
constexpr Duration heartbeat = std::chrono::seconds(15);
constexpr std::string_view greeting = ": answerback\nretry: 2000\n\n", beat = ":\n\n";

}  // namespace

std::optional<std::string> EventStream::next(Steady now) {
  std::string out(last_said_ ? "" : greeting);
  const sinks::EventRing::Batch batch = reader_->take(at_once);
  if (batch.missed > 0) out += "event: missed\ndata: {\"events\":" + std::to_string(batch.missed) + "}\n\n";
  for (const auto& each : batch.entries) {
    out.append("id: ")
        .append(each->id)
        .append("\nevent: ")
        .append(each->event)
        .append("\ndata: ")
        .append(each->data);
    out += "\n\n";
  }
  if (out.empty() && now - *last_said_ >= heartbeat) out = beat;
  if (!out.empty()) last_said_ = now;
  return out;
}

}  // namespace answerback::http
