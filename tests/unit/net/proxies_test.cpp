#include "net/proxies.h"

#include <gmock/gmock.h>

#include <map>

namespace answerback::net {
namespace {

using Variables = std::map<std::string, std::string>;

Proxies proxies(const Variables& variables) {
  return Proxies([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

std::string via(const Proxies& p, std::string_view url) {
  const Url* proxy = p.for_url(*parse_url(url, {"http", "https", "ws", "wss"}));
  return proxy ? proxy->host + ":" + std::to_string(proxy->port) : "direct";
}

TEST(Proxies, NoneByDefault) { EXPECT_EQ(via(Proxies(), "http://h/"), "direct"); }

TEST(Proxies, EachSchemeItsOwn) {
  const auto p = proxies({{"http_proxy", "http://plain:3128"}, {"HTTPS_PROXY", "http://secure:3129"}});
  EXPECT_EQ(via(p, "http://h/"), "plain:3128");
  EXPECT_EQ(via(p, "ws://h/"), "plain:3128");
  EXPECT_EQ(via(p, "https://h/"), "secure:3129");
  EXPECT_EQ(via(p, "wss://h/"), "secure:3129");
}

TEST(Proxies, CaseAsCurlReadsIt) {
  EXPECT_EQ(via(proxies({{"HTTP_PROXY", "http://cgi:1"}}), "http://h/"), "direct");
  EXPECT_EQ(via(proxies({{"https_proxy", "http://low:1"}, {"HTTPS_PROXY", "http://up:1"}}), "https://h/"),
            "low:1");
  EXPECT_EQ(via(proxies({{"https_proxy", ""}, {"HTTPS_PROXY", "http://up:1"}}), "https://h/"), "direct");
}

TEST(Proxies, AddressAsCurlReadsIt) {
  EXPECT_EQ(via(proxies({{"http_proxy", "p:3128"}}), "http://h/"), "p:3128");
  EXPECT_EQ(via(proxies({{"http_proxy", "http://p"}}), "http://h/"), "p:1080");
  EXPECT_EQ(via(proxies({{"http_proxy", "http://p:80/"}}), "http://h/"), "p:80");
  EXPECT_EQ(via(proxies({{"http_proxy", "http://[::1]:3128"}}), "http://h/"), "::1:3128");
  const auto p = proxies({{"http_proxy", "http://user:pa%20ss@p:1"}});
  EXPECT_EQ(p.for_url(*parse_url("http://h/", {"http"}))->userinfo, "user:pa ss");
}

TEST(Proxies, WhatCannotBeUsedIsSaid) {
  const auto p = proxies({{"https_proxy", "socks5://u:hunter2@p:1080"}});
  EXPECT_EQ(via(p, "https://h/"), "direct");
  ASSERT_EQ(p.warnings().size(), 1u);
  EXPECT_THAT(p.warnings()[0], testing::HasSubstr("https_proxy: scheme \"socks5\""));
  EXPECT_THAT(p.warnings()[0], testing::Not(testing::HasSubstr("hunter2")));
  EXPECT_TRUE(proxies({{"http_proxy", "http://p:1"}}).warnings().empty());
}

struct Case {
  std::string no_proxy, url;
  bool direct;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.no_proxy << " for " << c.url; }

class NoProxy : public testing::TestWithParam<Case> {};
TEST_P(NoProxy, Excepts) {
  const auto p = proxies({{"http_proxy", "http://p:1"}, {"NO_PROXY", GetParam().no_proxy}});
  EXPECT_EQ(via(p, GetParam().url), GetParam().direct ? "direct" : "p:1");
}
INSTANTIATE_TEST_SUITE_P(
    Proxies, NoProxy,
    testing::Values(
        Case{"*", "http://h/", true}, Case{"example.com", "http://example.com/", true},
        Case{"example.com", "http://api.example.com/", true},
        Case{"example.com", "http://notexample.com/", false},
        Case{".example.com", "http://api.example.com/", true},
        Case{".example.com", "http://example.com/", true},
        Case{"*.example.com", "http://api.example.com/", true},
        Case{"EXAMPLE.com", "http://Example.COM/", true}, Case{"example.com.", "http://example.com/", true},
        Case{"example.com", "http://example.com./", true}, Case{"a, b.c ,d", "http://b.c/", true},
        Case{"a b.c d", "http://d/", true}, Case{"a,,b", "http://c/", false},
        Case{"h:8080", "http://h:8080/", true}, Case{"h:8080", "http://h/", false},
        Case{".example.com:81", "http://a.example.com:81/", true}, Case{"10.0.0.7", "http://10.0.0.7/", true},
        Case{"10.0.0.7", "http://10.0.0.70/", false}, Case{"0.0.7", "http://10.0.0.7/", false},
        Case{"10.0.0.7:81", "http://10.0.0.7:81/", true}, Case{"10.0.0.0/8", "http://10.9.8.7/", true},
        Case{"10.0.0.0/8", "http://11.9.8.7/", false}, Case{"10.0.0.0/8", "http://h/", false},
        Case{"10.0.0.0/99", "http://10.0.0.1/", false}, Case{"::1", "http://[::1]/", true},
        Case{"[::1]", "http://[::1]/", true}, Case{"[::1]:81", "http://[::1]:81/", true},
        Case{"[::1]:81", "http://[::1]/", false}, Case{"fd00::/8", "http://[fd12::1]/", true},
        Case{"fd00::/8", "http://[fe80::1]/", false}, Case{"", "http://h/", false}));

}  // namespace
}  // namespace answerback::net
