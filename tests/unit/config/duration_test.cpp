#include <gtest/gtest.h>

#include <random>

#include "config/fields.h"

namespace answerback::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsUnitsAndSums) {
  const std::vector<std::pair<std::string, Duration>> cases = {
      {"250ms", 250ms}, {"5s", 5s},     {"2m", 2min},     {"1h", 1h},   {"1h30m", 90min},
      {"1d", 24h},      {"1m1m", 2min}, {"0s", 0s},       {"007s", 7s}, {"1s500ms", 1500ms},
      {"10us", 10us},   {"3ns", 3ns},   {"3650d", 87600h}};
  for (const auto& [text, expected] : cases) {
    const auto read = parse_duration(text);
    ASSERT_TRUE(read) << text << ": " << read.error();
    EXPECT_EQ(*read, expected) << text;
  }
}

TEST(Duration, SaysWhatIsWrong) {
  EXPECT_EQ(parse_duration("5").error(), "not a duration: \"5\" (the unit is missing: write 5s or 5ms)");
  EXPECT_EQ(parse_duration("1.5s").error(), "not a duration: \"1.5s\" (no fractions: write 1500ms for 1.5s)");
  EXPECT_EQ(parse_duration("3651d").error(), "not a duration: \"3651d\" (longer than ten years)");
  for (const char* text : {"", "s", "-5s", "+5s", " 5s", "5s ", "5 s", "5S", "5sec", "1e3s", "5s-", "٣s"})
    EXPECT_FALSE(parse_duration(text)) << text;
  EXPECT_FALSE(parse_duration("99999999999999999999s"));
  EXPECT_FALSE(parse_duration("3650d1ns"));
}

TEST(Duration, PrintsTheShortestForm) {
  EXPECT_EQ(print_duration(0s), "0s");
  EXPECT_EQ(print_duration(90s), "90s");
  EXPECT_EQ(print_duration(60s), "1m");
  EXPECT_EQ(print_duration(1500ms), "1500ms");
  EXPECT_EQ(print_duration(24h), "1d");
  EXPECT_EQ(print_duration(24h + 1ms), "1d1ms");
  EXPECT_EQ(print_duration(35s), "35s");
}

TEST(Duration, WhatIsPrintedIsReadBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = random() % 60;
    const Duration duration(static_cast<Duration::rep>(random() % (std::uint64_t{1} << bits)) %
                            (3650LL * 86'400'000'000'000));
    const auto read = parse_duration(print_duration(duration));
    ASSERT_TRUE(read) << print_duration(duration);
    ASSERT_EQ(*read, duration) << print_duration(duration);
  }
}

}  // namespace
}  // namespace answerback::config
