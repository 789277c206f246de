#pragma once
// The server of LangGraph (its own API, version 2026-11): a thread is made, a run on it streamed or waited
// for, the thread deleted. Pure.
//
// A stream says with `values` what the graph's state is after each step and ends without a last word: its end
// is the connection's. Waiting, 200 is also the status of a graph that threw.

#include <map>
#include <set>
#include <string>

#include "probes/agent/document.h"

namespace answerback::probes {

struct LangGraphSettings {
  std::string assistant = {};
  bool stream = true;  // else /runs/wait
  bool thread = true;  // else a run without one, of which nothing stays
};

class LangGraphCodec final : public AgentCodec {
 public:
  LangGraphCodec(LangGraphSettings settings, AgentIds ids)
      : settings_(std::move(settings)), thread_(std::move(ids.thread)) {}

  std::optional<AgentCall> prelude() override;
  std::expected<void, Failure> read_prelude(std::string_view body) override;
  std::optional<AgentCall> farewell() const override;

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  AgentHeard read_whole(std::string_view body) override;
  bool wants_stream() const override { return settings_.stream; }
  bool over() const override { return over_; }
  AgentHeard end() override;

 private:
  AgentHeard state(const json::object&);
  void tools_of(const json::object& message, std::vector<AgentEvent>&);
  std::string_view last_word() const override { return "its end"; }

  LangGraphSettings settings_;
  std::string thread_;
  bool made_ = false, over_ = false;
  std::map<std::string, std::string> tools_;  // called and without a result, by id
  std::set<std::string> called_;
  std::string final_;  // the agent's last message in the state
  StreamedAnswer streamed_;
};

}  // namespace answerback::probes
