#include "net/tls_contexts.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace answerback::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// More sets than this are only met when settings keep changing over reloads.
constexpr std::size_t most_contexts = 64;

int version_number(const std::string& name) {
  if (name == "TLS10") return TLS1_VERSION;
  if (name == "TLS11") return TLS1_1_VERSION;
  if (name == "TLS13") return TLS1_3_VERSION;
  return TLS1_2_VERSION;
}

Failure unusable(std::string_view what, const std::string& path, std::string_view otherwise) {
  std::string detail = std::string(what) + " " + path;
  if (::access(path.c_str(), R_OK) != 0) {
    detail += " cannot be read: " + std::generic_category().message(errno);
  } else {
    detail += " " + std::string(otherwise);
  }
  return {Reason::tls_untrusted, std::move(detail)};
}

std::expected<TlsContexts::Context, Failure> make(const TlsSettings& settings) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX* const native = context->native_handle();
  const int least = version_number(settings.min_version);
  SSL_CTX_set_min_proto_version(native, least);
  // OpenSSL 3 offers nothing before TLS 1.2 at any security level above 0.
  if (least < TLS1_2_VERSION) SSL_CTX_set_cipher_list(native, "DEFAULT@SECLEVEL=0");
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);

  error_code error;
  if (settings.ca_file.empty()) {
    context->set_default_verify_paths(error);
    if (error)
      return std::unexpected(Failure{Reason::tls_untrusted, "the system's CA certificates cannot be loaded"});
  } else if (context->load_verify_file(settings.ca_file, error); error) {
    return std::unexpected(unusable("CA file", settings.ca_file, "holds no usable certificate"));
  }
  if (!settings.cert_file.empty()) {
    if (context->use_certificate_chain_file(settings.cert_file, error); error)
      return std::unexpected(unusable("certificate file", settings.cert_file, "holds no usable certificate"));
    const std::string& key = settings.key_file.empty() ? settings.cert_file : settings.key_file;
    if (context->use_private_key_file(key, ssl::context::pem, error); error)
      return std::unexpected(unusable("key file", key, "holds no key for " + settings.cert_file));
  }
  return context;
}

}  // namespace

std::expected<TlsContexts::Context, Failure> TlsContexts::get(const TlsSettings& asked) {
  TlsSettings settings = asked;
  settings.server_name.clear();  // these two belong to the connection
  settings.insecure_skip_verify = false;
  // Taken before the files are read: one that changes in between is read once too often, never once too
  // little.
  const Stamps now = stamps(settings);
  const auto known = entries_.find(settings);
  if (known != entries_.end() && known->second.stamps == now) return known->second.context;
  std::expected<Context, Failure> context = make(settings);
  if (!context) return context;
  if (known == entries_.end() && entries_.size() >= most_contexts) entries_.clear();
  entries_.insert_or_assign(std::move(settings), Entry{*context, now});
  return context;
}

TlsContexts::Stamps TlsContexts::stamps(const TlsSettings& settings) {
  const bool system = settings.ca_file.empty();
  return {FileStamp::of(system ? X509_get_default_cert_file() : settings.ca_file),
          system ? FileStamp::of(X509_get_default_cert_dir()) : FileStamp{},
          FileStamp::of(settings.cert_file), FileStamp::of(settings.key_file)};
}

}  // namespace answerback::net
