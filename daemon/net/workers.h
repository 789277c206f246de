#pragma once
// Work that blocks, in processes of their own (answerback-worker): a pool that grows on demand up to a limit,
// shrinks when idle, and kills a worker at its deadline. One request and one answer at a time per worker,
// each a line of JSON. A crash in a worker is a value here, not the end of the daemon.

#include <boost/asio/any_io_executor.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/result.h"
#include "probe/run.h"

namespace answerback::net {

class Workers {
 public:
  struct Options {
    std::string program;                       // path of answerback-worker
    std::size_t most = 32;                     // processes at once; further requests wait in Phase::queue
    Duration idle = std::chrono::seconds(30);  // a worker unused for so long ends
    std::size_t answer_cap = 1024 * 1024;      // bytes of one line of an answer
  };
  Workers(asio::any_io_executor, Clock&, Options);
  ~Workers();  // kills what still runs

  struct Call {
    std::string request;  // one line, no newline
    std::optional<Phase> phase =
        {};             // entered once a worker is at it; else whoever reads the answer does that
    bool once = false;  // the worker, and whatever it has started, is killed afterwards
  };
  // Waits for a turn in Phase::queue, sends the request and gives every line of the answer to `on_line` until
  // it returns false (the answer is complete). Failures: worker_died with how it ended. When the caller is
  // cancelled, the worker is killed with all it has started, and replaced at need.
  asio::awaitable<std::expected<void, Failure>> call(Run&, Call,
                                                     std::function<bool(std::string_view line)> on_line);

  std::size_t alive() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the calls under way
};

}  // namespace answerback::net
