#include "sinks/history.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using namespace std::chrono_literals;
using test::noon;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
namespace fs = std::filesystem;

struct HistoryTest : testing::Test {
  HistoryTest() {
    std::string name = fs::temp_directory_path() / "answerback-test-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~HistoryTest() override {
    history.reset();
    fs::remove_all(folder);
  }

  History::Before begin(const std::string& state_dir, std::size_t queue = 2048) {
    history.reset();
    history.emplace(board, log,
                    History::Options{.redact = {}, .now = [] { return noon; }, .tick = 1ms, .queue = queue});
    auto before = history->start(state_dir);
    EXPECT_TRUE(before) << (before ? "" : before.error());
    return before ? *std::move(before) : History::Before{};
  }
  History::Before begin() { return begin(folder); }
  std::shared_ptr<const Chronicle> end() {
    EXPECT_TRUE(history->stop(10s));
    return history->chronicle();
  }
  void open(std::uint64_t id, const std::string& probe) {
    history->on(Transition{probe, {Health::up, Health::down}, noon, nullptr, {probe}});
    Incident it{.id = id,
                .probe = probe,
                .reason = Reason::stalled,
                .since = noon,
                .ended = {},
                .cause = probe,
                .output = "down"};
    it.phase = Phase::chain;
    it.detail = "no word";
    it.whys = {"users wait", "the agent is silent"};
    it.blocks = {"b"};
    it.impacts = {"no answers"};
    it.value_blocked = 60;
    it.frames = {{5ms, "sent", "start_agent"}, {7ms, "received", "{\"type\":\"ack\"}"}};
    history->on(IncidentOpened{it});
  }

  fs::path folder;
  Board board;
  struct Null {  // open for as long as the log's thread lives
    ~Null() { ::close(fd); }
    const int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  } null;
  EventLog log{{.fd = null.fd}};
  std::optional<History> history;
};

TEST_F(HistoryTest, WhatHappenedIsThereAfterARestart) {
  test::SnapshotBuilder given;
  given.probe({.name = "agent", .health = Health::down, .reason = Reason::stalled});
  given.probe({.name = "db"});
  board.publish(given.build());

  EXPECT_THAT(begin().restored.open, IsEmpty());
  history->on(Lifecycle{"started", noon});
  open(3, "agent");
  history->put("llm/spent", "41");
  history->put("llm/spent", "42");
  for (int i = 0; i < 3; ++i) {
    history->on(RunFinished{given.build()->plan, given.build()->probes[1]->last});
  }
  const auto before = end();
  ASSERT_THAT(before->incidents, SizeIs(1));
  EXPECT_TRUE(before->incidents[0]->durable);
  EXPECT_TRUE(before->durable);
  EXPECT_EQ(before->degraded, "");

  const History::Before kept = begin();
  EXPECT_EQ(kept.values.at("llm/spent"), "42");
  EXPECT_EQ(kept.restored.seen, noon);
  EXPECT_EQ(kept.restored.last_incident, 3U);
  ASSERT_THAT(kept.restored.open, SizeIs(1));
  const Incident& it = kept.restored.open[0];
  EXPECT_EQ(it.id, 3U);
  EXPECT_EQ(it.reason, Reason::stalled);
  EXPECT_EQ(it.phase, Phase::chain);
  EXPECT_EQ(it.since, noon);
  EXPECT_EQ(it.ended, std::nullopt);
  EXPECT_THAT(it.whys, ElementsAre("users wait", "the agent is silent"));
  EXPECT_THAT(it.blocks, ElementsAre("b"));
  EXPECT_THAT(it.impacts, ElementsAre("no answers"));
  EXPECT_EQ(it.value_blocked, 60);
  ASSERT_THAT(it.frames, SizeIs(2));
  EXPECT_EQ(it.frames[1].offset, 7ms);
  EXPECT_EQ(it.frames[1].text, "{\"type\":\"ack\"}");
  EXPECT_EQ(kept.restored.probes.at("agent").health, Health::down);
  EXPECT_EQ(kept.restored.probes.at("db").last_pass, noon);

  const auto after = history->chronicle();
  EXPECT_EQ(after->since, before->since);
  ASSERT_THAT(after->incidents, SizeIs(1));
  EXPECT_TRUE(after->incidents[0]->durable);
  ASSERT_THAT(after->incidents[0]->timeline, SizeIs(1));
  EXPECT_THAT(after->moments, SizeIs(1));
  ASSERT_THAT(after->days.at("db"), SizeIs(1));
  EXPECT_EQ(after->days.at("db")[0].pass, 3U);
  EXPECT_FLOAT_EQ(after->days.at("db")[0].mean_seconds, 0.25F);
}

TEST_F(HistoryTest, AnIncidentGoesOnAndClosesAfterARestart) {
  begin();
  open(1, "agent");
  end();
  Incident it = begin().restored.open.at(0);
  history->on(Transition{"agent", {Health::down, Health::up}, noon + 1h, nullptr, {}});
  it.ended = noon + 1h;
  history->on(IncidentClosed{it});
  ASSERT_THAT(end()->incidents, SizeIs(1));
  EXPECT_THAT(begin().restored.open, IsEmpty());
  const auto story = history->chronicle()->incidents.at(0);
  EXPECT_EQ(story->incident.ended, noon + 1h);
  EXPECT_THAT(story->timeline, SizeIs(2));
  EXPECT_THAT(story->incident.frames, SizeIs(2));
}

TEST_F(HistoryTest, WithoutAStateDirItIsKeptInMemoryAndSaysSo) {
  begin("");
  open(1, "agent");
  const auto seen = end();
  ASSERT_THAT(seen->incidents, SizeIs(1));
  EXPECT_FALSE(seen->incidents[0]->durable);
  EXPECT_FALSE(seen->durable);
  EXPECT_EQ(seen->degraded, "") << "it is kept as asked for";
}

TEST_F(HistoryTest, ADiskThatCannotBeUsedIsToldAndNothingIsHidden) {
  begin("/proc/nowhere");
  open(1, "agent");
  const auto seen = end();
  ASSERT_THAT(seen->incidents, SizeIs(1));
  EXPECT_FALSE(seen->incidents[0]->durable);
  EXPECT_THAT(seen->degraded, HasSubstr("/proc/nowhere"));
}

TEST_F(HistoryTest, AFolderThatIsTakenIsRefused) {
  begin();
  History second(board, log, {.redact = {}});
  const auto refused = second.start(folder);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("in use by another answerback"));
}

TEST_F(HistoryTest, WhatDoesNotFitTheQueueIsNeverLostInSilence) {
  begin(folder, 0);
  open(1, "agent");
  EXPECT_THAT(end()->degraded, HasSubstr("2 events and 0 runs are missing"));
}

TEST_F(HistoryTest, AStormIsAllKept) {
  begin();
  for (std::uint64_t i = 1; i <= 200; ++i) open(i, "probe" + std::to_string(i));
  EXPECT_THAT(end()->incidents, SizeIs(200));
  EXPECT_THAT(begin().restored.open, SizeIs(200));
}

}  // namespace
}  // namespace answerback::sinks
