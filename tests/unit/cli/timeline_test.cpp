#include "cli/timeline.h"

#include <gmock/gmock.h>

#include <sstream>

#include "unit/cli/some_run.h"

namespace answerback::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TEST(Timeline, TellsPhasesFramesSamplesAndVerdictInOrder) {
  RunRecord run = some_run(0, ProbeResult::fail(Reason::status, "status 503, wanted 2xx"));
  run.frames = {{run.started + 12'300us, "response", "HTTP 503\nserver: edge\n\nno upstream"}};
  run.samples = {{Measure::http_status, 503, ""}, {Measure::stage_duration, 0.25, "agent_thinking"}};
  EXPECT_EQ(timeline(some_probe("auth"), run, false),
            "auth (http)\n"
            "        0.0 ms  connect           0.3 ms\n"
            "        0.3 ms  processing       12.0 ms\n"
            "       12.3 ms    response: HTTP 503\n"
            "                    server: edge\n"
            "                    \n"
            "                    no upstream\n"
            "  http_status 503\n"
            "  stage agent_thinking            250.0 ms\n"
            "  90 bytes sent, 200 received, trace abababababababababababababababab\n"
            "auth: FAIL status at processing after 12.3 ms: status 503, wanted 2xx\n");
}

TEST(Timeline, AFrameStandsWhereItCame) {
  RunRecord run = some_run(0, ProbeResult::pass());
  run.frames = {{run.started + 300us, "sent", "first"}, {run.started + 5ms, "received", "second"}};
  run.phases.push_back({Phase::transfer, run.started + 6ms, 1ms});
  const std::string text = timeline(some_probe("a"), run, false);
  EXPECT_LT(text.find("processing"), text.find("sent: first"));
  EXPECT_LT(text.find("sent: first"), text.find("received: second"));
  EXPECT_LT(text.find("received: second"), text.find("transfer"));
}

TEST(Timeline, AFrameIsHeadedByWhatItSaysItIs) {
  RunRecord run = some_run(0, ProbeResult::pass());
  run.frames = {{run.started, "received", R"({"type":"system_message","data":{"event":"service_info"}})"},
                {run.started, "sent", R"({"type":"start_agent")"},
                {run.started, "received", R"({"data":{"event":"agent_started"}})"},
                {run.started, "received", R"({"type":")" + std::string(100, 'x') + "\"}"},
                {run.started, "received", R"({"type":7})"},
                {run.started, "body", R"(<a "type":"b">)"}};
  const std::string text = timeline(some_probe("a"), run, false);
  for (const std::string head :
       {"received system_message service_info: {", "sent start_agent: {", "received agent_started: {",
        "received: {\"type\":\"xxx", "received: {\"type\":7}", "body: <a"})
    EXPECT_THAT(text, HasSubstr("    " + head));
}

TEST(Timeline, NoLineIsWiderThanATerminal) {
  RunRecord run = some_run(0, ProbeResult::pass());
  std::string text = "{\"type\":\"agent_started\",\"words\":\"";
  for (int i = 0; i < 40; ++i) text += "d\u00e9j\u00e0 ";
  run.frames = {{run.started, "received", text}, {run.started, std::string(200, 'l'), "x"}};
  for (const std::size_t width : {80U, 118U}) {
    std::istringstream narrow(timeline(some_probe("a"), run, false, width));
    for (std::string line; std::getline(narrow, line);) EXPECT_LE(line.size(), width) << line;
  }
  std::istringstream lines(timeline(some_probe("a"), run, false));
  std::string unfolded;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 118U) << line;
    EXPECT_NE(static_cast<unsigned char>(line.back()) & 0xC0U, 0xC0U) << "a character cut in two: " << line;
    unfolded += line.substr(std::min<std::size_t>(20, line.size()));
  }
  EXPECT_THAT(unfolded, HasSubstr("d\u00e9j\u00e0 d\u00e9j\u00e0 d\u00e9j\u00e0"));
}

TEST(Timeline, SilenceIsTold) {
  RunRecord run = some_run(0, ProbeResult::fail(Reason::no_start, ""));
  run.frames = {{run.started + 1ms, "sent", "a"},
                {run.started + 900ms, "received", "b"},
                {run.started + 3s, "received", "c"}};
  run.ended = run.started + 18s;
  const std::string text = timeline(some_probe("a"), run, false);
  EXPECT_THAT(text,
              HasSubstr("received: b\n                  … nothing for 2.1 s\n     3000.0 ms    received: c\n"
                        "                  … nothing for 15.0 s\n"));
  EXPECT_EQ(text.find("nothing"), text.find("nothing for 2.1 s"));
}

TEST(Timeline, APassNamesNoReason) {
  EXPECT_EQ(verdict_line(some_probe("a"), some_run(0, ProbeResult::pass("status 200"))),
            "a: PASS in 12.3 ms: status 200");
  EXPECT_EQ(verdict_line(some_probe("a"), some_run(0, ProbeResult::pass())), "a: PASS in 12.3 ms");
}

TEST(Timeline, OnlyTheVerdictIsColoured) {
  const RunRecord run = some_run(0, ProbeResult::warn(Reason::slow, "took long"));
  EXPECT_THAT(timeline(some_probe("a"), run, true), HasSubstr("a: \x1b[33mWARN\x1b[0m slow at processing"));
  EXPECT_THAT(timeline(some_probe("a"), run, false), Not(HasSubstr("\x1b")));
}

TEST(Timeline, ATerminalObeysNothingAPeerSends) {
  RunRecord run = some_run(0, ProbeResult::fail(Reason::assertion, "got \x1b[2J\nFAKE: PASS"));
  run.frames = {
      {run.started, "received", "\x1b]0;title\x07 \xff\n" + std::string(500, 'x') + std::string(100, '\n')}};
  const std::string text = timeline(some_probe("a"), run, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\nFAKE")));
  EXPECT_THAT(text, HasSubstr("…\n"));
  EXPECT_LT(text.size(), 2000u);
}

TEST(Timeline, ACertificateExpiresOnADay) {
  RunRecord run = some_run(0, ProbeResult::pass());
  run.samples = {{Measure::certificate_expiry, 1'795'000'000, ""},
                 {Measure::certificate_expiry, 253402300799.0, ""}};
  EXPECT_THAT(timeline(some_probe("a"), run, false), HasSubstr("certificate_expiry 2026-11-18T"));
  EXPECT_THAT(timeline(some_probe("a"), run, false), HasSubstr("certificate_expiry 2261-"));
}

}  // namespace
}  // namespace answerback::cli
