#include "http/asked.h"

#include <charconv>

namespace answerback::http {

bool left_out(const Request& request, std::string_view word) {
  for (const auto& [key, list] : request.query) {
    if (key != "without") continue;
    for (std::string_view rest = list; !rest.empty();) {
      const std::size_t end = rest.find(',');
      if (rest.substr(0, end) == word) return true;
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return false;
}

std::optional<std::size_t> at_most(const Request& request, std::string_view key) {
  for (const auto& [name, value] : request.query) {
    std::size_t number = 0;
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, number);
    if (name == key && read.ec == std::errc() && read.ptr == end) return number;
  }
  return std::nullopt;
}

}  // namespace answerback::http
