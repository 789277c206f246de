#include "access/server_tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
#include <system_error>

#include "access/tls_names.h"

namespace answerback::access {
namespace {

constexpr std::size_t largest_pem = 1U << 20U;

template <auto release>
struct Release {
  void operator()(auto* thing) const { release(thing); }
};
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;

// PEM from where it stands, and the key of the settings it belongs to.
struct Pem {
  std::string key, text;
};

std::expected<Pem, TlsFlaw> pem_of(std::string_view file_key, const std::string& file,
                                   std::string_view text_key, const std::string& text) {
  if (file.empty()) return Pem{std::string(text_key), text};
  struct stat status{};
  const auto flaw = [&](const std::string& why) {
    return std::unexpected(TlsFlaw{std::string(file_key), file + ": " + why});
  };
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in || ::stat(file.c_str(), &status) != 0)
    return flaw("cannot be read: " + std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) return flaw("is not a file");
  if (static_cast<std::size_t>(status.st_size) > largest_pem) return flaw("is too large to be PEM");
  return Pem{std::string(file_key), {std::istreambuf_iterator<char>(in), {}}};
}

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int no_passphrase(char*, int, int, void*) { return -1; }  // rather than ask at the terminal

std::vector<Certificate> certificates_in(const std::string& text) {
  std::vector<Certificate> out;
  const Bio bio = bio_of(text);
  while (X509* const each = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr))
    out.emplace_back(each);
  ERR_clear_error();
  return out;
}

std::string_view openssl_name(const auto& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &TlsName::first);
  return found == table.end() ? std::string_view() : found->second;
}

int version_number(std::string_view name) {
  constexpr std::array numbers{TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
  const auto found = std::ranges::find(tls_versions, name, &TlsName::first);
  return numbers[static_cast<std::size_t>(found - tls_versions.begin()) % numbers.size()];
}

std::string joined_names(const auto& table, const auto& names) {
  std::string out;
  for (const auto& each : names) {
    const std::string_view name = openssl_name(table, each);
    if (!name.empty()) out.append(out.empty() ? "" : ":").append(name);
  }
  return out;
}

// Those with AEAD; before TLS 1.2 there are none, so the others, too.
std::string default_suites(bool old) {
  std::string out;
  for (const auto& [name, openssl] : tls_suites)
    if (!openssl.empty() && (old || !name.ends_with("_CBC_SHA")))
      out.append(out.empty() ? "" : ":").append(openssl);
  return out;
}

std::optional<TlsFlaw> set_parameters(SSL_CTX* context, const TlsServerSettings& settings) {
  const bool old = settings.min_version < "TLS12";
  int least = version_number(settings.min_version);
  std::string suites = joined_names(tls_suites, settings.cipher_suites);
  if (suites.empty() && !settings.cipher_suites.empty()) {  // names suites of TLS 1.3 alone
    if (settings.max_version != "TLS13")
      return TlsFlaw{"cipher_suites", "none is of a TLS that may be spoken"};
    least = TLS1_3_VERSION;
  }
  if (suites.empty()) suites = default_suites(old);
  if (old) suites += ":@SECLEVEL=0";  // OpenSSL 3 speaks nothing before TLS 1.2 at any other
  SSL_CTX_set_min_proto_version(context, least);
  SSL_CTX_set_max_proto_version(context, version_number(settings.max_version));
  if (SSL_CTX_set_cipher_list(context, suites.c_str()) != 1)
    return TlsFlaw{"cipher_suites", "OpenSSL does not take them"};
  const std::string curves = joined_names(tls_curves, settings.curve_preferences);
  if (!curves.empty() && SSL_CTX_set1_groups_list(context, curves.c_str()) != 1)
    return TlsFlaw{"curve_preferences", "OpenSSL does not take them"};
  if (settings.prefer_server_cipher_suites) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return std::nullopt;
}

std::expected<std::int64_t, TlsFlaw> set_identity(SSL_CTX* context, const TlsServerSettings& settings) {
  const auto chain = pem_of("cert_file", settings.cert_file, "cert", settings.cert);
  if (!chain) return std::unexpected(chain.error());
  const auto key = pem_of("key_file", settings.key_file, "key", settings.key.reveal());
  if (!key) return std::unexpected(key.error());

  std::vector<Certificate> certificates = certificates_in(chain->text);
  if (certificates.empty()) return std::unexpected(TlsFlaw{chain->key, "holds no certificate (PEM)"});
  if (SSL_CTX_use_certificate(context, certificates.front().get()) != 1)
    return std::unexpected(
        TlsFlaw{chain->key, "its certificate cannot be used: too weak a key or signature"});
  for (std::size_t i = 1; i < certificates.size(); ++i)
    SSL_CTX_add1_chain_cert(context, certificates[i].get());

  const Key secret(PEM_read_bio_PrivateKey(bio_of(key->text).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!secret) return std::unexpected(TlsFlaw{key->key, "holds no private key without a passphrase (PEM)"});
  if (X509_check_private_key(certificates.front().get(), secret.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, secret.get()) != 1)
    return std::unexpected(TlsFlaw{key->key, "is not the key of the certificate"});
  std::tm until{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificates.front().get()), &until);
  return static_cast<std::int64_t>(::timegm(&until));
}

std::optional<TlsFlaw> set_client_authorities(SSL_CTX* context, const TlsServerSettings& settings) {
  if (settings.client_ca_file.empty() && settings.client_ca.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return std::nullopt;
  }
  const auto pem = pem_of("client_ca_file", settings.client_ca_file, "client_ca", settings.client_ca);
  if (!pem) return pem.error();
  const std::vector<Certificate> authorities = certificates_in(pem->text);
  if (authorities.empty()) return TlsFlaw{pem->key, "holds no certificate (PEM)"};
  for (const Certificate& each : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get());
    SSL_CTX_add_client_CA(context, each.get());
  }
  return std::nullopt;
}

