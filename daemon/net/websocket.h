#pragma once
// One WebSocket as a client (RFC 6455), ws and wss alike. Everything a server sends is capped; control pings
// are answered while a read is under way, and counted.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/any_stream.h"
#include "net/http.h"

namespace answerback::net {

struct WebSocketLimits {
  std::size_t message_bytes = 1024 * 1024;   // unpacked
  std::size_t pings_per_message = 100;       // control frames between two messages
  std::size_t fragments_per_message = 1024;  // empty ones count
};

struct WebSocketRequest {
  Url url = {};          // ws or wss
  Headers headers = {};  // configured ones, as in HttpRequest; the handshake's own (Connection, Upgrade,
                         // Sec-WebSocket-*) are left out of it
  std::vector<std::string> subprotocols = {};  // offered
  bool deflate = true;                         // offer permessage-deflate
  TlsSettings tls = {};
  WebSocketLimits limits = {};
};

// An upgrade that did not happen.
struct Refusal {
  Failure failure;  // upgrade_refused, auth (401), protocol (wrong Accept, unasked extension), subprotocol,
                    // or as fetch()
  unsigned status = 0;  // of the answer, 0 where there was none
  std::string body;     // its first KiB
  Headers headers = {};
};

// A socket that ended.
struct Gone {
  Failure failure;  // closed, auth (a close code that means sign-in), protocol, too_large, reset,
                    // tls_protocol
  std::optional<std::uint16_t>
      code;         // close code of the server; 1005: it gave none, 1006: it went without a word
  std::string why;  // its reason phrase
};

struct Message {
  bool text = true;  // and then well-formed UTF-8
  std::string data;
};

// One read and one send or close at a time. A read may be cancelled and begun again: nothing is lost. A send
// that is cancelled drops the connection.
class WebSocket {
 public:
  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;
  ~WebSocket();  // drops the connection; close() is the polite way

  // Phases: resolve, connect, (proxy), (tls), upgrade. A subprotocol that was not offered is `subprotocol`;
  // none selected although some were offered is left to the caller. Counts bytes, as all below do.
  static asio::awaitable<std::expected<WebSocket, Refusal>> open(Run&, const Transport&, WebSocketRequest);
  // The same on a connection that stands, TLS included. Phase: upgrade.
  static asio::awaitable<std::expected<WebSocket, Refusal>> open(Run&, std::unique_ptr<AnyStream>,
                                                                 WebSocketRequest);

  const std::string& subprotocol() const;   // selected by the server, or empty
  const Headers& response_headers() const;  // of the upgrade

  asio::awaitable<std::expected<Message, Gone>> read(Run&);  // the next whole message
  // Handed to the system, which may find out later that nobody is there: reading tells.
  asio::awaitable<std::expected<void, Gone>> send(Run&, std::string text);
  // Says goodbye (1000) and waits for the server's, until `until` at the latest and no longer than half of
  // what is left of the run: a peer that never says it must not cost the caller what it knows by then. Then,
  // or when cancelled, the connection is closed in any case. Never throws, enters no phase.
  asio::awaitable<void> close(Run&, Steady until);

 private:
  class Core;
  explicit WebSocket(std::shared_ptr<Core>);
  std::shared_ptr<Core> core_;
};

}  // namespace answerback::net
