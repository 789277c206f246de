#include "engine/runner.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <exception>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>

#include "engine/task_group.h"

namespace answerback::engine {
namespace {

struct Active;
using Due = std::multimap<Steady, Active*>;

// One run, alive as long as its coroutine.
struct Active {
  Active(Clock& clock, std::shared_ptr<Probe> probe_, Steady deadline, RunId id, Runner::Done done_)
      : run{clock, deadline, phases, evidence, id}, probe(std::move(probe_)), done(std::move(done_)) {}

  Phases phases;
  Evidence evidence;
  Run run;
  RunRecord record;
  std::shared_ptr<Probe> probe;
  Runner::Done done;
  TaskGroup::Task* task = nullptr;  // null until start() is over
  Due::iterator due;                // its deadline, then the end of its grace; none once given up on
  bool cancelled = false, given_up = false;
};

RunId draw_id(Random& random) {
  const std::uint64_t drawn[] = {random.bits(), random.bits() | 1U, random.bits() | 1U};
  RunId id;
  std::memcpy(id.trace.data(), drawn, sizeof id.trace);
  std::memcpy(id.span.data(), drawn + 2, sizeof id.span);
  return id;
}

std::string told(Duration d) {
  using namespace std::chrono;
  const auto ms = round<milliseconds>(d).count();
  if (ms < 1000) return std::to_string(ms) + " ms";
  auto text = std::to_string(ms / 1000);
  if (const auto tenths = ms % 1000 / 100) text += "." + std::to_string(tenths);
  return text + " s";
}

ProbeResult late(const Active& active) {
  const Phases& phases = active.phases;
  auto detail = "timed out after " + told(active.run.deadline - active.record.started) + " in " +
                std::string(name(phases.current()));
  if (!phases.note().empty()) detail += " (" + phases.note() + ")";
  const auto verdict = phases.late() == Reason::internal ? Verdict::unknown : Verdict::fail;
  return {verdict, phases.late(), std::move(detail)};
}

ProbeResult thrown(std::string_view what) {
  return ProbeResult::unknown(Reason::internal, "a fault of our own: " + std::string(what));
}

// A failure of our own (no descriptor left, no memory for sockets) says nothing about the target. A warning
// says that it works, too.
ProbeResult believed(ProbeResult result, const Evidence& evidence) {
  if (result.reason == Reason::internal) result.verdict = Verdict::unknown;
  const bool good = result.verdict == Verdict::pass || result.verdict == Verdict::warn;
  if (!good || evidence.bytes_received() > 0) return result;
  std::string detail =
      (result.verdict == Verdict::pass ? "passed" : "warned of " + std::string(name(result.reason))) +
      std::string(" without a byte received");
  if (!result.detail.empty()) detail += ": " + result.detail;
  return ProbeResult::unknown(Reason::no_evidence, std::move(detail));
}

}  // namespace

struct Runner::Impl {
  Impl(asio::any_io_executor executor, Clock& clock_, Random& random_)
      : clock(clock_), random(random_), tasks(std::move(executor)), alarm(clock.alarm([this] { ring(); })) {}

  asio::awaitable<void> execute(std::unique_ptr<Active> active) {
    ProbeResult result;
    try {
      result = co_await active->probe->run(active->run);
    } catch (const std::exception& e) {
      result = thrown(e.what());
    } catch (...) {
      result = thrown("an exception of unknown type");
    }
    if (!active->task)
      co_await asio::post(asio::use_awaitable);  // it never waited: we are still inside start()
    ended(*active, std::move(result));
  }

  void ended(Active& active, ProbeResult result) {
    if (active.given_up) {
      busy.erase(active.probe.get());
      return;
    }
    due.erase(active.due);
    report(active, active.cancelled ? late(active) : believed(std::move(result), active.evidence));
  }

  void report(Active& active, ProbeResult result) {
    if (stopped) return;
    RunRecord& record = active.record;
    record.ended = clock.now();
    active.phases.end(record.ended);
    record.result = std::move(result);
    record.phase = active.phases.current();
    record.phases = active.phases.take();
    record.samples = active.evidence.take_samples();
    record.frames = active.evidence.take_frames();
    record.peer = active.evidence.take_peer();
    record.bytes_sent = active.evidence.bytes_sent();
    record.bytes_received = active.evidence.bytes_received();
    std::exchange(active.done, nullptr)(std::move(record));
  }

  // One alarm for all runs. It is moved only to an earlier time: most runs end long before their deadline,
  // and an alarm that rings for nothing costs less than one that is set for every run.
  void arm() {
    if (due.empty() || due.begin()->first >= armed) return;
    armed = due.begin()->first;
    alarm->set(armed);
  }

  void ring() {
    armed = Steady::max();
    const Steady now = clock.now();
    while (!due.empty() && due.begin()->first <= now) {
      auto node = due.extract(due.begin());
      Active& active = *node.mapped();
      if (active.cancelled) {
        active.given_up = true;
        busy.insert(active.probe.get());
        report(active, late(active));
        continue;
      }
      active.cancelled = true;
      node.key() = now + grace;
      active.due = due.insert(std::move(node));
      active.task->cancel();
    }
    arm();
  }

  Clock& clock;
  Random& random;
  TaskGroup tasks;
  std::unique_ptr<Alarm> alarm;
  Due due;
  Steady armed = Steady::max();
  std::unordered_set<const Probe*> busy;
  bool stopped = false;
};

Runner::Runner(asio::any_io_executor executor, Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(executor), clock, random)) {}

Runner::~Runner() = default;

void Runner::start(ProbeId id, std::shared_ptr<Probe> probe, Steady deadline, Done done) {
  Impl& impl = *impl_;
  if (impl.stopped) return;
  auto owned =
      std::make_unique<Active>(impl.clock, std::move(probe), deadline, draw_id(impl.random), std::move(done));
  Active& active = *owned;  // alive below: a coroutine that never waits only posts its end
  active.record.probe = id;
  active.record.id = active.run.id;
  active.record.started = impl.clock.now();
  active.record.began = impl.clock.wall();
  active.due = impl.due.emplace_hint(impl.due.end(), deadline, &active);  // where it mostly belongs
  active.task = &impl.tasks.spawn(impl.execute(std::move(owned)));
  impl.arm();
}

void Runner::end(const Probe& probe) {
  Impl& impl = *impl_;
  const auto found = std::ranges::find_if(impl.due, [&](const auto& each) {
    return each.second->probe.get() == &probe && !each.second->cancelled;
  });
  if (found == impl.due.end()) return;
  auto node = impl.due.extract(found);
  node.key() = impl.clock.now();
  Active& active = *node.mapped();
  active.due = impl.due.insert(std::move(node));
  impl.arm();
}

bool Runner::busy(const Probe& probe) const { return impl_->busy.contains(&probe); }
std::size_t Runner::running() const { return impl_->tasks.size(); }

void Runner::stop() {
  impl_->stopped = true;
  impl_->alarm->cancel();
  impl_->tasks.stop();
}

asio::awaitable<void> Runner::drain() { return impl_->tasks.drain(); }

}  // namespace answerback::engine
