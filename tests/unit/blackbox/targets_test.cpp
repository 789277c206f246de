#include "blackbox/targets.h"

#include <gtest/gtest.h>

namespace answerback::blackbox {
namespace {

net::Address at(const std::string& text) { return boost::asio::ip::make_address(text); }

Targets allowing(std::initializer_list<std::string_view> rules) {
  Targets targets;
  for (const std::string_view rule : rules) EXPECT_EQ(targets.allow(rule), std::nullopt) << rule;
  return targets;
}

TEST(Targets, NobodyUnlessListed) {
  const Targets none;
  ASSERT_TRUE(none.refusal("example.com"));
  EXPECT_NE(none.refusal("example.com")->find("blackbox.allow_targets"), std::string::npos);
  EXPECT_TRUE(none.refusal("example.com", at("192.0.2.1")));
}

TEST(Targets, NamesAreMatchedWithoutCaseAndAsAWhole) {
  const Targets targets = allowing({"example.com", "*.Example.org", "db-?"});
  for (const char* yes :
       {"example.com", "EXAMPLE.com", "example.com.", "a.example.org", "a.b.example.org", "db-1"})
    EXPECT_EQ(targets.refusal(yes), std::nullopt) << yes;
  for (const char* no :
       {"example.org", "notexample.com", "example.com.evil.test", "evil-example.org", "db-12", "db-", ""})
    EXPECT_TRUE(targets.refusal(no)) << no;
}

TEST(Targets, PathsAreAllowedByPathsOnly) {
  const Targets hosts = allowing({"*", "0.0.0.0/0"});
  EXPECT_TRUE(hosts.refusal_of_path("/run/app.sock"));
  EXPECT_TRUE(Targets().refusal_of_path("/run/app.sock"));
  const Targets targets = allowing({"/run/app.sock", "/run/shop/*.sock"});
  for (const char* yes : {"/run/app.sock", "/run/shop/a.sock", "/run/shop/b-1.sock"})
    EXPECT_EQ(targets.refusal_of_path(yes), std::nullopt) << yes;
  for (const char* no : {"/run/App.sock", "/run/app.sock2", "/run/shop/a/b.sock", "/run/shop/.sock",
                         "/run/shop/.a.sock", "/run/shop/a", "/run/docker.sock"})
    EXPECT_TRUE(targets.refusal_of_path(no)) << no;
  EXPECT_TRUE(targets.refusal("example.com"));
  for (const char* plain : {"/a", "/run/app.sock", "/run/..a/b", "/a b"})
    EXPECT_TRUE(is_plain_path(plain)) << plain;
  for (const char* odd :
       {"", "/", "a", "a/b", "//a", "/a/", "/a//b", "/a/../b", "/..", "/a/.", "/./a", "/a\nb"})
    EXPECT_FALSE(is_plain_path(odd)) << odd;
  Targets refusing;
  EXPECT_TRUE(refusing.allow("/run/../etc/*"));
}

struct Case {
  const char* address;
  bool allowed;
};

TEST(Targets, SomeAddressesAreRefusedWhateverIsListed) {
  const Targets targets = allowing({"*", "0.0.0.0/0", "::/0"});
  constexpr Case cases[] = {
      {"192.0.2.1", true},
      {"10.0.0.1", true},
      {"127.0.0.1", true},  // listed by its block
      {"2001:db8::1", true},
      {"fd00::1", true},
      {"169.253.255.255", true},
      {"169.254.0.0", false},
      {"169.254.169.254", false},
      {"169.254.255.255", false},
      {"169.255.0.0", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"223.255.255.255", true},
      {"224.0.0.1", false},
      {"239.255.255.255", false},
      {"255.255.255.255", false},
      {"100.100.100.200", false},
      {"168.63.129.16", false},
      {"192.0.0.192", false},
      {"::", false},
      {"fe80::1", false},
      {"fe80::1%1", false},
      {"febf::1", false},
      {"fec0::1", true},
      {"ff02::1", false},
      {"fd00:ec2::254", false},
      {"fd00:ec2::253", true},
      {"fd20:ce::254", false},
      {"::ffff:169.254.169.254", false},
      {"::169.254.169.254", false},
      {"64:ff9b::a9fe:a9fe", false},
      {"64:ff9b::c000:201", true},
      {"2002:a9fe:a9fe::1", false},
      {"2002:c000:201::1", true},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(!targets.refusal(each.address), each.allowed) << each.address << " as a host";
    EXPECT_EQ(!targets.refusal("name.test", at(each.address)), each.allowed) << each.address << " of a name";
  }
}

TEST(Targets, LoopbackOnlyWhereListed) {
  for (const char* address :
       {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    EXPECT_TRUE(allowing({"*"}).refusal("rebinds.test", at(address))) << address;
    EXPECT_TRUE(allowing({"localhost"}).refusal("rebinds.test", at(address))) << address;
  }
  EXPECT_EQ(allowing({"localhost"}).refusal("localhost", at("127.0.0.1")), std::nullopt);
  EXPECT_EQ(allowing({"localhost"}).refusal("localhost", at("::1")), std::nullopt);
  EXPECT_TRUE(allowing({"*"}).refusal("localhost", at("127.0.0.1")));
  EXPECT_EQ(allowing({"::1"}).refusal("::1"), std::nullopt);
  EXPECT_EQ(allowing({"127.0.0.1"}).refusal("name.test", at("127.0.0.1")), std::nullopt);
  EXPECT_EQ(allowing({"127.0.0.1"}).refusal("name.test", at("::ffff:127.0.0.1")), std::nullopt);
  EXPECT_TRUE(allowing({"127.0.0.1"}).refusal("name.test", at("127.0.0.2")));
}

TEST(Targets, BlocksCountByTheAddressOfAName) {
  const Targets targets = allowing({"10.1.0.0/15", "2001:db8::/33"});
  EXPECT_EQ(targets.refusal("any.test"), std::nullopt);  // not known before it is resolved
  constexpr Case cases[] = {{"10.0.255.255", true},   {"10.1.255.255", true},    {"10.2.0.0", false},
                            {"9.255.255.255", false}, {"2001:db8:7fff::", true}, {"2001:db8:8000::", false}};
  for (const Case& each : cases) {
    EXPECT_EQ(!targets.refusal("any.test", at(each.address)), each.allowed) << each.address;
    EXPECT_EQ(!targets.refusal(each.address), each.allowed) << each.address;
  }
}

TEST(Targets, RulesThatAreNone) {
  for (const char* rule : {"", "http://a", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "a b", "a/8"})
    EXPECT_TRUE(Targets().allow(rule)) << rule;
}

}  // namespace
}  // namespace answerback::blackbox
