#pragma once
// The `tcp` section of a module.

#include <optional>
#include <vector>

#include "blackbox/query_response.h"

namespace answerback::blackbox {

struct TcpModule {
  IpChoice ip;
  std::optional<net::Address> source;
  std::vector<QueryResponse> query_response;
  bool tls = false;
  net::TlsSettings tls_config;
};

TcpModule read_tcp(config::Fields&);

}  // namespace answerback::blackbox
