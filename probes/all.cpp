#include "probes/all.h"

#include <array>

#include "probes/agent.h"
#include "probes/auth.h"
#include "probes/exec.h"
#include "probes/http.h"
#include "probes/isolation.h"
#include "probes/llm.h"
#include "probes/postgres.h"
#include "probes/redis.h"
#include "probes/tcp.h"
#include "probes/websocket.h"

namespace answerback::probes {

std::span<const ProbeType> all() {
  static const std::array types{agent, auth, exec, http, isolation, llm, postgres, redis, tcp, websocket};
  return types;
}

}  // namespace answerback::probes
