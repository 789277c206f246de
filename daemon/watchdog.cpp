#include "watchdog.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace answerback {

namespace {

constexpr auto tick = std::chrono::milliseconds(100);
constexpr int patience = 100;

void watch(const std::stop_token& stop, const sinks::Board& board) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  Steady seen = board.last_beat();
  for (int silent = 0; !bell.wait_for(lock, stop, tick, [&] { return stop.stop_requested(); });) {
    const Steady beat = board.last_beat();
    silent = beat == seen ? silent + 1 : 0;
    seen = beat;
    if (silent < patience) continue;
    std::fputs("answerback: the loop made no progress for 100 ticks of 100 ms: ending\n", stderr);
    std::abort();
  }
}

}  // namespace

Watchdog::Watchdog(const sinks::Board& board)
    : thread_([&board](const std::stop_token& stop) { watch(stop, board); }) {}

}  // namespace answerback
