#pragma once
// Health bodies that keep to no format, as FastAPI services, LiteLLM and many others write them: a status
// under some name, parts as words, flags or objects, the whole under `detail` where an HTTPException carried
// it. Pure; hostile input, capped as in health_body.h.
//
//   {"detail": {"status": "unhealthy", "checks": {"db": "error: refused", "cache": {"ok": true}}}}
//   {"status": "ready", "redis_db": "failed", "websocket_ready": false}

#include "probes/shared/health_body/health_body.h"

namespace answerback::probes {

// The whole is what `status`, `health` or `state` says; without any, no better than its worst part. What is
// wrong otherwise, in one line.
std::expected<HealthBody, std::string> read_loose_health(std::string_view body);

}  // namespace answerback::probes
