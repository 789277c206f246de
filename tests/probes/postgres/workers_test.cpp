// The pool of workers, with shell scripts and the real program as workers.

#include "net/workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <fstream>

#include "probe/real_clock.h"
#include "probe/within.h"
#include "probes/postgres/harness.h"

namespace answerback::test {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using testing::HasSubstr;
using testing::Not;
using Answered = std::expected<std::string, Failure>;  // the lines, one after the other

constexpr const char* echo = "while read line; do echo \"$line\"; echo \"$$\"; echo .; done";

class WorkerPool : public testing::Test {
 protected:
  WorkerPool() {
    EXPECT_TRUE(mkdtemp(folder_.data()));
    setenv("ANSWERBACK_TEST_SECRET", "planted", 1);
  }
  ~WorkerPool() override { std::filesystem::remove_all(folder_); }

  std::string script(const std::string& text) const {
    const std::string path = folder_ + "/worker";
    std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  std::string folder() const { return folder_; }

  // Ends with the line ".".
  asio::awaitable<Answered> ask(net::Workers& workers, std::string request) {
    Phases phases;
    Evidence evidence;
    answerback::Run run{clock_, clock_.now() + 20s, phases, evidence, {}};
    std::string lines;
    auto called =
        co_await workers.call(run, {.request = std::move(request)}, [&lines](std::string_view line) {
          lines += std::string(line) + '\n';
          return line != ".";
        });
    if (!called) co_return std::unexpected(called.error());
    co_return lines;
  }
  Answered ask_one(net::Workers& workers, std::string request) {
    return await(context_, ask(workers, std::move(request)));
  }
  bool times_out(net::Workers& workers, std::string request, Duration after) {
    return !await(context_, within(clock_, clock_.now() + after, ask(workers, std::move(request))));
  }
  void run_for(Duration duration) {
    context_.restart();
    context_.run_for(duration);
  }
  bool no_children() const { return waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

  asio::io_context context_;
  RealClock clock_{context_.get_executor()};
  std::string folder_ = std::filesystem::temp_directory_path() / "answerback-workers-XXXXXX";
};

TEST_F(WorkerPool, AnswersAndIsUsedAgain) {
  net::Workers workers(context_.get_executor(), clock_, {.program = script(echo)});
  EXPECT_EQ(workers.alive(), 0U);
  const Answered first = ask_one(workers, "hello"), second = ask_one(workers, "hello");
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_THAT(*first, testing::StartsWith("hello\n"));
  ASSERT_TRUE(second);
  EXPECT_EQ(*first, *second) << "the same process";
  EXPECT_EQ(workers.alive(), 1U);
}

TEST_F(WorkerPool, NothingOfOursIsHandedOn) {
  const int leaky = dup(0);  // without CLOEXEC
  net::Workers workers(
      context_.get_executor(), clock_,
      {.program = script("read line; env; ls /proc/$$/fd; ps -o pgid= -p $$; echo $$; echo .")});
  const Answered answer = ask_one(workers, "x");
  close(leaky);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_THAT(*answer, Not(HasSubstr("planted")));
  EXPECT_THAT(*answer, HasSubstr("LANG=C\n"));
  EXPECT_THAT(*answer, Not(HasSubstr("HOME=")));
  EXPECT_THAT(*answer, HasSubstr("0\n1\n10\n2\n")) << "its own script is 10; nothing else is open";
}

TEST_F(WorkerPool, DeathIsAValue) {
  net::Workers exits(context_.get_executor(), clock_, {.program = script("read line; exit 3")});
  const Answered exited = ask_one(exits, "x");
  ASSERT_FALSE(exited);
  EXPECT_EQ(exited.error().reason, Reason::worker_died);
  EXPECT_THAT(exited.error().detail, HasSubstr("exited with status 3"));

  net::Workers crashes(context_.get_executor(), clock_,
                       {.program = script("read line; echo a; kill -SEGV $$")});
  const Answered crashed = ask_one(crashes, "x");
  ASSERT_FALSE(crashed);
  EXPECT_THAT(crashed.error().detail, HasSubstr("was killed by SIGSEGV"));
  run_for(20ms);
  EXPECT_EQ(crashes.alive(), 0U);
  EXPECT_TRUE(no_children());
}

TEST_F(WorkerPool, CannotStart) {
  net::Workers workers(context_.get_executor(), clock_, {.program = folder() + "/missing"});
  const Answered answer = ask_one(workers, "x");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::worker_died);
  EXPECT_THAT(answer.error().detail, HasSubstr("/missing: spawn: No such file"));
  EXPECT_FALSE(ask_one(workers, "x")) << "and the turn was given back";
}

TEST_F(WorkerPool, CancelledCallKillsTheWholeGroup) {
  const std::string pids = folder() + "/pids";
  net::Workers workers(context_.get_executor(), clock_,
                       {.program = script("read line; sleep 60 & echo $! > " + pids + "; echo $$ >> " + pids +
                                          "; trap '' TERM; wait"),
                        .most = 1});
  EXPECT_TRUE(times_out(workers, "x", 500ms));
  run_for(50ms);
  EXPECT_EQ(workers.alive(), 0U);
  EXPECT_TRUE(no_children());
  pid_t child = 0;
  std::ifstream(pids) >> child;
  ASSERT_GT(child, 0);
  const auto state = [&] {
    std::ifstream stat("/proc/" + std::to_string(child) + "/stat");
    return std::string((std::istreambuf_iterator<char>(stat)), {});
  };
  const auto gone = [&] {
    return state().empty() || state().contains(") Z ");
  };  // a zombie is init's to collect
  for (int i = 0; i < 100 && !gone(); ++i) run_for(20ms);
  EXPECT_TRUE(gone()) << state();
}

TEST_F(WorkerPool, MostAtOnceAndTheOthersWait) {
  net::Workers workers(context_.get_executor(), clock_,
                       {.program = script("while read line; do sleep 0.2; echo .; done"), .most = 2});
  const Steady start = clock_.now();
  const auto [a, b, c, d, e] = await(context_, ask(workers, "1") && ask(workers, "2") && ask(workers, "3") &&
                                                   ask(workers, "4") && ask(workers, "5"));
  EXPECT_TRUE(a && b && c && d && e);
  EXPECT_EQ(workers.alive(), 2U);
  EXPECT_GE(clock_.now() - start, 600ms);
}

TEST_F(WorkerPool, CancelledWhileWaitingLosesNoTurn) {
  net::Workers workers(context_.get_executor(), clock_,
                       {.program = script("while read line; do sleep 0.3; echo .; done"), .most = 1});
  const auto [first, second] =
      await(context_, ask(workers, "1") && within(clock_, clock_.now() + 100ms, ask(workers, "2")));
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  EXPECT_TRUE(ask_one(workers, "3"));
  EXPECT_EQ(workers.alive(), 1U);
}

TEST_F(WorkerPool, EndlessLineIsCapped) {
  net::Workers workers(context_.get_executor(), clock_,
                       {.program = script("read line; exec tr '\\0' x < /dev/zero"), .answer_cap = 100'000});
  const Answered answer = ask_one(workers, "x");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().detail, HasSubstr("100000 bytes"));
  run_for(50ms);
  EXPECT_TRUE(no_children());
}

TEST_F(WorkerPool, WordsBehindTheAnswerCostTheWorkerItsPlace) {
  net::Workers workers(context_.get_executor(), clock_,
                       {.program = script("while read line; do printf '.\\nmore\\n'; done")});
  EXPECT_TRUE(ask_one(workers, "x"));
  run_for(50ms);
  EXPECT_EQ(workers.alive(), 0U);
}

TEST_F(WorkerPool, IdleWorkersEnd) {
  net::Workers workers(context_.get_executor(), clock_, {.program = script(echo), .idle = 100ms});
  ask_one(workers, "x");
  EXPECT_EQ(workers.alive(), 1U);
  run_for(300ms);
  EXPECT_EQ(workers.alive(), 0U);
  EXPECT_TRUE(no_children());
  EXPECT_TRUE(ask_one(workers, "x"));
}

TEST_F(WorkerPool, WorkerThatDiesIdleIsNotUsed) {
  net::Workers workers(context_.get_executor(), clock_, {.program = script(echo)});
  const std::string answer = ask_one(workers, "x").value();
  kill(std::stoi(answer.substr(2)), SIGKILL);
  run_for(50ms);
  EXPECT_EQ(workers.alive(), 0U);
  EXPECT_TRUE(ask_one(workers, "x"));
}

TEST_F(WorkerPool, EndOfThePoolLeavesNobody) {
  {
    net::Workers workers(context_.get_executor(), clock_, {.program = script(echo)});
    ask_one(workers, "x");
  }
  EXPECT_TRUE(no_children());
}

TEST_F(WorkerPool, RealWorkerRefusesNonsense) {
  for (const char* request : {"nonsense", "[]", R"({"type":"unheard-of"})", R"({"type":"postgres"})"}) {
    net::Workers workers(context_.get_executor(), clock_, {.program = ANSWERBACK_WORKER});
    const Answered answer = ask_one(workers, request);
    ASSERT_FALSE(answer) << request;
    EXPECT_EQ(answer.error().reason, Reason::worker_died);
  }
}

}  // namespace
}  // namespace answerback::test
