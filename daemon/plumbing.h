#pragma once
// What all probes share, made once: clock, randomness, resolver, TLS, proxies, workers.

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <optional>
#include <string>

#include "credentials/credentials.h"
#include "net/proxies.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/workers.h"
#include "probe/probe.h"
#include "probe/random.h"
#include "probe/real_clock.h"
#include "probe/store.h"
#include "program.h"

namespace answerback {

inline std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

struct Plumbing {
  explicit Plumbing(boost::asio::io_context& loop)
      : clock(loop.get_executor()),
        dns(loop.get_executor(), clock),
        tls(loop.get_executor()),
        proxies(environment),
        workers(loop.get_executor(), clock, {.program = program_beside("answerback-worker")}) {}

  RealClock clock;
  SystemRandom random;
  net::Resolver dns;
  net::Tls tls;
  net::Proxies proxies;
  net::Workers workers;
  Credentials credentials{random, {dns, tls, proxies}};
  MemoryStore store;
  Services services{dns, tls, proxies, workers, credentials, random, store};  // probes keep a reference to it
};

}  // namespace answerback
