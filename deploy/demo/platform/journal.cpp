#include "platform/journal.h"

#include <array>
#include <ctime>

namespace demo {

void Journal::note(std::string text) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  const std::size_t size = std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%SZ ", &parts);
  lines_.push_back(std::string(stamp.data(), size) + text);
  if (lines_.size() > 100) lines_.pop_front();
}

}  // namespace demo
