#pragma once
// How slow a socket may be, and how near its certificate may be to its end: the same with and without a
// script.

#include <string>

#include "probe/run.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct SocketBounds {
  Slow slow = {};
  CertificateBounds certificate = {};
};
SocketBounds read_socket_bounds(config::Fields&, const net::TlsSettings&);

// A pass with `detail` where all is within them.
ProbeResult judge(const SocketBounds&, const Run&, std::string detail, Duration took);

}  // namespace answerback::probes
