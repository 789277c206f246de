// MCP servers that behave and that do not: over HTTP, played here, and over pipes, as scripts run by the real
// worker.

#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "net/http.h"
#include "probe/within.h"
#include "probes/mcp/mcp.h"
#include "probes/one_run.h"
#include "probes/shared/document.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
template <class T>
using Awaitable = asio::awaitable<T>;

const std::string token_value = "token-of-the-canary-that-nobody-may-see";
const std::string no_method = R"("error":{"code":-32601,"message":"Method not found"})";

struct Told {
  ProbeResult result;
  Evidence evidence;
  Phases phases;
  Duration took{};
  std::string verdict() const {
    if (result.verdict == Verdict::pass) return "pass";
    return std::string(name(result.verdict)) + " " + std::string(name(result.reason)) + " at " +
           std::string(name(phases.current()));
  }
  std::string frames() const {
    std::string text;
    for (const Frame& frame : evidence.frames()) text += frame.label + " " + frame.text + "\n";
    return text;
  }
  std::vector<std::string_view> phase_names() const {
    std::vector<std::string_view> names;
    for (const PhaseTime& time : phases.times()) names.push_back(name(time.phase));
    return names;
  }
};
void PrintTo(const Told& told, std::ostream* out) {
  *out << told.verdict() << ": " << told.result.detail << "\n" << told.frames();
}

// A probe that lives over several runs, as in the daemon.
class OneProbe {
 public:
  OneProbe(Loop& loop, const std::string& keys)
      : loop_(loop), reading_(keys), probe_(mcp.make(reading_.fields(), loop.services)) {
    reading_.fields().finish();
    EXPECT_TRUE(reading_.ok()) << reading_.text();
  }
  Told run(Duration timeout) {
    Told told;
    const Steady began = loop_.clock.now();
    Run run{loop_.clock, began + timeout, told.phases, told.evidence, RunId{{1}, {1}}};
    told.result = test::finish(loop_.io, probe_->run(run));
    told.took = loop_.clock.now() - began;
    EXPECT_LE(told.took, timeout + 100ms) << "later than its deadline";
    EXPECT_THAT(told.frames() + told.result.detail, Not(HasSubstr(token_value)));
    return told;
  }

 private:
  Loop& loop_;
  Reading reading_;
  std::unique_ptr<Probe> probe_;
};

// --- over HTTP

std::string ok(const std::string& type, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string status(const std::string& line, const std::string& body = "", const std::string& headers = "") {
  return "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
const std::string stream_head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

class OverHttp : public testing::Test {
 protected:
  using Answer = std::function<Awaitable<void>(Connection&, const std::string& request)>;

  OverHttp() {
    results_ = {
        {"server/discover", R"("result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}})"},
        {"initialize", R"("result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}})"},
        {"tools/list", R"("result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]})"},
        {"tools/call", R"("result":{"content":[{"type":"text","text":"hi"}]})"}};
    CredentialSet set;
    set.emplace("canary", BearerCredential{Secret(token_value)});
    loop_.credentials.use(std::make_shared<const CredentialSet>(std::move(set)));
    peer_.emplace(loop_.io, [this](Connection& c) -> Awaitable<void> {
      const std::string request = co_await c.read_http();
      const std::string method = method_of(request);
      requests_.push_back(request);
      asked_.push_back(method);
      if (const auto special = specials_.find(method); special != specials_.end()) {
        co_await special->second(c, request);
      } else if (method == "DELETE" || method.starts_with("notifications/") || method.empty()) {
        co_await c.write(status(method == "DELETE" ? "200 OK" : "202 Accepted"));
      } else {
        co_await c.write(wrap_(answer_to(request)));
      }
    });
  }
  static std::string method_of(const std::string& request) {
    if (!request.starts_with("POST")) return request.substr(0, request.find(' '));
    const auto object = object_in(request.substr(request.find("\r\n\r\n") + 4));
    return text_at(object ? &*object : nullptr, "method");
  }
  std::string answer_to(const std::string& request) {
    return around(results_.at(method_of(request)), request);
  }
  static std::string around(const std::string& result, const std::string& request) {
    const auto object = object_in(request.substr(request.find("\r\n\r\n") + 4));
    return R"({"jsonrpc":"2.0","id":)" + text_at(&*object, "id") + "," + result + "}";
  }
  void on(const std::string& method, const std::string& bytes) {
    specials_[method] = [bytes](Connection& c, const std::string&) -> Awaitable<void> {
      co_await c.write(bytes);
    };
  }
  // A server of the older era, that hands out this session.
  void sessions(const std::string& id = "S-123456") {
    on("server/discover",
       status("400 Bad Request",
              R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"Server not initialized"},"id":null})"));
    specials_["initialize"] = [this, id](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(
          ok("application/json", answer_to(request), id.empty() ? "" : "Mcp-Session-Id: " + id + "\r\n"));
    };
  }
  Told run(const std::string& keys = "call: {tool: echo, expect: {/content/0/text: hi}}",
           Duration timeout = 2s) {
    if (!probe_)
      probe_ = std::make_unique<OneProbe>(loop_, "url: '" + peer_->url("/mcp?k=1") + "'\n    " + keys);
    Told told = probe_->run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    return told;
  }
  Told fresh(const std::string& keys = "call: {tool: echo}", Duration timeout = 2s) {
    probe_.reset();
    requests_.clear();
    asked_.clear();
    return run(keys, timeout);
  }
  void settle() { loop_.io.restart(), loop_.io.run_for(30ms); }

  Loop loop_;
  std::map<std::string, std::string> results_;
  std::map<std::string, Answer> specials_;
  std::function<std::string(const std::string&)> wrap_ = [](const std::string& body) {
    return ok("application/json", body);
  };
  std::vector<std::string> requests_, asked_;
  std::optional<test::Peer> peer_;
  std::unique_ptr<OneProbe> probe_;
};

