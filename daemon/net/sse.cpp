#include "net/sse.h"

#include <algorithm>

namespace answerback::net {

SseReader::State SseReader::feed(std::string_view piece,
                                 const std::function<bool(const SseEvent&)>& on_event) {
  while (!piece.empty()) {
    if (after_cr_ && piece.front() == '\n') {
      after_cr_ = false;
      piece.remove_prefix(1);
      continue;
    }
    after_cr_ = false;
    const std::size_t end = piece.find_first_of("\r\n");
    if (!keep(piece.substr(0, end))) return State::too_large;
    if (end == std::string_view::npos) return State::more;
    after_cr_ = piece[end] == '\r';
    piece.remove_prefix(end + 1);
    if (!end_line(on_event)) return State::stopped;
  }
  return State::more;
}

bool SseReader::keep(std::string_view part) {
  if (line_.starts_with(':')) return true;  // of a comment, the colon is all we need
  const bool comment = line_.empty() && part.starts_with(':');
  if (comment) part = part.substr(0, 1);
  if (line_.size() + part.size() + event_.data.size() + event_.type.size() > most_) return false;
  line_.append(part);
  return true;
}

bool SseReader::end_line(const std::function<bool(const SseEvent&)>& on_event) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view line = line_;
  if (first_line_ && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  first_line_ = false;
  if (line.empty()) {
    line_.clear();
    return dispatch(on_event);
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  field(line.substr(0, colon), value);
  line_.clear();
  return true;
}

// `retry` is for those who connect again, which no run does; a comment is a line whose field has no name.
void SseReader::field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (name == "event") {
    event_.type = value;
  } else if (name == "id" && !value.contains('\0')) {
    event_.id = value;
  }
}

// Without a data line there is no event, whatever else was said.
bool SseReader::dispatch(const std::function<bool(const SseEvent&)>& on_event) {
  const bool go_on = !has_data_ || on_event(event_);
  event_.data.clear();
  event_.type.clear();
  has_data_ = false;
  return go_on;
}

}  // namespace answerback::net
