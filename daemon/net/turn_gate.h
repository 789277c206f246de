#pragma once
// A turnstile for heavy handlers: work executed through it runs one piece per turn of the loop, in order of
// arrival, so that timers and everybody else get their turn in between. Bind it to an asynchronous operation
// and every intermediate step of the operation passes through it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace answerback::net {

class TurnGate {
 public:
  explicit TurnGate(boost::asio::any_io_executor loop);
  ~TurnGate();  // what still waits is dropped

  // An executor in Asio's sense. Valid as long as the gate.
  class Executor {
   public:
    explicit Executor(TurnGate* gate) : gate_(gate) {}
    template <class Work>
    void execute(Work work) const {
      gate_->add(std::move(work));
    }
    static constexpr auto query(boost::asio::execution::blocking_t) noexcept {
      return boost::asio::execution::blocking_t(boost::asio::execution::blocking.never);
    }
    bool operator==(const Executor&) const noexcept = default;

   private:
    TurnGate* gate_;
  };
  Executor executor() { return Executor(this); }

 private:
  using Work = std::move_only_function<void()>;
  struct Queue;
  void add(Work);
  static void turn(std::shared_ptr<Queue>);

  std::shared_ptr<Queue> queue_;
};

}  // namespace answerback::net
