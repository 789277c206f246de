#include "blackbox/icmp_settings.h"

namespace answerback::blackbox {

IcmpModule read_icmp(config::Fields& fields) {
  constexpr std::int64_t most = 65'507;  // what an IPv4 packet has room for
  IcmpModule module;
  module.ip = read_ip_choice(fields);
  module.source = read_source(fields);
  if (const auto size = fields.integer("payload_size", 0, 0, most, ""); size > 0)
    module.payload = static_cast<std::size_t>(size);
  module.ttl = static_cast<int>(fields.integer("ttl", module.ttl, 0, 255, ""));
  module.dont_fragment = fields.flag("dont_fragment", false, "");
  return module;
}

}  // namespace answerback::blackbox
