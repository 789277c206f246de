// The deploy gate: the state machine with times handed in, what a look makes of an answer, and the command
// over both.

#include "cli/wait.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <map>
#include <sstream>

#include "cli/look.h"

namespace answerback::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr Steady start{1000s};

struct Seen {
  Duration at;
  bool ready;
  GateState means;
};

void expect(GateTerms terms, std::initializer_list<Seen> all) {
  Gate gate(terms, start);
  for (const Seen& each : all)
    EXPECT_EQ(gate.look(each.ready, start + each.at), each.means) << seconds(each.at);
}

TEST(Gate, OpensWithTheFirstReadyLookWhereNoStabilityIsAsked) {
  using enum GateState;
  expect({.timeout = 10s}, {{0s, false, waiting}, {1s, true, open}, {2s, false, open}});
}

TEST(Gate, MustStayReadyAndBeginsAnewWhenItDoesNot) {
  using enum GateState;
  expect({.timeout = 100s, .stable = 30s}, {{0s, true, settling},
                                            {29s, true, settling},
                                            {29500ms, false, waiting},
                                            {31s, true, settling},
                                            {60s, true, settling},
                                            {61s, true, open}});
}

TEST(Gate, ShutsAtTheTimeoutEvenIfReadyForTooShort) {
  using enum GateState;
  expect({.timeout = 10s}, {{9999ms, false, waiting}, {10s, false, timed_out}, {11s, true, timed_out}});
  expect({.timeout = 10s, .stable = 5s}, {{6s, true, settling}, {10s, true, timed_out}});
  expect({.timeout = 10s, .stable = 5s}, {{5s, true, settling}, {10s, true, open}});
}

TEST(Gate, ALookThatCameLateStillCounts) { expect({.timeout = 10s}, {{12s, true, GateState::open}}); }

TEST(Gate, LooksAgainNoLaterThanWhatCouldDecide) {
  Gate gate({.timeout = 10s, .stable = 3s}, start);
  gate.look(false, start + 1s);
  EXPECT_EQ(gate.next(5s), start + 6s);
  EXPECT_EQ(gate.next(50s), start + 10s);
  gate.look(true, start + 2s);
  EXPECT_EQ(gate.next(5s), start + 5s);
}

constexpr const char* db_down = R"({"status":"fail","output":"db: down connect_refused","checks":{
  "db":[{"status":"fail","health":"down","reason":"connect_refused","phase":"connect","output":"after 3 ms"}],
  "web":[{"status":"pass","health":"up"}]}})";

// A daemon in a script: the answers to each path, the last one again and again.
class Scripted {
 public:
  std::map<std::string, std::deque<Answer>> answers;
  std::vector<std::string> asked;
  Steady now = start;

  Ask ask() {
    return [this](const std::string& path) {
      asked.push_back(path);
      auto& queue = answers[path.substr(0, path.find("&since"))];
      if (queue.empty()) return Answer{.status = 404, .body = "nothing", .error = {}};
      Answer answer = queue.front();
      if (queue.size() > 1) queue.pop_front();
      return answer;
    };
  }
  Pace pace() {
    return {.now = [this] { return now; }, .sleep_until = [this](Steady at) { now = at; }};
  }
};

Answer says(int status, std::string body) { return {.status = status, .body = std::move(body), .error = {}}; }
Answer silence(std::string why) { return {.status = 0, .body = {}, .error = std::move(why)}; }

struct Answered {
  Answer answer;
  bool ready;
  const char* why;
};

