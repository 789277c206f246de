#pragma once
// The `icmp` section of a module.

#include "blackbox/common.h"

namespace answerback::blackbox {

struct IcmpModule {
  IpChoice ip;
  std::optional<net::Address> source;
  std::size_t payload = 28;  // bytes; as long as the text there is in blackbox_exporter's
  int ttl = 64;              // 0: the system's
  bool dont_fragment = false;
};

IcmpModule read_icmp(config::Fields&);

}  // namespace answerback::blackbox
