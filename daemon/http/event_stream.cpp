#include "http/event_stream.h"

namespace answerback::http {
namespace {

constexpr std::size_t at_once = 64, uncounted = 1024;  // entries
constexpr Duration heartbeat = std::chrono::seconds(15);
constexpr std::string_view greeting = ": answerback\nretry: 2000\n\n", beat = ":\n\n";

std::string counted(std::string_view event, std::size_t count) {
  return "event: " + std::string(event) + "\ndata: {\"events\":" + std::to_string(count) + "}\n\n";
}

std::string how_many(const sinks::EventRing::Batch& batch) {
  const std::size_t count = batch.missed + batch.entries.size();
  if (count == 0) return {};
  const std::string id = batch.entries.empty() ? "" : "id: " + batch.entries.back()->id + "\n";
  return id + counted("happened", count);
}

std::string all_of(const sinks::EventRing::Batch& batch) {
  std::string out = batch.missed > 0 ? counted("missed", batch.missed) : "";
  for (const auto& each : batch.entries) {
    out.append("id: ")
        .append(each->id)
        .append("\nevent: ")
        .append(each->event)
        .append("\ndata: ")
        .append(each->data);
    out += "\n\n";
  }
  return out;
}

}  // namespace

std::optional<std::string> EventStream::next(Steady now) {
  std::string out(last_said_ ? "" : greeting);
  const sinks::EventRing::Batch batch = reader_->take(data_ ? at_once : uncounted);
  out += data_ ? all_of(batch) : how_many(batch);
  if (out.empty() && now - *last_said_ >= heartbeat) out = beat;
  if (!out.empty()) last_said_ = now;
  return out;
}

}  // namespace answerback::http
