#include "notify/template.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <random>

#include "unit/notify/given.h"

namespace answerback::notify {
namespace {

using testing::HasSubstr;

std::string filled(std::string_view text, const Notice& notice) {
  const auto made = Template::parse(text);
  return made ? made->fill(notice) : "error: " + made.error();
}

TEST(Template, IsFilled) {
  struct Case {
    std::string_view text, wanted;
  };
  for (const auto& [text, wanted] : {
           Case{"", ""},
           Case{"plain } } { \"", "plain } } { \""},
           Case{"{{status}}", "firing"},
           Case{"{{ status }} of {{probe}}{{id}}", "firing of dbf1"},
           Case{"{{summary}}", "db is \\\"down\\\"\\n"},
           Case{"{{runbook_url}}|{{impact}}|{{reason}}|{{ends_at}}", "|||"},
           Case{"{{starts_at}} {{url}}", "2026-11-22T12:00:00Z https://ab.example/health/db"},
           Case{"{\"a\": {\"b\": {{value_blocked}}}}", "{\"a\": {\"b\": 60}}"},
           Case{"{{annotations}}", R"({"summary":"db is \"down\"\n","value_blocked":"60"})"},
           Case{"{{labels}}", R"({"alertname":"AnswerbackProbeDown","probe":"db","severity":"critical"})"},
       }) {
    EXPECT_EQ(filled(text, firing()), wanted) << text;
  }
  EXPECT_EQ(filled("{{status}} {{ends_at}}", resolved()), "resolved 2026-11-22T12:05:00Z");
}

TEST(Template, SaysWhatIsWrong) {
  EXPECT_THAT(filled("{{sumary}}", firing()),
              HasSubstr("no placeholder is named \"sumary\"; there are status id"));
  EXPECT_THAT(filled("{{}}", firing()), HasSubstr("no placeholder is named \"\""));
  EXPECT_THAT(filled("a {{status", firing()), HasSubstr("a {{ without its }}"));
  EXPECT_THAT(filled("{{{status}}}", firing()), HasSubstr("no placeholder is named \"{status\""));
  EXPECT_THAT(filled("{{\n\x1b[31m}}", firing()), testing::Not(HasSubstr("\x1b")));
}

// Whatever others put into a text, it stays inside its string.
TEST(Template, NothingBreaksOutOfItsString) {
  std::mt19937 random(11);
  const auto body = Template::parse(R"({"text": "{{summary}}", "labels": {{labels}}, "last": 1})").value();
  for (int i = 0; i < 2000; ++i) {
    std::string hostile;
    for (unsigned n = random() % 30; n > 0; --n) hostile += "\"\\}{]\n\r\t\x01/u'<&"[random() % 15];
    Alert alert = some_alert();
    alert.annotations["summary"] = hostile;
    alert.labels["team"] = hostile;
    const auto value = boost::json::parse(body.fill(firing(alert)));
    EXPECT_EQ(value.at("text").as_string(), hostile);
    EXPECT_EQ(value.at("labels").at("team").as_string(), hostile);
    EXPECT_EQ(value.as_object().size(), 3u);
  }
}

}  // namespace
}  // namespace answerback::notify
