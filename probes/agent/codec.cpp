#include "probes/agent/codec.h"

#include "probes/shared/expect/body.h"

namespace answerback::probes {

AgentHeard AgentCodec::read_whole(std::string_view body) {
  return std::unexpected(Failure{Reason::protocol, "wanted an event stream, got " + describe_body(body)});
}

AgentHeard AgentCodec::end() {
  if (over()) return {};
  return std::unexpected(Failure{Reason::truncated, "the stream ended without " + std::string(last_word())});
}

}  // namespace answerback::probes
