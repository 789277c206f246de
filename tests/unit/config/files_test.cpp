// Files that cannot be read, or are not what they should be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "config/files.h"
#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using ::testing::HasSubstr;

std::string load_text(const std::filesystem::path& path) {
  Loaded loaded;
  load_all(path, {}, loaded);
  return loaded.diagnostics.text();
}

constexpr const char* way_on = " (--config.file names another; what may be in it: answerback types)\n";

TEST(Files, AMissingFileAndADirectory) {
  const auto folder = fresh_folder();
  const std::string name = folder.string();
  EXPECT_EQ(load_text(folder / "none.yaml"), name + "/none.yaml: no such file" + way_on);
  EXPECT_EQ(load_text(folder), name + ": this is a directory, not a file\n");
  std::filesystem::remove_all(folder);
}

TEST(Files, APipeNobodyWritesToHoldsUpNothing) {
  const auto folder = fresh_folder();
  const std::string pipe = (folder / "pipe.yaml").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), S_IRWXU), 0);
  EXPECT_EQ(load_text(pipe), pipe + ": the file is empty\n");
  std::filesystem::remove_all(folder);
}

TEST(Files, AHugeFileIsRefused) {
  const auto folder = fresh_folder();
  write(folder / "at.yaml", "{}\n#" + std::string(largest_file - 4, 'x'));
  write(folder / "over.yaml", "{}\n#" + std::string(largest_file - 3, 'x'));
  EXPECT_EQ(load_text(folder / "at.yaml"), "");
  EXPECT_EQ(load_text(folder / "over.yaml"), folder.string() + "/over.yaml: too large: more than 8192 KiB\n");
  EXPECT_THAT(load_text("/dev/zero"), HasSubstr("too large"));
  std::filesystem::remove_all(folder);
}

TEST(Files, IncludesAreRelativeToTheFileThatNamesThem) {
  const auto folder = fresh_folder();
  write(folder / "main" / "config.yaml", "include: ['../parts/*.yaml', extra.yaml, '*.yaml']\n");
  write(folder / "parts" / "b.yaml", "probes: [{name: b, type: plain}]\n");
  write(folder / "parts" / "a.yaml", "probes: [{name: a, type: plain}]\n");
  write(folder / "main" / "extra.yaml", "probes: [{name: c, type: plain}]\n");
  Loaded loaded;
  load_all(folder / "main" / "config.yaml", {}, loaded);
  EXPECT_EQ(loaded.diagnostics.text(), "");
  ASSERT_EQ(loaded.config.plan.probes.size(), 3U);
  EXPECT_EQ(loaded.config.plan.probes[0].name, "a");
  EXPECT_EQ(loaded.config.plan.probes[2].name, "c");
  std::filesystem::remove_all(folder);
}

TEST(Files, ThousandsOfProbesAreRead) {
  std::string text = "probes:\n";
  for (int i = 0; i < 5000; ++i)
    text += "  - {name: p" + std::to_string(i) + ", type: http, url: http://h, depends_on: [p" +
            std::to_string(i / 2) + "]}\n";
  text.replace(text.find(", depends_on: [p0]"), 18, "");
  const Written written(text);
  EXPECT_EQ(written.text(), "");
  EXPECT_EQ(written.loaded.config.plan.probes.size(), 5000U);
}

}  // namespace
}  // namespace answerback::config::testing
