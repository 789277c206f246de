#pragma once
// What a client says to an MCP server, message by message: who it is, what it offers, one harmless call.
// Pure: no I/O, no clock; whoever carries the bytes (HTTP in the daemon, pipes in the worker) sends what
// next() and aside() give and hands in what comes. Does the same for the same input, always: what the worker
// has heard is heard once more by the daemon.
//
// Where the era is not known, the stateless one is tried first; a server that does not know server/discover
// is of the older one (the specification's own way of telling them apart).

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/phase.h"
#include "probes/mcp/message.h"
#include "probes/mcp/tools.h"

namespace answerback::probes {

struct McpPlan {
  std::string version = {};     // the only one to speak; empty: whichever the server does
  bool sessions_first = false;  // it is known to be of the older era
  bool events = false;          // over HTTP with SSE, where the version of that transport will do, too
  std::string tool = {};        // called at the end; empty: none
  json::object arguments = {};
  std::set<std::string> kept = {};  // tools that are to be judged whole
};

struct McpOut {
  Phase phase;
  std::string method, text;
  bool answered = true;                                           // an answer is due
  std::vector<std::pair<std::string, std::string>> headers = {};  // over HTTP
};

class McpDialogue {
 public:
  static constexpr std::size_t most_unasked = 1000;  // messages that are no answer to ours
  static constexpr std::size_t most_asides = 16;     // of these, requests that are answered

  explicit McpDialogue(McpPlan);

  std::optional<McpOut> next();        // what goes out now; nullopt: an answer is due, or all has been said
  std::optional<std::string> aside();  // an answer to a request of the server's, to be sent at once
  bool over() const { return step_ == Step::over; }
  bool waiting() const { return waiting_; }  // for an answer
  Phase phase() const;
  std::string_view asking() const;  // the method that is under way

  // A message, or a batch of them. Failures: those of the server.
  std::expected<void, Failure> take(std::string_view text);
  // The request under way was refused as a whole, with this for a body (HTTP 4xx); nullopt: the body says
  // nothing, and the status has to speak for itself.
  std::optional<std::expected<void, Failure>> refused(std::string_view body);

  // Whether silence or any refusal now means no more than "of the older era", and that it does.
  bool may_be_older() const { return step_ == Step::discover && plan_.version.empty(); }
  void older(std::string why);

  const McpPlan& plan() const { return plan_; }
  bool sessions() const { return sessions_; }              // of the older era
  const std::string& version() const { return version_; }  // agreed upon; empty before
  const std::string& server() const { return server_; }    // "everything 2.0.0", as it calls itself
  bool offers_tools() const { return offers_tools_; }
  const McpTools& tools() const { return tools_; }
  const std::optional<json::object>& result() const { return result_; }  // of the call

 private:
  enum class Step { discover, initialize, initialized, list, call, over };
  McpOut request(std::string_view method, json::object params);
  std::vector<std::pair<std::string, std::string>> headers(std::string_view method) const;
  std::expected<void, Failure> take_one(json::object);
  std::expected<void, Failure> unasked(const McpMessage&);
  std::expected<void, Failure> failed(const json::object& error);
  std::expected<void, Failure> answered(json::object result);
  std::expected<void, Failure> met(const json::object& result);

  McpPlan plan_;
  Step step_;
  bool waiting_ = false, sessions_, offers_tools_ = false;
  std::int64_t id_ = 0;
  std::size_t unasked_ = 0, asides_said_ = 0;
  std::deque<std::string> asides_;
  std::string version_, server_, cursor_, why_older_;
  McpTools tools_;
  std::optional<json::object> result_;
};

}  // namespace answerback::probes
