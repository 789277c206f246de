#pragma once
// What the sections of several probers have in common.

#include <initializer_list>
#include <optional>
#include <string_view>

#include "config/fields.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::blackbox {

struct IpChoice {
  bool prefer_v6 = true, fall_back = true;
};

IpChoice read_ip_choice(config::Fields&);
std::optional<net::Address> read_source(config::Fields&);  // source_ip_address
net::TlsSettings read_tls_config(config::Fields&);         // of the section's tls_config

std::vector<probes::Pattern> read_patterns(config::Fields&, std::string_view key);

// Names what blackbox_exporter has and we have not, at the place of each key that is there.
void lacks(config::Fields&, std::initializer_list<std::string_view> keys);
void lacks_when_set(config::Fields&, std::initializer_list<std::string_view> flags);  // false is what we do

}  // namespace answerback::blackbox
