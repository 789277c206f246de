#include "cli/status.h"

#include "cli/asking.h"

#include <gmock/gmock.h>

#include <sstream>

#include "cli/columns.h"
#include "cli/status_table.h"
#include "model/text.h"

namespace answerback::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view failing = R"({"status":"fail","serviceId":"chat",
 "output":"db: down connect_refused at connect; blocks agent; value blocked 60 %: Users get no AI responses",
 "value":{"working":40,"blocked":60,"unknown":0},
 "causes":[{"probe":"db","reason":"connect_refused","phase":"connect","since":"2026-11-22T11:58:30Z","blocks":["agent"],
            "silenced_by":"maintenance","output":"while web works","whys":["users get no AI responses","because agent is down"],"capabilities":["answers"]}],
 "capabilities":[{"name":"answers","state":"blocked","impact":"Users get no AI responses"},{"name":"sign-in","state":"working","impact":"x"}],
 "checks":{"auth":[{"health":"up","status":"pass","since":"2026-11-22T10:00:00Z","last_pass":"2026-11-22T11:59:58Z","observedValue":3.2,"observedUnit":"ms"}],
           "agent":[{"health":"down","status":"fail","reason":"agent_error","phase":"chain","since":"2026-11-22T11:58:40Z","last_pass":null}],
           "db":[{"health":"down","status":"fail","reason":"connect_refused","phase":"connect","since":"2026-11-22T11:58:30Z",
                  "last_pass":"2026-11-22T11:58:25Z","output":"refused by 10.0.0.7","links":{"runbook":"https://runbooks/db"}}]}})";

class Status : public testing::Test {
 protected:
  std::string print(std::string_view body, std::size_t width = 0, bool colour = false) {
    const Wall now = *parse_time("2026-11-22T12:00:00Z");
    code = print_status(body, {.colour = colour, .width = width, .now = now}, out, err);
    return std::exchange(out, std::ostringstream()).str();
  }
  std::ostringstream out, err;
  int code = -1;
};

TEST_F(Status, IsWhatSomebodyWokenNeeds) {
  EXPECT_EQ(
      print(failing),
      "chat: fail   2026-11-22T12:00:00Z\n"
      "value: 40 % working, 60 % blocked, 0 % unknown\n"
      "db: down connect_refused at connect; blocks agent; value blocked 60 %: Users get no AI responses\n"
      "\n"
      "cause db: connect_refused at connect, since 2026-11-22T11:58:30Z (1m 30s)\n"
      "      while web works\n"
      "      refused by 10.0.0.7\n"
      "      users get no AI responses\n"
      "      because agent is down\n"
      "      blocks agent\n"
      "      nobody is told: maintenance\n"
      "      runbook https://runbooks/db\n"
      "\n"
      "blocked answers: Users get no AI responses\n"
      "\n"
      "PROBE  HEALTH  REASON           PHASE    SINCE   LAST PASS   TOOK\n"
      "agent  down    agent_error      chain    1m 20s  never\n"
      "db     down    connect_refused  connect  1m 30s  1m 35s ago\n"
      "auth   up                                2h      2s ago      3.2 ms\n");
  EXPECT_EQ(code, 2);
}

TEST_F(Status, FitsTheTerminal) {
  for (const std::size_t width : {34U, 40U, 60U, 80U}) {
    std::istringstream lines(print(failing, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), width) << line;
  }
  EXPECT_THAT(print(failing, 40),
              AllOf(HasSubstr("REASON"), Not(HasSubstr("TOOK")), Not(HasSubstr("PHASE"))));
}

TEST_F(Status, ALongNameCostsNobodyTheReason) {
  const std::string name(100, 'n');
  const std::string text = print(R"({"status":"fail","serviceId":")" + std::string(100, 's') + R"(","checks":{
    "db":[{"health":"down","reason":"connect_refused","phase":"connect","since":"2026-11-22T11:58:30Z"}],")" +
                                     name + R"(":[{"health":"up"}]}})",
                                 80);
  EXPECT_THAT(text, AllOf(HasSubstr("  down    connect_refused  1m 30s"), HasSubstr("nnn…  up")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 80U) << line;
}

