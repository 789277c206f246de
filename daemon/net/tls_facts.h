#pragma once
// What an established TLS connection says of itself and of the certificates it was made with.

#include <cstdint>
#include <optional>
#include <string>

#include "net/tls.h"

namespace answerback::net {

// Times in seconds since the epoch. Texts are the peer's: printable ASCII, capped.
struct TlsFacts {
  std::string version;                            // "TLS 1.3"
  std::optional<std::int64_t> earliest_expiry;    // of the certificates presented
  std::optional<std::int64_t> last_chain_expiry;  // of the chain that was verified; none where nobody did
  std::string fingerprint_sha256;                 // of the leaf, in hex
  std::string subject, issuer;                    // of the leaf, RFC 2253
  std::string names;                              // its DNS names, joined by commas
};

TlsFacts tls_facts(const TlsStream&, const TlsSettings&);

}  // namespace answerback::net