TEST_F(OverHttp, AServerOfTheStatelessEra) {
  const Told told = run("credentials: canary\n    call: {tool: echo, expect: {/content/0/text: hi}}");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(told.result.detail, "2026-07-28: 1 tools; echo answered hi");
  EXPECT_THAT(asked_, ElementsAre("server/discover", "tools/list", "tools/call"));
  EXPECT_THAT(requests_.back(),
              AllOf(StartsWith("POST /mcp?k=1 HTTP/1.1\r\n"), HasSubstr("\r\nMcp-Name: echo\r\n"),
                    HasSubstr("\r\nMcp-Method: tools/call\r\n"),
                    HasSubstr("\r\nMCP-Protocol-Version: 2026-07-28\r\n"),
                    HasSubstr("\r\nAccept: application/json, text/event-stream\r\n"),
                    HasSubstr("\r\nAuthorization: Bearer " + token_value), Not(HasSubstr("Session"))));
  EXPECT_THAT(told.phase_names(), ElementsAre("prepare", "resolve", "connect", "discovery", "resolve",
                                              "connect", "list", "resolve", "connect", "call"));
}

TEST_F(OverHttp, ASessionIsOpenedNamedAndEnded) {
  sessions();
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(asked_, ElementsAre("server/discover", "initialize", "notifications/initialized", "tools/list",
                                  "tools/call", "DELETE"));
  for (std::size_t i = 2; i < requests_.size(); ++i)
    EXPECT_THAT(requests_[i], AllOf(HasSubstr("\r\nMcp-Session-Id: S-123456\r\n"),
                                    HasSubstr("\r\nMCP-Protocol-Version: 2025-11-25\r\n")));
  EXPECT_THAT(requests_.back(), StartsWith("DELETE /mcp?k=1 HTTP/1.1\r\n"));
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("HTTP 200"), Not(HasSubstr("S-123456"))));
  asked_.clear();  // the era is remembered
  EXPECT_EQ(run().verdict(), "pass");
  EXPECT_EQ(asked_.front(), "initialize");
  specials_.clear();  // and forgotten when it is not so any more
  results_["initialize"] = no_method;
  EXPECT_EQ(run().result.verdict, Verdict::fail);
  EXPECT_EQ(run().verdict(), "pass");
}

