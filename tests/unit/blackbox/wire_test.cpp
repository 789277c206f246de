// What is read bit by bit, and what is written: bodies, lines, captures, pages, times.
#include <gtest/gtest.h>
#include <zlib.h>

#include "blackbox/asking.h"
#include "blackbox/body.h"
#include "blackbox/dial.h"
#include "blackbox/dns_verdict.h"
#include "blackbox/http_verdict.h"
#include "blackbox/lines.h"

namespace answerback::blackbox {
namespace {

using namespace std::chrono_literals;

std::string packed(const std::string& text, int bits) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
  std::string in = text, out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Body, IsTheSameHoweverItIsCut) {
  const std::string text = "all is well, all is well, all is well";
  const std::pair<Coding, std::string> forms[] = {
      {Coding::none, text}, {Coding::gzip, packed(text, 31)}, {Coding::deflate, packed(text, -15)}};
  for (const auto& [coding, bytes] : forms)
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      Body body(coding, {.keep = true});
      EXPECT_TRUE(body.feed(bytes.substr(0, cut)));
      EXPECT_TRUE(body.feed(bytes.substr(cut)));
      body.end();
      EXPECT_EQ(body.failure(), "");
      EXPECT_EQ(body.kept(), text);
      EXPECT_EQ(body.length(), text.size());
    }
}

TEST(Body, ABombIsLetGoOfAtTheLimit) {
  const std::string bomb = packed(std::string(10 << 20, 'x'), 31);
  Body body(Coding::gzip, {.bytes = 1000, .keep = true});
  EXPECT_FALSE(body.feed(bomb));
  EXPECT_TRUE(body.too_large());
  EXPECT_EQ(body.length(), 1000U);
  EXPECT_EQ(body.kept().size(), 1000U);
  EXPECT_FALSE(body.feed("more"));
}

TEST(Body, WhatIsNotPackedOrStopsIsAFailure) {
  Body plain(Coding::gzip, {});
  EXPECT_FALSE(plain.feed("all is well"));
  EXPECT_FALSE(plain.failure().empty());
  Body half(Coding::gzip, {});
  EXPECT_TRUE(half.feed(packed("all is well", 31).substr(0, 15)));
  half.end();
  EXPECT_FALSE(half.failure().empty());
}

TEST(Lines, BytesAreTakenAsTheyCome) {
  const std::string bytes = "220 hello\r\nS\n\1\2";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Lines lines;
    std::optional<std::string> line, rest;
    for (const std::string& piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
      lines.feed(piece);
      if (!line) line = lines.next();
      if (line && !rest) rest = lines.take(3);
    }
    EXPECT_EQ(line, "220 hello");
    EXPECT_EQ(rest, "S\n\1");
    EXPECT_EQ(lines.take(2), std::nullopt);
    EXPECT_EQ(lines.take(1), "\2");
  }
}

TEST(Lines, AreTheSameHoweverTheyAreCut) {
  const std::string bytes = "220 hello\r\n\n250 a\rb\nlast";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    Lines lines;
    std::vector<std::string> got;
    const auto take = [&] {
      while (auto line = lines.next()) got.push_back(*line);
    };
    lines.feed(bytes.substr(0, cut));
    take();
    lines.feed(bytes.substr(cut));
    take();
    EXPECT_EQ(got.size(), 3U);
    lines.end();
    take();
    EXPECT_EQ(got, (std::vector<std::string>{"220 hello", "", "250 a\rb", "last"}));
  }
  Lines endless;
  endless.feed(std::string(Lines::longest, 'x'));
  EXPECT_TRUE(endless.too_long());
}

TEST(Captures, AreFilledInAsGoDoes) {
  const auto pattern = *probes::Pattern::parse("PING :([^ ]+)(?: (?P<who>\\w+))?");
  struct Case {
    const char *sent, *becomes;
  };
  constexpr Case cases[] = {{"PONG ${1}", "PONG abc"},
                            {"PONG $1", "PONG abc"},
                            {"$who!", "bob!"},
                            {"${who}s", "bobs"},
                            {"$whos", ""},
                            {"$$1", "$1"},
                            {"$1x", ""},
                            {"${1}x", "abcx"},
                            {"${9}", ""},
                            {"${1", "${1"},
                            {"$", "$"},
                            {"$-", "$-"},
                            {"$0", "PING :abc bob"},
                            {"plain", "plain"}};
  for (const Case& each : cases) EXPECT_EQ(pattern.expanded_in("x PING :abc bob", each.sent), each.becomes);
  EXPECT_EQ(pattern.expanded_in("PONG", "x"), std::nullopt);
  EXPECT_EQ(pattern.expanded_in("PING :abc", "<$who>"), "<>");
}

TEST(Page, IsSortedAndEscaped) {
  Page page;
  page.gauge("b", "second", 2, {{"x", "a\"\\\n"}, {"y", ""}});
  page.gauge("a", "first", 1.5);
  page.gauge("b", "second", -1, {{"x", "c"}});
  EXPECT_EQ(page.text(),
            "# HELP a first\n# TYPE a gauge\na 1.5\n"
            "# HELP b second\n# TYPE b gauge\nb{x=\"a\\\"\\\\\\n\",y=\"\"} 2\nb{x=\"c\"} -1\n");
}

