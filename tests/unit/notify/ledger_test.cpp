#include "notify/ledger.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "support/snapshot_builder.h"

namespace answerback::notify {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Steady now = Steady(1h);

// The story of one probe, told step by step: what is news after each.
struct Story : testing::Test {
  using Givens = std::vector<test::Given>;

  static std::shared_ptr<Snapshot> snapshot(const Givens& givens) {
    test::SnapshotBuilder builder;
    for (const test::Given& each : givens) builder.probe(each);
    return std::make_shared<Snapshot>(*builder.build());
  }
  // "+db connect_refused critical", "-db"
  std::vector<std::string> then(const Snapshot& snapshot) {
    std::vector<std::string> lines;
    for (const Notice& notice : update(ledger, snapshot, "", now).notices) {
      const auto& labels = notice.alert.labels;
      lines.push_back(notice.fires()
                          ? "+" + notice.alert.probe + " " + labels.at("reason") + " " + labels.at("severity")
                          : "-" + notice.alert.probe + " " + labels.at("reason") + " " +
                                labels.at("severity"));
    }
    return lines;
  }
  std::vector<std::string> then(const Givens& givens) { return then(*snapshot(givens)); }

  static test::Given db(Health health, Reason reason = Reason::connect_refused) {
    return {.name = "db", .health = health, .reason = reason};
  }

