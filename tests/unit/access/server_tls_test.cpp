#include "access/server_tls.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "support/certificates.h"

namespace answerback::access {
namespace {

template <auto release>
struct Released {
  void operator()(auto* thing) const { release(thing); }
};
using Context = std::unique_ptr<SSL_CTX, Released<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Released<SSL_free>>;

// A client that trusts everybody, and shows its certificate whatever the server says it would take.
Context client_with(const test::Identity* identity) {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (identity == nullptr) return context;
  const std::unique_ptr<BIO, Released<BIO_free>> certificate(
      BIO_new_mem_buf(identity->certificates.data(), static_cast<int>(identity->certificates.size())));
  const std::unique_ptr<BIO, Released<BIO_free>> key(
      BIO_new_mem_buf(identity->key.data(), static_cast<int>(identity->key.size())));
  X509* const leaf = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
  EVP_PKEY* const secret = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context.get(), leaf);
  SSL_CTX_use_PrivateKey(context.get(), secret);
  X509_free(leaf);
  EVP_PKEY_free(secret);
  return context;
}

// Whether the server lets the client in: both ends of a pipe, in turns.
bool lets_in(const ServerTls& tls, const test::Identity* identity) {
  const Context context = client_with(identity);
  const Session server(tls.session()), client(SSL_new(context.get()));
  BIO *here = nullptr, *there = nullptr;
  BIO_new_bio_pair(&here, 1U << 16U, &there, 1U << 16U);
  SSL_set_bio(server.get(), here, here);
  SSL_set_bio(client.get(), there, there);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  int done = 0;
  for (int turn = 0; turn < 10 && done != 1; ++turn) {
    SSL_do_handshake(client.get());
    done = SSL_do_handshake(server.get());
  }
  return done == 1;
}

struct Outcomes {
  const char* what;
  ClientAuth asked;
  std::vector<std::string> sans;
  bool nobody, friendly, stray, foreign;
};

TEST(ServerTls, LetsInWhomItsSettingsName) {
  const test::Authority ours, others("another CA");
  const test::Identity us = ours.issue(), friendly = ours.issue({.names = {"friend.test", "10.1.2.3"}}),
                       stray = ours.issue({.names = {"stray.test"}}),
                       foreign = others.issue({.names = {"friend.test"}});
  for (const Outcomes& each : {
           Outcomes{"none", ClientAuth::none, {}, true, true, true, true},
           Outcomes{"requested", ClientAuth::request, {}, true, true, true, true},
           Outcomes{"any", ClientAuth::require_any, {}, false, true, true, true},
           Outcomes{"if given", ClientAuth::verify_if_given, {}, true, true, true, false},
           Outcomes{"verified", ClientAuth::require_and_verify, {}, false, true, true, false},
           Outcomes{"named", ClientAuth::require_and_verify, {"x", "friend.test"}, false, true, false, false},
           Outcomes{"address", ClientAuth::require_and_verify, {"10.1.2.3"}, false, true, false, false},
           Outcomes{"any, named", ClientAuth::require_any, {"friend.test"}, false, true, false, true},
       }) {
    SCOPED_TRACE(each.what);
    TlsServerSettings settings;
    settings.cert = us.certificates;
    settings.key = Secret(us.key);
    settings.client_auth = each.asked;
    settings.client_allowed_sans = each.sans;
    if (each.asked >= ClientAuth::verify_if_given) settings.client_ca = ours.pem();
    const auto tls = ServerTls::make(settings);
    ASSERT_TRUE(tls) << tls.error().message;
    EXPECT_EQ(lets_in(**tls, nullptr), each.nobody) << "without a certificate";
    EXPECT_EQ(lets_in(**tls, &friendly), each.friendly) << "friend.test";
    EXPECT_EQ(lets_in(**tls, &stray), each.stray) << "stray.test";
    EXPECT_EQ(lets_in(**tls, &foreign), each.foreign) << "friend.test of another CA";
  }
}

}  // namespace
}  // namespace answerback::access