int verify_mode(ClientAuth asked) {
  switch (asked) {
    case ClientAuth::none: return SSL_VERIFY_NONE;
    case ClientAuth::request:
    case ClientAuth::verify_if_given: return SSL_VERIFY_PEER;
    default: return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) return {};
  const char* const text = inet_ntop(family, ASN1_STRING_get0_data(bytes), out.data(), out.size());
  return text == nullptr ? "" : text;
}

std::vector<std::string> names_borne_by(X509* certificate) {
  std::vector<std::string> out;
  using Names = std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>>;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const each = sk_GENERAL_NAME_value(names.get(), i);
    if (each->type == GEN_DNS || each->type == GEN_EMAIL || each->type == GEN_URI)
      out.push_back(text_of(each->d.ia5));
    if (each->type == GEN_IPADD) out.push_back(address_text(each->d.iPAddress));
  }
  return out;
}

// "http/1.1" where the client offers it; one that speaks nothing else gets no answer to its offer.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned int length, void*) {
  constexpr std::string_view ours = "http/1.1";
  for (unsigned int at = 0; at < length; at += 1U + offered[at]) {
    const std::string_view each(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
    if (each != ours) continue;
    *out = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

// For each certificate of a client's chain, its own last. Where certificates are not verified, errors are
// passed over, but for a name that is not allowed.
int ServerTls::judge(int ok, X509_STORE_CTX* check) {
  const auto* const session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto& self = *static_cast<const ServerTls*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
  if (!ok && self.verifies_) return 0;
  if (X509_STORE_CTX_get_error_depth(check) == 0 && !self.allowed_sans_.empty()) {
    const auto borne = names_borne_by(X509_STORE_CTX_get0_cert(check));
    if (std::ranges::find_first_of(borne, self.allowed_sans_) == borne.end()) {
      X509_STORE_CTX_set_error(check, X509_V_ERR_APPLICATION_VERIFICATION);
      return 0;
    }
  }
  return 1;
}

std::expected<std::shared_ptr<const ServerTls>, TlsFlaw> ServerTls::make(const TlsServerSettings& settings) {
  const std::shared_ptr<ServerTls> made(new ServerTls);
  made->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const context = made->context_.get();
  if (auto flaw = set_parameters(context, settings)) return std::unexpected(*std::move(flaw));
  const auto expiry = set_identity(context, settings);
  if (!expiry) return std::unexpected(expiry.error());
  made->expiry_ = *expiry;
  made->allowed_sans_ = settings.client_allowed_sans;
  made->verifies_ = settings.client_auth == ClientAuth::verify_if_given ||
                    settings.client_auth == ClientAuth::require_and_verify;
  if (made->verifies_)
    if (auto flaw = set_client_authorities(context, settings)) return std::unexpected(*std::move(flaw));
  SSL_CTX_set_app_data(context, made.get());
  SSL_CTX_set_verify(context, verify_mode(settings.client_auth), &ServerTls::judge);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return made;
}

}  // namespace answerback::access
