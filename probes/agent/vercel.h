#pragma once
// The UI message stream of the Vercel AI SDK (ai-sdk.dev, "Stream Protocols", data stream v1): one POST, an
// event stream of typed parts, and [DONE] after the last. Pure.

#include <map>
#include <set>
#include <string>

#include "probes/agent/document.h"

namespace answerback::probes {

class VercelCodec final : public AgentCodec {
 public:
  explicit VercelCodec(AgentIds ids) : ids_(std::move(ids)) {}

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  bool over() const override { return finished_; }

 private:
  AgentHeard text_part(const std::string& type, const json::object&);
  AgentHeard tool_part(const std::string& type, const json::object&);
  AgentHeard finish(bool failed);
  std::string_view last_word() const override { return "finish"; }

  AgentIds ids_;
  bool finished_ = false;
  std::set<std::string> texts_;               // open parts
  std::map<std::string, std::string> tools_;  // at work, and their names
  StreamedAnswer answer_;
};

}  // namespace answerback::probes
