#pragma once
// Probe type `icmp`: echoes come back. By the kernel's ping sockets, which need no privilege where
// net.ipv4.ping_group_range lets our group have them (icmp(7)).

#include <memory>
#include <optional>
#include <string>

#include "probe/probe.h"

namespace answerback::probes {

enum class IcmpFamily : std::uint8_t { any, v4, v6 };

struct IcmpSettings {
  std::string host = {};
  IcmpFamily family = IcmpFamily::any;
  std::size_t count = 3;
  Duration gap = std::chrono::milliseconds(200);  // between two echoes
  Duration wait = std::chrono::seconds(1);        // for each to come back
  std::size_t payload = 56;                       // bytes, of which the first 16 are ours
  double loss_warn = 0, loss_fail = 0.5;          // more than this share lost
  std::optional<Duration> slow_warn, slow_fail;   // of the mean round trip
};
IcmpSettings read_icmp(config::Fields&);
std::unique_ptr<Probe> make_icmp(IcmpSettings, Services&);

// What came of them.
struct IcmpTally {
  std::size_t sent = 0, received = 0;
  Duration total{}, least{}, most{};  // round trips of those that came back
};
ProbeResult judge(const IcmpSettings&, const IcmpTally&);  // pure

extern const ProbeType icmp;

}  // namespace answerback::probes
