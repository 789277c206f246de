#pragma once
// A request as configured, and with what was captured before it in place of its {{names}}. Pure.

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "net/http.h"
#include "probes/shared/steps/template.h"

namespace answerback::probes {

// `with_names`: {{names}} may stand in path and query of the url, in header values (a bearer_token is one)
// and the body; read_filled() reads them.
net::HttpRequest read_http_request(config::Fields&, bool with_names);

struct FilledRequest {
  Template target;
  std::vector<Template> headers;  // in the request's order
  Template body;
};
FilledRequest read_filled(config::Fields&, const net::HttpRequest&,
                          const std::set<std::string, std::less<>>& names);

// Percent-encoded in the target, as they are elsewhere. The values hold no control character.
net::HttpRequest fill(net::HttpRequest, const FilledRequest&, const StepValues&);

std::string encoded_for_target(std::string_view);  // all but the unreserved of RFC 3986

}  // namespace answerback::probes
