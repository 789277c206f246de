#include "http/page.h"

#include <algorithm>

#include "routes_fixture.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

using Page = RoutesTest;

TEST_F(Page, ThePageEscapesWhatTargetsSay) {
  given.views[2].facts.detail = "<script>alert('1')</script>\x1b[31m\xff";
  const Response response = ask("/");
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(response.body, AllOf(HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"),
                                   Not(HasSubstr("<script>"))));
  EXPECT_THAT(response.body, Not(HasSubstr("\x1b")));
  EXPECT_THAT(response.headers,
              testing::Contains(Pair("Content-Security-Policy", HasSubstr("default-src 'none'"))));
}

TEST_F(Page, ThePageNamesNothingThatIsNotThere) {
  const std::string body = ask("/").body;
  EXPECT_THAT(body, Not(HasSubstr("{{"))) << "every place of the template is filled";
  for (const std::string_view opens : {"href=\"page/", "src=\"page/"}) {
    for (std::size_t at = body.find(opens); at != std::string::npos; at = body.find(opens, at + 1)) {
      const std::size_t begin = at + opens.find('"') + 1;
      const std::string target = "/" + body.substr(begin, body.find('"', begin) - begin);
      EXPECT_EQ(ask(target).status, 200) << target;
    }
  }
}

TEST_F(Page, ThePageIsDrawnInEveryStateWithItsSentence) {
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"degraded\""), HasSubstr("<title>▲ Warn · chat</title>")));
  given.views[0].facts = {Health::down, test::noon, Reason::reset, Phase::connect, "reset by peer"};
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"down\""), HasSubstr("db: down reset at connect since")));
  given.views[0].facts = {};
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("waiting for first results of db")));
  beat_age = 11s;
  EXPECT_THAT(ask("/").body, AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("stood still for 11 s")));
  given = test::SnapshotBuilder();
  beat_age = 100ms;
  EXPECT_THAT(ask("/").body, HasSubstr("no probes are configured: nothing is known"));
  given.probe({.name = "db"});
  EXPECT_THAT(ask("/").body, AllOf(HasSubstr("data-state=\"up\""), HasSubstr("1 probe: all up")));
  started = false;
  EXPECT_THAT(ask("/").body,
              AllOf(HasSubstr("data-state=\"unknown\""), HasSubstr("starting: no results yet")));
}

TEST_F(Page, AFileOfThePageIsSentOnce) {
  const Response first = ask("/page/main.js");
  EXPECT_EQ(first.content_type, "text/javascript; charset=utf-8");
  const auto tag = std::ranges::find(first.headers, "ETag", &Pairs::value_type::first);
  ASSERT_NE(tag, first.headers.end());
  const Response again = ask("/page/main.js", "GET", {{"If-None-Match", tag->second}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(ask("/page/main.js", "GET", {{"If-None-Match", "\"other\""}}).status, 200);
  for (const char* none : {"/page/page.html", "/page/none.js", "/page/..%2fpage.cpp", "/page/"})
    EXPECT_EQ(ask(none).status, 404);
}

}  // namespace
}  // namespace answerback::http
