#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/pipeline.h"
#include "engine/runner.h"
#include "engine/scheduler.h"

namespace answerback::engine {

struct Engine::Impl {
  Impl(asio::any_io_executor executor, Clock& clock_, Random& random, std::vector<sinks::Sink*> sinks_,
       sinks::Board& board_)
      : clock(clock_),
        sinks(std::move(sinks_)),
        board(board_),
        pipeline([this](const Event& event) { emit(event); }, clock.wall()),
        runner(std::move(executor), clock, random),
        scheduler(clock, runner, hooks()),
        beat_alarm(clock.alarm([this] { beat(); })),
        publish_alarm(clock.alarm([this] { publish(); })) {}

  void emit(const Event& event) {
    for (sinks::Sink* sink : sinks) sink->on(event);
  }

  Scheduler::Hooks hooks() {
    return {.started = [this](ProbeId id, Duration lag) { pipeline.started(id, lag); },
            .skipped = [this](ProbeId id, std::uint64_t slots) { pipeline.skipped(id, slots); },
            .finished =
                [this](RunRecord&& record) {
                  const ProbeId id = record.probe;
                  pipeline.finished(std::move(record), clock.wall());
                  if (const auto soon = pipeline.recheck(id)) scheduler.look_again(id, *soon);
                  publish_in_time();
                }};
  }

  void replace(std::shared_ptr<const Plan> next, std::vector<std::shared_ptr<Probe>> probes) {
    plan = std::move(next);
    pipeline.replace(plan, clock.now(), clock.wall());
    scheduler.replace(plan, std::move(probes));
    publish();
  }

  void beat() {
    const Steady now = clock.now();
    pipeline.beat(now, clock.wall());
    // Who sees us alive again must not find what was known before we stood still.
    if (now - board.last_beat() > stall_limit && pipeline.changed()) publish();
    publish_in_time();
    board.beat(now);
    beat_alarm->set(now + StallGuard::Limits{}.beat);
  }

  void publish_in_time() {
    if (!pipeline.changed()) return;
    const Steady at = std::max(clock.now(), published + (pipeline.urgent() ? publish_urgent : publish_every));
    if (at >= publish_at) return;
    publish_at = at;
    publish_alarm->set(at);
  }

  void publish() {
    publish_alarm->cancel();
    publish_at = Steady::max();
    published = clock.now();
    board.publish(pipeline.snapshot(clock.wall()));
  }

  void stop() {
    if (plan) {
      publish();
      emit(Lifecycle{"stopping", clock.wall()});
    }
    beat_alarm->cancel();
    publish_alarm->cancel();
    scheduler.stop();
    runner.stop();
  }

  Clock& clock;
  std::vector<sinks::Sink*> sinks;
  sinks::Board& board;
  Pipeline pipeline;
  Runner runner;
  Scheduler scheduler;
  std::unique_ptr<Alarm> beat_alarm, publish_alarm;
  std::shared_ptr<const Plan> plan;
  Steady published{}, publish_at = Steady::max();
};

Engine::Engine(asio::any_io_executor executor, Clock& clock, Random& random, std::vector<sinks::Sink*> sinks,
               sinks::Board& board)
    : impl_(std::make_unique<Impl>(std::move(executor), clock, random, std::move(sinks), board)) {}

Engine::~Engine() = default;

void Engine::start(std::shared_ptr<const Plan> plan, std::vector<std::shared_ptr<Probe>> probes,
                   Restored restored) {
  impl_->pipeline.restore(std::move(restored));
  impl_->emit(Lifecycle{"started", impl_->clock.wall()});
  impl_->replace(std::move(plan), std::move(probes));
  impl_->beat();
}

void Engine::replace(std::shared_ptr<const Plan> plan, std::vector<std::shared_ptr<Probe>> probes) {
  impl_->replace(std::move(plan), std::move(probes));
}

void Engine::reload_failed(std::string error) {
  impl_->pipeline.reload_failed(std::move(error), impl_->clock.wall());
  impl_->publish_in_time();
}

bool Engine::run_now(std::string_view probe) {
  if (!impl_->plan) return false;
  const auto& probes = impl_->plan->probes;
  const auto found = std::ranges::find(probes, probe, &ProbeInfo::name);
  return found != probes.end() && impl_->scheduler.run_now(static_cast<ProbeId>(found - probes.begin()));
}

Silences& Engine::silences() { return impl_->pipeline.silences(); }

void Engine::stop() { impl_->stop(); }
asio::awaitable<void> Engine::drain() { return impl_->runner.drain(); }

}  // namespace answerback::engine
