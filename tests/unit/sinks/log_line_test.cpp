#include "sinks/log_line.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using namespace std::chrono_literals;

TEST(LogLine, IsLogfmt) {
  LogLine line(LogFormat::logfmt, test::noon + 7ms, "warn", "probe is down");
  line.field("probe", "postgres").field("count", 3U).field("duration", Duration(1500ms)).field("empty", "");
  EXPECT_EQ(
      std::move(line).take(),
      R"(ts=2026-11-22T12:00:00.007Z level=warn msg="probe is down" probe=postgres count=3 duration=1.500000 empty="")");
}

TEST(LogLine, IsJson) {
  LogLine line(LogFormat::json, test::noon, "info", "started");
  line.field("probes", 3U);
  EXPECT_EQ(std::move(line).take(),
            R"({"ts":"2026-11-22T12:00:00.000Z","level":"info","msg":"started","probes":3})");
}

class HostileText : public testing::TestWithParam<std::string> {};

TEST_P(HostileText, StaysOneLineOfValidJson) {
  LogLine line(LogFormat::json, test::noon, "warn", GetParam());
  line.field("detail", GetParam());
  const std::string text = std::move(line).take();
  for (const char c : text) EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
  boost::json::error_code ec;
  const boost::json::value value = boost::json::parse(text, ec);  // refuses invalid UTF-8
  ASSERT_FALSE(ec) << text;
  EXPECT_EQ(value.as_object().size(), 4U);
}

TEST_P(HostileText, StaysOneLogfmtValue) {
  LogLine line(LogFormat::logfmt, test::noon, "warn", "m");
  line.field("detail", GetParam());
  const std::string text = std::move(line).take();
  const std::size_t value = text.find("detail=") + 7;
  ASSERT_EQ(text[value], '"') << text;
  std::size_t end = value + 1;
  while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  EXPECT_EQ(end, text.size() - 1) << text;
}

INSTANTIATE_TEST_SUITE_P(All, HostileText,
                         testing::Values("one\r\ntwo", "\x1b[31mred\x1b[0m", std::string("a\0b", 3),
                                         "\xff\xfe\x80 bad", "cut \xe2\x82", "\" level=error msg=\"forged",
                                         "back\\slash\\", "\u2028\u2029", "\x7f\xc2\x9b",
                                         std::string(100'000, '"')));

}  // namespace
}  // namespace answerback::sinks
