#include "watchdog.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>

namespace answerback {

namespace {

constexpr auto tick = std::chrono::milliseconds(100);
constexpr int patience = 100;

// Says what there is to say since the last tick in which the loop went on.
class Word {
 public:
  explicit Word(const Supervisor& supervisor) : supervisor_(supervisor) {}
  void give(Steady beat, const sinks::Board& board) {
    if (const auto every = supervisor_.alive_every(); every && (!alive_ || beat - *alive_ >= *every - tick)) {
      supervisor_.alive();
      alive_ = beat;
    }
    const auto snapshot = board.read();
    if (!snapshot) return;
    const Assessment& now = *snapshot->assessment;
    const std::string_view sentence = now.output.empty() ? name(now.status) : std::string_view(now.output);
    if (sentence == sentence_) return;
    supervisor_.status(sentence);
    sentence_ = sentence;
  }

 private:
  const Supervisor& supervisor_;
  std::optional<Steady> alive_;
  std::string sentence_;
};

void watch(const std::stop_token& stop, const sinks::Board& board, const Supervisor& supervisor) {
  Word word(supervisor);
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  Steady seen = board.last_beat();
  for (int silent = 0; !bell.wait_for(lock, stop, tick, [&] { return stop.stop_requested(); });) {
    const Steady beat = board.last_beat();
    silent = beat == seen ? silent + 1 : 0;
    seen = beat;
    if (silent == 0) word.give(beat, board);
    if (silent < patience) continue;
    std::fputs("answerback: the loop made no progress for 100 ticks of 100 ms: ending\n", stderr);
    std::abort();
  }
}

}  // namespace

Watchdog::Watchdog(const sinks::Board& board, const Supervisor& supervisor)
    : thread_([&](const std::stop_token& stop) { watch(stop, board, supervisor); }) {}

}  // namespace answerback
