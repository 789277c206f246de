#include "net/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cctype>
#include <cstring>

#include "net/certificate.h"
#include "net/socket_errors.h"
#include "net/tls_contexts.h"
#include "net/turn_gate.h"

namespace answerback::net {

struct Tls::Impl {
  TurnGate gate;
  TlsContexts contexts;
};

namespace {

namespace ssl = asio::ssl;
using boost::system::error_code;

// What one handshake has shown so far. Shared with the callbacks of the stream, which may outlive the
// handshake.
struct Seen {
  std::string host;
  bool insecure = false;
  std::optional<Term> term;
  std::optional<Failure> refused;  // the first thing wrong with the certificate
  std::string first_bytes;         // of the peer's first record
  bool have_certificate = false;   // of our own
  bool certificate_asked = false;  // for ours
};

bool judge(Seen& seen, bool ok, X509_STORE_CTX* check) {
  if (!seen.term) seen.term = earliest_term(X509_STORE_CTX_get0_untrusted(check));
  if (!ok && !seen.refused)
    seen.refused = certificate_failure(X509_STORE_CTX_get_error(check), X509_STORE_CTX_get_error_depth(check),
                                       X509_STORE_CTX_get_current_cert(check),
                                       X509_STORE_CTX_get0_cert(check), seen.host);
  return ok || seen.insecure;
}

// The only way to see what came instead of a TLS record: OpenSSL shows each header before judging it.
void on_message(int outgoing, int, int type, const void* data, std::size_t size, SSL*, void* seen) {
  std::string& first = static_cast<Seen*>(seen)->first_bytes;
  if (!outgoing && type == SSL3_RT_HEADER && first.empty())
    first.assign(static_cast<const char*>(data), size);
}

int on_certificate_asked(SSL*, void* seen) {
  static_cast<Seen*>(seen)->certificate_asked = true;
  return 1;  // go on with what there is
}

// As the handshake carries them: each with its length before it (RFC 7301).
void offer(SSL* native, const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& protocol : protocols) list += static_cast<char>(protocol.size()) + protocol;
  if (!list.empty())
    SSL_set_alpn_protos(native, reinterpret_cast<const unsigned char*>(list.data()),
                        static_cast<unsigned>(list.size()));
}

void prepare(TlsStream& stream, const std::shared_ptr<Seen>& seen) {
  SSL* const native = stream.native_handle();
  X509_VERIFY_PARAM* const rules = SSL_get0_param(native);
  error_code not_an_address;
  asio::ip::make_address(seen->host, not_an_address);
  if (not_an_address) {
    SSL_set_tlsext_host_name(native, seen->host.c_str());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(rules, seen->host.c_str(), seen->host.size());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(rules, seen->host.c_str());
  }
  stream.set_verify_mode(ssl::verify_peer);
  stream.set_verify_callback(
      [seen](bool ok, ssl::verify_context& check) { return judge(*seen, ok, check.native_handle()); });
  SSL_set_msg_callback(native, on_message);
  SSL_set_msg_callback_arg(native, seen.get());
  SSL_set_cert_cb(native, on_certificate_asked, seen.get());
}

// As certificates and SNI know it: no zone of an IPv6 address, no dot at the end.
std::string bare(std::string host) {
  host = host.substr(0, host.find('%'));
  if (host.ends_with('.')) host.pop_back();
  return host;
}

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return std::isprint(c) || std::isspace(c); });
}

// Errors of OpenSSL that a person meets, in words; nullptr for all others.
const char* words(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: return "no TLS version that both sides accept";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return "no cipher or parameter that both sides accept (handshake failure)";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED: return "the server wants a client certificate";
    case SSL_R_WRONG_VERSION_NUMBER: return "answered with something that is not TLS";
    default: return nullptr;
  }
}

std::string tls_words(const error_code& error) {
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  if (const char* known = words(reason)) return known;
  // Alerts the peer sent are numbered from here.
  if (reason > SSL_AD_REASON_OFFSET)
    return std::string("the server refused with alert \"") +
           SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET) + "\"";
  const char* text = ERR_reason_error_string(static_cast<unsigned long>(error.value()));
  return text ? text : error.message();
}

bool is_tls(const error_code& error) { return error.category() == asio::error::get_ssl_category(); }

