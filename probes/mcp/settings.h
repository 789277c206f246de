#pragma once
// What a probe of type `mcp` is told.

#include <string>
#include <utility>
#include <vector>

#include "probes/mcp/dialogue.h"
#include "probes/shared/endpoint.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/expect/json.h"

namespace answerback::probes {

struct McpSettings {
  Endpoint endpoint;                 // over HTTP
  std::vector<std::string> command;  // or, where this is given, over the pipes of a program
  std::vector<std::pair<std::string, Secret>> environment;
  McpPlan plan;
  std::vector<std::string> tools;                           // that must be there; the one called is
  std::vector<std::pair<std::string, JsonExpect>> schemas;  // what a tool must be like
  JsonExpect answer;                                        // what the result of the call must be
  bool drift = true;
  Slow slow;
  CertificateBounds certificate;
};

McpSettings read_mcp_settings(config::Fields&);

}  // namespace answerback::probes
