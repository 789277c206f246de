#pragma once
// A loop with all that probes share, on this machine's own network.

#include <boost/asio/io_context.hpp>

#include "credentials/credentials.h"
#include "net/proxies.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/workers.h"
#include "probe/probe.h"
#include "probe/random.h"
#include "probe/real_clock.h"
#include "probe/store.h"

namespace answerback {

struct Loop {
  explicit Loop(std::string worker = "/nonexistent") : worker_program(std::move(worker)) {}

  std::string worker_program;
  asio::io_context io{1};
  RealClock clock{io.get_executor()};
  SystemRandom random;
  net::Resolver dns{io.get_executor(), clock};
  net::Tls tls{io.get_executor()};
  net::Proxies proxies;
  net::Workers workers{io.get_executor(), clock, {.program = worker_program}};
  Credentials credentials{random, {dns, tls, proxies}};
  MemoryStore store;
  Services services{dns, tls, proxies, workers, credentials, random, store};
};

}  // namespace answerback
