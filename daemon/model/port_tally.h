#pragma once
// How the port fares, for the metrics.

#include <cstddef>
#include <cstdint>

namespace answerback {

struct PortTally {
  std::size_t connections = 0;                              // open now
  bool web_config = false;                                  // a web config file is used
  bool web_config_good = true;                              // and the newest of it
  std::int64_t certificate_expiry = 0;                      // of our own, in Unix time; 0: plain HTTP
  std::uint64_t unauthorised = 0, busy = 0, throttled = 0;  // requests refused for it
  std::uint64_t handshakes_failed = 0;                      // of TLS
};

}  // namespace answerback
