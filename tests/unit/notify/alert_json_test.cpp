#include "notify/alert_json.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "unit/notify/given.h"

namespace answerback::notify {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

TEST(AlertmanagerBody, HoldsWhatFiresAndWhatIsOver) {
  const Alert fires = some_alert("agent");
  const Notice over = resolved();
  const Alert* const firing[] = {&fires};
  const Notice* const ended[] = {&over};
  const auto body = json::parse(alertmanager_body(firing, ended, test::noon + 1min, 4min)).as_array();
  ASSERT_EQ(body.size(), 2u);
  EXPECT_EQ(body[0].at("labels").at("probe").as_string(), "agent");
  EXPECT_EQ(body[0].at("startsAt").as_string(), "2026-11-22T12:00:00Z");
  EXPECT_EQ(body[0].at("endsAt").as_string(), "2026-11-22T12:05:00Z");
  EXPECT_EQ(body[0].at("generatorURL").as_string(), "https://ab.example/health/agent");
  EXPECT_EQ(body[1].at("labels").at("probe").as_string(), "db");
  EXPECT_EQ(body[1].at("endsAt").as_string(), "2026-11-22T12:05:00Z");
  EXPECT_EQ(alertmanager_body({}, {}, test::noon, 1min), "[]");
}

// Alertmanager refuses an alert that ends before it starts.
TEST(AlertmanagerBody, SurvivesAClockThatWasSteppedBack) {
  const Alert fires = some_alert();
  const Alert* const firing[] = {&fires};
  const auto body = json::parse(alertmanager_body(firing, {}, test::noon - 24h, 4min)).as_array();
  EXPECT_EQ(body[0].at("startsAt").as_string(), "2026-11-21T12:00:00Z");
  EXPECT_EQ(body[0].at("endsAt").as_string(), "2026-11-21T12:04:00Z");
}

TEST(WebhookBody, IsAlertmanagersOwn) {
  const auto body = json::parse(webhook_body(firing(), "chat", "https://ab.example"));
  EXPECT_EQ(
      json::serialize(body),
      R"({"version":"4","id":"f1","groupKey":"{}:{probe=\"db\"}","truncatedAlerts":0,"status":"firing",)"
      R"("receiver":"chat","groupLabels":{"probe":"db"},)"
      R"("commonLabels":{"alertname":"AnswerbackProbeDown","probe":"db","severity":"critical"},)"
      R"("commonAnnotations":{"summary":"db is \"down\"\n","value_blocked":"60"},)"
      R"("externalURL":"https://ab.example","alerts":[{"status":"firing",)"
      R"("labels":{"alertname":"AnswerbackProbeDown","probe":"db","severity":"critical"},)"
      R"("annotations":{"summary":"db is \"down\"\n","value_blocked":"60"},)"
      R"("startsAt":"2026-11-22T12:00:00Z","endsAt":"0001-01-01T00:00:00Z",)"
      R"("generatorURL":"https://ab.example/health/db","fingerprint":")" +
          fingerprint(some_alert()) + R"("}]})");
  const auto over = json::parse(webhook_body(resolved(), "chat", ""));
  EXPECT_EQ(over.at("status").as_string(), "resolved");
  EXPECT_EQ(over.at("alerts").at(0).at("endsAt").as_string(), "2026-11-22T12:05:00Z");
}

// That it is Alertmanager's own is seen in tests/e2e/alerts_test.py.
TEST(Fingerprint, DependsOnEachLabelAndOnNothingElse) {
  Alert alert = some_alert();
  const std::string one = fingerprint(alert);
  alert.annotations.clear();
  alert.starts_at += 1h;
  EXPECT_EQ(fingerprint(alert), one);
  EXPECT_EQ(one.size(), 16u);
  alert.labels["probe"] = "dbx";
  EXPECT_NE(fingerprint(alert), one);
}

}  // namespace
}  // namespace answerback::notify
