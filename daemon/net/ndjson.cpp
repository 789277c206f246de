#include "net/ndjson.h"

namespace answerback::net {

NdjsonReader::State NdjsonReader::feed(std::string_view piece,
                                       const std::function<bool(std::string_view)>& on_line) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (line_.size() + part.size() > most_) return State::too_large;
    line_.append(part);
    if (end == std::string_view::npos) return State::more;
    piece.remove_prefix(end + 1);
    if (this->end(on_line) == State::stopped) return State::stopped;
  }
  return State::more;
}

NdjsonReader::State NdjsonReader::end(const std::function<bool(std::string_view)>& on_line) {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool go_on = line.find_first_not_of(" \t") == std::string_view::npos || on_line(line);
  line_.clear();
  return go_on ? State::more : State::stopped;
}

}  // namespace answerback::net
