#pragma once
// grpc.health.v1 as far as Check needs it: a message framed, an outcome read
// (github.com/grpc/grpc/blob/master/doc/health-checking.md, PROTOCOL-HTTP2.md). Pure.

#include <expected>
#include <string>
#include <string_view>

#include "model/result.h"
#include "net/http2_exchange.h"

namespace answerback::probes {

enum class GrpcServing : std::uint8_t { unknown, serving, not_serving, service_unknown };
std::string_view name(GrpcServing);  // "SERVING", as the protocol has it

std::string grpc_health_request(std::string_view service);  // HealthCheckRequest, framed

// What a whole answer says. Failures by the status of gRPC, or of HTTP where there is none: auth, forbidden,
// rate_limited, not_ready (UNAVAILABLE), assertion (NOT_FOUND: no such service), status (UNIMPLEMENTED: no
// health service; any other), read_timeout (DEADLINE_EXCEEDED), protocol, truncated.
std::expected<GrpcServing, Failure> grpc_health(const net::Http2Response&);

// The status as a code (0 OK … 16 UNAUTHENTICATED): of the trailers, else as gRPC maps that of HTTP
// (doc/http-grpc-status-mapping.md), INTERNAL for one that is no number.
unsigned grpc_status_code(const net::Http2Response&);

}  // namespace answerback::probes
