#pragma once
// What an HTTP answer must be, and whether it is. Reading and judging are pure: no I/O, no clock.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "model/result.h"
#include "net/http.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/expect/json.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::probes {

struct StatusRange {
  unsigned first, last;  // both included
};

struct Expect {
  std::vector<StatusRange> status{{200, 299}};
  std::string status_text = "2xx";  // as configured, for messages
  std::vector<std::pair<std::string, Pattern>> headers;
  std::vector<Pattern> body, not_body;
  JsonExpect json;
  std::size_t max_bytes = 1024 * 1024;  // of the body; read by the request, which fails with too_large
};

// "200", "2xx", "200-204", "any"
std::expected<StatusRange, std::string> parse_status(std::string_view);

// From the mapping under `expect`; an empty one wants a 2xx.
Expect read_expect(config::Fields&);

bool takes(const Expect&, unsigned status);

// The first thing that is not as wanted, or nullopt. An unwanted status is auth (401), forbidden (403),
// rate_limited (429) or status; everything else is assertion.
std::optional<Failure> judge(const Expect&, const net::HttpResponse&);

}  // namespace answerback::probes
