#pragma once
// The Realtime API of OpenAI (GA, platform.openai.com), in text over its WebSocket: a session is there when
// the socket is; it is set to text, the question is put into the conversation, a response asked for. Pure.

#include <cstdint>
#include <string>

#include "probes/agent_document.h"

namespace answerback::probes {

class RealtimeCodec final : public AgentCodec {
 public:
  explicit RealtimeCodec(std::int64_t max_output_tokens) : max_output_tokens_(max_output_tokens) {}

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  bool over() const override { return ended_; }

 private:
  AgentHeard done(const json::object* response);
  std::string_view last_word() const override { return "response.done"; }

  std::int64_t max_output_tokens_;
  bool ended_ = false;
  StreamedAnswer answer_;
};

}  // namespace answerback::probes
