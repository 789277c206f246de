#pragma once
// Runs the postgres probe once, by a real worker and a real clock, with a deadline as the runner keeps it.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "probes/postgres/postgres.h"

namespace answerback::test {

// The value of a coroutine that is spawned alone on `context`.
template <class T>
T await(asio::io_context& context, asio::awaitable<T> work) {
  std::optional<T> value;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T result) {
    context.stop();
    if (error) std::rethrow_exception(error);
    value.emplace(std::move(result));
  });
  context.restart();
  context.run();
  return *std::move(value);
}

struct Outcome {
  ProbeResult result;
  bool late = false;  // ended by the deadline: `result` is then what the phase says
  Phase phase = Phase::prepare;
  std::vector<Phase> phases;
  std::vector<Sample> samples;
  std::uint64_t sent = 0, received = 0;
  Duration took{};
};

Outcome probe_postgres(const std::string& dsn, Duration timeout = std::chrono::seconds(20),
                       probes::PostgresSettings settings = {});

}  // namespace answerback::test
