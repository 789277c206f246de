#pragma once
// Probe type `redis`: signs in, pings, and where asked writes, reads and deletes a key of our own, looks at
// the role and at how full it is. Speaks to Redis, Valkey, KeyDB and whatever else speaks RESP2.

#include <optional>

#include "net/tls.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct RedisSettings {
  net::HostPort address = {};
  std::string user = {}, password = {};  // secret
  std::int64_t database = 0;
  bool tls = false;
  net::TlsSettings tls_settings = {};
  bool write = false;
  std::string role = "any";                        // any, primary, replica
  std::optional<double> memory_warn, memory_fail;  // share of maxmemory
  Slow slow = {};
  CertificateBounds certificate = {};
};
RedisSettings read_redis(config::Fields&);

extern const ProbeType redis;

}  // namespace answerback::probes
