// The request as bytes.

#include "net/http_request.h"

#include <gmock/gmock.h>

#include "net/url.h"

namespace answerback::net {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

HttpRequest to(std::string_view url) {
  HttpRequest request;
  request.url = parse_url(url, {"http", "https"}).value();
  return request;
}
constexpr RunId some_id{{0xab}, {0xcd}};
std::string text(const HttpRequest& request) { return request_text(request, some_id, nullptr); }

TEST(HttpRequest, TheDefaults) {
  EXPECT_EQ(text(to("http://a.test:8080/x?y=z")),
            "GET /x?y=z HTTP/1.1\r\nHost: a.test:8080\r\nUser-Agent: answerback/" ANSWERBACK_VERSION
            "\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
            "traceparent: 00-ab000000000000000000000000000000-cd00000000000000-01\r\n\r\n");
}

TEST(HttpRequest, AConfiguredHeaderReplacesOursWhateverItsCase) {
  HttpRequest request = to("http://a.test/");
  request.headers = {
      {"host", "b.test"}, {"USER-AGENT", "me"}, {"accept", "text/html"}, {"X-Twice", "1"}, {"X-Twice", "2"}};
  EXPECT_THAT(text(request), AllOf(Not(HasSubstr("a.test")), HasSubstr("host: b.test\r\n"),
                                   Not(HasSubstr("answerback/")), HasSubstr("USER-AGENT: me\r\n"),
                                   Not(HasSubstr("*/*")), HasSubstr("X-Twice: 1\r\nX-Twice: 2\r\n")));
}

TEST(HttpRequest, ABodyHasItsLengthAndFramingIsOurs) {
  HttpRequest request = to("http://a.test/");
  request.method = "POST";
  EXPECT_THAT(text(request), EndsWith("Content-Length: 0\r\n\r\n"));
  request.body = "hello";
  request.headers = {{"content-length", "3"}, {"Transfer-Encoding", "chunked"}};
  EXPECT_THAT(text(request), AllOf(EndsWith("Content-Length: 5\r\n\r\nhello"),
                                   Not(HasSubstr("content-length")), Not(HasSubstr("Transfer"))));
}

TEST(HttpRequest, UserinfoBecomesBasicAuthorization) {
  EXPECT_THAT(
      text(to("http://aladdin:opensesame@a.test/")),
      AllOf(HasSubstr("Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l\r\n"), HasSubstr("Host: a.test\r\n")));
  HttpRequest request = to("http://a:b@a.test/");
  request.headers = {{"authorization", "Bearer x"}};
  EXPECT_THAT(text(request), AllOf(HasSubstr("authorization: Bearer x"), Not(HasSubstr("Basic"))));
}

TEST(HttpRequest, ThroughAProxy) {
  const Url proxy = parse_url("http://u:p@proxy.test:3128", {"http"}).value();
  EXPECT_THAT(request_text(to("http://a.test:81/x"), RunId{}, &proxy),
              AllOf(StartsWith("GET http://a.test:81/x HTTP/1.1\r\nHost: a.test:81\r\n"),
                    HasSubstr("Proxy-Authorization: Basic dTpw\r\n")));
  EXPECT_THAT(connect_text(to("https://[::1]/").url, some_id, proxy),
              AllOf(StartsWith("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n"),
                    HasSubstr("traceparent: " + traceparent(some_id) + "\r\n"),
                    HasSubstr("Proxy-Authorization: Basic dTpw")));
}

TEST(HttpRequest, ALineBreakIsNeverSent) {
  HttpRequest request = to("http://a.test/");
  EXPECT_FALSE(unsendable(request));
  request.headers = {{"X-Key", "secret\n"}};
  ASSERT_TRUE(unsendable(request));
  EXPECT_THAT(unsendable(request)->detail, AllOf(HasSubstr("X-Key"), Not(HasSubstr("secret"))));
  request.headers = {{"X-Key: a\r\nX-Other", "b"}};
  EXPECT_TRUE(unsendable(request));
  request.headers = {};
  request.method = "GET / HTTP/1.1\r\nX: ";
  EXPECT_TRUE(unsendable(request));
  request.method = "GET";
  request.url.target = "/ HTTP/1.1\r\nX: y";
  EXPECT_TRUE(unsendable(request));
}

}  // namespace
}  // namespace answerback::net