Failure handshake_failure(const error_code& error, const Seen& seen) {
  if (seen.refused && is_tls(error)) return *seen.refused;
  const int reason = is_tls(error) ? ERR_GET_REASON(static_cast<unsigned long>(error.value())) : 0;
  if (error == asio::error::eof || error == ssl::error::stream_truncated ||
      reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return {Reason::tls_protocol, "closed the connection during the TLS handshake"};
  if (!seen.first_bytes.empty() && seen.first_bytes.starts_with("HTTP/"))
    return {Reason::tls_protocol, "answered with plain HTTP on the TLS port"};
  if (!seen.first_bytes.empty() && printable(seen.first_bytes))
    return {Reason::tls_protocol, "answered with plain text on the TLS port (\"" + seen.first_bytes + "…\")"};
  // Before TLS 1.3 there is no alert that says so.
  if (reason > SSL_AD_REASON_OFFSET && seen.certificate_asked && !seen.have_certificate)
    return {Reason::tls_protocol, "TLS handshake: the server wants a client certificate"};
  return is_tls(error) ? tls_failure(error, "TLS handshake") : socket_failure(error, "shaking hands for TLS");
}

}  // namespace

Tls::Tls(asio::any_io_executor loop) : impl_(new Impl{TurnGate(std::move(loop)), {}}) {}
Tls::~Tls() = default;

asio::awaitable<std::expected<std::unique_ptr<TlsStream>, Failure>> Tls::handshake(
    Run& run, TcpSocket socket, const TlsSettings& settings, std::string host) {
  run.enter(Phase::tls);
  const TurnGate::Executor gate = impl_->gate.executor();
  co_await asio::post(asio::bind_executor(gate, asio::deferred));

  const auto context = impl_->contexts.get(settings);
  if (!context) co_return std::unexpected(context.error());
  auto stream = std::make_unique<TlsStream>(std::move(socket), **context);
  const auto seen = std::make_shared<Seen>();
  seen->host = bare(settings.server_name.empty() ? std::move(host) : settings.server_name);
  seen->insecure = settings.insecure_skip_verify;
  seen->have_certificate = !settings.cert_file.empty();
  prepare(*stream, seen);
  offer(stream->native_handle(), settings.alpn);

  const auto [error] = co_await stream->async_handshake(
      ssl::stream_base::client, asio::bind_executor(gate, asio::as_tuple(asio::deferred)));
  SSL* const native = stream->native_handle();
  SSL_set_msg_callback(native, nullptr);
  SSL_set_cert_cb(native, nullptr, nullptr);
  run.evidence.received(BIO_number_read(SSL_get_rbio(native)));
  run.evidence.sent(BIO_number_written(SSL_get_wbio(native)));
  if (seen->insecure) run.evidence.measure(Measure::tls_unverified, 1);
  if (seen->term) {
    run.evidence.measure(Measure::certificate_expiry, static_cast<double>(seen->term->expiry));
    if (const auto lifetime = seen->term->lifetime)
      run.evidence.measure(Measure::certificate_lifetime, static_cast<double>(*lifetime));
  }
  throw_if_cancelled(error);
  if (error) co_return std::unexpected(handshake_failure(error, *seen));
  co_return stream;
}

TlsAgreement agreement_of(TlsStream& stream) {
  SSL* const native = stream.native_handle();
  TlsAgreement facts;
  facts.version = SSL_get_version(native);
  facts.cipher = SSL_get_cipher_name(native);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(native, &chosen, &size);
  if (size > 0) facts.alpn.assign(reinterpret_cast<const char*>(chosen), size);
  if (const X509* const leaf = SSL_get0_peer_certificate(native)) {
    facts.subject = common_name(X509_get_subject_name(leaf));
    facts.issuer = common_name(X509_get_issuer_name(leaf));
  }
  if (const auto* const chain = SSL_get_peer_cert_chain(native))
    facts.chain = static_cast<std::size_t>(sk_X509_num(chain));
  return facts;
}

Failure tls_failure(const error_code& error, std::string_view doing) {
  if (is_tls(error)) return {Reason::tls_protocol, std::string(doing) + ": " + tls_words(error)};
  // Many servers close without TLS's goodbye, also where they want a certificate of ours (TLS 1.3).
  if (error == ssl::error::stream_truncated) return socket_failure(asio::error::eof, doing);
  return socket_failure(error, doing);
}

}  // namespace answerback::net
