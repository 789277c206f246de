#pragma once
// AG-UI 1.0 (docs.ag-ui.com, "Events"): one POST, an event stream of typed events. Pure.
//
// The official client takes a stream that breaks off, and one that ends with RUN_ERROR, for a success; its
// verifier throws on events out of order. Here RUN_FINISHED is insisted on, the verifier's order rules hold,
// nothing may be left open, and a run that ends by waiting for a human has not answered.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "probes/agent/document.h"

namespace answerback::probes {

struct AgUiSettings {
  bool echo_ids = false;                   // the run that answers must have the ids that were asked with
  std::string state = {}, forwarded = {};  // JSON objects sent along; empty: {}
};

class AgUiCodec final : public AgentCodec {
 public:
  AgUiCodec(AgUiSettings settings, AgentIds ids) : settings_(std::move(settings)), ids_(std::move(ids)) {}

  AgentCall call(std::string_view question) override;
  AgentHeard read(const net::SseEvent&) override;
  bool over() const override { return run_ == Run::finished; }

 private:
  enum class Run : std::uint8_t { awaited, open, finished };
  using Object = json::object;

  AgentHeard take(const std::string& type, const Object&);
  AgentHeard started(const Object&);
  AgentHeard message(const std::string& type, const Object&);
  AgentHeard message_chunk(const Object&);
  AgentHeard tool_call(const std::string& type, const Object&);
  AgentHeard tool_chunk(const Object&);
  AgentHeard step(const std::string& type, const Object&);
  AgentHeard finished(const Object&);
  std::vector<AgentEvent> end_chunks(std::string_view next);
  std::vector<AgentEvent> end_silent_tools();
  std::string left_open() const;
  std::string_view last_word() const override { return "RUN_FINISHED"; }

  AgUiSettings settings_;
  AgentIds ids_;
  Run run_ = Run::awaited;
  std::map<std::string, bool> messages_;        // open ones, and whether they are the agent's own
  std::map<std::string, std::string> calls_;    // open ones, and the tool's name
  std::map<std::string, std::string> results_;  // calls that were made, their result not yet seen
  std::set<std::string> steps_;
  std::string chunked_message_, chunked_call_;  // opened by a chunk, and so ended by whatever else comes
  StreamedAnswer answer_;
  std::string snapshot_;  // the agent's last message in the last MESSAGES_SNAPSHOT
};

}  // namespace answerback::probes
