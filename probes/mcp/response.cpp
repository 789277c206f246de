#include "probes/mcp/response.h"

#include "model/text.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {

bool is_success(const net::HttpResponse& head) { return head.status / 100 == 2; }

bool streams_events(const net::HttpResponse& head) {
  const std::string* type = net::find_header(head.headers, "content-type");
  return type && type->starts_with("text/event-stream");
}

Failure refused_by(const net::HttpResponse& response, std::string_view method) {
  Failure failure = judge(Expect{}, response).value_or(Failure{Reason::status, "an odd status"});
  failure.detail += ", to " + std::string(method);
  if (const std::string* how = net::find_header(response.headers, "www-authenticate"))
    failure.detail += "; WWW-Authenticate: " + one_line(*how, 200);
  return failure;
}

}  // namespace answerback::probes
