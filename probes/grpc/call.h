#pragma once
// grpc.health.v1.Health/Check over a connection that stands.

#include <string>
#include <utility>
#include <vector>

#include "config/secret.h"
#include "net/any_stream.h"
#include "net/http2_exchange.h"
#include "probe/run.h"

namespace answerback::probes {

struct GrpcCall {
  std::string service = {};  // empty: the server as a whole
  std::string authority = {};
  std::vector<std::pair<std::string, Secret>> metadata = {};
  bool tls = false;
};

// Enters Phase::processing. The answer whole, whatever it says. Failures: as Http2Exchange::take(), as
// net::tls_failure().
asio::awaitable<std::expected<net::Http2Response, Failure>> call_grpc_health(Run&, net::AnyStream&,
                                                                             const GrpcCall&);

// a-z 0-9 _ - ., and nothing that HTTP/2 or gRPC keeps for itself.
bool is_grpc_metadata_key(std::string_view);

}  // namespace answerback::probes
