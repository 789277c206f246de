#pragma once
// A dialogue with an MCP server over streamable HTTP: each message a POST, its answer a document or a stream
// of events, of which the answer is the last that is read.

#include "model/redactor.h"
#include "net/http_stream.h"
#include "probes/mcp/dialogue.h"
#include "probes/shared/endpoint.h"

namespace answerback::probes {

class McpOverHttp {
 public:
  // All must outlive it.
  McpOverHttp(Run& run, const net::Transport& transport, const Endpoint& endpoint, const Secret& token,
              McpDialogue& dialogue);

  // To the end of the dialogue. Phases: resolve, connect, (tls), discover, list, call. Failures: as fetch(),
  // those of the dialogue, and auth, forbidden, rate_limited, status, truncated. May be cancelled.
  asio::awaitable<std::expected<void, Failure>> talk();

  // Ends the session, if one was opened, whatever became of the dialogue; within what is left of the run, a
  // second at most. Enters no phase.
  asio::awaitable<void> farewell();

 private:
  asio::awaitable<std::expected<void, Failure>> exchange(const McpOut&);
  asio::awaitable<std::expected<void, Failure>> listen(net::HttpStream&, const McpOut&);
  asio::awaitable<void> say_asides();
  std::expected<void, Failure> meet(const net::HttpResponse& head);
  std::expected<void, Failure> conclude(net::HttpResponse, const McpOut&);
  net::Headers headers() const;
  Failure safe(Failure) const;

  Run& run_;
  net::Transport transport_;
  const Endpoint& endpoint_;
  const Secret& token_;
  McpDialogue& dialogue_;
  Redactor redactor_;
  std::string session_;  // as the server named it; empty: none
  Steady last_call_;
};

}  // namespace answerback::probes