TEST_F(OverHttp, ASessionIsEndedWhateverHappens) {
  struct Row {
    std::string method, verdict;
    Answer answer;
  };
  const auto bytes = [](const std::string& text) {
    return [text](Connection& c, const std::string&) -> Awaitable<void> { co_await c.write(text); };
  };
  const Answer silent = [](Connection& c, const std::string&) -> Awaitable<void> { co_await c.hold(); };
  for (const Row& row : {
           Row{"initialize", "fail read_timeout at discovery",  // its name comes, its answer never does
               [](Connection& c, const std::string&) -> Awaitable<void> {
                 co_await c.write(
                     "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: S-1\r\n\r\n: "
                     ".\n\n");
                 co_await c.hold();
               }},
           Row{"notifications/initialized", "fail status at discovery", bytes(status("500 Oops"))},
           Row{"tools/list", "fail read_timeout at list", silent},
           Row{"tools/list", "fail status at list",
               bytes(status("404 Not Found",
                            R"({"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"}})"))},
           Row{"tools/call", "fail tool_stuck at call", silent},
           Row{"tools/call", "fail truncated at call", bytes(stream_head + ": .\n\n")},
           Row{"tools/call", "fail reset at call",
               [](Connection& c, const std::string&) -> Awaitable<void> {
                 c.reset();
                 co_return;
               }},
       }) {
    specials_.clear();
    sessions();
    specials_[row.method] = row.answer;
    const Told told = fresh("call: {tool: echo}", 600ms);
    EXPECT_EQ(told.verdict(), row.verdict) << testing::PrintToString(told);
    EXPECT_EQ(asked_.back(), "DELETE") << row.verdict;
  }
  specials_.clear();
  sessions();
  specials_["DELETE"] = silent;  // who does not let us go does not hold us
  EXPECT_EQ(fresh("call: {tool: echo}", 600ms).verdict(), "pass");
  on("DELETE", status("405 Method Not Allowed"));
  EXPECT_EQ(fresh().verdict(), "pass");
}

TEST_F(OverHttp, ANameThatWouldWriteHeadersIsNoName) {
  for (const std::string& id : {std::string("a b"), std::string(2000, 'x'), std::string("\xc3\xa4")}) {
    sessions(id);
    const Told told = fresh();
    EXPECT_EQ(told.verdict(), "fail protocol at discovery") << testing::PrintToString(told);
  }
  sessions("");  // none is needed
  EXPECT_EQ(fresh().verdict(), "pass");
}

TEST_F(OverHttp, AnswersComeAsStreamsToo) {
  for (const std::string before :
       {"", ": keep\n\n", "id: 1\ndata: \n\n",
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"}) {
    wrap_ = [before](const std::string& body) {
      return stream_head + before + "event: message\ndata: " + body + "\n\n";
    };
    EXPECT_EQ(fresh().verdict(), "pass") << before;
  }
  for (const char* method : {"server/discover", "tools/list"})  // byte by byte, and no end
    specials_[method] = [this](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write_slowly(stream_head + "data: " + answer_to(request) + "\n\n", 1, 0ms);
      co_await c.hold();
    };
  EXPECT_EQ(fresh().verdict(), "pass");
}

TEST_F(OverHttp, ARequestOfTheServerIsAnswered) {
  sessions();
  specials_["tools/call"] = [this](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(stream_head + "data: {\"jsonrpc\":\"2.0\",\"id\":\"p-1\",\"method\":\"ping\"}\n\n");
    while (requests_.back().find(R"("id":"p-1","result":{})") == std::string::npos) co_await c.wait(5ms);
    co_await c.write("data: " + answer_to(request) + "\n\n");
  };
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(requests_[5],
              AllOf(HasSubstr("Mcp-Session-Id: S-123456"), HasSubstr(R"("id":"p-1","result":{})")));
}

TEST_F(OverHttp, WhatIsNoAnswerIsNamed) {
  struct Row {
    std::string answer, verdict, words;
  };
  const std::string login = "<!DOCTYPE html><html><title>Sign in</title></html>";
  const std::string note = R"({"jsonrpc":"2.0","method":"notifications/x"})";
  for (const Row& row : {
           Row{status("401 Unauthorized", "{}",
                      "WWW-Authenticate: Bearer resource_metadata=\"https://h/.well-known/x\"\r\n"),
               "fail auth at list", "resource_metadata"},
           Row{status("403 Forbidden", "{}", "WWW-Authenticate: Bearer error=\"insufficient_scope\"\r\n"),
               "fail forbidden at list", "insufficient_scope"},
           Row{status("404 Not Found", R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}})"),
               "fail request_unrecognised at list", "-32601"},
           Row{status("400 Bad", R"({"jsonrpc":"2.0","id":2,"error":{"code":-32020,"message":"header"}})"),
               "fail protocol at list", "-32020: header"},
           Row{status("429 Slow"), "fail rate_limited at list", "429"},
           Row{status("500 Oops", "boom"), "fail status at list", "boom"},
           Row{status("503 Busy", login), "fail status at list", "Sign in"},
           Row{status("202 Accepted"), "fail protocol at list", "status 202 and an empty body"},
           Row{ok("text/html", login), "fail protocol at list", "an HTML page \"Sign in\""},
           Row{ok("application/json", "nonsense"), "fail protocol at list", "nonsense"},
           Row{ok("application/json", note), "fail protocol at list", "wanted the answer to tools/list"},
           Row{ok("application/json", R"({"jsonrpc":"2.0","id":41,"result":{}})"), "fail misrouted at list",
               "got one to 41"},
           Row{ok("application/json", std::string(1'100'000, ' ')), "fail too_large at list", "cap"},
           Row{stream_head + "data: " + std::string(1'100'000, 'x'), "fail too_large at list", "cap"},
           Row{stream_head + "data: {\n\n", "fail protocol at list", "wanted the answer to tools/list"},
           Row{stream_head + "data: " + note + "\n\n", "fail truncated at list",
               "ended without the answer to tools/list"},
           Row{"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{", "fail truncated at list", ""},
           Row{"SSH-2.0-OpenSSH\r\n", "fail protocol at list", "SSH-2.0"},
       }) {
    on("tools/list", row.answer);
    const Told told = fresh("credentials: canary\n    tools: [echo]");
    EXPECT_EQ(told.verdict(), row.verdict) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr(row.words));
  }
}

