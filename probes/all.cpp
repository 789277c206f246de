#include "probes/all.h"

#include <array>

#include "probes/a2a.h"
#include "probes/agent.h"
#include "probes/exec.h"
#include "probes/http.h"
#include "probes/isolation.h"
#include "probes/llm.h"
#include "probes/mcp.h"
#include "probes/postgres.h"
#include "probes/redis.h"
#include "probes/registry.h"
#include "probes/tcp.h"
#include "probes/websocket.h"

namespace answerback::probes {

std::span<const ProbeType> all() {
  static const std::array types{a2a, agent,    exec,  http,     isolation, llm,
                                mcp, postgres, redis, registry, tcp,       websocket};
  return types;
}

}  // namespace answerback::probes
