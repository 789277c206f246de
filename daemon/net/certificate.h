#pragma once
// What is wrong with a certificate, in words. Texts taken from a certificate are the peer's: they are cut and
// cleaned.

#include <openssl/x509.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::net {

struct Term {
  std::int64_t expiry;                   // seconds since the epoch
  std::optional<std::int64_t> lifetime;  // seconds, from the first day to the last
};

// Of the certificate of a chain that ends first; nullopt for an empty one.
std::optional<Term> earliest_term(const STACK_OF(X509) *);
std::optional<std::int64_t> earliest_expiry(const STACK_OF(X509) *);

std::string common_name(const X509_NAME*);  // "" where it has none

// `error` is an X509_V_ERR_…, `certificate` the one it is about (may be null), `leaf` the peer's own (may be
// null).
Failure certificate_failure(int error, int depth, const X509* certificate, X509* leaf, std::string_view host);

}  // namespace answerback::net
