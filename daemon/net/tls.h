#pragma once
// TLS as a client: verified by default, named as in blackbox_exporter's tls_config.
//
// Contexts are shared by settings and remade when a file they were made from changes. Handshake work is
// bounded per turn of the loop, so that a hundred handshakes at once delay nobody's timer. Sessions are never
// resumed: each run proves a full handshake, certificate included. No close_notify is sent at the end:
// waiting for room to send it is not worth a run's time.

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/connect.h"
#include "probe/run.h"

namespace answerback::net {

struct TlsSettings {
  std::string ca_file = {};                   // empty: the system's
  std::string cert_file = {}, key_file = {};  // PEM; without key_file the key is in cert_file
  std::string server_name = {};               // empty: the host connected to
  bool insecure_skip_verify = false;
  std::string min_version = "TLS12";   // TLS10 TLS11 TLS12 TLS13
  std::vector<std::string> alpn = {};  // offered, the dearest first ("h2", "http/1.1")
  auto operator<=>(const TlsSettings&) const = default;
};

using TlsStream = boost::asio::ssl::stream<TcpSocket>;

class Tls {
 public:
  explicit Tls(asio::any_io_executor);
  ~Tls();

  // Enters Phase::tls; measures certificate_expiry (the earliest of the chain presented) and _lifetime even
  // when the certificate is refused, and counts the bytes of the handshake. `host` is a name or an IP address
  // and is checked as such. Failures: tls_expired, tls_not_yet_valid, tls_untrusted (also a file of the
  // settings that cannot be used), tls_host_mismatch, tls_protocol (also plain text where TLS was due, and a
  // peer that hangs up), reset. The settings must outlive the call.
  asio::awaitable<std::expected<std::unique_ptr<TlsStream>, Failure>> handshake(Run&, TcpSocket,
                                                                                const TlsSettings&,
                                                                                std::string host);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What an established stream has agreed on and was shown. Texts of the certificate are the peer's: cut,
// cleaned.
struct TlsAgreement {
  std::string version, cipher;  // "TLSv1.3"
  std::string alpn;             // "h2"; empty: none chosen
  std::string subject, issuer;  // common names
  std::size_t chain = 0;        // certificates sent
};
TlsAgreement agreement_of(TlsStream&);

// The failure an error of an established TLS stream stands for: tls_protocol for TLS's own (an alert: a
// client certificate was due, …), else as socket_failure().
Failure tls_failure(const boost::system::error_code&, std::string_view doing);

}  // namespace answerback::net
