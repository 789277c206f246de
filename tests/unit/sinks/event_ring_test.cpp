#include "sinks/event_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "sinks/event_json.h"

namespace answerback::sinks {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
namespace json = boost::json;

constexpr Wall boot{std::chrono::milliseconds(0xabc)};

Event happened(int n) { return Lifecycle{std::to_string(n), boot}; }

std::vector<std::string> ids(const EventRing::Batch& batch) {
  std::vector<std::string> out;
  for (const auto& each : batch.entries) out.push_back(each->id);
  return out;
}

TEST(EventRing, ANewReaderIsToldWhatHappensFromNowOn) {
  EventRing ring(boot);
  ring.on(happened(1));
  const auto reader = ring.join("");
  EXPECT_THAT(ids(reader->take(9)), IsEmpty());
  ring.on(happened(2));
  ring.on(RunFinished{});  // runs are not told
  ring.on(happened(3));
  EXPECT_THAT(ids(reader->take(1)), ElementsAre("abc-2"));
  EXPECT_THAT(ids(reader->take(9)), ElementsAre("abc-3"));
  EXPECT_THAT(ids(reader->take(9)), IsEmpty());
}

struct Joined {
  const char* last;
  std::vector<std::string> told;
  std::uint64_t missed;
};

TEST(EventRing, AReaderResumesWhereItWas) {
  EventRing ring(boot, {.events = 3});
  for (int i = 1; i <= 6; ++i) ring.on(happened(i));  // 4, 5 and 6 are kept
  for (const Joined& each : {
           Joined{"abc-6", {}, 0},
           Joined{"abc-4", {"abc-5", "abc-6"}, 0},
           Joined{"abc-3", {"abc-4", "abc-5", "abc-6"}, 0},
           Joined{"abc-1", {"abc-4", "abc-5", "abc-6"}, 2},
           Joined{"abc-99", {}, 0},                          // made up: what happens from now on
           Joined{"def-5", {"abc-4", "abc-5", "abc-6"}, 0},  // of another boot
           Joined{"abc-x", {"abc-4", "abc-5", "abc-6"}, 0},
           Joined{"abc-18446744073709551615", {}, 0},
           Joined{"abc-99999999999999999999", {"abc-4", "abc-5", "abc-6"}, 0},
       }) {
    const EventRing::Batch batch = ring.join(each.last)->take(9);
    EXPECT_EQ(ids(batch), each.told) << each.last;
    EXPECT_EQ(batch.missed, each.missed) << each.last;
  }
}

TEST(EventRing, ASlowReaderLosesTheOldestAndIsToldHowMany) {
  EventRing ring(boot, {.events = 3});
  const auto slow = ring.join("");
  for (int i = 1; i <= 10; ++i) ring.on(happened(i));
  const EventRing::Batch batch = slow->take(2);
  EXPECT_EQ(batch.missed, 7U);
  EXPECT_THAT(ids(batch), ElementsAre("abc-8", "abc-9"));
  EXPECT_EQ(slow->take(9).missed, 0U);
}

TEST(EventRing, HasRoomForSoManyReadersAndNoMore) {
  EventRing ring(boot, {.readers = 2});
  auto one = ring.join(""), two = ring.join("");
  EXPECT_TRUE(one && two);
  EXPECT_FALSE(ring.join(""));
  one.reset();
  EXPECT_TRUE(ring.join(""));
}

TEST(EventRing, AReaderMayOutliveIt) {
  std::unique_ptr<EventRing::Reader> reader;
  {
    EventRing ring(boot);
    reader = ring.join("");
    ring.on(happened(1));
  }
  EXPECT_THAT(ids(reader->take(9)), ElementsAre("abc-1"));
}

TEST(EventRing, IsReadWhileItIsWritten) {
  EventRing ring(boot, {.events = 10'000});
  const auto reader = ring.join("");
  std::jthread writer([&] {
    for (int i = 1; i <= 2000; ++i) ring.on(happened(i));
  });
  std::uint64_t seen = 0;
  while (seen < 2000) {
    for (const auto& each : reader->take(100).entries) ASSERT_EQ(each->id, "abc-" + std::to_string(++seen));
  }
}

TEST(EventJson, HoldsWhatHappenedOnOneLine) {
  RunRecord run;
  run.result = ProbeResult::fail(Reason::no_start, "0 of 5\nevents \xff");
  run.phase = Phase::dispatch;
  const auto told = event_json(Transition{
      "agent", {Health::up, Health::down}, boot, std::make_shared<const RunRecord>(run), {"agent"}});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->event, "transition");
  EXPECT_EQ(told->data.find('\n'), std::string::npos);
  const json::object data = json::parse(told->data).as_object();
  EXPECT_EQ(data.at("to"), "down");
  EXPECT_EQ(data.at("reason"), "no_start");
  EXPECT_EQ(data.at("phase"), "dispatch");
  EXPECT_EQ(data.at("output"), "0 of 5\nevents \uFFFD");
  EXPECT_EQ(data.at("at"), "1970-01-01T00:00:02Z");
}

TEST(EventJson, EachKindHasItsName) {
  const auto name_of = [](const Event& event) { return std::string(event_json(event)->event); };
  EXPECT_EQ(name_of(Transition{}), "transition");
  EXPECT_EQ(name_of(IncidentOpened{}), "incident_opened");
  EXPECT_EQ(name_of(IncidentClosed{}), "incident_closed");
  EXPECT_EQ(name_of(OutputChanged{}), "output");
  EXPECT_EQ(name_of(LookingChanged{}), "looking");
  EXPECT_EQ(name_of(Reloaded{}), "reload");
  EXPECT_EQ(name_of(Lifecycle{}), "lifecycle");
  EXPECT_FALSE(event_json(RunFinished{}));
}

}  // namespace
}  // namespace answerback::sinks
