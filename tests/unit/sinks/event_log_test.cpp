#include "sinks/event_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }

  // Whatever is there; waits for up to `wait_ms` for something new.
  std::string read(int wait_ms = 0) const {
    std::string text;
    pollfd one{.fd = ends_[0], .events = POLLIN, .revents = 0};
    for (char part[4096]; ::poll(&one, 1, wait_ms) > 0;) {
      text.append(part, static_cast<std::size_t>(::read(ends_[0], part, sizeof part)));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

EventLog::Options options(const Pipe& pipe, LogLevel level = LogLevel::info) {
  return {.level = level, .fd = pipe.writer(), .now = [] { return test::noon; }};
}

std::vector<std::string> logged(LogLevel level, const Event& event) {
  const Pipe pipe;
  {
    EventLog(options(pipe, level)).on(event);
  }
  return lines_of(pipe.read());
}

RunFinished some_run() {
  test::SnapshotBuilder given;
  given.probe({.name = "db",
               .health = Health::down,
               .reason = Reason::connect_refused,
               .phase = Phase::connect,
               .detail = "10.0.0.7:5432 refused"});
  const auto snapshot = given.build();
  return {snapshot->plan, snapshot->probes[0]->last};
}

TEST(EventLog, TellsATransitionWithEverythingKnown) {
  const Transition event{"db", {Health::up, Health::down}, test::noon, some_run().run, {"db"}};
  EXPECT_THAT(
      logged(LogLevel::info, event),
      ElementsAre("ts=2026-11-22T12:00:00.000Z level=warn msg=\"probe is down\" probe=db from=up to=down "
                  "reason=connect_refused phase=connect trace=abababababababababababababababab "
                  "detail=\"10.0.0.7:5432 refused\" causes=db"));
}

TEST(EventLog, TellsRunsAtDebugOnly) {
  EXPECT_THAT(logged(LogLevel::info, some_run()), IsEmpty());
  EXPECT_THAT(
      logged(LogLevel::debug, some_run()),
      ElementsAre(HasSubstr("level=debug msg=\"run finished\" probe=db verdict=fail reason=connect_refused "
                            "phase=connect duration=0.250000")));
}

TEST(EventLog, GoingWellIsInfoGoingBadIsWarn) {
  const auto level = [](const Event& event) {
    const auto lines = logged(LogLevel::debug, event);
    const std::size_t at = lines.at(0).find("level=") + 6;
    return lines[0].substr(at, lines[0].find(' ', at) - at);
  };
  const auto at = test::noon;
  EXPECT_EQ(level(Transition{"a", {Health::down, Health::up}, at, nullptr, {}}), "info");
  EXPECT_EQ(level(Transition{"a", {Health::up, Health::unknown}, at, nullptr, {}}), "warn");
  EXPECT_EQ(level(IncidentOpened{{1, "a", Reason::status, at, {}, "a", "a is down"}}), "warn");
  EXPECT_EQ(level(IncidentClosed{{1, "a", Reason::status, at, at, "a", "a is down"}}), "info");
  EXPECT_EQ(level(OutputChanged{Status::pass, Status::fail, "db is down", at}), "warn");
  EXPECT_EQ(level(OutputChanged{Status::fail, Status::pass, "", at}), "info");
  EXPECT_EQ(level(LookingChanged{false, "stalled for 3 s", at}), "warn");
  EXPECT_EQ(level(Reloaded{{true, at, ""}, 3}), "info");
  EXPECT_EQ(level(Reloaded{{false, at, "line 3"}, 3}), "error");
  EXPECT_EQ(level(Lifecycle{"started", at}), "info");
}

TEST(EventLog, AStatusThatStaysComesFromNowhere) {
  const auto line = [](Status from) {
    return logged(LogLevel::info, OutputChanged{from, Status::fail, "db is down", test::noon}).at(0);
  };
  EXPECT_THAT(line(Status::pass),
              HasSubstr("msg=\"status is fail\" from=pass to=fail output=\"db is down\""));
  EXPECT_THAT(line(Status::fail), HasSubstr("msg=\"status is fail\" to=fail output=\"db is down\""));
}

TEST(EventLog, KeepsTheOrderAndWritesAllBeforeItEnds) {
  const Pipe pipe;
  {
    EventLog log(options(pipe));
    for (int i = 0; i < 100; ++i) log.log(LogLevel::info, "n", {{"i", std::to_string(i)}});
  }
  const auto lines = lines_of(pipe.read());
  ASSERT_EQ(lines.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_THAT(lines[i], HasSubstr(" i=" + std::to_string(i)));
}

TEST(EventLog, NeverWaitsForAReaderAndTellsWhatWasLost) {
  const Pipe pipe;
  EventLog log(options(pipe));
  const std::string long_text(1000, 'x');
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20'000; ++i) log.log(LogLevel::info, long_text);  // 20 MB into a pipe of 64 KB
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_GT(log.dropped(), 10'000U);
  EXPECT_THAT(pipe.read(500),
              HasSubstr("level=warn msg=\"log lines dropped: nobody reads them fast enough\" count="));
}

TEST(EventLog, EndsWithinAMomentWhileNobodyReads) {
  const Pipe pipe;
  auto log = std::make_unique<EventLog>(options(pipe));
  for (int i = 0; i < 2'000; ++i) log->log(LogLevel::info, std::string(1000, 'x'));
  const auto begin = std::chrono::steady_clock::now();
  log.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(EventLog, SurvivesAReaderThatWentAway) {
  Pipe pipe;
  pipe.close_reader();
  EventLog log(options(pipe));
  log.log(LogLevel::info, "to nobody");
}

TEST(EventLog, KnowsItsLevelsAndFormatsByName) {
  EXPECT_EQ(log_level_named("warn"), LogLevel::warn);
  EXPECT_EQ(log_level_named("loud"), std::nullopt);
  EXPECT_EQ(log_format_named("json"), LogFormat::json);
  EXPECT_EQ(log_format_named("xml"), std::nullopt);
}

// A file that may not grow stands for a full disk.
TEST(EventLog, AFullDiskLosesLinesAndSaysSoOnALineOfItsOwnWhenThereIsRoomAgain) {
  const int fd = ::memfd_create("log", MFD_CLOEXEC);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    EventLog log({.fd = fd, .now = [] { return test::noon; }});
    const rlimit full{.rlim_cur = 20, .rlim_max = before.rlim_max};  // room for a part of the first
    ::setrlimit(RLIMIT_FSIZE, &full);
    for (int i = 0; i < 3; ++i) log.log(LogLevel::info, "lost", {});
    const auto begin = std::chrono::steady_clock::now();
    while (log.dropped() < 3 && std::chrono::steady_clock::now() - begin < std::chrono::seconds(5))
      std::this_thread::yield();
    EXPECT_EQ(log.dropped(), 3U);
    ::setrlimit(RLIMIT_FSIZE, &before);
    log.log(LogLevel::info, "kept", {});
  }
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::pread(fd, text.data(), text.size(), 0)));
  ::close(fd);
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 3U) << text;
  EXPECT_THAT(lines[1], HasSubstr("msg=kept"));
  EXPECT_THAT(lines[1], testing::StartsWith("ts="));
  EXPECT_THAT(lines[2], HasSubstr("msg=\"log lines dropped: they could not be written\" count=3"));
}

}  // namespace
}  // namespace answerback::sinks
