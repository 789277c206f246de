#pragma once
// The `tcp` section of a module.

#include <optional>
#include <string>
#include <vector>

#include "blackbox/common.h"

namespace answerback::blackbox {

// In this order: a line is waited for, one is sent, TLS begins.
struct QueryResponse {
  std::optional<probes::Pattern> expect;
  std::string send;  // with ${1} of what was expected
  bool starttls = false;
};

struct TcpModule {
  IpChoice ip;
  std::optional<net::Address> source;
  std::vector<QueryResponse> query_response;
  bool tls = false;
  net::TlsSettings tls_config;
};

std::vector<QueryResponse> read_query_response(config::Fields&, bool may_start_tls);
TcpModule read_tcp(config::Fields&);

}  // namespace answerback::blackbox
