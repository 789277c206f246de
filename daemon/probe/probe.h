#pragma once
// The contract probes are written to.
//
// A probe is one run, not a loop. A target's fault is a result; an exception is our bug and becomes
// `internal`. A probe does not log, count, sleep past its deadline or keep globals. It is constructed once
// per configuration and lives on the loop's thread; runs of one probe never overlap.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string_view>

#include "config/fields.h"
#include "probe/run.h"

namespace answerback {

namespace net {
class Resolver;
class Tls;
class Workers;
class Proxies;
}  // namespace net
class Credentials;
class Random;
class Store;

// What probes share, handed in once; each outlives every probe.
struct Services {
  net::Resolver& dns;
  net::Tls& tls;
  net::Proxies& proxies;
  net::Workers& workers;
  Credentials& credentials;
  Random& random;
  Store& store;
};

class Probe {
 public:
  virtual ~Probe() = default;
  virtual asio::awaitable<ProbeResult> run(Run&) = 0;
};

struct ProbeType {
  std::string_view name, summary;                              // summary: one line for `answerback types`
  std::unique_ptr<Probe> (*make)(config::Fields&, Services&);  // never null; errors go to the fields
  std::span<const Reason> reasons;  // those of its own, beyond network, TLS and protocol
};

}  // namespace answerback