TEST_F(Status, WhatIsDegradedIsNotBlocked) {
  const std::string text =
      print(R"({"status":"warn","checks":{"web":[{"health":"degraded"}],"agent":[{"health":"degraded"}],
      "bot":[{"health":"down"}]},"causes":[{"probe":"web","blocks":["agent","bot"]}]})");
  EXPECT_THAT(text, AllOf(HasSubstr("      blocks bot\n"), HasSubstr("      degrades agent\n")));
}

TEST_F(Status, ManyCausesDoNotBuryTheTable) {
  std::string causes;
  for (int i = 0; i < 12; ++i)
    causes += (i == 0 ? "" : ",") + std::string(R"({"probe":"p)") + std::to_string(i) + R"("})";
  const std::string text = print(R"({"status":"fail","checks":{},"causes":[)" + causes + "]}");
  EXPECT_THAT(text, AllOf(HasSubstr("cause p9:"), Not(HasSubstr("cause p10:")),
                          HasSubstr("\nand 2 more causes: they are in the table\n")));
}

TEST_F(Status, CodesFollowTheStatus) {
  for (const auto& [status, wanted] : {std::pair("pass", 0), {"warn", 1}, {"fail", 2}}) {
    const std::string body = R"({"status":")" + std::string(status) + R"(","checks":{}})";
    print(body);
    EXPECT_EQ(code, wanted);
    EXPECT_EQ(status_code(body), wanted);
  }
  for (const char* body : {"", "<html>", "[]", R"({"status":"pass"})", R"({"status":"pass","checks":[]})"}) {
    print(body);
    EXPECT_EQ(code, 3) << body;
    EXPECT_EQ(status_code(body), 3);
  }
}

TEST_F(Status, ATerminalObeysNothingThatComesOverTheWire) {
  const std::string text = print(
      R"({"status":"fail","serviceId":"\u001b[2J","output":"a\u001b]0;x\u0007","checks":{"\u001bx":[{"health":"down\n"}],"y":[3],"z":4},
    "causes":[3,{"probe":4,"whys":[5,"\u001b"],"blocks":{}}],"capabilities":{},"value":{"working":"\u001b"}})",
      80);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\a"))));
}

TEST_F(Status, ColoursWordsOnlyWhenAsked) {
  EXPECT_THAT(print(failing, 80, true), AllOf(HasSubstr("chat: \x1b[31mfail\x1b[0m"),
                                              HasSubstr("\x1b[32mup  "), HasSubstr("\x1b[31mdown")));
  EXPECT_THAT(print(failing, 80, false), Not(HasSubstr("\x1b")));
}

TEST(Columns, WrapBetweenWordsAndCutAtCharacters) {
  EXPECT_EQ(wrapped("one two three", 0, 2), "one two three\n");
  EXPECT_EQ(wrapped("one two three", 8, 2), "one two\n  three\n");
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three\n");
  EXPECT_EQ(wrapped("aaaaaaaaaa", 4, 2), "aaaa\n  aa\n  aa\n  aa\n");
  EXPECT_EQ(wrapped("ääää öö", 4, 0), "ääää\nöö\n");
  EXPECT_EQ(wrapped("", 4, 2), "\n");
  EXPECT_EQ(wrapped("日本語 e\u0301 😀", 5, 0), "日本\n語 e\u0301\n😀\n");
  EXPECT_EQ(wrapped("日本", 1, 0), "日\n本\n");  // wider than all there is
  EXPECT_EQ(columns("日本語 e\u0301 😀"), 11U);
  EXPECT_EQ(cut("日本語", 5), "日本…");
  EXPECT_EQ(cut("日本語", 4), "日…");
  EXPECT_EQ(cut("äöü", 2), "ä…");
  EXPECT_EQ(cut("äöü", 3), "äöü");
  EXPECT_EQ(padded("ä", 3), "ä  ");
}

