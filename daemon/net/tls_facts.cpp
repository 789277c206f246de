#include "net/tls_facts.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

#include "net/certificate.h"

namespace answerback::net {
namespace {

constexpr std::size_t fact_cap = 2048;  // bytes of one text

using Free = decltype([](BIO* bio) { BIO_free(bio); });
using FreeNames = decltype([](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); });

std::string printable(std::string_view text) {
  std::string out(text.substr(0, fact_cap));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::string version_of(const SSL* ssl) {
  switch (SSL_version(ssl)) {
    case TLS1_VERSION: return "TLS 1.0";
    case TLS1_1_VERSION: return "TLS 1.1";
    case TLS1_2_VERSION: return "TLS 1.2";
    case TLS1_3_VERSION: return "TLS 1.3";
    default: return "unknown";
  }
}

std::string distinguished(const X509_NAME* name) {
  const std::unique_ptr<BIO, Free> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return printable({text, static_cast<std::size_t>(std::max(size, 0L))});
}

std::string fingerprint(const X509* certificate) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) (hex += digits[digest[i] >> 4U]) += digits[digest[i] & 15U];
  return hex;
}

std::string dns_names(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind);
    if (kind != GEN_DNS || text.size() > fact_cap) continue;
    const auto* name = static_cast<const ASN1_STRING*>(value);
    text.append(text.empty() ? "" : ",")
        .append(ASN1_STRING_get0_data(name), ASN1_STRING_get0_data(name) + ASN1_STRING_length(name));
  }
  return printable(text);
}

}  // namespace

TlsFacts tls_facts(const TlsStream& stream, const TlsSettings& settings) {
  const SSL* const ssl = const_cast<TlsStream&>(stream).native_handle();
  TlsFacts facts;
  facts.version = version_of(ssl);
  facts.earliest_expiry = earliest_expiry(SSL_get_peer_cert_chain(ssl));
  if (!settings.insecure_skip_verify) facts.last_chain_expiry = earliest_expiry(SSL_get0_verified_chain(ssl));
  if (const X509* leaf = SSL_get0_peer_certificate(ssl)) {
    facts.fingerprint_sha256 = fingerprint(leaf);
    facts.subject = distinguished(X509_get_subject_name(leaf));
    facts.issuer = distinguished(X509_get_issuer_name(leaf));
    facts.names = dns_names(leaf);
  }
  return facts;
}

}  // namespace answerback::net
