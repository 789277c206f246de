#pragma once
// A dialogue with an MCP server over the transport of 2024-11-05, HTTP with SSE: a GET opens a stream whose
// first event, `endpoint`, says where messages are to be posted; all that the server says comes as events.
// (modelcontextprotocol.io/specification/2024-11-05/basic/transports)

#include <string>

#include "model/redactor.h"
#include "net/http_stream.h"
#include "net/sse.h"
#include "probes/mcp/dialogue.h"
#include "probes/mcp/response.h"
#include "probes/shared/endpoint.h"

namespace answerback::probes {

class McpOverEvents {
 public:
  // All must outlive it.
  McpOverEvents(Run& run, const net::Transport& transport, const Endpoint& endpoint, const Secret& token,
                McpDialogue& dialogue);

  // To the end of the dialogue. Phases: resolve, connect, (tls), discovery, list, call. Failures: as fetch(),
  // those of the dialogue, and auth, forbidden, rate_limited, status, truncated, protocol (no endpoint first,
  // or one of another origin). May be cancelled.
  asio::awaitable<std::expected<void, Failure>> talk();

  // Ends the stream, and with it the session. Enters no phase.
  asio::awaitable<void> farewell();

 private:
  using Heard = std::expected<void, Failure>;
  asio::awaitable<Heard> open();
  asio::awaitable<Heard> post(std::string text, std::string what);
  asio::awaitable<Heard> say_asides();
  asio::awaitable<Heard> listen(std::string_view what);  // until something new has been taken
  Heard take(const net::SseEvent&);
  Heard meet(std::string_view address);
  Failure safe(Failure) const;

  Run& run_;
  net::Transport transport_;
  const Endpoint& endpoint_;
  const Secret& token_;
  McpDialogue& dialogue_;
  Redactor redactor_;
  std::optional<net::HttpStream> stream_;
  net::SseReader events_{mcp_message_cap};
  std::optional<Endpoint> messages_;  // where they are posted; none before the server has said so
};

}  // namespace answerback::probes
