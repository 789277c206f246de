#include "net/resolver.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <filesystem>
#include <fstream>

#include "support/fake_dns.h"
#include "unit/net/on_a_loop.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::DnsAnswer;
using test::FakeDns;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Result = std::expected<std::vector<Address>, Failure>;

Address ip(const char* text) { return asio::ip::make_address(text); }

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() { std::filesystem::create_directories(folder_); }
  ~ResolverTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder_ / name;
    std::ofstream(path + ".new") << text;
    std::filesystem::rename(path + ".new", path);
    return path;
  }

  Resolver::Options options() {
    return {.resolv_conf = file("resolv.conf", ""), .hosts = folder_ / "hosts", .servers = dns_.server()};
  }
  Resolver& resolver() {
    if (!resolver_) resolver_.emplace(loop_.context.get_executor(), loop_.clock, options());
    return *resolver_;
  }
  std::shared_ptr<test::Outcome<Result>> start(const std::string& host) {
    runs_.push_back(std::make_unique<test::OneRun>(loop_.clock));
    return loop_.spawn(resolver().resolve(runs_.back()->run, host));
  }
  Result resolve(const std::string& host) {
    runs_.push_back(std::make_unique<test::OneRun>(loop_.clock));
    return loop_.finish(resolver().resolve(runs_.back()->run, host));
  }
  const Phases& phases() const { return runs_.back()->phases; }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("answerback_resolver_" + std::to_string(::getpid()));
  test::Loop loop_;
  FakeDns dns_{loop_.context.get_executor()};
  std::vector<std::unique_ptr<test::OneRun>> runs_;
  std::optional<Resolver> resolver_;
};

TEST_F(ResolverTest, NumericHostsAndLocalhostAskNobody) {
  EXPECT_THAT(resolve("10.1.2.3").value(), ElementsAre(ip("10.1.2.3")));
  EXPECT_THAT(resolve("2001:db8::1").value(), ElementsAre(ip("2001:db8::1")));
  EXPECT_THAT(resolve("localhost").value(), ElementsAre(ip("127.0.0.1"), ip("::1")));
  EXPECT_THAT(resolve("LocalHost.").value(), ElementsAre(ip("127.0.0.1"), ip("::1")));
  EXPECT_THAT(resolve("a.b.localhost").value(), ElementsAre(ip("127.0.0.1"), ip("::1")));
  EXPECT_EQ(phases().current(), Phase::resolve);
  EXPECT_EQ(dns_.questions("localhost") + dns_.questions("a.b.localhost"), 0);
}

TEST_F(ResolverTest, AsksForBothFamilies) {
  dns_.say("db.test", {"10.0.0.7", "10.0.0.8", "2001:db8::7"});
  EXPECT_THAT(resolve("db.test").value(),
              UnorderedElementsAre(ip("10.0.0.7"), ip("10.0.0.8"), ip("2001:db8::7")));
  EXPECT_EQ(phases().note(), "db.test");
  dns_.say("six.test", {"2001:db8::9"});
  EXPECT_THAT(resolve("six.test").value(), ElementsAre(ip("2001:db8::9")));
}

TEST_F(ResolverTest, FollowsAChainOfAliases) {
  dns_.say("www.test", DnsAnswer{DnsAnswer::Way::cname_chain, {ip("10.0.0.7")}});
  EXPECT_THAT(resolve("www.test").value(), ElementsAre(ip("10.0.0.7")));
}

TEST_F(ResolverTest, ManyAddressesComeByTcp) {
  std::vector<std::string> all;
  for (int i = 0; i < 2000; ++i)
    all.push_back("10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200));
  dns_.say("many.test", all);
  const auto found = resolve("many.test");
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->size(), 2000u);
}

