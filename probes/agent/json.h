#pragma once
// An agent that answers a request with one response: no protocol but HTTP. Pure.

#include <string>

#include "probes/agent/document.h"

namespace answerback::probes {

struct JsonSettings {
  std::string method = "POST";
  std::string body = {};    // {{question}}, {{thread_id}} and {{run_id}} stand inside of JSON strings
  std::string answer = {};  // JSON pointer; empty: the whole body as it is
};

// Placeholders filled in, as the inside of a JSON string.
std::string filled_in(std::string_view body, std::string_view question, const AgentIds&);

class JsonCodec final : public AgentCodec {
 public:
  JsonCodec(JsonSettings settings, AgentIds ids) : settings_(std::move(settings)), ids_(std::move(ids)) {}

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  AgentHeard read_whole(std::string_view body) override;
  bool wants_stream() const override { return false; }
  bool over() const override { return over_; }

 private:
  std::string_view last_word() const override { return "an answer"; }

  JsonSettings settings_;
  AgentIds ids_;
  bool over_ = false;
};

}  // namespace answerback::probes
