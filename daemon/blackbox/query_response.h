#pragma once
// `query_response`: what is waited for, and what is said.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blackbox/common.h"

namespace answerback::blackbox {

// In this order: a line or bytes are waited for, something is sent, TLS begins.
struct QueryResponse {
  std::optional<probes::Pattern> expect;
  std::string expect_bytes;                                 // not both
  std::vector<std::pair<std::string, std::string>> labels;  // of probe_expect_info; values as `send`
  std::string send;                                         // with ${1} of what was expected
  bool raw = false;                                         // `send` is bytes, and no line
  bool starttls = false;
};

std::vector<QueryResponse> read_query_response(config::Fields&);
// Of messages: an expression and what is sent in answer to it, and nothing else.
std::vector<QueryResponse> read_messages(config::Fields&);

}  // namespace answerback::blackbox
