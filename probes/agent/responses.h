#pragma once
// The Responses API of OpenAI (platform.openai.com, "Streaming events"), over HTTP as over its WebSocket: the
// same events, one last of them, and no [DONE]. Pure.

#include <cstdint>
#include <string>

#include "probes/agent/document.h"

namespace answerback::probes {

struct ResponsesSettings {
  std::string model = {};
  std::string instructions = {};          // empty: none
  std::int64_t max_output_tokens = 1024;  // what one question may cost; the API wants 16 or more
};

class ResponsesCodec final : public AgentCodec {
 public:
  enum class Over : std::uint8_t { http, socket };
  ResponsesCodec(ResponsesSettings settings, Over transport)
      : settings_(std::move(settings)), transport_(transport) {}

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  AgentHeard read_whole(std::string_view body) override;
  bool over() const override { return ended_; }

 private:
  AgentHeard ended(const std::string& type, const json::object* response);
  std::string_view last_word() const override { return "response.completed"; }

  ResponsesSettings settings_;
  Over transport_;
  bool ended_ = false;
  StreamedAnswer answer_;
};

}  // namespace answerback::probes