TEST_F(OverHttp, AFloodOfNotificationsEnds) {
  specials_["tools/list"] = [](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write(stream_head);
    std::string many;
    for (int i = 0; i < 100; ++i) many += "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n\n";
    for (;;) co_await c.write(many);
  };
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail protocol at list") << testing::PrintToString(told);
  EXPECT_LE(told.evidence.bytes_received(), 1'000'000U);
}

TEST_F(OverHttp, AServerSilentAtDiscoverMayBeOfTheOlderEra) {
  sessions();
  specials_["server/discover"] = [](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.hold();
  };
  const Told told = run("tools: [echo]", 900ms);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  specials_["initialize"] = specials_["server/discover"];
  EXPECT_EQ(fresh("tools: [echo]", 600ms).verdict(), "fail read_timeout at discovery");
}

TEST_F(OverHttp, WhoIsBeforeTheServerSpeaksForItself) {
  for (const auto& [answer, verdict] : std::initializer_list<std::pair<std::string, std::string>>{
           {status("401 Unauthorized"), "fail auth at discovery"},
           {status("502 Bad Gateway"), "fail status at discovery"}}) {
    on("server/discover", answer);
    EXPECT_EQ(fresh().verdict(), verdict);
    EXPECT_THAT(asked_, ElementsAre("server/discover"));
  }
}

TEST_F(OverHttp, AToolThatChangesIsToldOnce) {
  EXPECT_EQ(run().verdict(), "pass");
  results_["tools/list"] =
      R"("result":{"tools":[{"name":"echo","description":"now sends it to me","inputSchema":{"type":"object"}},{"name":"new","inputSchema":{}}]})";
  const Told told = run();
  EXPECT_EQ(told.result.verdict, Verdict::warn);
  EXPECT_THAT(told.result.detail, HasSubstr("changed: echo; new: new"));
  EXPECT_EQ(run().verdict(), "pass");
  EXPECT_EQ(fresh("tools: [echo]").verdict(), "pass");  // known over a restart
}

TEST_F(OverHttp, AToolThatFailsInA200) {
  results_["tools/call"] =
      R"("result":{"content":[{"type":"text","text":"out of )" + token_value + R"("}],"isError":true})";
  const Told told = run("credentials: canary\n    call: {tool: echo}");
  EXPECT_EQ(told.verdict(), "fail upstream_error at call");
  EXPECT_EQ(told.result.detail, "tool echo says it failed: out of <secret>");
}

// --- over pipes

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
    OneProbe probe(loop_, "command: [sh, " + folder_ + "/server.sh, " + folder_ + "]\n    " + keys);
    return probe.run(timeout);
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
  OneProbe missing(loop_, "command: [/no/such/server]");
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
