#include "model/text.h"

#include <gtest/gtest.h>

#include "model/listen.h"

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

TEST(Listen, ReadsEveryForm) {
  EXPECT_EQ(parse_listen("0.0.0.0:9797"), (ListenAddress{"0.0.0.0", 9797}));
  EXPECT_EQ(parse_listen(":9797"), (ListenAddress{"", 9797}));
  EXPECT_EQ(parse_listen("localhost:0"), (ListenAddress{"localhost", 0}));
  for (const char* host : {"::", "::1", "fe80::1%eth0", "2001:db8::7", "1:2:3:4:5:6:7:8",
                           "1::", "::ffff:10.0.0.7", "1:2:3:4:5:6:10.0.0.7"})
    EXPECT_EQ(parse_listen("[" + std::string(host) + "]:1"), (ListenAddress{host, 1}));
  for (const char* host : {"a", "a-b_c.d", "pod-0.svc.", "9lives.test", "255.255.255.255"})
    EXPECT_EQ(parse_listen(std::string(host) + ":65535"), (ListenAddress{host, 65535}));
}

TEST(Listen, SaysWhatIsWrong) {
  const struct {
    const char *text, *why;
  } rows[] = {
      {"", "no port"},
      {"9797", "no port"},
      {"a:", "the port is not a number from 0 to 65535"},
      {"a:x", "the port is not a number from 0 to 65535"},
      {"a:65536", "the port is not a number from 0 to 65535"},
      {"a:80x", "the port is not a number from 0 to 65535"},
      {"a:80 ", "the port is not a number from 0 to 65535"},
      {"a: 80", "the port is not a number from 0 to 65535"},
      {"a:-1", "the port is not a number from 0 to 65535"},
      {"a:+1", "the port is not a number from 0 to 65535"},
      {"a b:9", "the host holds a space"},
      {" a:9", "the host holds a space"},
      {"http://a:9", "it is no URL: no scheme, no path"},
      {"a/b:9", "it is no URL: no scheme, no path"},
      {"::1:80", "an IPv6 address stands in brackets"},
      {"[::1]x:80", "an IPv6 address stands in brackets"},
      {"[::1:80", "an IPv6 address stands in brackets"},
      {"[a]:80", "what stands in brackets is no IPv6 address"},
      {"[]:80", "what stands in brackets is no IPv6 address"},
      {"[1.2.3.4]:80", "what stands in brackets is no IPv6 address"},
      {"[::1::]:80", "what stands in brackets is no IPv6 address"},
      {"[1:2:3]:80", "what stands in brackets is no IPv6 address"},
      {"[1:2:3:4:5:6:7:8:9]:80", "what stands in brackets is no IPv6 address"},
      {"[1:2:3:4:5:6:7:]:80", "what stands in brackets is no IPv6 address"},
      {"[:1]:80", "what stands in brackets is no IPv6 address"},
      {"[12345::]:80", "what stands in brackets is no IPv6 address"},
      {"[::256.0.0.1]:80", "what stands in brackets is no IPv6 address"},
      {"[fe80::1%]:80", "what stands in brackets is no IPv6 address"},
      {"256.0.0.1:80", "the host is no IPv4 address"},
      {"1.2.3:80", "the host is no IPv4 address"},
      {"a..b:80", "the host is neither a name nor an address"},
      {"a\n:80", "the host is neither a name nor an address"},
      {"*:80", "the host is neither a name nor an address"},
  };
  for (const auto& row : rows) {
    const auto address = parse_listen(row.text);
    ASSERT_FALSE(address) << row.text;
    EXPECT_EQ(address.error(), std::string(row.why) + " (like 0.0.0.0:9797, [::1]:9797 or :9797)")
        << row.text;
  }
  EXPECT_FALSE(parse_listen(std::string(64, 'a') + ":1"));
  EXPECT_FALSE(parse_listen("[" + std::string(10'000, ':') + "]:1"));
}

}  // namespace
}  // namespace answerback
