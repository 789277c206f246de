#include "probes/exec/verdict.h"

#include <gmock/gmock.h>

namespace answerback::probes {
namespace {

using enum ExecFormat;
using testing::ElementsAre;

std::string told(const ProbeResult& result) {
  return std::string(name(result.verdict)) + " " + std::string(name(result.reason)) + ": " + result.detail;
}

TEST(JudgeExec, EachEndHasItsMeaning) {
  struct Row {
    ExecFormat format;
    ExecEnd end;
    std::string told;
  };
  const std::string long_line(1000, 'x');
  for (const Row& row : std::initializer_list<Row>{
           {nagios, {.out = "OK - fine | time=1s"}, "pass : OK - fine"},
           {nagios, {.status = 1, .out = "WARN\nmore"}, "warn assertion: WARN"},
           {nagios, {.status = 2, .out = "", .err = "no route\nx"}, "fail assertion: no route"},
           {nagios, {.status = 3, .out = "UNKNOWN"}, "unknown no_evidence: UNKNOWN"},
           {nagios, {.status = 3}, "unknown no_evidence: the program could not tell"},
           {nagios,
            {.status = 127, .out = "x"},
            "unknown no_evidence: exit status 127 is none of a plugin's 0 to 3: x"},
           {nagios, {.out = "a\x1b[31m\r|"}, "pass : a\\x1b[31m"},
           {nagios, {.out = long_line}, "pass : " + long_line.substr(0, 300) + "…"},
           {nagios,
            {.failure = "/x: No such file"},
            "unknown no_evidence: the program could not be run: /x: No such file"},
           {status, {.signal = "SEGV"}, "unknown worker_died: the program was killed by SIGSEGV"},
           {status, {.out = "a\nb\n"}, "pass : b"},
           {status, {.status = 9, .err = "broken"}, "fail assertion: exit status 9: broken"},
           {json, {.out = R"({"verdict":"pass","detail":"5 ok"})"}, "pass : 5 ok"},
           {json,
            {.out = "noise\n{\"verdict\":\"fail\"}\n{\"verdict\":\"warn\",\"reason\":\"slow\"}\n"},
            "warn slow: "},
           {json,
            {.status = 2, .out = R"({"verdict":"fail","reason":"quota","detail":"0 left"})"},
            "fail quota: 0 left"},
           {json,
            {.out = R"({"verdict":"fail","reason":"gremlins","detail":"3"})"},
            "fail assertion: gremlins: 3"},
           {json, {.out = R"({"verdict":"maybe"})"}, "unknown no_evidence: "},
           {json,
            {.status = 1, .out = R"({"verdict":"pass"})"},
            "unknown no_evidence: it says pass and exits with status 1"},
           {json,
            {.out = "[1]\n{\"verdict\":1}"},
            "unknown no_evidence: no line of its output is an object with a verdict; it exited with status "
            "0"},
       }) {
    EXPECT_EQ(told(judge_exec(row.format, row.end)), row.told);
  }
}

std::vector<std::string> shown(std::string_view output) {
  std::vector<std::string> all;
  for (const PerfDatum& datum : read_perfdata(output)) {
    char value[32];
    std::snprintf(value, sizeof value, "%g", datum.value);
    all.push_back(datum.label + "=" + value + datum.unit);
  }
  return all;
}

TEST(Perfdata, IsReadFromTheFirstLineAndTheLongText) {
  EXPECT_THAT(shown("OK | time=0.012s;1;2;0 size=4711B"), ElementsAre("time=0.012s", "size=4711B"));
  EXPECT_THAT(shown("OK|'it''s free'=12.5%;~:80;@90:\nmore\nlast | a=-1 b=2c\nc=3"),
              ElementsAre("it's free=12.5%", "a=-1", "b=2c", "c=3"));
  EXPECT_THAT(shown("no bar"), ElementsAre());
}

TEST(Perfdata, WhatCannotBeReadIsLeftOut) {
  EXPECT_THAT(shown("|a=U b=1 =3 c 'd=4 e=5"), ElementsAre("b=1", "e=5"));
  EXPECT_THAT(shown("|a=nan b=inf c=1e400 d=7"), ElementsAre("d=7"));
  EXPECT_THAT(shown("|x"), ElementsAre());
  std::string many = "|";
  for (int i = 0; i < 1000; ++i) many += "a=" + std::to_string(i) + " ";
  EXPECT_EQ(read_perfdata(many).size(), 64U);
}

TEST(Perfdata, AnyBytesEnd) {
  std::string text = "OK | 'a b'=1s;2 c=3%\nx | d=4";
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char byte : {'\'', '=', '|', '\n', ' ', '\0', '\xff'}) {
      std::string broken = text;
      broken[at] = byte;
      read_perfdata(broken);
      read_perfdata(text.substr(0, at));
    }
}

}  // namespace
}  // namespace answerback::probes
