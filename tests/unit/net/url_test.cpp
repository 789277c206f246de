#include "net/url.h"

#include <gmock/gmock.h>

namespace answerback::net {
namespace {

using testing::HasSubstr;

std::expected<Url, std::string> web(std::string_view text) { return parse_url(text, {"http", "https"}); }

struct Case {
  std::string text, words;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.text; }

TEST(Url, TakesApart) {
  const auto url = web("HTTPS://us%40er:p%3Aw@API.Example.com:8443/a/b%20c?x=1&y=%2F#part");
  ASSERT_TRUE(url) << url.error();
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "api.example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->target, "/a/b%20c?x=1&y=%2F");
  EXPECT_EQ(url->userinfo, "us@er:p:w");
  EXPECT_TRUE(url->tls());
  EXPECT_EQ(url->authority(), "api.example.com:8443");
  EXPECT_EQ(url->text(), "https://api.example.com:8443/a/b%20c?x=1&y=%2F");
}

TEST(Url, LeftOutPartsAreTheSchemesOwn) {
  EXPECT_EQ(web("http://h")->port, 80);
  EXPECT_EQ(web("https://h")->port, 443);
  EXPECT_EQ(web("http://h:")->port, 80);
  EXPECT_EQ(parse_url("ws://h", {"ws", "wss"})->port, 80);
  EXPECT_EQ(parse_url("wss://h", {"ws", "wss"})->port, 443);
  EXPECT_EQ(web("http://h")->target, "/");
  EXPECT_EQ(web("http://h?q=1")->target, "/?q=1");
  EXPECT_EQ(web("http://h#f")->target, "/");
  EXPECT_EQ(web("https://h:443/x")->authority(), "h");
}

TEST(Url, AddressesAreHosts) {
  const auto six = web("http://[2001:DB8::1]:8080/");
  ASSERT_TRUE(six) << six.error();
  EXPECT_EQ(six->host, "2001:db8::1");
  EXPECT_EQ(six->authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(six->text(), "http://[2001:db8::1]:8080/");
  EXPECT_EQ(web("http://10.0.0.7/")->host, "10.0.0.7");
  EXPECT_EQ(web("http://my_service.ns.svc/")->host, "my_service.ns.svc");
}

class BadUrl : public testing::TestWithParam<Case> {};
TEST_P(BadUrl, SaysWhatIsWrong) {
  const auto url = web(GetParam().text);
  ASSERT_FALSE(url);
  EXPECT_THAT(url.error(), HasSubstr(GetParam().words));
}
INSTANTIATE_TEST_SUITE_P(
    Url, BadUrl,
    testing::Values(Case{"", "is empty"}, Case{"example.com/health", "no scheme: write http://HOST"},
                    Case{"example.com:8080", "no scheme"}, Case{"//example.com", "no scheme"},
                    Case{"ftp://h/", "scheme \"ftp\" is not allowed here (allowed: http, https)"},
                    Case{"ws://h/", "allowed: http, https"},
                    Case{"file:///etc/passwd", "scheme \"file\" is not allowed"},
                    Case{"unix:///run/app.sock", "unix sockets are not supported"},
                    Case{"http+unix://x/", "unix sockets are not supported"}, Case{"http:///path", "no host"},
                    Case{"http://:80/", "no host"}, Case{"http:host", "no host: write http://HOST"},
                    Case{"http://h:0/", "port 0 is out of range (1 to 65535)"},
                    Case{"http://h:65536/", "port 65536 is out of range"},
                    Case{"http://h:99999999999999999999/", "out of range"},
                    Case{"http://h:12x/", "port \"12x\" is not a number"},
                    Case{"http://::1/", "an IPv6 address needs brackets"}, Case{"http://[::1/", "not closed"},
                    Case{"http://[zz]/", "not an IPv6 address"}, Case{"http://h/a b", "a space (write %20)"},
                    Case{"http://bücher.example/", "not ASCII"},
                    Case{"http://h/\r\nX: 1", "control character"},
                    Case{"http://a%0d%0ab/", "no host name has"}, Case{"http://a%2fb/", "no host name has"},
                    Case{"http://h/%zz", "is not a URL"}));

TEST(Url, ErrorsDoNotRepeatAPassword) {
  for (const auto* text :
       {"ftp://u:hunter2@h/", "http://u:hunter2@h:0/", "http://u:hunter2@h/ x", "http://u:hunter2@"})
    EXPECT_THAT(web(text).error(), testing::Not(HasSubstr("hunter2"))) << text;
}

TEST(Url, ASchemeWithoutAPortOfItsOwnNeedsOne) {
  EXPECT_EQ(parse_url("tcp://h:5000", {"tcp"})->port, 5000);
  EXPECT_EQ(parse_url("tcp://h", {"tcp"}).error(), "no port, and tcp has none of its own");
}

TEST(Url, SameOriginIsSchemeHostAndPort) {
  EXPECT_TRUE(web("http://H/a")->same_origin(*web("http://h:80/b")));
  EXPECT_FALSE(web("http://h/")->same_origin(*web("https://h/")));
  EXPECT_FALSE(web("http://h/")->same_origin(*web("http://h:81/")));
  EXPECT_FALSE(web("http://h/")->same_origin(*web("http://h.evil/")));
}

TEST(Reference, IsReadAgainstItsBase) {
  const Url base = *web("https://u:p@h:8443/a/b?x=1");
  const auto at = [&](std::string_view reference) { return resolve_reference(base, reference)->text(); };
  EXPECT_EQ(at("/login"), "https://h:8443/login");
  EXPECT_EQ(at("c?y=2#f"), "https://h:8443/a/c?y=2");
  EXPECT_EQ(at("../c"), "https://h:8443/c");
  EXPECT_EQ(at("?z=1"), "https://h:8443/a/b?z=1");
  EXPECT_EQ(at("//other/x"), "https://other/x");
  EXPECT_EQ(at("http://other:81/x"), "http://other:81/x");
  EXPECT_EQ(at(" /with space/\xc3\xbc "), "https://h:8443/with%20space/%C3%BC");
}

TEST(Reference, APasswordStaysWithItsOrigin) {
  const Url base = *web("https://u:p@h/a");
  EXPECT_EQ(resolve_reference(base, "/b")->userinfo, "u:p");
  EXPECT_EQ(resolve_reference(base, "https://h:443/b")->userinfo, "u:p");
  EXPECT_EQ(resolve_reference(base, "https://other/b")->userinfo, "");
  EXPECT_EQ(resolve_reference(base, "http://h/b")->userinfo, "");
  EXPECT_EQ(resolve_reference(base, "https://x:y@other/b")->userinfo, "");
}

TEST(Reference, LeadsNowhereElse) {
  const Url base = *web("http://h/");
  for (const auto* text :
       {"file:///etc/passwd", "ftp://h/", "unix:///x", "javascript:alert(1)", "gopher://h/", "ws://h/"})
    EXPECT_FALSE(resolve_reference(base, text)) << text;
  EXPECT_FALSE(resolve_reference(base, ""));
  EXPECT_FALSE(resolve_reference(base, "/a\r\nX: 1"));
  EXPECT_FALSE(resolve_reference(base, "http:///x"));
}

TEST(HostPort, TakesApart) {
  EXPECT_EQ(parse_host_port("DB:5432")->host, "db");
  EXPECT_EQ(parse_host_port("db:5432")->port, 5432);
  EXPECT_EQ(parse_host_port("[::1]:5432")->host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:5432")->port, 5432);
}

TEST(HostPort, MayHaveAPortOfItsOwn) {
  const auto parsed = [](std::string_view text) {
    const auto at = parse_host_port_or(text, 53);
    return at ? at->host + " " + std::to_string(at->port) : std::string("none");
  };
  EXPECT_EQ(parsed("NS.internal"), "ns.internal 53");
  EXPECT_EQ(parsed("10.0.0.2"), "10.0.0.2 53");
  EXPECT_EQ(parsed("10.0.0.2:5353"), "10.0.0.2 5353");
  EXPECT_EQ(parsed("::1"), "::1 53");
  EXPECT_EQ(parsed("[::1]"), "::1 53");
  EXPECT_EQ(parsed("[::1]:853"), "::1 853");
  for (const char* wrong : {"", ":", "a:", "a:b", "a b", "[::1", "::g", "a/b", "http://a", "a:99999"})
    EXPECT_EQ(parsed(wrong), "none") << wrong;
}

class BadHostPort : public testing::TestWithParam<Case> {};
TEST_P(BadHostPort, SaysWhatIsWrong) {
  const auto parsed = parse_host_port(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error(), HasSubstr(GetParam().words));
}
INSTANTIATE_TEST_SUITE_P(HostPort, BadHostPort,
                         testing::Values(Case{"", "no port"}, Case{"db", "no port: write db:PORT"},
                                         Case{"db:", "no port"}, Case{":5432", "no host"},
                                         Case{"db:0", "out of range"}, Case{"db:70000", "out of range"},
                                         Case{"db:x", "not a number"}, Case{"::1:5432", "needs brackets"},
                                         Case{"[::1]", "no port: write [::1]:PORT"},
                                         Case{"[::1", "not closed"}, Case{"[zz]:1", "not an IPv6 address"},
                                         Case{"a/b:1", "no host name has"}, Case{"http://h:1", "brackets"}));

}  // namespace
}  // namespace answerback::net
