#pragma once
// The `unix` section of a module, as blackbox_exporter has it since 0.28 (prober/unix.go).

#include <vector>

#include "blackbox/query_response.h"

namespace answerback::blackbox {

struct UnixModule {
  std::vector<QueryResponse> query_response;
  bool tls = false;
  net::TlsSettings tls_config;
};

UnixModule read_unix(config::Fields&);

}  // namespace answerback::blackbox