TEST_F(ResolverTest, AnAnswerThatCannotBeHadWholeMovesNoOther) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("10.1.1." + std::to_string(i));
  dns_.say("long.test", many);
  dns_.say("other.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.7")}, 100ms});
  dns_.refuse_tcp();
  const auto other = start("other.test");
  const auto cut = start("long.test");
  loop_.run_until_ended(cut);
  ASSERT_TRUE(cut->value && !cut->value->has_value());
  EXPECT_EQ(name(cut->value->error().reason), "dns_failure");
  EXPECT_THAT(cut->value->error().detail, HasSubstr("long.test: the answer is too long for UDP, and TCP"));
  EXPECT_FALSE(other->ended());
  loop_.run_until_ended(other);
  ASSERT_TRUE(other->value && other->value->has_value()) << other->value->error().detail;
  EXPECT_LT(other->took, 300ms);
}

TEST_F(ResolverTest, ManyAddressesComeByTcpUnderASearchDomainToo) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("10.1.1." + std::to_string(i));
  dns_.say("db.one.test", many);
  resolver();
  file("resolv.conf", "search one.test\n");
  EXPECT_EQ(resolve("db").value().size(), 100u);
}

struct Bad {
  DnsAnswer::Way way;
  Reason reason;
  std::string words;
};

class BadAnswer : public ResolverTest, public testing::WithParamInterface<Bad> {};
TEST_P(BadAnswer, IsNamed) {
  dns_.say("bad.test", GetParam().way);
  const auto found = resolve("bad.test");
  ASSERT_FALSE(found);
  EXPECT_EQ(name(found.error().reason), name(GetParam().reason));
  EXPECT_THAT(found.error().detail, AllOf(HasSubstr("bad.test"), HasSubstr(GetParam().words)));
}
INSTANTIATE_TEST_SUITE_P(
    Resolver, BadAnswer,
    testing::Values(Bad{DnsAnswer::Way::nxdomain, Reason::dns_nxdomain,
                        "no such name (DNS server: 127.0.0.1 port"},
                    Bad{DnsAnswer::Way::addresses, Reason::dns_nxdomain, "exists but has no address"},
                    Bad{DnsAnswer::Way::cname_loop, Reason::dns_nxdomain, "exists but has no address"},
                    Bad{DnsAnswer::Way::servfail, Reason::dns_failure, "SERVFAIL"},
                    Bad{DnsAnswer::Way::refused, Reason::dns_failure, "REFUSED"},
                    Bad{DnsAnswer::Way::formerr, Reason::dns_failure, "FORMERR"}));

TEST_F(ResolverTest, WhatIsNoAnswerEndsInATimeout) {
  dns_.say("wrong-id.test", DnsAnswer{DnsAnswer::Way::wrong_id, {ip("10.0.0.7")}});
  dns_.say("garbage.test", DnsAnswer::Way::garbage);
  dns_.say("silent.test", DnsAnswer::Way::silent);
  const std::vector all{start("wrong-id.test"), start("garbage.test"), start("silent.test")};
  for (const auto& one : all) {
    loop_.run_until_ended(one);
    ASSERT_TRUE(one->value && !one->value->has_value());
    EXPECT_EQ(name(one->value->error().reason), "dns_timeout");
    EXPECT_THAT(one->value->error().detail, HasSubstr("no answer from DNS (DNS server: 127.0.0.1 port"));
  }
}

TEST_F(ResolverTest, NoServerThereIsAFailureAtOnce) {
  Resolver alone(loop_.context.get_executor(), loop_.clock,
                 {.resolv_conf = file("resolv.conf", ""), .hosts = "", .servers = "127.0.0.1:1"});
  test::OneRun one(loop_.clock);
  const Steady began = loop_.clock.now();
  const auto found = loop_.finish(alone.resolve(one.run, "db.test"));
  ASSERT_FALSE(found);
  EXPECT_EQ(name(found.error().reason), name(Reason::dns_failure));
  EXPECT_THAT(found.error().detail, HasSubstr("no DNS server can be reached (DNS server: 127.0.0.1 port 1)"));
  EXPECT_LT(loop_.clock.now() - began, 1s);
}

