#include "model/text.h"

#include <gtest/gtest.h>

namespace answerback {
namespace {

using namespace std::chrono;

TEST(Clip, LeavesWhatFitsAndCutsBetweenCharacters) {
  EXPECT_EQ(clip("", 4), "");
  EXPECT_EQ(clip("abcd", 4), "abcd");
  EXPECT_EQ(clip("abcde", 4), "abcd…");
  EXPECT_EQ(clip("a€€", 6), "a€…");
  EXPECT_EQ(clip("line\nline", 20), "line\nline");
}

TEST(Clip, MakesWellFormedUtf8OfAnything) {
  EXPECT_EQ(clip("a\xFF"
                 "b",
                 20),
            "a\uFFFDb");
  EXPECT_EQ(clip("\xC0\xAF", 20), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(clip("\xE0\x80\xAF", 20), "\uFFFD\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(clip("\xED\xA0\x80", 20), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(clip("\xF4\x90\x80\x80", 20), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond U+10FFFF";
  EXPECT_EQ(clip("ok\xE2\x82", 20), "ok\uFFFD\uFFFD") << "ends in mid character";
  EXPECT_EQ(clip("\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF", 20),
            "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xED\x9F\xBF");
}

TEST(OneLine, EscapesWhatWouldBreakOrDisguiseALine) {
  using namespace std::string_view_literals;
  EXPECT_EQ(one_line("a\r\n\tb\0c\x7F"sv, 99), "a\\r\\n\\tb\\x00c\\x7f");
  EXPECT_EQ(one_line("\x1B[31mred\u0085\u009B", 99), "\\x1b[31mred\\x85\\x9b");
  EXPECT_EQ(one_line("a\u2028b\u2029c\u202Ed\u2066e\u00A0", 99), "a\\u2028b\\u2029c\\u202ed\\u2066e\u00A0");
  EXPECT_EQ(one_line("ab\ncd", 3), "ab…") << "an escape is kept whole or not at all";
}

TEST(Headlines, LeavesOutWhatIsDrawnBeneath) {
  EXPECT_EQ(headlines(""), "");
  EXPECT_EQ(headlines("web.yml: no such file\n"), "web.yml: no such file");
  EXPECT_EQ(headlines("c.yaml:1:9: a\n    1 | x: [\n      | ^\nc.yaml:2:1: b\n"),
            "c.yaml:1:9: a; c.yaml:2:1: b");
}

TEST(IsoTime, IsUtcInWholeSeconds) {
  EXPECT_EQ(iso_time(Wall{}), "1970-01-01T00:00:00Z");
  const Wall moment(sys_days(year(2026) / November / 22) + 3h + 12min + 9s);
  EXPECT_EQ(iso_time(moment), "2026-11-22T03:12:09Z");
  EXPECT_EQ(iso_time(moment + 999ms), "2026-11-22T03:12:09Z");
  EXPECT_EQ(iso_time(Wall{} - 1ms), "1969-12-31T23:59:59Z");
  EXPECT_EQ(iso_time(Wall(sys_days(year(2028) / February / 29))), "2028-02-29T00:00:00Z");
}

TEST(IsoTime, IsReadBackWithItsZone) {
  const Wall moment(sys_days(year(2028) / February / 29) + 3h + 12min + 9s);
  EXPECT_EQ(parse_time(iso_time(moment)), moment);
  EXPECT_EQ(parse_time("2028-02-29T04:12:09.75+01:00"), moment);
  for (const char* wrong : {"2028-02-29T03:12:09", "2027-02-29T03:12:09Z", "2028-02-29T24:12:09Z",
                            "9999-02-28T03:12:09Z", "2028-02-29T03:12:0 Z", "2028-02-29T03:12:09Z ", ""}) {
    EXPECT_EQ(parse_time(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace answerback
