#pragma once
// What every agent over HTTP is told, whatever its protocol: where, and who we are.

#include <string>
#include <vector>

#include "config/fields.h"
#include "net/http.h"

namespace answerback::probes {

struct AgentHttpSettings {
  net::Url url = {};
  net::Headers headers = {};     // configured ones; they replace those of the protocol
  std::string credentials = {};  // name; empty: nobody. Sent as Authorization: Bearer
  net::TlsSettings tls = {};
  std::vector<Secret> secrets = {};  // values of headers that must not be shown
};

// `url_doc` says which address is meant.
AgentHttpSettings read_agent_http(config::Fields&, std::string_view url_doc,
                                  std::initializer_list<std::string_view> schemes = {"http", "https"});

}  // namespace answerback::probes