TEST_F(ResolverTest, AnotherServerMayKnowBetter) {
  FakeDns second(loop_.context.get_executor());
  dns_.say("db.test", DnsAnswer::Way::servfail);
  dns_.say("bad.test", DnsAnswer::Way::refused);
  second.say("db.test", {"10.0.0.7"});
  second.say("bad.test", DnsAnswer::Way::servfail);
  auto both = options();
  both.servers += "," + second.server();
  resolver_.emplace(loop_.context.get_executor(), loop_.clock, both);
  EXPECT_THAT(resolve("db.test").value(), ElementsAre(ip("10.0.0.7")));
  EXPECT_THAT(resolve("bad.test").error().detail, HasSubstr("DNS answers REFUSED"));
}

TEST_F(ResolverTest, ImpossibleNames) {
  for (const std::string& host : {std::string("a..b"), std::string(300, 'x')}) {
    const auto found = resolve(host);
    ASSERT_FALSE(found) << host;
    EXPECT_EQ(name(found.error().reason), name(Reason::dns_failure)) << host << ": " << found.error().detail;
  }
  EXPECT_THAT(resolve("").error().detail, HasSubstr("no host name"));
}

TEST_F(ResolverTest, ALateAnswerIsStillAnAnswer) {
  dns_.say("late.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.7")}, 700ms});
  dns_.say("quick.test", {"10.0.0.8"});
  const auto late = start("late.test");
  const auto quick = start("quick.test");
  loop_.run_until_ended(quick);
  EXPECT_LT(quick->took, 200ms);
  EXPECT_FALSE(late->ended());
  loop_.run_until_ended(late);
  EXPECT_THAT(late->value->value(), ElementsAre(ip("10.0.0.7")));
  EXPECT_LT(late->took, 1s);
}

TEST_F(ResolverTest, OneQuestionForAllWhoAskAtOnce) {
  dns_.say("db.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.7")}, 50ms});
  std::vector<std::shared_ptr<test::Outcome<Result>>> all;
  for (int i = 0; i < 20; ++i) all.push_back(start("db.test"));
  for (const auto& one : all) {
    loop_.run_until_ended(one);
    EXPECT_THAT(one->value->value(), ElementsAre(ip("10.0.0.7")));
  }
  EXPECT_EQ(dns_.questions("db.test"), 1);
  EXPECT_TRUE(resolve("db.test"));
  EXPECT_EQ(dns_.questions("db.test"), 2) << "the next run measures anew";
}

TEST_F(ResolverTest, CancelledItLeavesAtOnceAndTheLookUpGoesOnForOthers) {
  dns_.say("late.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.7")}, 400ms});
  const auto first = start("late.test");
  const auto second = start("late.test");
  loop_.run_for(50ms);
  first->cancel.emit(asio::cancellation_type::terminal);
  loop_.run_until_ended(first);
  ASSERT_TRUE(first->error);
  EXPECT_LT(first->took, 90ms);
  try {
    std::rethrow_exception(first->error);
  } catch (const boost::system::system_error& e) {
    EXPECT_EQ(e.code(), asio::error::operation_aborted);
  }
  loop_.run_until_ended(second);
  ASSERT_TRUE(second->value);
  EXPECT_THAT(second->value->value(), ElementsAre(ip("10.0.0.7")));
  EXPECT_EQ(dns_.questions("late.test"), 1);
}

TEST_F(ResolverTest, NobodyLeftWaitingIsNoTrouble) {
  dns_.say("late.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.7")}, 100ms});
  const auto only = start("late.test");
  loop_.run_for(20ms);
  only->cancel.emit(asio::cancellation_type::terminal);
  loop_.run_until_ended(only);
  EXPECT_EQ(resolver().under_way(), 1u);
  loop_.run_for(200ms);
  EXPECT_EQ(resolver().under_way(), 0u);
}

TEST_F(ResolverTest, EndsWithLookUpsUnderWay) {
  dns_.say("silent.test", DnsAnswer::Way::silent);
  const auto only = start("silent.test");
  loop_.run_for(20ms);
  only->cancel.emit(asio::cancellation_type::terminal);
  loop_.run_until_ended(only);
  resolver_.reset();
  loop_.run_for(10ms);
}

