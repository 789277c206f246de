#pragma once
// The `dns` section of a module.

#include <vector>

#include "blackbox/common.h"
#include "net/dns_message.h"

namespace answerback::blackbox {

// What is asked of the records of one section, each as a line of a zone file.
struct RecordRules {
  std::vector<probes::Pattern> none = {};     // fail_if_matches_regexp
  std::vector<probes::Pattern> not_all = {};  // fail_if_all_match_regexp
  std::vector<probes::Pattern> each = {};     // fail_if_not_matches_regexp
  std::vector<probes::Pattern> some = {};     // fail_if_none_matches_regexp
};

struct DnsModule {
  IpChoice ip = {};
  std::optional<net::Address> source = std::nullopt;
  net::DnsQuestion question = {};  // the name as it is written
  bool tcp = false, tls = false;
  net::TlsSettings tls_config = {};
  std::vector<unsigned> valid_rcodes = {};  // never empty
  RecordRules answer = {}, authority = {}, additional = {};
};

DnsModule read_dns(config::Fields&);

}  // namespace answerback::blackbox
