#pragma once
// What the tests of the engine are made of: probes that do as they are told, a seeded Random, a sink that
// remembers.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/event.h"
#include "probe/probe.h"
#include "probe/random.h"
#include "sinks/sink.h"
#include "support/sim_clock.h"

namespace answerback::engine {

using namespace std::chrono_literals;

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Runs what it is given; the function outlives its coroutines as a member.
class FakeProbe final : public Probe {
 public:
  using Body = std::function<asio::awaitable<ProbeResult>(Run&)>;
  explicit FakeProbe(Body body) : body_(std::move(body)) {}
  asio::awaitable<ProbeResult> run(Run& run) override {
    ++runs;
    return body_(run);
  }
  int runs = 0;

 private:
  Body body_;
};

inline std::shared_ptr<FakeProbe> fake(FakeProbe::Body body) {
  return std::make_shared<FakeProbe>(std::move(body));
}

inline asio::awaitable<ProbeResult> answer(Run& run, ProbeResult result) {
  run.evidence.received(1);
  co_return result;
}

inline asio::awaitable<ProbeResult> answer_after(Run& run, Duration d, ProbeResult result) {
  run.enter(Phase::connect);
  co_await run.clock.sleep_until(run.clock.now() + d);
  run.evidence.received(1);
  co_return result;
}

inline asio::awaitable<ProbeResult> hang(Run& run, Phase phase, std::string note) {
  run.enter(phase);
  run.phases.note(std::move(note));
  co_await run.clock.sleep_until(Steady::max());
  co_return ProbeResult::pass();
}

// Takes no notice of its cancellation and goes on until `until`.
inline asio::awaitable<ProbeResult> ignore_cancellation(Run& run, Steady until) {
  run.enter(Phase::transfer);
  run.evidence.received(1);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await run.clock.sleep_until(until);
  co_return ProbeResult::pass();
}

inline ProbeResult refused() { return ProbeResult::fail(Reason::connect_refused, "refused"); }

class Memory final : public sinks::Sink {
 public:
  void on(const Event& event) override { events.push_back(event); }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const Event& event : events) {
      if (const T* one = std::get_if<T>(&event)) found.push_back(*one);
    }
    return found;
  }
  std::vector<Event> events;
};

inline ProbeInfo probe_info(std::string name, Duration interval = 10s, Duration timeout = 5s) {
  ProbeInfo info;
  info.name = std::move(name);
  info.type = "fake";
  info.interval = interval;
  info.timeout = timeout;
  info.stale = 3 * interval + timeout;
  return info;
}

inline std::shared_ptr<Plan> plan_of(std::vector<ProbeInfo> probes) {
  auto plan = std::make_shared<Plan>();
  plan->service = "test";
  plan->probes = std::move(probes);
  return plan;
}

}  // namespace answerback::engine
