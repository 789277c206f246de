#include "model/evidence.h"

#include <gtest/gtest.h>

namespace answerback {
namespace {

TEST(Evidence, KeepsTheLastFramesAndCountsAll) {
  Evidence evidence;
  for (int i = 0; i < 100; ++i) evidence.frame(Steady{}, "received", "frame " + std::to_string(i));
  EXPECT_EQ(evidence.frames_seen(), 100u);
  const std::vector<Frame> frames = evidence.take_frames();
  ASSERT_EQ(frames.size(), Evidence::frames_kept);
  EXPECT_EQ(frames.front().text, "frame 68");
  EXPECT_EQ(frames.back().text, "frame 99");
  EXPECT_TRUE(evidence.frames().empty());
}

TEST(Evidence, CutsAHugeFrameBetweenCharacters) {
  std::string huge;
  while (huge.size() < 3'000'000) huge += "€";
  Evidence evidence;
  evidence.frame(Steady{}, "body", huge);
  const std::string& text = evidence.frames().front().text;
  EXPECT_EQ(text.size(), Evidence::frame_cap / 3 * 3 + std::string_view("…").size());
  EXPECT_TRUE(text.ends_with("€…"));
}

TEST(Evidence, DoesNotGrowWithWhatAPeerSends) {
  Evidence evidence;
  for (int i = 0; i < 10'000; ++i) evidence.measure(Measure::stage_duration, i, std::string(10'000, 'x'));
  EXPECT_EQ(evidence.samples().size(), Evidence::samples_kept);
  EXPECT_LE(evidence.samples().front().label.size(), Evidence::label_cap + 3);
  EXPECT_EQ(evidence.samples().front().value, 0);
}

TEST(Evidence, CountsBytes) {
  Evidence evidence;
  evidence.sent(3);
  evidence.sent(4);
  evidence.received(5);
  EXPECT_EQ(evidence.bytes_sent(), 7u);
  EXPECT_EQ(evidence.bytes_received(), 5u);
}

}  // namespace
}  // namespace answerback