TEST_F(ResolverTest, FiveHundredNamesAtOnce) {
  std::vector<std::shared_ptr<test::Outcome<Result>>> all;
  for (int i = 0; i < 500; ++i) {
    const std::string host = "n" + std::to_string(i) + ".test";
    dns_.say(host, DnsAnswer{DnsAnswer::Way::addresses,
                             {asio::ip::address_v4(0x0a000000u + static_cast<unsigned>(i))},
                             20ms});
    all.push_back(start(host));
  }
  for (unsigned i = 0; i < all.size(); ++i) {
    loop_.run_until_ended(all[i]);
    ASSERT_TRUE(all[i]->value && all[i]->value->has_value()) << i << ": " << all[i]->value->error().detail;
    EXPECT_EQ(all[i]->value->value(), std::vector<Address>{asio::ip::address_v4(0x0a000000u + i)});
    EXPECT_LT(all[i]->took, 1400ms) << "no answer may be lost: a second try takes 1.5 s";
  }
  EXPECT_LE(dns_.most_at_once(), 128);
  EXPECT_GT(dns_.most_at_once(), 64);
  EXPECT_EQ(resolver().under_way(), 0u);
}

TEST_F(ResolverTest, AQuestionNobodyWaitsForIsNotAsked) {
  auto one_at_a_time = options();
  one_at_a_time.on_the_wire = 1;
  resolver_.emplace(loop_.context.get_executor(), loop_.clock, one_at_a_time);
  dns_.say("first.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.1")}, 100ms});
  dns_.say("left.test", {"10.0.0.2"});
  dns_.say("third.test", {"10.0.0.3"});
  const auto first = start("first.test");
  const auto left = start("left.test");
  const auto third = start("third.test");
  loop_.run_for(20ms);
  left->cancel.emit(asio::cancellation_type::terminal);
  loop_.run_until_ended(third);
  EXPECT_THAT(third->value->value(), ElementsAre(ip("10.0.0.3")));
  EXPECT_EQ(dns_.questions("left.test"), 0);
  EXPECT_TRUE(left->error);
  EXPECT_THAT(resolve("left.test").value(), ElementsAre(ip("10.0.0.2")));
}

TEST_F(ResolverTest, HostsFileIsReadAgainWhenItChanges) {
  file("hosts", "10.0.0.1 Db.test db # the database\n2001:db8::1\tdb\nnonsense db\n# 10.0.0.9 db\n");
  EXPECT_THAT(resolve("DB").value(), ElementsAre(ip("10.0.0.1"), ip("2001:db8::1")));
  EXPECT_THAT(resolve("db.test.").value(), ElementsAre(ip("10.0.0.1")));
  file("hosts", "10.0.0.2 db\n");
  EXPECT_THAT(resolve("db").value(), ElementsAre(ip("10.0.0.2")));
  EXPECT_EQ(name(resolve("db.test").error().reason), "dns_nxdomain");
}

TEST_F(ResolverTest, ResolvConfIsReadAgainWhenItChanges) {
  dns_.say("db.one.test", {"10.0.0.1"});
  dns_.say("db.two.test", {"10.0.0.2"});
  dns_.say("late.one.test", DnsAnswer{DnsAnswer::Way::addresses, {ip("10.0.0.3")}, 100ms});
  resolver();
  file("resolv.conf", "search one.test\n");
  EXPECT_THAT(resolve("db").value(), ElementsAre(ip("10.0.0.1")));
  const auto late = start("late");
  loop_.run_for(20ms);
  file("resolv.conf", "search two.test\n");
  EXPECT_THAT(resolve("db").value(), ElementsAre(ip("10.0.0.2")));
  loop_.run_until_ended(late);
  EXPECT_THAT(late->value->value(), ElementsAre(ip("10.0.0.3"))) << "what was asked before is still answered";
}

}  // namespace
}  // namespace answerback::net
