// MCP servers over HTTP that behave and that do not.

#include <map>

#include "net/http.h"
#include "probe/within.h"
#include "probes/mcp/mcp.h"
#include "probes/shared/document.h"
#include "probes/told.h"

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
        co_await c.write(http_status(method == "DELETE" ? "200 OK" : "202 Accepted"));
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
       http_status(
           "400 Bad Request",
           R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"Server not initialized"},"id":null})"));
    specials_["initialize"] = [this, id](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(http_ok("application/json", answer_to(request),
                               id.empty() ? "" : "Mcp-Session-Id: " + id + "\r\n"));
    };
  }
  Told run(const std::string& keys = "call: {tool: echo, expect: {/content/0/text: hi}}",
           Duration timeout = 2s) {
    if (!probe_)
      probe_ = std::make_unique<OneProbe>(loop_, mcp, "url: '" + peer_->url("/mcp?k=1") + "'\n    " + keys);
    Told told = probe_->run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    EXPECT_THAT(told.frames() + told.result.detail, Not(HasSubstr(token_value)));
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
    return http_ok("application/json", body);
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
           Row{"notifications/initialized", "fail status at discovery", bytes(http_status("500 Oops"))},
           Row{"tools/list", "fail read_timeout at list", silent},
           Row{"tools/list", "fail status at list",
               bytes(http_status(
                   "404 Not Found",
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
  on("DELETE", http_status("405 Method Not Allowed"));
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
           Row{http_status("401 Unauthorized", "{}",
                           "WWW-Authenticate: Bearer resource_metadata=\"https://h/.well-known/x\"\r\n"),
               "fail auth at list", "resource_metadata"},
           Row{http_status("403 Forbidden", "{}",
                           "WWW-Authenticate: Bearer error=\"insufficient_scope\"\r\n"),
               "fail forbidden at list", "insufficient_scope"},
           Row{http_status("404 Not Found",
                           R"({"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"no"}})"),
               "fail request_unrecognised at list", "-32601"},
           Row{http_status("400 Bad",
                           R"({"jsonrpc":"2.0","id":2,"error":{"code":-32020,"message":"header"}})"),
               "fail protocol at list", "-32020: header"},
           Row{http_status("429 Slow"), "fail rate_limited at list", "429"},
           Row{http_status("500 Oops", "boom"), "fail status at list", "boom"},
           Row{http_status("503 Busy", login), "fail status at list", "Sign in"},
           Row{http_status("202 Accepted"), "fail protocol at list", "status 202 and an empty body"},
           Row{http_ok("text/html", login), "fail protocol at list", "an HTML page \"Sign in\""},
           Row{http_ok("application/json", "nonsense"), "fail protocol at list", "nonsense"},
           Row{http_ok("application/json", note), "fail protocol at list", "wanted the answer to tools/list"},
           Row{http_ok("application/json", R"({"jsonrpc":"2.0","id":41,"result":{}})"),
               "fail misrouted at list", "got one to 41"},
           Row{http_ok("application/json", std::string(1'100'000, ' ')), "fail too_large at list", "cap"},
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
           {http_status("401 Unauthorized"), "fail auth at discovery"},
           {http_status("502 Bad Gateway"), "fail status at discovery"}}) {
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

}  // namespace
}  // namespace answerback::probes
