#include "probes/shared/expect/expect.h"

#include <gmock/gmock.h>

#include "probes/reading.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;

net::HttpResponse response(unsigned status, std::string body = {}, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body), .url = {}};
}

TEST(ParseStatus, TakesCodesClassesAndRanges) {
  const auto range = [](std::string_view text) {
    const auto parsed = parse_status(text);
    return parsed ? std::pair(parsed->first, parsed->last) : std::pair(0U, 0U);
  };
  EXPECT_EQ(range("200"), std::pair(200U, 200U));
  EXPECT_EQ(range("2xx"), std::pair(200U, 299U));
  EXPECT_EQ(range("200-399"), std::pair(200U, 399U));
  EXPECT_EQ(range("any"), std::pair(100U, 999U));
  for (const std::string_view wrong :
       {"", "20", "2000", "xx2", "0xx", "399-200", "2x0", "200-39x", "099", "+20"}) {
    EXPECT_EQ(range(wrong), std::pair(0U, 0U)) << wrong;
  }
}

struct StatusCase {
  unsigned status;
  std::optional<Reason> reason;
};
class DefaultStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(DefaultStatus, IsA2xx) {
  const auto failure = judge(Expect(), response(GetParam().status));
  EXPECT_EQ(failure.has_value(), GetParam().reason.has_value());
  if (failure && GetParam().reason) {
    EXPECT_EQ(failure->reason, *GetParam().reason);
  }
}

INSTANTIATE_TEST_SUITE_P(Expect, DefaultStatus,
                         testing::Values(StatusCase{200, {}}, StatusCase{204, {}}, StatusCase{299, {}},
                                         StatusCase{199, Reason::status}, StatusCase{302, Reason::status},
                                         StatusCase{401, Reason::auth}, StatusCase{403, Reason::forbidden},
                                         StatusCase{404, Reason::status},
                                         StatusCase{429, Reason::rate_limited},
                                         StatusCase{500, Reason::status}, StatusCase{503, Reason::status}));

TEST(Expect, UnwantedStatusSaysWhatCameInstead) {
  EXPECT_EQ(
      judge(Expect(), response(503, "{\n  \"error\": \"no\n upstream\"\n}", {{"Retry-After", "30"}}))->detail,
      R"(status 503, wanted 2xx, retry after 30: { "error": "no upstream" })");
}

TEST(Expect, RedirectIsToldWithoutItsQuery) {
  const auto failure = judge(Expect(), response(302, "", {{"Location", "https://sso/login?token=hunter2"}}));
  EXPECT_EQ(failure->detail, "status 302 to https://sso/login, wanted 2xx");
}

TEST(Expect, BodyOfAnUnwantedStatusIsCappedAndPrintable) {
  const auto failure = judge(Expect(), response(500, "\x1b[31m\xff" + std::string(100'000, 'y')));
  EXPECT_LT(failure->detail.size(), 200u);
  EXPECT_THAT(failure->detail, testing::Not(HasSubstr("\x1b")));
}

TEST(Expect, WantedStatusesAreRead) {
  Reading reading("expect: {status: [204, 3xx]}");
  config::Fields fields = reading.fields().child("expect", "");
  const Expect expect = read_expect(fields);
  ASSERT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(judge(expect, response(204)), std::nullopt);
  EXPECT_EQ(judge(expect, response(302)), std::nullopt);
  EXPECT_THAT(judge(expect, response(200))->detail, HasSubstr("wanted 204 or 3xx"));
}

TEST(Expect, WantedRefusalPasses) {
  Reading reading("expect: {status: 401}");
  config::Fields fields = reading.fields().child("expect", "");
  const Expect expect = read_expect(fields);
  EXPECT_EQ(judge(expect, response(401)), std::nullopt);
  EXPECT_EQ(judge(expect, response(200))->reason, Reason::status);
}

TEST(Expect, HeadersBodyAndJsonAreJudged) {
  Reading reading(
      R"(expect: {headers: {content-type: "^application/json"}, body: [status, ok], not_body: panic, json: {/status: ok}})");
  config::Fields fields = reading.fields().child("expect", "");
  const Expect expect = read_expect(fields);
  ASSERT_TRUE(reading.ok()) << reading.text();
  const net::Headers json{{"Content-Type", "application/json"}};
  EXPECT_EQ(judge(expect, response(200, R"({"status":"ok"})", json)), std::nullopt);

  const auto detail = [&](const net::HttpResponse& seen) {
    const auto failure = judge(expect, seen);
    return failure ? std::string(name(failure->reason)) + " " + failure->detail : "";
  };
  EXPECT_EQ(detail(response(200, "ok")),
            "assertion header content-type: wanted a match of ^application/json, it is missing");
  EXPECT_EQ(detail(response(200, "ok", {{"content-type", "text/plain"}})),
            "assertion header content-type: wanted a match of ^application/json, got text/plain");
  EXPECT_EQ(detail(response(200, "status: no", json)),
            "assertion body: wanted a match of ok, got status: no");
  EXPECT_EQ(detail(response(200, "status ok panic", json)),
            "assertion body: wanted no match of panic, got status ok panic");
  EXPECT_EQ(detail(response(200, R"({"status":"not ok"})", json)),
            R"(assertion /status: wanted "ok", got "not ok")");
}

TEST(Expect, MistakesAreToldAtTheirPlace) {
  Reading reading(
      "expect: {status: [200, 2oo], headers: {a: '('}, body: '[', json: {status: ok}, max_bytes: -1, jsn: "
      "1}");
  config::Fields fields = reading.fields().child("expect", "");
  read_expect(fields);
  reading.fields().finish();
  const std::string text = reading.text();
  for (const std::string_view part :
       {"expect.status", "no status: 2oo", "expect.headers", "expect.body", "expect.json",
        "no JSON pointer: status", "expect.max_bytes", "expect.jsn"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace answerback::probes