  Ledger ledger;
};

TEST_F(Story, FiresOnceAndIsOverOnce) {
  EXPECT_THAT(then({db(Health::unknown)}), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), IsEmpty());
  EXPECT_THAT(then({db(Health::down)}), ElementsAre("+db connect_refused critical"));
  EXPECT_THAT(then({db(Health::down)}), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
  EXPECT_THAT(then({db(Health::up)}), IsEmpty());
  EXPECT_THAT(then({db(Health::down)}), ElementsAre("+db connect_refused critical"));
}

TEST_F(Story, UnknownResolvesNothing) {
  then({db(Health::down)});
  EXPECT_THAT(then({db(Health::unknown)}), IsEmpty());
  EXPECT_THAT(then({db(Health::down)}), IsEmpty());
  EXPECT_THAT(then({db(Health::unknown)}), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
}

TEST_F(Story, AProbeThatIsGoneIsOver) {
  then({db(Health::down)});
  EXPECT_THAT(then({{.name = "other"}}), ElementsAre("-db connect_refused critical"));
  EXPECT_THAT(ledger, IsEmpty());
}

TEST_F(Story, AnotherReasonIsNoOtherAlert) {
  then({db(Health::down)});
  const Alert before = ledger.at("db");
  EXPECT_THAT(then({db(Health::down, Reason::query_timeout)}), IsEmpty());
  EXPECT_EQ(ledger.at("db").labels, before.labels);
  EXPECT_EQ(ledger.at("db").annotations.at("reason"), "query_timeout");
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
}

TEST_F(Story, WorseIsToldAnewAndBetterIsNot) {
  EXPECT_THAT(then({db(Health::degraded, Reason::slow)}), ElementsAre("+db slow warning"));
  EXPECT_THAT(then({db(Health::down)}), ElementsAre("-db slow warning", "+db connect_refused critical"));
  EXPECT_THAT(then({db(Health::degraded, Reason::slow)}), IsEmpty());
  EXPECT_THAT(then({db(Health::down)}), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
}

TEST_F(Story, ASymptomIsNotToldAndOneThatWasToldStaysUntilItIsUp) {
  const auto agent = [](Health health) {
    return test::Given{.name = "agent", .health = health, .reason = Reason::no_start, .depends_on = {0}};
  };
  EXPECT_THAT(then({db(Health::up), agent(Health::down)}), ElementsAre("+agent no_start critical"));
  EXPECT_THAT(then({db(Health::down), agent(Health::down)}), ElementsAre("+db connect_refused critical"));
  EXPECT_EQ(ledger.at("agent").annotations.at("explained_by"), "db");
  EXPECT_THAT(then({db(Health::up), agent(Health::down)}), ElementsAre("-db connect_refused critical"));
  EXPECT_FALSE(ledger.at("agent").annotations.contains("explained_by"));
  EXPECT_THAT(then({db(Health::up), agent(Health::up)}), ElementsAre("-agent no_start critical"));
}

TEST_F(Story, WhileWeDoNotLookNothingChanges) {
  const auto blind = [](Health health) {
    auto made = snapshot({db(health)});
    made->ourselves.looking = false;
    return made;
  };
  EXPECT_THAT(then(*blind(Health::down)), IsEmpty());
  then({db(Health::down)});
  EXPECT_THAT(then(*blind(Health::up)), IsEmpty());
  EXPECT_THAT(then(Snapshot{}), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
}

TEST_F(Story, ASilenceHoldsBackWhatFiresAndNeverWhatIsOver) {
  const auto silenced = [] {
    auto made = snapshot({db(Health::down)});
    auto whole = *made->assessment;
    whole.causes.at(0).silenced_by = "maintenance";
    made->assessment = std::make_shared<const Assessment>(whole);
    return made;
  };
  EXPECT_THAT(then(*silenced()), IsEmpty());
  EXPECT_THAT(then({db(Health::down)}), ElementsAre("+db connect_refused critical"));
  EXPECT_THAT(then(*silenced()), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), ElementsAre("-db connect_refused critical"));
  EXPECT_THAT(then(*silenced()), IsEmpty());
  EXPECT_THAT(then({db(Health::up)}), IsEmpty());
}

TEST_F(Story, WhatIsInDoubtIsHeldBack) {
  test::SnapshotBuilder given;
  given.probe({.name = "db"});
  given.probe({.name = "agent", .health = Health::down, .reason = Reason::no_start, .depends_on = {0}});
  given.views[1].state.since = now;  // the run of db is older
  const News news = update(ledger, *given.build(), "", now + 1s);
  EXPECT_THAT(news.notices, IsEmpty());
  EXPECT_TRUE(news.more_to_come);
  EXPECT_FALSE(update(ledger, *given.build(), "", now + 31s).more_to_come);
  EXPECT_TRUE(ledger.contains("agent"));
}

TEST_F(Story, EndsNoEarlierThanItBegan) {
  auto later = snapshot({db(Health::down)});
  auto whole = *later->assessment;
  whole.causes.at(0).since = test::noon + 1h;  // the clock was stepped back afterwards
  later->assessment = std::make_shared<const Assessment>(whole);
  then(*later);
  const News news = update(ledger, *snapshot({db(Health::up)}), "", now);
  ASSERT_EQ(news.notices.size(), 1u);
  EXPECT_EQ(*news.notices[0].ended, test::noon + 1h);
}

// Whatever happens: each label set fires and ends in turn, what fires is not up, and every cause that can be
// told is.
TEST(LedgerProperty, HoldsOverRandomStories) {
  std::mt19937 random(7);
  const auto draw = [&random](unsigned bound) { return static_cast<unsigned>(random() % bound); };
  Ledger ledger;
  std::set<std::map<std::string, std::string>> fires;
  constexpr Health healths[] = {Health::up, Health::degraded, Health::down, Health::unknown};
  constexpr Reason reasons[] = {Reason::status, Reason::slow, Reason::reset};
  for (int step = 0; step < 5000; ++step) {
    test::SnapshotBuilder given;
    const unsigned count = 1 + draw(5);
    for (unsigned i = 0; i < count; ++i) {
      std::vector<ProbeId> depends_on;
      if (i > 0 && draw(2) == 0) depends_on.push_back(draw(i));
      given.probe({.name = "p" + std::to_string(i),
                   .health = healths[draw(4)],
                   .reason = reasons[draw(3)],
                   .depends_on = depends_on,
                   .critical = draw(2) == 0});
    }
    if (draw(10) == 0) given.stalled("frozen");
    const auto snapshot = given.build();
    const News news = update(ledger, *snapshot, "", now);
    if (!snapshot->ourselves.looking) {
      EXPECT_THAT(news.notices, IsEmpty());
      continue;
    }
    for (const Notice& notice : news.notices) {
      if (notice.fires()) EXPECT_TRUE(fires.insert(notice.alert.labels).second) << "fires twice";
      if (!notice.fires()) EXPECT_EQ(fires.erase(notice.alert.labels), 1u) << "ended without having fired";
    }
    ASSERT_EQ(fires.size(), ledger.size());
    for (const auto& [probe, alert] : ledger) {
      EXPECT_TRUE(fires.contains(alert.labels));
      const auto id = static_cast<std::size_t>(probe[1] - '0');
      ASSERT_LT(id, count) << "gone, and still told";
      EXPECT_NE(snapshot->probes[id]->facts.health, Health::up);
    }
    for (const Cause& cause : snapshot->assessment->causes)
      EXPECT_TRUE(ledger.contains("p" + std::to_string(cause.probe)));
  }
}

}  // namespace
}  // namespace answerback::notify
