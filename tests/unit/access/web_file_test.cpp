// The web config file: what is read, what is refused and where, and what a change does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/door.h"
#include "support/certificates.h"

namespace answerback::access {
namespace {

using namespace std::chrono_literals;
using test::TempFile;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

const std::string good_hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

struct Read {
  explicit Read(const std::string& text) : file(text), web(load_web(file.path(), diagnostics)) {}
  TempFile file;
  config::Diagnostics diagnostics;
  Web web;
};

std::string refused(const std::string& text) { return Read(text).diagnostics.text(); }

TEST(WebSettings, ReadsWhatExporterToolkitReads) {
  const test::Identity us = test::self_signed();
  const TempFile cert(us.certificates), key(us.key);
  const Read read("tls_server_config:\n  cert_file: " + cert.path() + "\n  key_file: " + key.path() + R"(
  client_auth_type: RequireAnyClientCert
  client_allowed_sans: [a.test, 10.0.0.1]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: false
  headers: {X-Frame-Options: deny, Strict-Transport-Security: max-age=1, X-XSS-Protection: ""}
basic_auth_users: {"john.doe": )" +
                  good_hash + R"(}
rate_limit: {interval: 1s, burst: 20}
)");
  EXPECT_EQ(read.diagnostics.text(), "");
  ASSERT_TRUE(read.web.tls);
  EXPECT_EQ(read.web.settings.tls->client_auth, ClientAuth::require_any);
  EXPECT_THAT(read.web.settings.tls->client_allowed_sans, ElementsAre("a.test", "10.0.0.1"));
  EXPECT_FALSE(read.web.settings.tls->prefer_server_cipher_suites);
  EXPECT_THAT(read.web.settings.headers,
              ElementsAre(Pair("Strict-Transport-Security", "max-age=1"), Pair("X-Frame-Options", "deny")));
  EXPECT_EQ(read.web.settings.users.at(0).first, "john.doe");
  EXPECT_EQ(read.web.settings.rate_limit.interval, 1s);
  EXPECT_EQ(read.web.settings.rate_limit.burst, 20);
  EXPECT_THAT(read.web.settings.notes, IsEmpty());
  EXPECT_GT(read.web.tls->expiry(), 1'700'000'000);
}

TEST(WebSettings, NothingIsAskedForByAnEmptyFile) {
  for (const char* text : {"", "\n# nothing yet\n---\n", "{}", "tls_server_config:\n"}) {
    const Read read(text);
    EXPECT_EQ(read.diagnostics.text(), "") << text;
    EXPECT_FALSE(read.web.tls) << text;
  }
}

TEST(WebSettings, Http2IsSaidNotToBeSpokenOnlyWhereItWasAskedFor) {
  EXPECT_THAT(Read("http_server_config: {http2: true}").web.settings.notes,
              ElementsAre(HasSubstr("HTTP/1.1")));
  EXPECT_THAT(Read("http_server_config: {}").web.settings.notes, IsEmpty());
}

TEST(WebSettings, InlinePemIsTaken) {
  const test::Identity us = test::self_signed();
  const auto block = [](const std::string& pem) {
    std::string out = "|\n      ";
    for (const char c : pem) out += c == '\n' ? std::string("\n      ") : std::string(1, c);
    return out;
  };
  const Read read("tls_server_config:\n    cert: " + block(us.certificates) + "\n    key: " + block(us.key) +
                  "\n");
  EXPECT_EQ(read.diagnostics.text(), "");
  EXPECT_TRUE(read.web.tls);
}

struct Wrong {
  std::string text, message;
};

TEST(WebSettings, WhatIsWrongIsToldWithItsPlaceAndNeverAHash) {
  const test::Identity us = test::self_signed(), other = test::self_signed();
  const TempFile cert(us.certificates), key(us.key), foreign(other.key), empty("");
  const std::string pair = "cert_file: " + cert.path() + ", key_file: " + key.path();
  const auto tls = [&](const std::string& more) { return "tls_server_config: {" + pair + ", " + more + "}"; };
  for (const Wrong& each : std::initializer_list<Wrong>{
           {"tls_server_conf: {}",
            ":1:1: tls_server_conf: unknown key (did you mean \"tls_server_config\"?)"},
           {"tls_server_config: {cert_fil: a}", "cert_fil: unknown key (did you mean \"cert_file\"?)"},
           {"tls_server_config: {}", "tls_server_config.cert_file: required, but not there (or cert)"},
           {"tls_server_config: {cert_file: a, cert: b, key_file: c}",
            "tls_server_config.cert: stands beside cert_file"},
           {"tls_server_config: {cert_file: /nowhere, key_file: /nowhere}",
            ":1:32: tls_server_config.cert_file: /nowhere: cannot be read: No such file"},
           {"tls_server_config: {cert_file: /, key_file: /nowhere}", "cert_file: /: is not a file"},
           {"tls_server_config: {cert_file: " + empty.path() + ", key_file: " + key.path() + "}",
            "holds no certificate"},
           {"tls_server_config: {cert_file: " + cert.path() + ", key_file: " + empty.path() + "}",
            "holds no private key"},
           {"tls_server_config: {cert_file: " + cert.path() + ", key_file: " + foreign.path() + "}",
            "key_file: is not the key of the certificate"},
           {tls("client_auth_type: RequireAndVerifyClientCrt"),
            "(did you mean \"RequireAndVerifyClientCert\"?)"},
           {tls("client_ca_file: x"), "client CAs without a client_auth_type"},
           {tls("client_ca_file: " + empty.path() + ", client_auth_type: VerifyClientCertIfGiven"),
            "client_ca_file: holds no certificate"},
           {tls("client_allowed_sans: [a]"), "client_allowed_sans: needs client_auth_type"},
           {tls("min_version: TLS13, max_version: TLS12"), "min_version: newer than max_version"},
           {tls("min_version: SSL30"), "min_version: must be one of"},
           {tls("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"), "cipher_suites[0]: not known"},
           {tls("cipher_suites: [TLS_AES_128_GCM_SHA256], max_version: TLS12"),
            "none is of a TLS that may be spoken"},
           {tls("curve_preferences: [CurveP265]"),
            "curve_preferences[0]: not known (did you mean \"CurveP256\"?)"},
           {"http_server_config: {headers: {Server: me}}", "http_server_config.headers.Server: unknown key"},
           {"http_server_config: {headers: {X-Frame-Options: DENY}}", "must be one of deny, sameorigin"},
           {"http_server_config: {headers: {Content-Security-Policy: \"a\\r\\nSet-Cookie: b\"}}",
            "one line of plain text"},
           {"basic_auth_users: {john: geheim}", "basic_auth_users.john: not a bcrypt hash (htpasswd"},
           {"basic_auth_users: {\"a:b\": \"" + good_hash + "\"}", "holds no colon"},
           {"basic_auth_users: {a: \"" + good_hash + "\", a: \"" + good_hash + "\"}", "duplicate"},
           {"rate_limit: {interval: 1s}", "rate_limit.burst: at least 1"},
           {"rate_limit: {interval: 5}", "rate_limit.interval"},
           {"rate_limit: {burst: -1}", "rate_limit.burst: must be from 0"},
           {"[1]", "mapping"},
       }) {
    const std::string text = refused(each.text);
    EXPECT_THAT(text, AllOf(HasSubstr(each.message), Not(HasSubstr("geheim")), Not(HasSubstr("$2y$"))));
  }
  EXPECT_THAT(refused("basic_auth_users: {john: geheim}"), HasSubstr("^"));
  config::Diagnostics nowhere;
  load_web("/nowhere/web.yml", nowhere);
  EXPECT_EQ(nowhere.text(), "/nowhere/web.yml: no such file\n");
}

TEST(WebFile, AChangeHoldsAtOnceAndABadOneChangesNothing) {
  TempFile file("basic_auth_users: {a: \"" + good_hash + "\"}");
  std::vector<std::pair<bool, std::string>> told;
  WebFile web(file.path(), [&](bool taken, const std::string& why) { told.emplace_back(taken, why); });
  ASSERT_TRUE(web.start());
  const auto first = web.now();
  EXPECT_EQ(web.now(), first);
  EXPECT_THAT(told, IsEmpty());

  file.write("basic_auth_users: {b: geheim}");
  EXPECT_EQ(web.now(), first);
  EXPECT_EQ(web.now(), first);
  EXPECT_FALSE(web.good());
  ASSERT_EQ(told.size(), 1U) << "once, not whenever somebody comes";
  EXPECT_THAT(told[0].second, AllOf(HasSubstr("basic_auth_users.b"), Not(HasSubstr("geheim"))));

  file.write("basic_auth_users: {c: \"" + good_hash + "\"}");
  EXPECT_EQ(web.now()->settings.users.at(0).first, "c");
  EXPECT_TRUE(web.good());
  EXPECT_TRUE(told.at(1).first);
}

TEST(WebFile, ARenewedCertificateIsTakenOnceItsKeyIsThere) {
  const test::Identity before = test::self_signed(), after = test::self_signed({.ends = 72h});
  TempFile cert(before.certificates), key(before.key);
  const TempFile file("tls_server_config: {cert_file: " + cert.path() + ", key_file: " + key.path() + "}");
  WebFile web(file.path());
  ASSERT_TRUE(web.start());
  const auto first = web.now();
  cert.write(after.certificates);
  EXPECT_EQ(web.now(), first);
  EXPECT_FALSE(web.good());
  key.write(after.key);
  EXPECT_GT(web.now()->tls->expiry(), first->tls->expiry());
  EXPECT_TRUE(web.good());
}

TEST(WebFile, AFileNamedBeforeItIsThereIsTakenOnceItIs) {
  const test::Identity us = test::self_signed();
  TempFile cert(us.certificates), key(us.key), file("{}");
  const std::string later = key.path() + ".later";
  WebFile web(file.path());
  ASSERT_TRUE(web.start());
  file.write("tls_server_config: {cert_file: " + cert.path() + ", key_file: " + later + "}");
  EXPECT_FALSE(web.now()->tls);
  std::filesystem::copy_file(key.path(), later);
  EXPECT_TRUE(web.now()->tls);
  std::filesystem::remove(later);
}

TEST(Door, TheRateIsThatOfTheFileAndBeginsAnewWithIt) {
  TempFile file("rate_limit: {interval: 1s, burst: 2}");
  Steady now{};
  Door door(file.path(), {}, [&] { return now; });
  ASSERT_TRUE(door.open());
  EXPECT_TRUE(door.within_rate() && door.within_rate());
  EXPECT_FALSE(door.within_rate());
  now += 1s;
  EXPECT_TRUE(door.within_rate());
  EXPECT_FALSE(door.within_rate());
  file.write("rate_limit: {interval: 0, burst: 2}");
  EXPECT_FALSE(door.within_rate()) << "nobody has looked yet";
  door.look();
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(door.within_rate());
}

TEST(Door, WithoutAFileEverybodyComesIn) {
  Door door("");
  ASSERT_TRUE(door.open());
  EXPECT_TRUE(door.within_rate());
  EXPECT_EQ(door.knock("Basic dTpw", "", {}), Standing::everybody);
  EXPECT_FALSE(door.tally().web_config);
}

TEST(Door, WhoSaysNothingIsAStrangerAndNonsenseIsRefusedAtOnce) {
  const TempFile file("basic_auth_users: {u: \"" + good_hash + "\"}");
  Door door(file.path());
  ASSERT_TRUE(door.open());
  EXPECT_EQ(door.knock("", "", {}), Standing::stranger);
  EXPECT_EQ(door.knock("Bearer x", "", {}), Standing::refused);
}

}  // namespace
}  // namespace answerback::access
