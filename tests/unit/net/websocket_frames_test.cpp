// The watch over frames: pure, fed in pieces of any size.

#include "net/websocket_frames.h"

#include <gmock/gmock.h>

#include "websocket_lab.h"

namespace answerback::net {
namespace {

using testing::HasSubstr;

TEST(FrameWatch, FollowsFramesOfEveryLengthHoweverTheyAreCut) {
  std::string bytes;
  for (const std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u})
    bytes += frame(binary, std::string(size, 'x'));
  bytes += frame(text_frame, "a", false);
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u, 1'000'000u}) {
    FrameWatch watch({.message_bytes = 65536, .fragments_per_message = 1});
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      watch.see(std::string_view(bytes).substr(at, piece));
    EXPECT_FALSE(watch.over());
    EXPECT_TRUE(watch.inside_message());
    watch.see(frame(continuation));
    ASSERT_TRUE(watch.over()) << piece;
    EXPECT_EQ(name(watch.over()->reason), name(Reason::too_large));
  }
}

TEST(FrameWatch, KeepsWhatACloseFrameSays) {
  FrameWatch watch({});
  EXPECT_FALSE(watch.close_payload());
  for (const char byte : frame(ping, "p") + closing(1008, "who are you?")) watch.see({&byte, 1});
  EXPECT_EQ(watch.close_payload(), "\x03\xf0who are you?");
}

TEST(FrameWatch, TheLimitsAreReachedBeforeTheyAreBroken) {
  FrameWatch watch({.pings_per_message = 2, .fragments_per_message = 2});
  for (int i = 0; i < 3; ++i)
    watch.see(frame(ping) + frame(text_frame, "a", false) + frame(pong) + frame(continuation, "b"));
  EXPECT_FALSE(watch.over());
  watch.see(frame(ping) + frame(ping) + frame(ping));
  EXPECT_THAT(watch.over().value().detail, HasSubstr("more than 2 control frames"));
}

}  // namespace
}  // namespace answerback::net
