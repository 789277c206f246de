#pragma once
// Lines out of bytes, in pieces of any size, as Go's bufio.Scanner cuts them: a carriage return before the
// end is taken off, and so is no line end at the end of the stream needed. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace answerback::blackbox {

class Lines {
 public:
  static constexpr std::size_t longest = 64 * 1024;

  void feed(std::string_view bytes) { bytes_.append(bytes); }
  void end() { ended_ = true; }
  bool ended() const { return ended_; }
  bool too_long() const { return bytes_.size() >= longest && bytes_.find('\n') == std::string::npos; }

  // The next whole line; after the end also what has none.
  std::optional<std::string> next() {
    const std::size_t end = bytes_.find('\n');
    if (end == std::string::npos && (!ended_ || bytes_.empty())) return std::nullopt;
    std::string line = bytes_.substr(0, end);
    bytes_.erase(0, end == std::string::npos ? end : end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

  // That many bytes, whatever they are, once they are there.
  std::optional<std::string> take(std::size_t count) {
    if (bytes_.size() < count) return std::nullopt;
    std::string taken = bytes_.substr(0, count);
    bytes_.erase(0, count);
    return taken;
  }

 private:
  std::string bytes_;
  bool ended_ = false;
};

}  // namespace answerback::blackbox
