#include "notify/settings.h"

#include <gmock/gmock.h>

#include <stdlib.h>

#include <fstream>

#include "config/config.h"
#include "unit/notify/given.h"

namespace answerback::notify {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

struct Read {
  explicit Read(const std::string& alerts) {
    std::string folder = (fs::temp_directory_path() / "answerback-notify-XXXXXX").string();
    ::mkdtemp(folder.data());
    const fs::path file = fs::path(folder) / "c.yaml";
    std::ofstream(file) << "alerts:\n" << alerts;
    const auto nothing_set = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
    config = config::load(file, nothing_set, {}, diagnostics);
    settings = read_settings(config.alerts, "/state");
    errors = diagnostics.text();
    fs::remove_all(folder);
  }
  config::Diagnostics diagnostics;
  config::Config config;
  Settings settings;
  std::string errors;
};

TEST(Settings, AreReadWithTheirDefaults) {
  const Read read(R"(
  alertmanagers:
    - {url: "https://am.example:9093/prefix/"}
    - {url: "http://am2", name: second, timeout: 3s, basic_auth: {username: u, password: p}, tls_config: {ca_file: /ca}}
  webhooks:
    - {name: chat, url: "https://hooks.example/T0/secret", on: [resolved], body: '{"text": "{{summary}}"}'}
    - {name: plain, url: "http://h/", method: PUT, bearer_token: t, headers: {Content-Type: text/plain}, body: "{{status}}!"}
)");
  ASSERT_EQ(read.errors, "");
  const auto& targets = read.settings.targets;
  ASSERT_THAT(targets, SizeIs(4));
  EXPECT_EQ(read.settings.resend, 1min);
  EXPECT_EQ(read.settings.state_dir, "/state");
  EXPECT_EQ(read.settings.external_url, "");

  EXPECT_EQ(targets[0].kind, Target::Kind::alertmanager);
  EXPECT_EQ(targets[0].name, "am.example:9093");
  EXPECT_EQ(targets[0].request.url.target, "/prefix/api/v2/alerts");
  EXPECT_EQ(targets[0].request.method, "POST");
  EXPECT_EQ(targets[0].timeout, 10s);
  EXPECT_THAT(targets[0].request.headers, ElementsAre(Pair("Content-Type", "application/json")));
  EXPECT_EQ(targets[1].request.url.target, "/api/v2/alerts");
  EXPECT_EQ(targets[1].request.url.userinfo, "u:p");
  EXPECT_EQ(targets[1].request.tls.ca_file, "/ca");
  EXPECT_EQ(targets[1].timeout, 3s);

  EXPECT_EQ(targets[2].request.url.target, "/T0/secret");
  EXPECT_FALSE(targets[2].firing);
  EXPECT_TRUE(targets[2].resolved);
  EXPECT_EQ(targets[2].body.fill(firing()), R"({"text": "db is \"down\"\n"})");
  EXPECT_EQ(targets[3].request.method, "PUT");
  EXPECT_THAT(targets[3].request.headers,
              ElementsAre(Pair("Content-Type", "text/plain"), Pair("Authorization", "Bearer t")));
  EXPECT_TRUE(targets[3].firing && targets[3].resolved);
}

TEST(Settings, WhatIsWrongIsSaidAtItsPlace) {
  struct Case {
    std::string alerts, error;
  };
  for (const auto& [alerts, error] : {
           Case{"  resent: 1m\n", "alerts.resent: unknown key (did you mean \"resend\"?)"},
           Case{"  resend: 10ms\n", "alerts.resend: must be at least 1s"},
           Case{"  external_url: ab.example\n", "alerts.external_url: "},
           Case{"  alertmanagers: [{}]\n", "alerts.alertmanagers[0].url: required"},
           Case{"  alertmanagers: [{url: 'am:9093'}]\n", "alerts.alertmanagers[0].url: "},
           Case{"  alertmanagers: [{url: 'http://am/?a=b'}]\n",
                "alertmanagers[0].url: must not hold a query"},
           Case{"  alertmanagers: [{url: 'http://am'}, {url: 'http://am/'}]\n",
                "[1].url: another target has this name"},
           Case{"  webhooks: [{name: a, url: 'http://a'}, {name: a, url: 'http://b'}]\n",
                "[1].name: another target"},
           Case{"  webhooks: [{url: 'http://a'}]\n", "alerts.webhooks[0].name: required"},
           Case{"  webhooks: [{name: 'a b', url: 'http://a'}]\n", "webhooks[0].name: a name holds only"},
           Case{"  webhooks: [{name: a, url: 'http://a', body: '{{nope}}'}]\n",
                "webhooks[0].body: no placeholder is named"},
           Case{"  webhooks: [{name: a, url: 'http://a', body: '{\"a\": {{summary}}\"}'}]\n",
                "webhooks[0].body: filled in, it is no JSON"},
           Case{"  webhooks: [{name: a, url: 'http://a', on: [fireing]}]\n",
                "webhooks[0].on[0]: must be firing or resolved"},
           Case{"  webhooks: [{name: a, url: 'http://a', on: []}]\n",
                "webhooks[0].on: must name firing, resolved or both"},
           Case{"  webhooks: [{name: a, url: 'http://a', method: GET}]\n",
                "webhooks[0].method: must be one of POST, PUT, PATCH"},
           Case{"  webhooks: [{name: a, url: 'http://u:p@a', bearer_token: t}]\n",
                "webhooks[0].url: more than one of"},
           Case{"  webhooks: [{name: a, url: 'http://a', headers: {'a b': c}}]\n",
                "webhooks[0].headers.a b: not a header name"},
           Case{"  webhooks: [{name: a, url: 'http://a', headers: {a: \"c\\r\\nd: e\"}}]\n",
                "its value holds a line break"},
           Case{"  webhooks: [{name: a, url: 'http://a', timeout: 1h}]\n",
                "webhooks[0].timeout: must be at most 2m"},
           Case{"  webhooks: [{name: a, url: 'http://a', tls_config: {key_file: /k}}]\n",
                "tls_config.key_file: cert_file and key_file come together"},
       }) {
    EXPECT_THAT(Read(alerts).errors, HasSubstr(error)) << alerts;
  }
}

TEST(Settings, SecretsAreInNoMessageAndNotPrinted) {
  const std::string secrets = R"(
  alertmanagers: [{url: "http://u:geheim1@am/", headers: {X-Key: geheim2}}]
  webhooks:
    - {name: a, url: "https://hooks/geheim3", body: "{\"key\": \"geheim4\"}", basic_auth: {password: geheim5}}
)";
  const Read good(secrets);
  EXPECT_EQ(good.errors, "");
  EXPECT_THAT(good.config.print(), HasSubstr("webhooks"));
  EXPECT_THAT(good.config.print(), Not(HasSubstr("geheim")));
  const Read bad(secrets + "    - {name: a, url: \"geheim6\", bearer_token: geheim7, body: \"{{ geheim\"}\n");
  EXPECT_THAT(bad.errors, HasSubstr("webhooks[1].url: "));
  EXPECT_THAT(bad.errors, Not(HasSubstr("geheim")));
}

TEST(Settings, NobodyIsToldWithoutThem) {
  EXPECT_THAT(Read("  resend: 2m\n").settings.targets, IsEmpty());
  EXPECT_THAT(read_settings(config::Config{}.alerts, "").targets,
              SizeIs(2));  // a describing one has one of each
}

}  // namespace
}  // namespace answerback::notify
