#pragma once
// Everything a run needs to go out over the network, on one io_context.

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <utility>

#include "net/http.h"
#include "net/url.h"
#include "probe/real_clock.h"
#include "support/peer.h"

namespace answerback::net {

struct Lab {
  asio::io_context io;
  RealClock clock{io.get_executor()};
  Phases phases;
  Evidence evidence;
  Run run{.clock = clock,
          .deadline = clock.now() + std::chrono::seconds(10),
          .phases = phases,
          .evidence = evidence,
          .id = {{1}, {2}}};
  Resolver dns{io.get_executor(), clock};
  Tls tls{io.get_executor()};
  Proxies proxies;
  Transport transport{dns, tls, proxies};

  std::expected<HttpResponse, Failure> get(const HttpRequest& request) {
    return test::finish(io, fetch(run, transport, request));
  }
  std::expected<HttpResponse, Failure> get(const std::string& url) { return get(to(url)); }

  static HttpRequest to(const std::string& url) {
    HttpRequest request;
    request.url = parse_url(url, {"http", "https"}).value();
    return request;
  }

  // How long the operation took to end after it was cancelled at `when`; throws if it ended otherwise.
  template <class T>
  std::chrono::milliseconds cancelled_after(std::chrono::milliseconds when, asio::awaitable<T> operation) {
    asio::cancellation_signal signal;
    asio::steady_timer deadline(io, when);
    Steady cut, ended;
    std::exception_ptr error;
    bool done = false;
    deadline.async_wait([&](const boost::system::error_code&) {
      cut = clock.now();
      signal.emit(asio::cancellation_type::terminal);
    });
    asio::co_spawn(io, std::move(operation),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown, T) {
                     ended = clock.now();
                     error = thrown;
                     done = true;
                   }));
    io.restart();
    while (!done && io.run_one_for(std::chrono::seconds(10)) > 0) continue;
    if (!done) throw std::runtime_error("still running after its cancellation");
    if (!error) throw std::runtime_error("ended by itself");
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& thrown) {
      if (thrown.code() != asio::error::operation_aborted) throw;
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(ended - cut);
  }

  bool entered(Phase phase) const {
    for (const PhaseTime& time : phases.times())
      if (time.phase == phase) return true;
    return phases.current() == phase;
  }
  const Sample* sample(Measure measure) const {
    for (const Sample& sample : evidence.samples())
      if (sample.measure == measure) return &sample;
    return nullptr;
  }
};

}  // namespace answerback::net
