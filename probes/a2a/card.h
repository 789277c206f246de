#pragma once
// An A2A agent card, read and judged. Pure. 1.0 and 0.3 have cards of another shape; a server gives the one
// that the header A2A-Version asks for.

#include <expected>
#include <string>
#include <vector>

#include "model/result.h"
#include "net/url.h"
#include "probes/shared/document.h"
#include "probes/shared/expect/drift.h"

namespace answerback::probes {

struct A2aInterface {
  net::Url url;
  std::string binding;  // "JSONRPC", "HTTP+JSON", "GRPC"
};

struct A2aCard {
  bool old = false;  // of 0.3
  std::string name, version;
  std::vector<A2aInterface> interfaces;  // the preferred one first; those over HTTP
  std::vector<std::string> skills;       // ids
  Digests parts;                         // signatures apart
};

// Failures: protocol, naming the first field that is missing or of the wrong type.
std::expected<A2aCard, Failure> read_a2a_card(std::string_view body);

}  // namespace answerback::probes