TEST(StatusTable, TroubleComesFirstInTheOrderOfThePlan) {
  std::vector<StatusRow> rows;
  for (const auto& [probe, health] :
       {std::pair("a", "up"), {"b", "unknown"}, {"c", "down"}, {"d", "degraded"}, {"e", "down"}}) {
    rows.push_back({.probe = probe,
                    .health = health,
                    .reason = {},
                    .phase = {},
                    .since = {},
                    .last_pass = {},
                    .took = {}});
  }
  const std::string table = status_table(rows, 0, false);
  EXPECT_LT(table.find("\nc "), table.find("\ne "));
  EXPECT_LT(table.find("\ne "), table.find("\nd "));
  EXPECT_LT(table.find("\nd "), table.find("\nb "));
  EXPECT_LT(table.find("\nb "), table.find("\na "));
}

TEST(BareStatus, SaysWhoIsToldMore) {
  std::ostringstream out, err;
  EXPECT_EQ(print_status(R"({"status":"warn","notes":["details are for the authorised"]})", {}, out, err), 1);
  EXPECT_THAT(out.str(), testing::StartsWith("warn   (more is for the authorised: --url"));
  EXPECT_EQ(status_code(R"({"status":"fail","notes":["details are for the authorised"]})"), 2);
  EXPECT_EQ(status_code(R"({"status":"fail","notes":["maintenance"]})"), 3) << "somebody else";
  EXPECT_EQ(status_code(R"({"status":"UP","components":{}})"), 3) << "somebody else";
}

TEST(Asking, TheUrlSaysWhereAndWho) {
  const Whereabouts at = whereabouts("https://us%40er:p%3a%2Fss@h:1/a/b//");
  EXPECT_EQ(at.origin, "https://h:1");
  EXPECT_EQ(at.prefix, "/a/b");
  EXPECT_TRUE(at.names_a_user);
  EXPECT_EQ(at.user, "us@er");
  EXPECT_EQ(at.password, "p:/ss");
  EXPECT_EQ(at.shown(), "https://h:1/a/b");
  EXPECT_EQ(whereabouts("http://u:a@b@h").password, "a@b");
  EXPECT_EQ(whereabouts("http://u:100%@h").password, "100%");
  EXPECT_EQ(whereabouts("h:1").origin, "h:1");
  EXPECT_FALSE(whereabouts("http://h:1/x@y").names_a_user);
  EXPECT_EQ(whereabouts("HTTPS://H:1").origin, "https://H:1");
}

TEST(Asking, WhatIsNoUrlIsSaidBeforeAnybodyIsAsked) {
  for (const char* const good :
       {"http://h", "https://h:1/p", "HTTP://h:65535", "h:1", "h", "http://[::1]:1", "[::1]"})
    EXPECT_EQ(flaw(whereabouts(good)), "") << good;
  for (const char* const bad :
       {"", "/", "http://", "ftp://h", "unix://h", "http://h:", "http://h:0x1", "http://h:65536",
        "http://h:-1", "http://:1", "http://[::1", "http://[::1]1", "http://u:p@", "://h"})
    EXPECT_NE(flaw(whereabouts(bad)), "") << bad;
}

TEST(Asking, ARefusalIsToldWithWhatToDo) {
  const Whereabouts nobody, somebody{.names_a_user = true};
  EXPECT_THAT(hint({401, "", ""}, nobody), testing::HasSubstr("USER:PASSWORD"));
  EXPECT_THAT(hint({401, "", ""}, somebody), testing::HasSubstr("wrong"));
  EXPECT_THAT(hint({400, "This port speaks TLS: ask with https://\n", ""}, nobody),
              testing::HasSubstr("https"));
  EXPECT_EQ(hint({200, "ok", ""}, nobody), "");
  EXPECT_EQ(hint({503, "", ""}, nobody), "");
}

}  // namespace
}  // namespace answerback::cli
