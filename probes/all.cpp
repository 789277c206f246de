#include "probes/all.h"

#include <array>

#include "probes/a2a.h"
#include "probes/agent.h"
#include "probes/answerback.h"
#include "probes/auth.h"
#include "probes/dns.h"
#include "probes/env.h"
#include "probes/exec.h"
#include "probes/grpc.h"
#include "probes/http.h"
#include "probes/icmp.h"
#include "probes/isolation.h"
#include "probes/llm.h"
#include "probes/mcp.h"
#include "probes/mysql.h"
#include "probes/postgres.h"
#include "probes/redis.h"
#include "probes/registry.h"
#include "probes/tcp.h"
#include "probes/tls.h"
#include "probes/websocket.h"

namespace answerback::probes {

std::span<const ProbeType> all() {
  static const std::array types{a2a,      agent, answerback, auth,      dns, env,      exec,
                                grpc,     http,  icmp,       isolation, llm, mcp,      mysql,
                                postgres, redis, registry,   tcp,       tls, websocket};
  return types;
}

}  // namespace answerback::probes
