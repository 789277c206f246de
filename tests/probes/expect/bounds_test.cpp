#include "probes/shared/expect/bounds.h"

#include <gmock/gmock.h>

#include "probes/reading.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Wall now = Wall(1'795'000'000s);  // 2026-11-18

TEST(Slow, WarnsThenFails) {
  const Slow slow{.warn = 500ms, .fail = 2s};
  EXPECT_EQ(judge(slow, 500ms), std::nullopt);
  const auto warned = judge(slow, 501ms);
  ASSERT_TRUE(warned);
  EXPECT_EQ(warned->verdict, Verdict::warn);
  EXPECT_EQ(warned->reason, Reason::slow);
  EXPECT_EQ(warned->detail, "took 501ms, warns above 500ms");
  EXPECT_EQ(judge(slow, 3s)->verdict, Verdict::fail);
  EXPECT_EQ(judge(Slow{}, 1h), std::nullopt);
}

TEST(Slow, BoundsMustBeInOrder) {
  Reading reading("slow: {warn: 2s, fail: 1s}");
  config::Fields fields = reading.fields().child("slow", "");
  read_slow(fields);
  EXPECT_THAT(reading.text(), HasSubstr("must be less than fail"));
}

TEST(Certificate, WarnsAndFailsAsItsEndComesNear) {
  const CertificateBounds bounds{.warn = 14 * 24h, .fail = 24h};
  EXPECT_EQ(judge(bounds, {now + 14 * 24h}, now), std::nullopt);
  const auto warned = judge(bounds, {now + 9 * 24h + 5h}, now);
  ASSERT_TRUE(warned);
  EXPECT_EQ(warned->verdict, Verdict::warn);
  EXPECT_EQ(warned->reason, Reason::tls_expired);
  EXPECT_EQ(warned->detail, "certificate expires in 9 days (2026-11-27), warns below 14d");
  EXPECT_EQ(judge(bounds, {now + 23h}, now)->verdict, Verdict::fail);
  EXPECT_THAT(judge(bounds, {now + 90min}, now)->detail, HasSubstr("expires in 1 hour ("));
  EXPECT_THAT(judge(bounds, {now - 1s}, now)->detail, HasSubstr("certificate expired on "));
  EXPECT_EQ(judge(CertificateBounds{}, {now - 1h}, now), std::nullopt);
}

TEST(Certificate, DefaultsToAWarningTwoWeeksAheadOrAThirdOfItsLifetime) {
  Reading reading("");
  config::Fields fields = reading.fields().child("certificate", "");
  const CertificateBounds bounds = read_certificate(fields);
  EXPECT_EQ(bounds.warn, 14 * 24h);
  EXPECT_EQ(bounds.fail, 0s);
  EXPECT_TRUE(judge(bounds, {now + 13 * 24h}, now)) << "of unknown lifetime";
  EXPECT_TRUE(judge(bounds, {now + 13 * 24h, 90 * 24h}, now));
  EXPECT_FALSE(judge(bounds, {now + 5 * 24h, 6 * 24h}, now)) << "renewed every few days";
  EXPECT_THAT(judge(bounds, {now + 47h, 6 * 24h}, now)->detail, HasSubstr("warns below 2d"));
  EXPECT_FALSE(judge(bounds, {now + 9h, 24h}, now));
  EXPECT_TRUE(judge(bounds, {now + 7h, 24h}, now));
}

TEST(Certificate, ABoundThatIsGivenIsMeantWhateverTheLifetime) {
  Reading reading("certificate: {warn: 14d}");
  config::Fields fields = reading.fields().child("certificate", "");
  EXPECT_TRUE(judge(read_certificate(fields), {now + 5 * 24h, 6 * 24h}, now));
}

TEST(Certificate, BoundsAreRead) {
  Reading reading("certificate: {warn: 7d, fail: 12h}");
  config::Fields fields = reading.fields().child("certificate", "");
  const CertificateBounds bounds = read_certificate(fields);
  EXPECT_EQ(bounds.warn, 7 * 24h);
  EXPECT_EQ(bounds.fail, 12h);
  EXPECT_TRUE(reading.ok()) << reading.text();
}

TEST(Certificate, TheWarningCanBeTurnedOff) {
  Reading reading("certificate: {warn: off}");
  config::Fields fields = reading.fields().child("certificate", "");
  EXPECT_EQ(read_certificate(fields).warn, 0s);
  EXPECT_TRUE(reading.ok()) << reading.text();
}

TEST(Certificate, TheEndIsOfTheLastOneMeasured) {
  Evidence evidence;
  EXPECT_FALSE(certificate_end(evidence));
  evidence.measure(Measure::certificate_expiry, 1e9);
  evidence.measure(Measure::certificate_lifetime, 86400);
  EXPECT_EQ(certificate_end(evidence)->lifetime, 24h);
  evidence.measure(Measure::http_status, 200);
  evidence.measure(Measure::certificate_expiry, 2e9);
  EXPECT_EQ(certificate_end(evidence)->at, Wall(2'000'000'000s));
  EXPECT_EQ(certificate_end(evidence)->lifetime, Duration::max());
}

TEST(Certificate, NeverIsFarAway) {
  Evidence evidence;
  evidence.measure(Measure::certificate_expiry, 253402300799.0);  // 9999-12-31
  EXPECT_EQ(judge({.warn = 14 * 24h, .fail = {}}, *certificate_end(evidence), now), std::nullopt);
}

TEST(Tls, SettingsAreRead) {
  Reading reading(
      "tls_config: {ca_file: /ca.pem, server_name: db, min_version: TLS13, cert_file: /c.pem, key_file: "
      "/k.pem}");
  config::Fields fields = reading.fields().child("tls_config", "");
  const net::TlsSettings tls = read_tls(fields);
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(tls, (net::TlsSettings{.ca_file = "/ca.pem",
                                   .cert_file = "/c.pem",
                                   .key_file = "/k.pem",
                                   .server_name = "db",
                                   .insecure_skip_verify = false,
                                   .min_version = "TLS13"}));
}

TEST(Tls, ACertificateNeedsItsKey) {
  Reading reading("tls_config: {cert_file: /c.pem}");
  config::Fields fields = reading.fields().child("tls_config", "");
  read_tls(fields);
  EXPECT_THAT(reading.text(), HasSubstr("come together"));
}

TEST(Worst, FailureBeatsWarningBeatsPass) {
  const auto warn = [](Reason reason) { return ProbeResult::warn(reason, ""); };
  const auto fail = [](Reason reason) { return ProbeResult::fail(reason, ""); };
  EXPECT_EQ(worst("fine", {}, {}).verdict, Verdict::pass);
  EXPECT_EQ(worst("fine", {}, {}).detail, "fine");
  EXPECT_EQ(worst("", warn(Reason::slow), warn(Reason::tls_expired)).reason, Reason::slow);
  EXPECT_EQ(worst("", warn(Reason::slow), fail(Reason::tls_expired)).reason, Reason::tls_expired);
  EXPECT_EQ(worst("", {}, warn(Reason::tls_expired)).reason, Reason::tls_expired);
  EXPECT_EQ(worst("", fail(Reason::slow), fail(Reason::tls_expired)).reason, Reason::slow);
}

}  // namespace
}  // namespace answerback::probes
