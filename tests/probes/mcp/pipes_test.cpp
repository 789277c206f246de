// MCP servers over pipes: scripts, run by the real worker.

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>

#include "probes/mcp/mcp.h"
#include "probes/told.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string token_value = "token-of-the-canary-that-nobody-may-see";
const std::string no_method = R"("error":{"code":-32601,"message":"Method not found"})";

class OverPipes : public testing::Test {
 protected:
  OverPipes() {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // as the daemon is
    EXPECT_TRUE(mkdtemp(folder_.data()));
  }
  ~OverPipes() override { std::filesystem::remove_all(folder_); }

  Told shell(const std::string& script, const std::string& keys = "call: {tool: echo}",
             Duration timeout = 5s) {
    std::ofstream(folder_ + "/server.sh") << script << '\n';
    OneProbe probe(loop_, mcp, "command: [sh, " + folder_ + "/server.sh, " + folder_ + "]\n    " + keys);
    Told told = probe.run(timeout);
    EXPECT_THAT(told.frames() + told.result.detail, Not(HasSubstr(token_value)));
    return told;
  }
  std::string made(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool gone(pid_t pid) {
    for (int i = 0; i < 100 && kill(pid, 0) == 0; ++i) shell("exit 0", "tools: [echo]");
    return kill(pid, 0) != 0;
  }
  static std::string answer(int id, const std::string& result) {
    return "read line; echo '{\"jsonrpc\":\"2.0\",\"id\":" + std::to_string(id) + "," + result + "}'\n";
  }

  const std::string stateless_ =
      answer(1, R"("result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}})") +
      answer(2, R"("result":{"tools":[{"name":"echo","inputSchema":{}}]})") +
      answer(3, R"("result":{"content":[{"type":"text","text":"hi"}]})");
  const std::string sessions_ =
      answer(1, no_method) +
      answer(2, R"("result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}})") + "read line\n" +
      answer(3, R"("result":{"tools":[{"name":"echo","inputSchema":{}}]})") +
      answer(4, R"("result":{"content":[{"type":"text","text":"hi"}]})");
  Loop loop_{ANSWERBACK_WORKER};
  std::string folder_ = "/tmp/answerback-mcp-XXXXXX";
};

TEST_F(OverPipes, EachEra) {
  const Told told = shell(stateless_ + "cat >/dev/null; echo bye >$1/bye");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(told.result.detail, "2026-07-28: 1 tools; echo answered hi");
  EXPECT_THAT(told.phase_names(), ElementsAre("queue", "discovery", "discovery", "list", "call"));
  EXPECT_EQ(made("bye"), "bye\n");  // its input was closed, and it could go by itself
  const Told older = shell(sessions_);
  EXPECT_EQ(older.verdict(), "pass") << testing::PrintToString(older);
  EXPECT_THAT(older.result.detail, HasSubstr("2025-06-18 with sessions"));
}

TEST_F(OverPipes, SilenceToDiscoverMayBeOfTheOlderEra) {
  const Told told =
      shell("read line\n" + sessions_.substr(sessions_.find('\n') + 1), "tools: [echo]", 1500ms);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
}

TEST_F(OverPipes, GarbageAndErrorsAreSeenAndPassedOver) {
  const Told told =
      shell("echo 'Server starting...'; printf '\\377\\n'; echo 'warming up' >&2\n" + stateless_);
  EXPECT_EQ(told.verdict(), "warn protocol at call") << testing::PrintToString(told);
  EXPECT_EQ(told.result.detail, "2 lines on its standard output were no messages: Server starting...");
  EXPECT_THAT(told.frames(), HasSubstr("errors warming up"));
}

TEST_F(OverPipes, AServerThatEndsSaysHow) {
  const std::string met = stateless_.substr(0, stateless_.find('\n') + 1);
  for (const auto& [script, verdict, words] :
       std::initializer_list<std::tuple<std::string, std::string, std::string>>{
           {"echo 'no API key' >&2; exit 3", "fail truncated at discovery",
            "exited with status 3 before it had answered server/discover; it said: no API key"},
           {met + "kill -SEGV $$", "fail truncated at list",
            "was killed by SIGSEGV before it had answered tools/list"},
           {met + "exec >&-; sleep 5", "fail truncated at list", "closed its standard output"},
           {met + "read line; head -c 600000 /dev/zero | tr '\\0' x; sleep 5", "fail too_large at list",
            "in one line"},
           {met + "read line; yes '{\"jsonrpc\":\"2.0\",\"method\":\"x\"}'", "fail protocol at list",
            "1000 messages came"},
           {met + "read line; yes garbage", "fail too_large at list", "in all"},
           {met + answer(2, no_method), "fail request_unrecognised at list", "-32601"},
       }) {
    const Told told = shell(script);
    EXPECT_EQ(told.verdict(), verdict) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr(words));
  }
  OneProbe missing(loop_, mcp, "command: [/no/such/server]");
  const Told told = missing.run(2s);
  EXPECT_EQ(told.verdict(), "fail unreachable at discovery");
  EXPECT_THAT(told.result.detail, HasSubstr("/no/such/server: No such file"));
}

TEST_F(OverPipes, AHangingServerIsKilledWithItsChildren) {
  const Told told = shell("sleep 300 & echo $! >$1/child; echo $$ >$1/self; " +
                              stateless_.substr(0, stateless_.find('\n')) + "; wait",
                          "tools: [echo]", 700ms);
  EXPECT_EQ(told.verdict(), "fail read_timeout at list") << testing::PrintToString(told);
  EXPECT_TRUE(gone(std::stoi(made("self"))));
  EXPECT_TRUE(gone(std::stoi(made("child"))));
}

TEST_F(OverPipes, AServerThatDoesNotGoNeitherHoldsUsNorOutlivesUs) {
  const Told told = shell("trap '' TERM; echo $$ >$1/self; " + stateless_ + "while :; do sleep 1; done");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_LT(told.took, 2s);
  EXPECT_TRUE(gone(std::stoi(made("self"))));
}

TEST_F(OverPipes, NothingOfOursIsHandedOnAndWhatIsNamedIsMasked) {
  setenv("ANSWERBACK_PLANTED", "leaked", 1);
  const Told told = shell("env >&2; exit 1", "environment: {TOKEN: '" + token_value + "'}");
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("TOKEN=<secret>"), Not(HasSubstr("leaked"))));
}

}  // namespace
}  // namespace answerback::probes