TEST(Look, AtAGroupOrProbe) {
  for (const Answered& each : {
           Answered{says(200, R"({"status":"pass","checks":{}})"), true, ""},
           Answered{says(200, R"({"status":"warn","checks":{}})"), true, ""},
           Answered{says(503, db_down), false, "db: down connect_refused at connect"},
           Answered{says(503, R"({"status":"fail","output":"starting: no results yet"})"), false,
                    "starting: no results yet"},
           Answered{says(200, "<html>welcome</html>"), false,
                    "what answers there is not answerback: HTTP 200 <html>welcome</html>"},
           Answered{says(200, "ok"), false, "what answers there is not answerback: HTTP 200 ok"},
           Answered{says(200, R"({"status":"UP"})"), false,
                    "what answers there is not answerback: HTTP 200 {\"status\":\"UP\"}"},
           Answered{says(502, "\x1b[31m"), false, "what answers there is not answerback: HTTP 502 \\x1b[31m"},
           Answered{silence("refused"), false, "answerback is not reachable: refused"},
       }) {
    const Look look = look_at("db", [&](const std::string& path) {
      EXPECT_EQ(path, "/health/db");
      return each.answer;
    });
    EXPECT_EQ(look.ready, each.ready) << each.answer.body;
    EXPECT_EQ(look.why, each.why);
    EXPECT_FALSE(look.no_such_name);
  }
  EXPECT_TRUE(look_at("dbb", [](const auto&) {
                return says(404, "no group or probe \"dbb\"; there are: db\n");
              }).no_such_name);
  EXPECT_FALSE(look_at("db", [](const auto&) { return says(404, "nothing at /health/db"); }).no_such_name);
  look_at("a b/../c", [](const std::string& path) {
    EXPECT_EQ(path, "/health/a%20b%2F..%2Fc");
    return Answer{};
  });
}

TEST(Look, AtReadiness) {
  Scripted daemon;
  daemon.answers["/health"] = {says(503, db_down)};
  for (const Answered& each : {
           Answered{says(200, "[+]db ok\nreadyz check passed\n"), true, ""},
           Answered{says(503, "[+]web ok\n[-]db failed: reason withheld\nreadyz check failed\n"), false,
                    "db: down connect_refused at connect"},
           Answered{
               says(
                   503,
                   "[-]looking failed: reason withheld\n[-]x failed: reason withheld\nreadyz check failed\n"),
               false, "answerback is not looking yet; x"},
           Answered{says(200, "ok"), false, "what answers there is not answerback: HTTP 200 ok"},
           Answered{silence("refused"), false, "answerback is not reachable: refused"},
       }) {
    daemon.answers["/readyz?verbose"] = {each.answer};
    const Look look = look_at(readiness, daemon.ask());
    EXPECT_EQ(look.ready, each.ready) << each.answer.body;
    EXPECT_EQ(look.why, each.why);
  }
}

class Wait : public testing::Test {
 protected:
  ~Wait() override { std::remove(junit.c_str()); }
  int wait(WaitOptions options) { return wait_command(options, daemon.ask(), daemon.pace(), out, err); }
  std::string file() const {
    std::ifstream in(junit);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Scripted daemon;
  std::ostringstream out, err;
  std::string junit = testing::TempDir() + "answerback-wait-" + std::to_string(getpid()) + ".xml";
};

const Answer ready = says(200, "[+]db ok\nreadyz check passed\n");
const Answer not_ready = says(503, "[-]db failed: reason withheld\nreadyz check failed\n");

TEST_F(Wait, WaitsForADaemonThatIsNotThereYet) {
  daemon.answers["/readyz?verbose"] = {silence("refused"), silence("refused"), not_ready,
                                       not_ready,          not_ready,          ready};
  daemon.answers["/health"] = {says(503, db_down)};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 60s}, .junit = junit, .style = {}}), 0);
  EXPECT_EQ(err.str(),
            "0s     waiting for readiness: answerback is not reachable: refused\n"
            "1s     waiting for readiness: db: down connect_refused at connect\n"
            "2s     readiness ready\n");
  EXPECT_THAT(out.str(), IsEmpty());
  EXPECT_THAT(file(),
              AllOf(HasSubstr("tests=\"1\" failures=\"0\""), HasSubstr("name=\"readiness\" time=\"2.5")));
}

