#pragma once
// What a client would rather have, as it says in Accept (RFC 9110, 12.4 and 12.5). Pure. What cannot be read
// is not wanted.

#include <string_view>

namespace answerback::http {

// Whether the metrics page is wanted as OpenMetrics: it must be named, in a version we have (1.0.0, or none
// said), and be no less welcome than the text format.
bool prefers_openmetrics(std::string_view accept);

}  // namespace answerback::http
