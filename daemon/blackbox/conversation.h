#pragma once
// The talk that query_response asks for, over a connection that may turn to TLS on its way.

#include <optional>
#include <string>
#include <vector>

#include "blackbox/lines.h"
#include "blackbox/module.h"
#include "blackbox/query_response.h"
#include "net/tls_facts.h"

namespace answerback::blackbox {

class Conversation {
 public:
  // Steps, settings and Tls outlive it. `host` is what a certificate has to be for, unless the settings say.
  Conversation(const std::vector<QueryResponse>&, const net::TlsSettings&, std::string host, net::Tls&);

  // Once. Enters Phase::tls and Phase::processing. Failures: assertion (closed before a line came, other
  // bytes), truncated (fewer bytes), too_large (a line), and as the handshake's and the socket's.
  asio::awaitable<ProbeResult> hold(Run&, net::TcpSocket, bool tls);

  void show(Page&) const;
  void show_bytes(Page&) const;  // probe_failed_due_to_bytes, which is not in show()

 private:
  struct Wire;
  using Answer = std::expected<std::string, Failure>;
  asio::awaitable<std::optional<Failure>> secure(Run&, Wire&);
  asio::awaitable<std::optional<Failure>> play(Run&, Wire&, const QueryResponse&);
  asio::awaitable<Answer> await_line(Run&, Wire&, const QueryResponse&);
  asio::awaitable<std::optional<Failure>> await_bytes(Run&, Wire&, const std::string&);
  asio::awaitable<std::optional<Failure>> read_more(Run&, Wire&, std::string_view doing);

  const std::vector<QueryResponse>& steps_;
  const net::TlsSettings& settings_;
  std::string host_;
  net::Tls& tls_;
  Lines lines_;
  std::optional<net::TlsFacts> facts_;
  std::vector<Labels> found_;  // one for each step that has some
  bool by_regex_ = false, by_bytes_ = false;
};

}  // namespace answerback::blackbox
