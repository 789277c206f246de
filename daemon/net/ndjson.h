#pragma once
// Lines of newline-delimited JSON, read from bytes as they come, in pieces of any size. The lines are handed
// over as text: what is in them is for others to read. Nothing is kept beyond one line.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace answerback::net {

class NdjsonReader {
 public:
  explicit NdjsonReader(std::size_t most = 256 * 1024) : most_(most) {}  // bytes of one line

  enum class State {
    more,       // all was read
    stopped,    // by `on_line`; what follows is not read
    too_large,  // one line is over the cap; feed no more
  };
  // Hands over each line the piece completes, in order, without its end (LF or CR LF); blank ones are left
  // out. `on_line` returns false to stop. The line is good until it returns.
  State feed(std::string_view piece, const std::function<bool(std::string_view)>& on_line);

  // Nothing more comes: hands over the last line, which need not be ended.
  State end(const std::function<bool(std::string_view)>& on_line);

 private:
  std::size_t most_;
  std::string line_;
};

}  // namespace answerback::net
