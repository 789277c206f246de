#pragma once
// A2A over JSON-RPC (a2a-protocol.org), 1.0 and 0.3: one message is sent, the task it becomes is streamed or
// waited for. Pure.
//
// 1.0 renamed nearly everything: what is sent is of the version configured, what comes is understood in
// either. Stages are the states of a task, by the names of 0.3: submitted, working, completed; `artifact` and
// `message` are what an agent hands over. An error comes with status 200.

#include <string>
#include <utility>
#include <vector>

#include "probes/agent/document.h"

namespace answerback::probes {

struct A2aSettings {
  bool old = false;    // 0.3
  bool stream = true;  // else one answer, when the task has ended
  bool card = false;   // the agent card is read first
  net::Url url = {};   // where messages go
};

class A2aCodec final : public AgentCodec {
 public:
  A2aCodec(A2aSettings settings, AgentIds ids) : settings_(std::move(settings)), ids_(std::move(ids)) {}

  std::optional<AgentCall> prelude() override;
  std::expected<void, Failure> read_prelude(std::string_view body) override;
  std::optional<AgentCall> farewell() const override;  // cancels a task that has not ended

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  AgentHeard read_whole(std::string_view body) override;
  bool wants_stream() const override { return settings_.stream; }
  bool over() const override { return over_; }
  AgentHeard end() override;
  std::optional<ProbeResult> warning() const override;

 private:
  AgentCall rpc(std::string_view method, json::object params) const;
  AgentHeard take(const json::object&);
  AgentHeard task(const json::object&);
  AgentHeard status(const json::object*);
  void artifact(const json::object*, bool append);
  std::string answer() const;
  std::string_view last_word() const override { return "the end of the task"; }

  A2aSettings settings_;
  AgentIds ids_;
  std::string task_, state_;  // as the server has them; empty: not said
  bool over_ = false;
  std::vector<std::pair<std::string, std::string>> artifacts_;  // id and text, in the order they came
  std::string said_;                                            // with the last state, or instead of a task
  std::string elsewhere_;                                       // where the card sends its readers
};

}  // namespace answerback::probes
