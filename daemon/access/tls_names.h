#pragma once
// Names of TLS parameters as Go and exporter-toolkit write them, with OpenSSL's.

#include <array>
#include <string_view>
#include <utility>

namespace answerback::access {

using TlsName = std::pair<std::string_view, std::string_view>;

inline constexpr std::array<TlsName, 4> tls_versions{
    {{"TLS10", "TLSv1"}, {"TLS11", "TLSv1.1"}, {"TLS12", "TLSv1.2"}, {"TLS13", "TLSv1.3"}}};

inline constexpr std::array<TlsName, 4> tls_curves{
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}}};

// crypto/tls.CipherSuites(), but for those without forward secrecy. Of TLS 1.3, whose suites are not chosen:
// "".
inline constexpr std::array<TlsName, 13> tls_suites{{
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
     "ECDHE-ECDSA-AES128-SHA"},  // no AEAD from here: only if asked for
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
}};

}  // namespace answerback::access
