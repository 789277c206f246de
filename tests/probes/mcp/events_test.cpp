// MCP servers over HTTP with SSE, the transport of 2024-11-05, that behave and that do not.

#include <algorithm>
#include <map>

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

const std::string opened = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

std::string event(const std::string& type, const std::string& data) {
  return "event: " + type + "\ndata: " + data + "\n\n";
}

class OverEvents : public testing::Test {
 protected:
  OverEvents() {
    results_ = {
        {"initialize",
         R"("result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},"serverInfo":{"name":"old","version":"1"}})"},
        {"tools/list", R"("result":{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]})"},
        {"tools/call", R"("result":{"content":[{"type":"text","text":"hi"}]})"}};
    peer_.emplace(loop_.io, [this](Connection& c) -> Awaitable<void> {
      const std::string request = co_await c.read_http();
      requests_.push_back(request);
      if (request.starts_with("GET")) {
        co_await c.write(head_ + first_);
        stream_ = &c;
        co_await c.hold();
      }
      if (stream_ && answers_) co_await stream_->write(said_to(request));
      co_await c.write(posted_);
    });
  }
  std::string said_to(const std::string& request) {
    const auto object = object_in(request.substr(request.find("\r\n\r\n") + 4));
    const auto result = results_.find(text_at(object ? &*object : nullptr, "method"));
    if (result == results_.end()) return "";
    return before_ + event("message", R"({"jsonrpc":"2.0","id":)" + text_at(&*object, "id") + "," +
                                          result->second + "}");
  }
  Told run(const std::string& keys = "", Duration timeout = 1s) {
    OneProbe probe(loop_, mcp,
                   "url: '" + peer_->url("/sse?k=1") +
                       "'\n    transport: sse\n    call: {tool: echo, expect: {/content/0/text: hi}}\n    " +
                       keys);
    stream_ = nullptr;
    requests_.clear();
    Told told = probe.run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    return told;
  }

  Loop loop_;
  std::map<std::string, std::string> results_;
  std::string head_ = opened, before_, posted_ = http_status("202 Accepted");
  std::string first_ = event("endpoint", "/messages?sessionId=S-123456789");
  bool answers_ = true;
  Connection* stream_ = nullptr;
  std::vector<std::string> requests_;
  std::optional<test::Peer> peer_;
};

TEST_F(OverEvents, ATalkIsPostedAndHeardOnTheStream) {
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail,
              AllOf(StartsWith("2024-11-05"), HasSubstr("old 1"), HasSubstr("echo answered hi")));
  EXPECT_THAT(
      requests_,
      ElementsAre(AllOf(StartsWith("GET /sse?k=1 HTTP/1.1\r\n"), HasSubstr("Accept: text/event-stream\r\n")),
                  AllOf(StartsWith("POST /messages?sessionId=S-123456789 HTTP/1.1\r\n"),
                        HasSubstr("\"initialize\""), HasSubstr("Content-Type: application/json\r\n")),
                  HasSubstr("notifications/initialized"), HasSubstr("tools/list"), HasSubstr("tools/call")));
  EXPECT_THAT(told.frames() + told.result.detail, Not(HasSubstr("S-123456789")));
}

TEST_F(OverEvents, WhatTheServerAsksInBetweenIsAnswered) {
  before_ = ": a comment\n\n" +
            event("message", R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})") +
            event("message", R"({"jsonrpc":"2.0","id":"s1","method":"ping"})");
  EXPECT_EQ(run().verdict(), "pass");
  EXPECT_EQ(std::ranges::count_if(requests_, [](const std::string& r) { return r.contains("\"s1\""); }), 3);
}

TEST_F(OverEvents, WhatIsNoSuchServerIsNamed) {
  struct Case {
    std::string head, first;
    const char *reason, *says;
  };
  const Case cases[] = {
      {opened, event("message", "{}"), "protocol", "the first event is no endpoint, but \"message\""},
      {opened, event("endpoint", "http://other.test/messages"), "protocol", "of another origin"},
      {opened, event("endpoint", "http://[/"), "protocol", "is no address"},
      {opened, event("endpoint", "/" + std::string(3000, 'a')), "protocol", "is no address"},
      {http_ok("application/json", "{}"), "", "protocol", "is transport: http meant?"},
      {http_status("405 Method Not Allowed"), "", "status", "405"},
      {http_status("401 Unauthorized"), "", "auth", "401"},
      {opened, std::string(1100000, 'a') + "\n\n", "too_large", "over the cap"},
  };
  for (const Case& each : cases) {
    head_ = each.head;
    first_ = each.first;
    const Told told = run();
    EXPECT_THAT(told.verdict(), StartsWith(std::string("fail ") + each.reason + " ")) << told.result.detail;
    EXPECT_THAT(told.result.detail, HasSubstr(each.says));
    EXPECT_EQ(requests_.size(), 1U) << each.says;
  }
}

TEST_F(OverEvents, SilenceAndRefusalsHaveTheirPlace) {
  first_ = "";
  Told told = run("", 300ms);
  EXPECT_THAT(told.verdict(), AllOf(StartsWith("fail "), testing::EndsWith(" at discovery")));
  EXPECT_THAT(told.result.detail, HasSubstr("timed out"));
  first_ = event("endpoint", "/messages");
  answers_ = false;
  told = run("", 300ms);
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("timed out"), HasSubstr("no answer to initialize")));
  answers_ = true;
  posted_ = http_status("400 Bad Request", "no such session");
  told = run();
  EXPECT_THAT(told.verdict(), StartsWith("fail "));
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("400"), HasSubstr("initialize")));
}

}  // namespace
}  // namespace answerback::probes
