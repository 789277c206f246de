#include "notify/attempt.h"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cmath>
#include <cstring>
#include <exception>
#include <utility>

#include "net/retry_after.h"
#include "probe/within.h"

namespace answerback::notify {
namespace {

using Answer = std::expected<net::HttpResponse, Failure>;

RunId draw_id(Random& random) {
  const std::uint64_t drawn[] = {random.bits(), random.bits() | 1U, random.bits() | 1U};
  RunId id;
  std::memcpy(id.trace.data(), drawn, sizeof id.trace);
  std::memcpy(id.span.data(), drawn + 2, sizeof id.span);
  return id;
}

Failure late(const Phases& phases) {
  std::string detail = "timed out in " + std::string(name(phases.current()));
  if (!phases.note().empty()) detail += " (" + phases.note() + ")";
  return {phases.late(), std::move(detail)};
}

// The status decides; a body is not waited for, however long it is or however slowly it comes.
asio::awaitable<Answer> fetch_in_time(Run& run, const net::Transport& transport,
                                      const net::HttpRequest& request) {
  net::BodySink no_body{.on_head = [](const net::HttpResponse&) { return false; }};
  auto answer = co_await within(run.clock, run.deadline,
                                net::fetch_stream(run, transport, request, std::move(no_body)));
  co_return answer ? *std::move(answer) : std::unexpected(late(run.phases));
}

}  // namespace

Attempt judge(const Answer& answer, Wall now) {
  using enum Attempt::Outcome;
  if (!answer) {
    const Failure& failure = answer.error();
    return {failed, std::string(name(failure.reason)) + ": " + failure.detail, std::nullopt};
  }
  const unsigned status = answer->status;
  if (status >= 200 && status < 300) return {delivered, "", std::nullopt};
  const std::string why = "answered " + std::to_string(status);
  const bool passes = status >= 500 || status == 408 || status == 429;
  return {passes ? failed : refused, why, passes ? net::retry_after(answer->headers, now) : std::nullopt};
}

Duration pause(const Patience& patience, int failures, std::optional<Duration> asked, Random& random) {
  constexpr int most_doublings = 30;
  const double doubled = std::ldexp(seconds(patience.first), std::clamp(failures - 1, 0, most_doublings));
  const double half = std::min(doubled, seconds(patience.most)) / 2;
  constexpr std::uint64_t steps = 1024;
  const double wait = half + half * static_cast<double>(random.below(steps)) / steps;
  const auto own = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(wait));
  return std::max(own, std::min(asked.value_or(Duration{}), patience.longest_wait));
}

asio::awaitable<Attempt> attempt(Clock& clock, Random& random, const net::Transport& transport,
                                 const net::HttpRequest& request, Duration timeout) {
  Phases phases;
  Evidence evidence;
  Run run{clock, clock.now() + timeout, phases, evidence, draw_id(random)};
  try {
    co_return judge(co_await fetch_in_time(run, transport, request), clock.wall());
  } catch (const boost::system::system_error&) {
    throw;  // cancelled
  } catch (const std::exception& bug) {
    co_return Attempt{Attempt::Outcome::failed, "a fault of our own: " + std::string(bug.what()),
                      std::nullopt};
  }
}

}  // namespace answerback::notify
