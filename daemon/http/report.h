#pragma once
// The incident report, as asked for:
//   ?since=24h          how far back, or from when: a duration or 2026-11-22T03:12:09Z; 24h unless said
//   ?format=markdown    or json; unless said, what Accept prefers of the two, else Markdown
// 400 with a hint for anything else.

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

Response report(const Request&, const Context&);  // the context has a snapshot with a plan and an assessment

}  // namespace answerback::http
