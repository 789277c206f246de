#pragma once
// A protocol of agents, as a client sees it: what is sent, and what the documents that come back mean as
// events of a chain. Pure: no I/O, no clock. One codec serves one run. Whoever carries the bytes
// (agent_http_line.h, agent_socket_line.h) knows no protocol, and a codec knows no connection.

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "net/http.h"
#include "net/sse.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {

// Made up for one run. UUIDs.
struct AgentIds {
  std::string thread, run, message;
};

// A request, but for what the configuration says of all of them: address, headers, credentials.
struct AgentCall {
  std::string method = "POST";
  std::string path = {};  // below the configured url; empty: the url itself
  bool at_root = false;   // the path stands in the place of the url's own
  net::Headers headers = {{"Content-Type", "application/json"}, {"Accept", "text/event-stream"}};
  std::string body = {};
  std::vector<std::string> before = {};   // messages of a socket that go out ahead of the body
  std::optional<std::string> shown = {};  // of the body, as evidence; left out: all of it
};

// What a document holds, in order. A failure ends the conversation: an order the protocol forbids
// (chain_order), an end with something left open (chain_incomplete), a document that cannot be an answer.
using AgentHeard = std::expected<std::vector<AgentEvent>, Failure>;

class AgentCodec {
 public:
  virtual ~AgentCodec() = default;

  // A call that must have succeeded before anything is asked: a thread is made. Then what it answered.
  virtual std::optional<AgentCall> prelude() { return std::nullopt; }
  virtual std::expected<void, Failure> read_prelude(std::string_view /*body*/) { return {}; }
  // What undoes that, or ends what still runs; sent at the close, whatever happened before.
  virtual std::optional<AgentCall> farewell() const { return std::nullopt; }

  virtual AgentCall call(std::string_view question) = 0;

  virtual AgentHeard read(const net::SseEvent&) = 0;     // one event of a stream, or one message of a socket
  virtual AgentHeard read_whole(std::string_view body);  // an answer that is no event stream
  virtual bool wants_stream() const { return true; }
  virtual bool over() const = 0;  // the protocol has said its last word
  // The stream has ended, without a break. Where the last word is missing that is `truncated`.
  virtual AgentHeard end();

  virtual std::optional<ProbeResult> warning() const { return std::nullopt; }

 protected:
  virtual std::string_view last_word() const = 0;  // "RUN_FINISHED": what an end without it lacks
};

}  // namespace answerback::probes
