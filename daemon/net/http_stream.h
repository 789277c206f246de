#pragma once
// One HTTP/1.1 exchange taken step by step, for whoever has something to do between two pieces of an answer:
// connect, send, and read as often as there is more. fetch() and fetch_stream() are the whole of it in one.

#include <expected>
#include <memory>
#include <string>

#include "net/http.h"

namespace answerback::net {

// One exchange; one operation at a time. Dropping it drops the connection.
class HttpStream {
 public:
  HttpStream(HttpStream&&) noexcept;
  HttpStream& operator=(HttpStream&&) noexcept;
  ~HttpStream();

  // Phases: resolve, connect, (proxy), (tls). Failures: as fetch().
  static asio::awaitable<std::expected<HttpStream, Failure>> connect(Run&, const Transport&, Url, TlsSettings,
                                                                     HttpLimits = {});

  // To the origin connected to; headers are added as for fetch(). Enters no phase. How our writing ends is
  // left to the reading: a server may answer and hang up before it has heard everything.
  asio::awaitable<std::expected<void, Failure>> send(Run&, const HttpRequest&);

  // Waits until there is something new: the head, bytes of the body, or the end. Measures http_status with
  // the head. May be cancelled and begun again: nothing is lost. Failures: reset, truncated, too_large,
  // protocol, tls_protocol, auth (of a proxy); what came before one can still be taken. Enters no phase.
  asio::awaitable<std::expected<void, Failure>> read(Run&);

  const HttpResponse* head() const;  // null before it has come; its body stays empty
  std::string take();                // what has come of the body since it was last asked for
  bool complete() const;             // the body has ended as it should

 private:
  struct Core;
  explicit HttpStream(std::unique_ptr<Core>);
  std::unique_ptr<Core> core_;
};

}  // namespace answerback::net
