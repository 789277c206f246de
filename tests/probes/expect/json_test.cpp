#include "probes/shared/expect/json.h"

#include <gmock/gmock.h>

namespace answerback::probes {
namespace {

using testing::HasSubstr;

JsonExpect rules(std::string_view json) {
  auto parsed = JsonExpect::parse(json);
  EXPECT_TRUE(parsed) << parsed.error();
  return parsed ? *parsed : JsonExpect();
}

struct Case {
  std::string_view rules, document;
  std::string_view mismatch;  // empty: none
};

class Matching : public testing::TestWithParam<Case> {};

TEST_P(Matching, TellsPointerWantedAndSeen) {
  const auto mismatch = rules(GetParam().rules).mismatch(GetParam().document);
  EXPECT_EQ(mismatch.value_or(""), GetParam().mismatch);
}

INSTANTIATE_TEST_SUITE_P(Values, Matching,
                         testing::Values(Case{R"({"/status":"healthy"})", R"({"status":"healthy"})", ""},
                                         Case{R"({"/status":"healthy"})", R"({"status":"degraded"})",
                                              R"(/status: wanted "healthy", got "degraded")"},
                                         Case{R"({"/n":1})", R"({"n":1.0})", ""},
                                         Case{R"({"/n":1})", R"({"n":"1"})", R"(/n: wanted 1, got "1")"},
                                         Case{R"({"/n":null})", R"({"n":null})", ""},
                                         Case{R"({"/n":null})", R"({"m":null})",
                                              "/n: wanted null, found nothing; the document has the keys m"},
                                         Case{R"({"/ok":true})", R"({"ok":false})",
                                              "/ok: wanted true, got false"},
                                         Case{R"({"":{"equals":{"a":[1,2]}}})", R"({"a":[1.0,2]})", ""},
                                         Case{R"({"":{"equals":{"a":1}}})", R"({"a":1,"b":2})",
                                              R"(the document: wanted {"a":1}, got {"a":1,"b":2})"},
                                         Case{R"({"":{"equals":{"a":1,"b":2}}})", R"({"a":1})",
                                              R"(the document: wanted {"a":1,"b":2}, got {"a":1})"},
                                         Case{R"({"/tags":["a","b"]})", R"({"tags":["b","a"]})",
                                              R"(/tags: wanted ["a","b"], got ["b","a"])"},
                                         Case{R"({"/a~1b/~0":1})", R"({"a/b":{"~":1}})", ""}));

INSTANTIATE_TEST_SUITE_P(
    Matchers, Matching,
    testing::Values(
        Case{R"({"/v":{"matches":"^2\\."}})", R"({"v":"2.10"})", ""},
        Case{R"({"/v":{"matches":"^2\\."}})", R"({"v":"12.1"})",
             R"(/v: wanted a match of "^2\\.", got "12.1")"},
        Case{R"({"/v":{"matches":"^4"}})", R"({"v":42})", ""},
        Case{R"({"/v":{"matches":"a"}})", R"({"v":["a"]})", R"(/v: wanted a match of "a", got ["a"])"},
        Case{R"({"/s":{"one_of":["idle","busy"]}})", R"({"s":"busy"})", ""},
        Case{R"({"/s":{"one_of":["idle","busy"]}})", R"({"s":"dead"})",
             R"(/s: wanted one of ["idle","busy"], got "dead")"},
        Case{R"({"/s":{"not":"dead"}})", R"({"s":"busy"})", ""},
        Case{R"({"/s":{"not":"dead"}})", R"({"s":"dead"})", R"(/s: wanted anything but "dead", got "dead")"},
        Case{R"({"/s":{"not":"dead"}})", R"({})",
             R"(/s: wanted anything but "dead", found nothing; the document is empty)"},
        Case{R"({"/q":{"above":0,"below":10}})", R"({"q":5})", ""},
        Case{R"({"/q":{"above":0,"below":10}})", R"({"q":10})", "/q: wanted a number below 10, got 10"},
        Case{R"({"/q":{"above":0}})", R"({"q":0})", "/q: wanted a number above 0, got 0"},
        Case{R"({"/q":{"above":0}})", R"({"q":"5"})", R"(/q: wanted a number above 0, got "5")"},
        Case{R"({"/e":{"exists":false}})", R"({"a":1})", ""},
        Case{R"({"/e":{"exists":false}})", R"({"e":{"code":7}})",
             R"(/e: wanted nothing there, got {"code":7})"},
        Case{R"({"/e":{"exists":true}})", R"({"e":null})", ""}));

INSTANTIATE_TEST_SUITE_P(
    Missing, Matching,
    testing::Values(
        Case{R"({"/data/db/up":true})", R"({"data":{"cache":1,"queue":2}})",
             "/data/db/up: wanted true, found nothing; /data has the keys cache, queue"},
        Case{R"({"/data/3":1})", R"({"data":[1,2]})",
             "/data/3: wanted 1, found nothing; /data is a list of 2"},
        Case{R"({"/data/x":1})", R"({"data":"text"})",
             R"(/data/x: wanted 1, found nothing; /data is "text")"},
        Case{R"({"/z":1})", R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1})",
             "/z: wanted 1, found nothing; the document has the keys a, b, c, d, e, f, g, h and 2 more"},
        Case{R"({"/a":1,"/b":2,"/c":3})", R"({"c":4,"a":1})",
             "/b: wanted 2, found nothing; the document has the keys c, a (and 1 more)"}));

