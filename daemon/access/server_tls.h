#pragma once
// The port's side of TLS: OpenSSL's context made from settings, once, and shared by all connections that
// began while those held. Sessions are never resumed: each connection shows its certificates.

#include <openssl/ssl.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "access/web_settings.h"

namespace answerback::access {

struct TlsFlaw {
  std::string key;  // of tls_server_config: "cert_file"
  std::string message;
};

class ServerTls {
 public:
  // Reads the files; what cannot be used, and why.
  static std::expected<std::shared_ptr<const ServerTls>, TlsFlaw> make(const TlsServerSettings&);

  SSL* session() const { return SSL_new(context_.get()); }  // the caller's
  std::int64_t expiry() const { return expiry_; }           // of our own certificate, in Unix time

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  ServerTls() = default;
  static int judge(int ok, X509_STORE_CTX*);

  std::unique_ptr<SSL_CTX, Free> context_;
  std::vector<std::string> allowed_sans_;
  bool verifies_ = false;  // else any certificate will do
  std::int64_t expiry_ = 0;
};

}  // namespace answerback::access
