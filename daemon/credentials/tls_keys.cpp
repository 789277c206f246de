#include "credentials/tls_keys.h"

namespace answerback {

net::TlsSettings read_tls(config::Fields& fields) {
  net::TlsSettings tls;
  tls.ca_file = fields.text("ca_file", "", "certificates trusted instead of the system's (PEM)");
  tls.cert_file = fields.text("cert_file", "", "our own certificate (PEM), where the server wants one");
  tls.key_file = fields.text("key_file", "", "its key (PEM)");
  tls.server_name = fields.text("server_name", "", "name the certificate must hold; left out: the host");
  tls.insecure_skip_verify = fields.flag("insecure_skip_verify", false, "accept any certificate");
  tls.min_version =
      fields.one_of("min_version", "TLS12", {"TLS10", "TLS11", "TLS12", "TLS13"}, "oldest TLS version taken");
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    fields.error(tls.cert_file.empty() ? "key_file" : "cert_file", "cert_file and key_file come together");
  }
  return tls;
}

}  // namespace answerback
