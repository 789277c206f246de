#include "http/kept.h"

#include "http/health_json.h"

namespace answerback::http {

Response Kept::health(const Context& context, bool checks) {
  Answer& kept = answers_[checks ? 1 : 0];
  std::string distrust = not_trusted(context);
  const bool same =
      kept.of && kept.of == context.snapshot && kept.distrust == distrust && kept.details == context.details;
  if (!same) kept = {context.snapshot, std::move(distrust), context.details, http::health(context, checks)};
  return kept.response;
}

}  // namespace answerback::http