TEST_F(Wait, ADaemonThatNeverAnswersIsNotAskedForAReport) {
  daemon.answers["/readyz?verbose"] = {silence("no answer came")};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 3s}, .junit = {}, .style = {}}), 1);
  EXPECT_EQ(daemon.asked.back(), "/readyz?verbose") << "that would take as long again";
  EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(Wait, TimesOutWithTheReasonAndTheReport) {
  daemon.answers["/readyz?verbose"] = {not_ready};
  daemon.answers["/health"] = {says(503, db_down)};
  daemon.answers["/api/v1/report?format=markdown"] = {says(200, "# chat: fail <&>\n")};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 3s}, .junit = junit, .style = {}}), 1);
  EXPECT_EQ(daemon.now, start + 3s);
  EXPECT_THAT(err.str(), EndsWith("3s     gave up on readiness: db: down connect_refused at connect\n"));
  EXPECT_EQ(out.str(), "# chat: fail <&>\n");
  EXPECT_THAT(daemon.asked.back(), EndsWith("&since=1h"));
  EXPECT_THAT(file(),
              AllOf(HasSubstr("failures=\"1\""), HasSubstr("message=\"db: down connect_refused at connect\""),
                    HasSubstr("# chat: fail &lt;&amp;&gt;")));
}

TEST_F(Wait, WaitsForAllThatAreNamedAndSaysWhichIsLate) {
  daemon.answers["/health/web"] = {says(200, R"({"status":"pass"})")};
  daemon.answers["/health/deep"] = {says(503, R"({"status":"fail","output":"no probes"})")};
  EXPECT_EQ(wait({.names = {"web", "deep"}, .terms = {.timeout = 1s}, .junit = junit, .style = {}}), 1);
  EXPECT_THAT(err.str(), StartsWith("0s     waiting for web, deep: deep: no probes\n"));
  EXPECT_THAT(file(),
              AllOf(HasSubstr("tests=\"2\" failures=\"1\""), HasSubstr("name=\"web\" time=\"1.000000\"/>")));
}

TEST_F(Wait, ANameThatDoesNotExistIsToldAtOnce) {
  daemon.answers["/health/dbb"] = {says(404, "no group or probe \"dbb\"; there are: db\n")};
  EXPECT_EQ(wait({.names = {"dbb"}, .terms = {.timeout = 3s}, .junit = {}, .style = {}}), 2);
  EXPECT_EQ(err.str(), "answerback: no group or probe \"dbb\"; there are: db\n");
  EXPECT_EQ(daemon.asked.size(), 1U);
}

TEST_F(Wait, StableMeansItDidNotFallBack) {
  daemon.answers["/readyz?verbose"] = {ready, ready, not_ready, ready};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 60s, .stable = 5s}, .junit = {}, .style = {}}), 0);
  EXPECT_EQ(daemon.now, start + 6500ms);  // ready again at 1.5 s
  EXPECT_THAT(err.str(),
              StartsWith("0s     readiness ready; must stay so for 5s\n1s     waiting for readiness: db\n"));
}

TEST_F(Wait, ReadyForTooShortIsSaidSo) {
  daemon.answers["/readyz?verbose"] = {not_ready, not_ready, ready};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 3s, .stable = 2500ms}, .junit = junit, .style = {}}), 1);
  EXPECT_THAT(err.str(), EndsWith("3s     gave up on readiness: ready, but not for 2500ms yet\n"));
  EXPECT_THAT(file(), HasSubstr("ready, but not for long enough"));
}

TEST_F(Wait, OnATerminalOneLineIsRewrittenAndFits) {
  daemon.answers["/readyz?verbose"] = {not_ready, not_ready, ready};
  daemon.answers["/health"] = {says(503, db_down)};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 60s}, .junit = {}, .style = {.live = true, .width = 40}}),
            0);
  EXPECT_EQ(err.str(),
            "\r\x1b[2K0s     waiting for readiness: db: down…"
            "\r\x1b[2K0s     waiting for readiness: db: down…"
            "\r\x1b[2K1s     readiness ready\n");
}

TEST_F(Wait, AJunitFileThatCannotBeWrittenIsAnError) {
  daemon.answers["/readyz?verbose"] = {ready};
  EXPECT_EQ(wait({.names = {}, .terms = {.timeout = 3s}, .junit = "/nowhere/x.xml", .style = {}}), 2);
  EXPECT_THAT(err.str(), HasSubstr("cannot write /nowhere/x.xml"));
}

}  // namespace
}  // namespace answerback::cli
