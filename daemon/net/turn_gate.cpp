#include "net/turn_gate.h"

#include <boost/asio/post.hpp>

namespace answerback::net {

struct TurnGate::Queue {
  boost::asio::any_io_executor loop;
  std::deque<Work> waiting;
};

TurnGate::TurnGate(boost::asio::any_io_executor loop) : queue_(std::make_shared<Queue>(std::move(loop))) {}

// The queue is emptied by hand: what waits in it may own what owns the queue.
TurnGate::~TurnGate() { std::deque<Work>().swap(queue_->waiting); }

void TurnGate::add(Work work) {
  queue_->waiting.push_back(std::move(work));
  if (queue_->waiting.size() == 1) boost::asio::post(queue_->loop, [queue = queue_] { turn(queue); });
}

void TurnGate::turn(std::shared_ptr<Queue> queue) {
  if (queue->waiting.empty()) return;
  Work work = std::move(queue->waiting.front());
  work();
  // Only now: while it ran, the place it held kept others from asking for a turn of their own.
  if (queue->waiting.empty()) return;
  queue->waiting.pop_front();
  if (!queue->waiting.empty()) boost::asio::post(queue->loop, [queue] { turn(queue); });
}

}  // namespace answerback::net
