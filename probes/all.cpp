#include "probes/all.h"

#include <array>

#include "probes/a2a/a2a.h"
#include "probes/agent/agent.h"
#include "probes/answerback/answerback.h"
#include "probes/auth/auth.h"
#include "probes/dns/dns.h"
#include "probes/env/env.h"
#include "probes/exec/exec.h"
#include "probes/grpc/grpc.h"
#include "probes/http/http.h"
#include "probes/icmp/icmp.h"
#include "probes/isolation/isolation.h"
#include "probes/llm/llm.h"
#include "probes/mcp/mcp.h"
#include "probes/mysql/mysql.h"
#include "probes/postgres/postgres.h"
#include "probes/redis/redis.h"
#include "probes/registry/registry.h"
#include "probes/tcp.h"
#include "probes/tls/tls.h"
#include "probes/websocket/websocket.h"

namespace answerback::probes {

std::span<const ProbeType> all() {
  static const std::array types{a2a,      agent, answerback, auth,      dns, env,      exec,
                                grpc,     http,  icmp,       isolation, llm, mcp,      mysql,
                                postgres, redis, registry,   tcp,       tls, websocket};
  return types;
}

}  // namespace answerback::probes
