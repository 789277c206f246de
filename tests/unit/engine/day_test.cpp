// A day of fifty probes, from a seed; and hours of it the same twice, to the last count.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "engine/engine.h"
#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

constexpr int probes_watched = 50;

// Most runs pass; the target has bad hours, in which it fails, hangs, warns, or we ourselves throw.
asio::awaitable<ProbeResult> a_run(Run& run, Random& random, bool& inside) {
  EXPECT_FALSE(inside) << "runs of one probe overlap";
  inside = true;
  const struct Leave {
    bool& inside;
    ~Leave() { inside = false; }
  } leave{inside};
  const auto hour = std::chrono::floor<std::chrono::hours>(run.clock.now().time_since_epoch()).count();
  const auto dice = random.below(100);
  const Duration takes = std::chrono::milliseconds(random.below(300));
  run.enter(Phase::connect);
  if (hour % 5 == 3 && dice < 60) {
    if (dice < 10) throw std::runtime_error("a bug");
    if (dice < 20) co_await run.clock.sleep_until(Steady::max());
    co_await run.clock.sleep_until(run.clock.now() + takes);
    run.evidence.received(1);
    if (dice < 30) co_return ProbeResult::warn(Reason::slow, "slow");
    if (dice < 33) co_return ProbeResult::fail(Reason::rate_limited, "429");
    co_return refused();
  }
  co_await run.clock.sleep_until(run.clock.now() + takes);
  if (dice != 99) run.evidence.received(100);  // and sometimes a pass without evidence
  co_return ProbeResult::pass();
}

struct Count final : sinks::Sink {
  void on(const Event& event) override { ++events[event.index()]; }
  std::map<std::size_t, std::uint64_t> events;
};

// Everything that was counted, as text.
std::string live(std::uint64_t seed, Duration length) {
  asio::io_context context;
  SimClock clock(context);
  SeededRandom random(seed), dice(seed + 1);
  Count count;
  sinks::Board board;
  Engine engine(context.get_executor(), clock, random, {&count}, board);

  constexpr Duration intervals[] = {30s, 60s, 2min, 5min, 10min};
  std::vector<ProbeInfo> infos;
  std::vector<std::shared_ptr<Probe>> probes;
  std::array<bool, probes_watched> inside{};
  for (std::size_t i = 0; i < probes_watched; ++i) {
    infos.push_back(probe_info("probe" + std::to_string(i), intervals[i % 5], i % 7 == 0 ? 20s : 5s));
    if (i > 9) infos.back().depends_on = {static_cast<ProbeId>(i % 10)};
    probes.push_back(fake([&dice, &in = inside[i]](Run& run) { return a_run(run, dice, in); }));
  }
  engine.start(plan_of(infos), probes);
  clock.run_for(length);

  std::string told;
  std::uint64_t runs = 0, slots = 0;
  for (const auto& view : board.read()->probes) {
    for (const auto& [key, alike] : view->tally.runs) {
      told += std::string(name(key.first)) + " " + std::string(name(key.second)) + " " +
              std::to_string(alike.count) + "; ";
      runs += alike.count;
    }
    told += "skipped " + std::to_string(view->tally.skipped_slots) + ", transitions " +
            std::to_string(view->tally.transitions) + "\n";
    slots += view->tally.skipped_slots;
  }
  for (const auto& [index, n] : count.events) told += std::to_string(index) + ": " + std::to_string(n) + "\n";
  slots += runs;
  double due = 0;
  for (const Duration interval : intervals) due += 10 * seconds(length) / seconds(interval);
  EXPECT_NEAR(static_cast<double>(slots), due, probes_watched) << "every slot ran or was counted";
  EXPECT_EQ(board.read()->ourselves.stalls, 0U);

  engine.stop();
  clock.run_for(1min);
  return told;
}

TEST(ADay, HasEverySlotRunOrCounted) { live(41, 24h); }

TEST(ADay, IsTheSameTwiceAndAnotherWithAnotherSeed) {
  const std::string once = live(42, 5h);
  EXPECT_EQ(once, live(42, 5h));
  EXPECT_NE(once, live(43, 5h));
}

}  // namespace
}  // namespace answerback::engine
