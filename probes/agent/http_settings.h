#pragma once
// What every agent over HTTP is told, whatever its protocol: where, and who we are.

#include "probes/shared/endpoint.h"

namespace answerback::probes {

using AgentHttpSettings = Endpoint;

// `url_doc` says which address is meant.
inline AgentHttpSettings read_agent_http(config::Fields& fields, std::string_view url_doc,
                                         std::initializer_list<std::string_view> schemes = {"http",
                                                                                            "https"}) {
  return read_endpoint(fields, url_doc, schemes);
}

}  // namespace answerback::probes
