#include "model/silence.h"

#include <gtest/gtest.h>

#include "model/text.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;

Wall when(std::string_view text) { return parse_time(text).value(); }

TEST(ParseTime, ReadsMomentsWithTheirZone) {
  const Wall at(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 3h + 12min + 9s);
  for (const char* text :
       {"2026-11-22T03:12:09Z", "2026-11-22t03:12:09z", "2026-11-22 03:12:09Z", "2026-11-22T03:12:09.999999Z",
        "2026-11-22T04:12:09+01:00", "2026-11-21T22:42:09-04:30"}) {
    EXPECT_EQ(parse_time(text), at) << text;
  }
  EXPECT_EQ(iso_time(when("2199-12-31T23:59:59Z")), "2199-12-31T23:59:59Z");
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T03:12:09", "2026-11-22T03:12Z", "2026-13-22T03:12:09Z",
        "2026-02-29T03:12:09Z", "2026-11-22T24:00:00Z", "2026-11-22T03:60:09Z", "2026-11-22T03:12:60Z",
        "2026-11-22T03:12:09.Z", "2026-11-22T03:12:09Zx", "2026-11-22T03:12:09+1:00",
        "2026-11-22T03:12:09+24:00", "+026-11-22T03:12:09Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z", "2026-11-22T03:12:09+01:00 "}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Window, ReadsAndPrints) {
  const auto night = parse_window("22:30-06:00");
  ASSERT_TRUE(night);
  EXPECT_EQ(night->from, 22h + 30min);
  EXPECT_EQ(night->until, 6h);
  EXPECT_EQ(print_window(*night), "22:30-06:00");
  EXPECT_TRUE(parse_window("00:00-24:00"));
  for (const char* text : {"", "02:00", "2:00-4:00", "02:00-24:01", "02:60-04:00", "25:00-04:00",
                           "24:00-04:00", "02:00-02:00", "02:00-04:00 ", "02.00-04.00", "-"}) {
    EXPECT_FALSE(parse_window(text)) << text;
  }
}

TEST(InForce, FromTheBeginningUntilJustBeforeTheEnd) {
  const Silence silence{
      .name = "a", .from = when("2026-12-01T02:00:00Z"), .until = when("2026-12-01T04:00:00Z")};
  EXPECT_FALSE(in_force(silence, when("2026-12-01T01:59:59Z")));
  EXPECT_TRUE(in_force(silence, when("2026-12-01T02:00:00Z")));
  EXPECT_TRUE(in_force(silence, when("2026-12-01T03:59:59Z")));
  EXPECT_FALSE(in_force(silence, when("2026-12-01T04:00:00Z")));
}

TEST(InForce, ANightBelongsToTheDayItBeganOn) {
  Silence silence{.name = "a", .daily = parse_window("22:00-04:00").value()};
  EXPECT_TRUE(in_force(silence, when("2026-12-01T23:00:00Z")));
  EXPECT_TRUE(in_force(silence, when("2026-12-02T03:59:59Z")));
  EXPECT_FALSE(in_force(silence, when("2026-12-02T04:00:00Z")));
  EXPECT_FALSE(in_force(silence, when("2026-12-02T21:59:59Z")));
  silence.daily->days = static_cast<std::uint8_t>(1U << *weekday_named("Tuesday"));  // 2026-12-01 is one
  EXPECT_TRUE(in_force(silence, when("2026-12-01T23:00:00Z")));
  EXPECT_TRUE(in_force(silence, when("2026-12-02T03:00:00Z")));
  EXPECT_FALSE(in_force(silence, when("2026-12-01T03:00:00Z"))) << "that is Monday's";
  EXPECT_FALSE(in_force(silence, when("2026-12-02T23:00:00Z")));
}

TEST(InForce, ADailyWindowWithinItsDayAndItsDates) {
  const Silence silence{.name = "a",
                        .from = when("2026-12-02T00:00:00Z"),
                        .daily = DailyWindow{.from = 2h, .until = 4h, .days = 0x7F}};
  EXPECT_FALSE(in_force(silence, when("2026-12-01T03:00:00Z")));
  EXPECT_TRUE(in_force(silence, when("2026-12-02T03:00:00Z")));
  EXPECT_FALSE(in_force(silence, when("2026-12-02T05:00:00Z")));
}

TEST(Weekday, IsNamedShortOrInFull) {
  EXPECT_EQ(weekday_named("sun"), 0U);
  EXPECT_EQ(weekday_named("SATURDAY"), 6U);
  EXPECT_FALSE(weekday_named("thurs"));
  EXPECT_FALSE(weekday_named(""));
}

TEST(SilencedBy, NamesWhoAndWhy) {
  const std::vector<Silence> silences{
      {.name = "over", .until = when("2026-01-01T00:00:00Z"), .comment = "past"},
      {.name = "7",
       .probes = {"db"},
       .until = when("2027-01-01T00:00:00Z"),
       .author = "ada",
       .comment = "moving"},
      {.name = "nightly", .daily = DailyWindow{.from = 2h, .until = 4h, .days = 0x7F}}};
  const Wall three = when("2026-12-02T03:00:00Z"), noon = when("2026-12-02T12:00:00Z");
  EXPECT_EQ(silenced_by(silences, "db", noon), "7 by ada: moving");
  EXPECT_EQ(silenced_by(silences, "web", noon), "");
  EXPECT_EQ(silenced_by(silences, "web", three), "nightly");
}

}  // namespace
}  // namespace answerback
