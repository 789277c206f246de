// libFuzzer: an event stream gives the same events however it is cut, and never holds more than its cap.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/sse.h"

namespace {

constexpr std::size_t most = 512;

std::string events_of(std::string_view bytes, std::size_t piece) {
  answerback::net::SseReader reader(most);
  std::string all;
  const auto keep = [&](const answerback::net::SseEvent& event) {
    if (event.data.size() > most) std::abort();
    all += event.type + "\x1f" + event.data + "\x1f" + event.id + "\x1e";
    return true;
  };
  while (!bytes.empty()) {
    const std::string_view next = bytes.substr(0, piece);
    if (reader.feed(next, keep) != answerback::net::SseReader::State::more) break;
    bytes.remove_prefix(next.size());
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (events_of(bytes, bytes.size() + 1) != events_of(bytes, data[0] % 7U + 1)) std::abort();
  return 0;
}
