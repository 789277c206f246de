#include "sinks/board.h"

#include <gtest/gtest.h>

namespace answerback::sinks {
namespace {

TEST(Board, HasNothingBeforeTheFirstSnapshot) { EXPECT_EQ(Board().read(), nullptr); }

TEST(Board, GivesTheNewestAndLetsTheOldOneGo) {
  Board board;
  auto first = std::make_shared<const Snapshot>();
  const std::weak_ptr<const Snapshot> watched = first;
  board.publish(std::move(first));
  const auto second = std::make_shared<const Snapshot>();
  board.publish(second);
  EXPECT_EQ(board.read(), second);
  EXPECT_TRUE(watched.expired());
}

TEST(Board, KeepsTheLastBeat) {
  Board board;
  const Steady at{std::chrono::seconds(42)};
  board.beat(at);
  EXPECT_EQ(board.last_beat(), at);
}

}  // namespace
}  // namespace answerback::sinks