TEST(Time, IsTheScrapesLessTheOffsetOrTheModules) {
  EXPECT_EQ(time_for("10", 500ms, {}), 9500ms);
  EXPECT_EQ(time_for("10", 500ms, 3s), 3s);
  EXPECT_EQ(time_for("2.5", 500ms, 3s), 2s);
  EXPECT_EQ(time_for("", 500ms, {}), 119500ms);
  EXPECT_EQ(time_for("0", 500ms, 5s), 5s);
  EXPECT_EQ(time_for("0.4", 500ms, 5s), 5s);  // as there
  EXPECT_EQ(time_for("0.4", 500ms, {}), std::nullopt);
  for (const char* wrong : {"soon", "-1", "nan", "inf", "1e9", "5s", " 5"})
    EXPECT_EQ(time_for(wrong, 500ms, 5s), std::nullopt) << wrong;
}

TEST(Address, IsChosenByFamilyAndHashedAsThere) {
  const auto at = [](const char* text) { return boost::asio::ip::make_address(text); };
  const std::vector all{at("192.0.2.1"), at("2001:db8::1"), at("192.0.2.2")};
  const std::vector old{all[0], all[2]};
  EXPECT_EQ(choose(all, {}), all[1]);
  EXPECT_EQ(choose(all, {.prefer_v6 = false}), all[0]);
  EXPECT_EQ(choose(old, {}), all[2]);
  EXPECT_EQ(choose(old, {.fall_back = false}), std::nullopt);
  EXPECT_EQ(address_hash(at("127.0.0.1")), 3668918509U);
}

TEST(Dns, RecordsAreJudgedSectionBySection) {
  const auto rule = [](const char* text) { return std::vector{*probes::Pattern::parse(text)}; };
  const net::DnsRecord seven{"a.test.", 1, 300, "10.0.0.7"}, eight{"a.test.", 1, 300, "10.0.0.8"};
  const auto judged = [&](const RecordRules& rules, std::vector<net::DnsRecord> records) {
    std::string says;
    for (RecordRules DnsModule::* const section :
         {&DnsModule::answer, &DnsModule::authority, &DnsModule::additional}) {
      DnsModule module{.valid_rcodes = {0}};
      module.*section = rules;
      const auto failure = judge(module, {.answers = records, .authority = records, .additional = records});
      says += failure ? name(failure->reason) : "good";
      says += section == &DnsModule::additional ? "" : " ";
    }
    return says;
  };
  constexpr auto good = "good good good", bad = "assertion assertion assertion";
  EXPECT_EQ(judged({}, {seven}), good);
  EXPECT_EQ(judged({.none = rule("7$")}, {seven, eight}), bad);
  EXPECT_EQ(judged({.none = rule("^a[.]test[.]\t300\tIN\tA\t10[.]0[.]0[.]9$")}, {seven, eight}), good);
  EXPECT_EQ(judged({.none = rule("^a[.]test[.]\t300\tIN\tA\t10[.]0[.]0[.]8$")}, {seven, eight}), bad);
  EXPECT_EQ(judged({.not_all = rule("7$")}, {seven, eight}), bad);  // as there, whatever the key is called
  EXPECT_EQ(judged({.not_all = rule("10")}, {seven, eight}), good);
  EXPECT_EQ(judged({.each = rule("7$")}, {seven, eight}), bad);
  EXPECT_EQ(judged({.each = rule("10")}, {seven, eight}), good);
  EXPECT_EQ(judged({.some = rule("7$")}, {seven, eight}), good);
  EXPECT_EQ(judged({.some = rule("9$")}, {seven, eight}), bad);
  EXPECT_EQ(judged({.none = rule("7$"), .not_all = rule("7$")}, {}), good);
  EXPECT_EQ(judged({.each = rule("7$")}, {}), bad);
  EXPECT_EQ(judged({.some = rule("7$")}, {}), bad);

  const auto rcode = [](std::vector<unsigned> valid, unsigned got) {
    const auto failure = judge(DnsModule{.valid_rcodes = std::move(valid)}, {.rcode = got});
    return failure ? std::string(name(failure->reason)) : "good";
  };
  EXPECT_EQ(rcode({0}, 0), "good");
  EXPECT_EQ(rcode({0}, 3), "dns_nxdomain");
  EXPECT_EQ(rcode({0}, 5), "dns_failure");
  EXPECT_EQ(rcode({3, 5}, 5), "good");
  EXPECT_EQ(rcode({3}, 0), "assertion");
  EXPECT_EQ(zone_serial({.answers = {seven, {"a.test.", 6, 1, "ns. root. 4294967295 1 2 3 4"}}}),
            4294967295.0);
  EXPECT_EQ(zone_serial({.answers = {seven}}), std::nullopt);
}

TEST(Http, LengthAndDateAsThere) {
  const auto with = [](std::string name, std::string value, unsigned status = 200) {
    net::HttpResponse response;
    response.status = status;
    response.headers.emplace_back(std::move(name), std::move(value));
    return response;
  };
  EXPECT_EQ(content_length(with("content-length", "12")), 12);
  EXPECT_EQ(content_length(with("Transfer-Encoding", "chunked")), -1);
  EXPECT_EQ(content_length(with("X", "", 204)), 0);
  EXPECT_EQ(last_modified(with("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")), 1445412480);
  EXPECT_EQ(last_modified(with("Last-Modified", "yesterday")), std::nullopt);
  EXPECT_EQ(last_modified(with("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT+1")), std::nullopt);
}

}  // namespace
}  // namespace answerback::blackbox
