#include "net/certificate.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <memory>
#include <string>

namespace answerback::net {
namespace {

constexpr int names_shown = 5;
constexpr std::size_t name_cap = 100;  // bytes

std::optional<std::int64_t> epoch_seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (!ASN1_TIME_to_tm(time, &parts)) return std::nullopt;
  return timegm(&parts);
}

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (!ASN1_TIME_to_tm(time, &parts)) return "an unreadable time";
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string cleaned(const unsigned char* data, int size) {
  std::string text(data, data + std::min(static_cast<std::size_t>(std::max(size, 0)), name_cap));
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string address_text(const unsigned char* data, int size) {
  namespace ip = boost::asio::ip;
  if (size == 4)
    return ip::address_v4(ip::address_v4::bytes_type{data[0], data[1], data[2], data[3]}).to_string();
  if (size != 16) return "?";
  ip::address_v6::bytes_type bytes;
  std::copy_n(data, 16, bytes.begin());
  return ip::make_address_v6(bytes).to_string();
}

// "a.test, *.b.test, 10.0.0.1 and 3 more"
std::string names_of(X509* certificate) {
  struct Free {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  };
  std::unique_ptr<GENERAL_NAMES, Free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  int found = 0;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind);
    if (kind != GEN_DNS && kind != GEN_IPADD) continue;
    if (++found > names_shown) continue;
    const auto* string = static_cast<const ASN1_STRING*>(value);
    const unsigned char* data = ASN1_STRING_get0_data(string);
    const int size = ASN1_STRING_length(string);
    text += (found > 1 ? ", " : "") + (kind == GEN_DNS ? cleaned(data, size) : address_text(data, size));
  }
  if (found > names_shown) text += " and " + std::to_string(found - names_shown) + " more";
  return found ? text : "no name at all";
}

}  // namespace

std::optional<Term> earliest_term(const STACK_OF(X509) * chain) {
  std::optional<Term> earliest;
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    const X509* const each = sk_X509_value(chain, i);
    const auto begin = epoch_seconds(X509_get0_notBefore(each));
    const auto end = epoch_seconds(X509_get0_notAfter(each));
    if (!end || (earliest && *end >= earliest->expiry)) continue;
    earliest = Term{.expiry = *end, .lifetime = begin ? std::optional(*end - *begin) : std::nullopt};
  }
  return earliest;
}

std::optional<std::int64_t> earliest_expiry(const STACK_OF(X509) * chain) {
  const auto term = earliest_term(chain);
  return term ? std::optional(term->expiry) : std::nullopt;
}

std::string common_name(const X509_NAME* name) {
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  const ASN1_STRING* const text = at < 0 ? nullptr : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  return text ? cleaned(ASN1_STRING_get0_data(text), ASN1_STRING_length(text)) : std::string();
}

Failure certificate_failure(int error, int depth, const X509* certificate, X509* leaf,
                            std::string_view host) {
  const std::string whose = depth == 0 ? "certificate" : "CA certificate at depth " + std::to_string(depth);
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {Reason::tls_expired,
              whose + " expired" + (certificate ? " at " + text_of(X509_get0_notAfter(certificate)) : "")};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {Reason::tls_not_yet_valid,
              whose + " is not valid" +
                  (certificate ? " before " + text_of(X509_get0_notBefore(certificate)) : " yet")};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {Reason::tls_host_mismatch, "certificate is for " + (leaf ? names_of(leaf) : "another host") +
                                             ", not for " + std::string(host)};
    default: return {Reason::tls_untrusted, whose + " not trusted: " + X509_verify_cert_error_string(error)};
  }
}

}  // namespace answerback::net
