// Through an HTTP proxy, spoken by a peer.

#include <gmock/gmock.h>

#include "lab.h"
#include "net/proxy_tunnel.h"

namespace answerback::net {
namespace {

using test::Connection;
using test::Peer;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Answer = std::expected<HttpResponse, Failure>;

struct ProxyTest : testing::Test {
  Lab lab;
  std::string asked;

  void use(const Peer& proxy) { use(proxy.port()); }
  void use(std::uint16_t port) {
    const std::string url = "http://user:pass@127.0.0.1:" + std::to_string(port);
    lab.proxies = Proxies([url](const std::string& name) -> std::optional<std::string> {
      if (name == "http_proxy" || name == "https_proxy") return url;
      return std::nullopt;
    });
  }
  Peer::Script answering(std::string bytes) {
    return [this, bytes](Connection& c) -> asio::awaitable<void> {
      asked = co_await c.read_http();
      co_await c.write(bytes);
    };
  }
};

void expect_failure(const Answer& answer, Reason reason, std::string_view words) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(name(answer.error().reason), name(reason)) << answer.error().detail;
  EXPECT_THAT(answer.error().detail, AllOf(HasSubstr(std::string(words)), testing::Not(HasSubstr("pass"))));
}

TEST_F(ProxyTest, PlainHttpIsAskedForInTheAbsoluteForm) {
  Peer proxy(lab.io, answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
  use(proxy);
  const Answer answer = lab.get("http://nowhere.test/x");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_THAT(asked, AllOf(StartsWith("GET http://nowhere.test/x HTTP/1.1\r\nHost: nowhere.test\r\n"),
                           HasSubstr("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n")));
}

TEST_F(ProxyTest, HttpsGoesThroughATunnelAndIsVerifiedEndToEnd) {
  const test::Authority ca;
  const test::TempFile ca_file(ca.pem());
  const test::Identity identity = ca.issue({.names = {"nowhere.test"}});
  std::string inside;
  Peer proxy(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    asked = co_await c.read_http();
    co_await c.write("HTTP/1.1 200 Connection established\r\nContent-Length: 7\r\n\r\n");
    co_await c.secure(identity);
    inside = co_await c.read_http();
    co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  use(proxy);
  HttpRequest request = Lab::to("https://nowhere.test/x");
  request.tls.ca_file = ca_file.path();
  const Answer answer = lab.get(request);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_THAT(asked, AllOf(StartsWith("CONNECT nowhere.test:443 HTTP/1.1\r\n"),
                           HasSubstr("traceparent: " + traceparent(lab.run.id)),
                           HasSubstr("Proxy-Authorization: Basic ")));
  EXPECT_THAT(inside,
              AllOf(StartsWith("GET /x HTTP/1.1\r\n"), testing::Not(HasSubstr("Proxy-Authorization"))));
  EXPECT_TRUE(lab.entered(Phase::proxy));
  EXPECT_TRUE(lab.entered(Phase::tls));
}

TEST_F(ProxyTest, Refusals) {
  Peer sign_in(lab.io, answering("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
  use(sign_in);
  expect_failure(lab.get("https://nowhere.test/"), Reason::auth, "answered 407");
  EXPECT_EQ(lab.phases.current(), Phase::proxy);
  expect_failure(lab.get("http://nowhere.test/"), Reason::auth, "answered 407");

  Peer forbids(lab.io, answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!!"));
  use(forbids);
  expect_failure(lab.get("https://nowhere.test/"), Reason::forbidden, "403 to CONNECT");
  Peer fails(lab.io, answering("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
  use(fails);
  expect_failure(lab.get("https://nowhere.test/"), Reason::status, "502 to CONNECT");
  Peer chatters(lab.io, answering("HTTP/1.1 200 OK\r\n\r\n220 smtp ready\r\n"));
  use(chatters);
  expect_failure(lab.get("https://nowhere.test/"), Reason::protocol, "before the tunnel");
  Peer hangs_up(lab.io, answering(""));
  use(hangs_up);
  expect_failure(lab.get("https://nowhere.test/"), Reason::truncated, "without answering");
}

TEST_F(ProxyTest, OneThatIsDownIsNotTakenForTheServer) {
  use(1);
  for (const char* url : {"http://nowhere.test/", "https://nowhere.test/"})
    expect_failure(lab.get(url), Reason::connect_refused,
                   "proxy http://127.0.0.1:1/: connection refused by 127.0.0.1:1");
}

}  // namespace
}  // namespace answerback::net
