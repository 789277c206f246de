#pragma once
// What a probe of type `http` asks before its own request, and what it keeps of the answers: sign in, then
// call.
//
//   before:
//     - {url: "https://shop/session", method: POST, body: '{"user": "canary"}', capture: {sid: /data/id}}
//   url: "https://shop/cart?session={{sid}}"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "net/http.h"
#include "probes/http/request.h"
#include "probes/shared/expect/expect.h"
#include "probes/shared/steps/message.h"

namespace answerback::probes {

struct HttpStep {
  net::HttpRequest request;
  FilledRequest filled;
  Expect expect;
  std::vector<std::pair<std::string, Where>> capture;            // from the body
  std::vector<std::pair<std::string, Pattern>> capture_headers;  // from the head, "name: value" a line
};

std::vector<HttpStep> read_before(config::Fields&);
std::set<std::string, std::less<>> names_of(const std::vector<HttpStep>&);

// All that they capture; with no steps, nothing, at once. Failures: those of net::fetch(), of an unwanted
// answer, and assertion where something captured is not there; the detail begins with the step. None quotes a
// captured value.
asio::awaitable<std::expected<StepValues, Failure>> walk_before(Run&, net::Transport,
                                                                const std::vector<HttpStep>&);

}  // namespace answerback::probes