TEST(ExpectJson, NoRulesHoldForAnything) {
  EXPECT_TRUE(JsonExpect().empty());
  EXPECT_EQ(JsonExpect().mismatch("not even JSON"), std::nullopt);
}

TEST(ExpectJson, TellsASignInPageFromAnAnswer) {
  const auto mismatch = rules(R"({"/status":"ok"})")
                            .mismatch(
                                "\n<!DOCTYPE html><html><head><title>\n  Sign in\n</title></head>"
                                "<form><input name=p type=\"password\"></form>",
                                "text/html; charset=utf-8");
  EXPECT_EQ(mismatch,
            "wanted JSON, got an HTML page \"Sign in\" with a password field [text/html; charset=utf-8]");
}

TEST(ExpectJson, TellsWhatStandsInsteadOfJson) {
  const auto expect = rules(R"({"/status":"ok"})");
  EXPECT_EQ(expect.mismatch(""), "wanted JSON, got an empty body");
  EXPECT_THAT(expect.mismatch("upstream connect error\r\nreset").value_or(""),
              HasSubstr("wanted JSON, got upstream connect error reset ("));
  EXPECT_THAT(expect.mismatch("{\"status\":\"ok\"").value_or(""), HasSubstr("incomplete"));
}

TEST(ExpectJson, AByteOrderMarkIsNoneOfItsBusiness) {
  const auto expect = rules(R"({"/status":"ok"})");
  EXPECT_EQ(expect.mismatch("\xEF\xBB\xBF{\"status\":\"ok\"}"), std::nullopt);
  EXPECT_THAT(expect.mismatch("\xEF\xBB\xBF\xEF\xBB\xBF{}").value_or(""), HasSubstr("wanted JSON"));
  EXPECT_THAT(expect.mismatch("\x1f\x8b\x08").value_or(""), HasSubstr("compressed by gzip"));
}

TEST(ExpectJson, NestingIsLimited) {
  const auto expect = rules(R"({"":{"exists":true}})");
  EXPECT_EQ(expect.mismatch(std::string(32, '[') + std::string(32, ']')), std::nullopt);
  EXPECT_THAT(expect.mismatch(std::string(1'000'000, '[')).value_or(""), HasSubstr("too deep"));
}

TEST(ExpectJson, WhatIsShownIsOneCappedLine) {
  const auto expect = rules(R"({"/a":1})");
  const auto mismatch = expect.mismatch("{\"a\":\"" + std::string(5000, 'x') + "\"}").value_or("");
  EXPECT_LT(mismatch.size(), 200u);
  EXPECT_THAT(expect.mismatch(R"({"\u001b[2J\n":1})").value_or(""), testing::Not(HasSubstr("\x1b")));
}

struct Mistake {
  std::string_view rules, message;
};
class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldAtLoad) {
  const auto parsed = JsonExpect::parse(GetParam().rules);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(ExpectJson, Mistakes,
                         testing::Values(Mistake{R"(["/a"])", "wants a mapping of JSON pointers"},
                                         Mistake{R"({"status":1})", "no JSON pointer: status"},
                                         Mistake{R"({"/a~2":1})", "no JSON pointer: /a~2"},
                                         Mistake{R"({"/a":{"abov":1}})", "/a: unknown matcher abov"},
                                         Mistake{R"({"/a":{}})", "/a: an empty matcher"},
                                         Mistake{R"({"/a":{"above":"1"}})", "above wants a number"},
                                         Mistake{R"({"/a":{"one_of":1}})", "one_of wants a list"},
                                         Mistake{R"({"/a":{"exists":1}})", "exists wants true or false"},
                                         Mistake{R"({"/a":{"matches":"("}})", "no regular expression"}));

}  // namespace
}  // namespace answerback::probes
