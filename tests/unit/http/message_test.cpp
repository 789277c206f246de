#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/prefix.h"

namespace answerback::http {
namespace {

TEST(Target, IsDecodedIntoPathAndQuery) {
  const auto target = parse_target("/health/a%20b?verbose&exclude=x%26y&exclude=z");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->first, "/health/a b");
  EXPECT_EQ(target->second, (Pairs{{"verbose", ""}, {"exclude", "x&y"}, {"exclude", "z"}}));
}

TEST(Target, MayBeAWholeUrl) {
  const auto target = parse_target("http://host:9797/livez?verbose");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->first, "/livez");
  EXPECT_EQ(parse_target("HTTP://host?x")->first, "/");
}

TEST(Target, ThatIsNoPathIsRefused) {
  for (const char* bad : {"", "livez", "*", "/a%zz", "/a b", "host:80", "httpx://host/"})
    EXPECT_FALSE(parse_target(bad)) << bad;
}

TEST(Request, FindsHeadersWhateverTheirCase) {
  const Request request{.headers = {{"oRIGIN", "a"}, {"Origin", "b"}}};
  EXPECT_EQ(request.header("Origin"), "a");
  EXPECT_EQ(request.header("Host"), "");
}

TEST(RoutePrefix, IsThePathOthersKnowOrTheOneGiven) {
  EXPECT_EQ(route_prefix("", ""), "");
  EXPECT_EQ(route_prefix("https://ops.example/answerback/", ""), "/answerback");
  EXPECT_EQ(route_prefix("https://ops.example", ""), "");
  EXPECT_EQ(route_prefix("https://ops.example/a/b", "/"), "");
  EXPECT_EQ(route_prefix("https://ops.example/a", "/b/"), "/b");
  EXPECT_THAT(route_prefix("ops.example/a", "").error(), testing::HasSubstr("--web.external-url"));
  EXPECT_THAT(route_prefix("ftp://ops.example/", "").error(), testing::HasSubstr("--web.external-url"));
  EXPECT_THAT(route_prefix("", "a").error(), testing::HasSubstr("--web.route-prefix"));
}

TEST(RoutePrefix, IsTakenOffAndWhatIsNotBeneathGoesAstray) {
  const auto taken_off = [](std::string path) {
    Request request{.path = std::move(path)};
    take_off("/a", request);
    return request.astray ? "astray" : request.path;
  };
  EXPECT_EQ(taken_off("/a/health"), "/health");
  EXPECT_EQ(taken_off("/a/"), "/");
  EXPECT_EQ(taken_off("/a"), "astray");
  EXPECT_EQ(taken_off("/ab/health"), "astray");
  EXPECT_EQ(taken_off("/health"), "astray");
}

}  // namespace
}  // namespace answerback::http
